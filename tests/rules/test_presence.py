from datetime import UTC, datetime, timedelta
from uuid import UUID

from localmessages.rules.presence import Mark, PresenceState, Present, present

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
ANN, BOB = UUID(int=1), UUID(int=2)


def mark(user_id: UUID, state: PresenceState, since: float, until: float = 8) -> Mark:
    return Mark(user_id, state, NOW - timedelta(seconds=since), NOW + timedelta(seconds=until))


def test_who_came_first_is_first():
    found = present([mark(BOB, PresenceState.VIEWING, 5), mark(ANN, PresenceState.VIEWING, 9)], NOW)

    assert [each.user_id for each in found] == [ANN, BOB]


def test_who_types_with_the_conversation_open_types():
    typing = mark(ANN, PresenceState.TYPING, 2)

    for marks in (
        [typing, mark(ANN, PresenceState.VIEWING, 60)],
        [mark(ANN, PresenceState.VIEWING, 60), typing],
    ):
        assert present(marks, NOW) == [Present(ANN, PresenceState.TYPING, typing.since)]


def test_who_has_it_open_twice_is_there_once_since_the_first_time():
    marks = [mark(ANN, PresenceState.VIEWING, seconds) for seconds in (3, 90, 7)]

    assert present(marks, NOW) == [Present(ANN, PresenceState.VIEWING, NOW - timedelta(seconds=90))]


def test_what_is_not_repeated_is_over_at_its_end():
    assert present([mark(ANN, PresenceState.TYPING, 8, 0)], NOW) == []
    assert present([mark(ANN, PresenceState.TYPING, 8, 0.001)], NOW)
