from uuid import UUID

from localmessages.rules.live import EventKind
from subscriptions.events import Event
from subscriptions.queues import Queues
from tests.subscriptions.conftest import AT

A, B, ELSEWHERE = 1, 2, 3


def event(scope_id, seq, after=None):
    body = {} if after is None else {"after": list(after)}
    return Event(UUID(int=1), scope_id, seq, EventKind.CONVERSATION_CHANGED, AT, None, None, body)


def given(queues):
    return [(event.scope_id, event.seq) for event in queues]


def test_events_come_out_once_and_in_order_and_move_the_position():
    positions = {A: 4}
    queues = Queues(positions)

    assert all(queues.put(event(A, seq)) for seq in (3, 4, 5, 5, 6))

    assert given(queues) == [(A, 5), (A, 6)]
    assert positions == {A: 6}
    assert len(queues) == 0


def test_an_event_after_a_hole_is_not_taken():
    queues = Queues({A: 4})

    assert not queues.put(event(A, 6))
    assert given(queues) == []


def test_an_arrival_waits_for_its_departure_and_what_is_behind_it_too():
    queues = Queues({A: 0, B: 0})
    for one in (event(B, 1, after=(A, 2)), event(B, 2), event(A, 1)):
        queues.put(one)

    assert given(queues) == [(A, 1)]
    queues.put(event(A, 2))

    assert given(queues) == [(A, 2), (B, 1), (B, 2)]


def test_an_arrival_waits_for_no_departure_that_was_seen_or_is_not_watched():
    queues = Queues({A: 2, B: 0})

    queues.put(event(B, 1, after=(A, 2)))
    queues.put(event(B, 2, after=(ELSEWHERE, 9)))

    assert given(queues) == [(B, 1), (B, 2)]


def test_what_was_cleared_can_come_again():
    queues = Queues({A: 0, B: 0})
    queues.put(event(B, 1, after=(A, 1)))
    assert given(queues) == []

    queues.clear()
    for one in (event(A, 1), event(B, 1, after=(A, 1))):
        queues.put(one)

    assert given(queues) == [(A, 1), (B, 1)]
