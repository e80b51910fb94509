from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from localmessages.rules.live import EventKind
from localmessages.rules.refusal import AlreadyTransferred, Refused, UserErrorCode
from localmessages.rules.transfer import check_transfer, move, undoable_until
from localmessages.rules.undo import check_undo
from localmessages.rules.waits import WaitOutcome
from tests.support.one_customer import AGENT, Scene


def test_a_leg_ends_where_it_was_and_the_next_begins_at_the_same_instant() -> None:
    scene = Scene()
    question = scene.text()
    talk = scene.talk_of(question)

    transfer = scene.move(talk, scene.b)

    first, second = scene.legs
    assert (first.location_id, first.outcome, first.ended_at) == (
        scene.a.id,
        WaitOutcome.TRANSFERRED,
        scene.now,
    )
    assert (second.location_id, second.started_at, second.ended_at) == (scene.b.id, scene.now, None)
    assert first.chain_id == second.chain_id
    assert second.question_id == question.id
    assert talk.waiting_since == question.at
    assert (transfer.ended_wait_id, transfer.opened_wait_id) == (first.id, second.id)


def test_there_and_back_loses_nothing() -> None:
    scene = Scene()
    talk = scene.talk_of(scene.text())
    scene.move(talk, scene.b)
    scene.move(talk, scene.a)
    scene.reply(talk)

    whole = sum(leg.elapsed_seconds or 0 for leg in scene.legs)
    assert whole == (scene.now - scene.legs[0].started_at).total_seconds()
    assert [leg.outcome for leg in scene.legs][-1] is WaitOutcome.ANSWERED


def test_a_conversation_nobody_waits_in_moves_without_a_leg() -> None:
    scene = Scene()
    talk = scene.talk_of(scene.text())
    scene.reply(talk)

    scene.move(talk, scene.b)

    assert len(scene.legs) == 1
    assert talk.waiting_since is None


def test_two_waits_that_meet_are_one_customers_wait_from_the_earlier() -> None:
    scene = Scene()
    met = scene.talk_of(scene.text(to=scene.b))
    since = scene.now
    talk = scene.talk_of(scene.text(to=scene.a))

    scene.move(talk, scene.b)

    assert (met.live, met.merged_into_id, met.waiting_since) == (False, talk.id, None)
    assert talk.waiting_since == since
    assert len(scene.legs) == 2
    assert len({leg.chain_id for leg in scene.legs}) == 1
    assert [leg.ended_at is None for leg in scene.legs] == [True, False]


def test_the_source_is_told_without_the_content() -> None:
    scene = Scene()
    talk = scene.talk_of(scene.text())
    scene.customer.happenings.clear()

    scene.move(talk, scene.b)

    told = [(each.kind, each.place.id) for each in scene.customer.happenings]
    assert told == [(EventKind.MOVED_OUT, scene.a.id), (EventKind.MOVED_IN, scene.b.id)]


def test_the_assignee_goes_unless_they_see_the_destination() -> None:
    for keeps in (True, False):
        scene = Scene()
        talk = scene.talk_of(scene.text())
        talk.assignee_id = AGENT

        transfer = move(scene.customer, talk, scene.b, scene.now, by=None, keeps_assignee=keeps)

        assert talk.assignee_id == (AGENT if keeps else None)
        assert transfer.former_assignee_id == (None if keeps else AGENT)


def test_what_may_not_move() -> None:
    scene = Scene()
    talk = scene.talk_of(scene.text())

    def code(**target: object) -> UserErrorCode:
        with pytest.raises(Refused) as refused:
            check_transfer(talk, scene.a, replace(scene.b, **target))  # type: ignore[arg-type]
        assert refused.value.remedy
        return refused.value.code

    assert code(tenant_id=uuid4()) is UserErrorCode.OTHER_ACCOUNT_TREE
    assert code(id=scene.a.id) is UserErrorCode.SAME_LOCATION
    assert code(active=False) is UserErrorCode.INACTIVE_LOCATION
    scene.close(talk)
    assert code() is UserErrorCode.CONVERSATION_CLOSED


def test_an_undo_is_possible_for_ten_minutes_while_nothing_was_sent() -> None:
    scene = Scene()
    talk = scene.talk_of(scene.text())
    transfer = scene.move(talk, scene.b)
    last = transfer.at + timedelta(minutes=10)

    assert undoable_until(transfer, sent_since=False) == last
    assert undoable_until(transfer, sent_since=True) is None
    check_undo(scene.customer, transfer, talk, last, sent_since=False)
    with pytest.raises(Refused) as late:
        check_undo(scene.customer, transfer, talk, last + timedelta(seconds=1), sent_since=False)
    assert late.value.code is UserErrorCode.UNDO_EXPIRED
    with pytest.raises(Refused) as sent:
        check_undo(scene.customer, transfer, talk, last, sent_since=True)
    assert sent.value.code is UserErrorCode.SENT_SINCE


def test_only_the_last_move_is_undone_and_only_once() -> None:
    scene = Scene()
    talk = scene.talk_of(scene.text())
    first, second = scene.move(talk, scene.b), scene.move(talk, scene.c)

    with pytest.raises(AlreadyTransferred):
        scene.undo(first)
    scene.undo(second)
    with pytest.raises(AlreadyTransferred):
        scene.undo(second)
    scene.undo(first)

    (leg,) = scene.legs
    assert (leg.location_id, leg.ended_at, talk.location_id) == (scene.a.id, None, scene.a.id)
    assert undoable_until(first, sent_since=False) is None


def test_an_undo_gives_each_conversation_the_wait_that_it_had() -> None:
    scene = Scene()
    met = scene.talk_of(scene.text(to=scene.c))
    asked = scene.now
    scene.move(met, scene.b)
    talk = scene.talk_of(scene.text(to=scene.a))
    since = talk.waiting_since

    scene.undo(scene.move(talk, scene.b))

    assert (talk.location_id, talk.waiting_since) == (scene.a.id, since)
    assert (met.live, met.merged_into_id, met.waiting_since) == (True, None, asked)
    chains = {
        leg.chain_id: {each.conversation_id for each in scene.legs if each.chain_id == leg.chain_id}
        for leg in scene.legs
    }
    assert sorted(chains.values(), key=str) == sorted([{met.id}, {talk.id}], key=str)


def test_hours_of_the_source_hold_again_for_what_was_asked_at_the_destination() -> None:
    scene = Scene()
    talk = scene.talk_of(scene.text())
    scene.reply(talk)
    scene.passes(hours=7, minutes=30)  # Half past five in New York, half past two in Los Angeles.
    transfer = scene.move(talk, scene.c)
    scene.text(to=scene.c)

    scene.undo(transfer)

    assert [leg.opened_out_of_hours for leg in scene.legs] == [False, True]
    assert scene.legs[1].location_id == scene.a.id
