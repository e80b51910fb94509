from datetime import timedelta

import pytest

from localmessages.rules import lifecycle
from localmessages.rules.delivery import MessageOrigin, MessageStatus
from localmessages.rules.texting import report_status
from localmessages.rules.waits import WaitKind, WaitOutcome
from tests.support.one_customer import AGENT, CAMPAIGN, Scene


def test_three_texts_and_one_reply_are_one_wait_from_the_first() -> None:
    scene = Scene()
    first = scene.text()
    scene.text()
    talk = scene.talk_of(scene.text())
    scene.passes(minutes=30)

    reply = scene.reply(talk)

    (leg,) = scene.legs
    assert (leg.question_id, leg.answer_id, leg.agent_id) == (first.id, reply.id, AGENT)
    assert (leg.outcome, talk.waiting_since) == (WaitOutcome.ANSWERED, None)
    assert leg.elapsed_seconds == leg.open_seconds == (reply.at - first.at).total_seconds()


def test_a_second_reply_answers_nothing_more() -> None:
    scene = Scene()
    talk = scene.talk_of(scene.text())
    first = scene.reply(talk)

    scene.reply(talk)

    assert [leg.answer_id for leg in scene.legs] == [first.id]


@pytest.mark.parametrize("origin", [MessageOrigin.AUTO, MessageOrigin.CAMPAIGN, MessageOrigin.SYSTEM])
def test_only_a_person_answers(origin: MessageOrigin) -> None:
    scene = Scene()
    message = scene.text()
    talk = scene.talk_of(message)

    scene.reply(talk, origin)

    assert talk.waiting_since == message.at
    assert not talk.answered


@pytest.mark.parametrize("body", ["STOP", "Stop please", "START", "Help", "unstop"])
def test_a_keyword_waits_for_nothing(body: str) -> None:
    scene = Scene()

    scene.text(body)

    assert scene.legs == []


def test_only_open_time_counts_and_the_evening_is_told_apart() -> None:
    scene = Scene()
    scene.passes(hours=6, minutes=29, seconds=59)  # 16:30 in New York
    talk = scene.talk_of(scene.text())
    scene.passes(hours=17, seconds=-1)
    scene.reply(talk)
    scene.passes(hours=8, minutes=30, seconds=-1)
    scene.text()

    answered, evening = scene.legs
    assert (answered.open_seconds, answered.elapsed_seconds) == (3600, 17 * 3600)
    assert not answered.opened_out_of_hours
    assert evening.opened_out_of_hours


def test_a_close_an_opt_out_and_a_block_end_waits_each_in_its_way() -> None:
    closed, out, blocked = Scene(), Scene(), Scene()
    for scene in (closed, out, blocked):
        scene.text(to=scene.a)
        scene.text(to=scene.b)

    closed.close(next(iter(closed.customer.conversations.values())))
    out.text("STOP", to=out.b)
    lifecycle.block(blocked.customer, blocked.passes(seconds=1), AGENT)

    assert [leg.outcome for leg in closed.legs] == [WaitOutcome.CLOSED_UNANSWERED, None]
    assert [leg.outcome for leg in out.legs] == [WaitOutcome.OPTED_OUT] * 2
    assert [leg.outcome for leg in blocked.legs] == [WaitOutcome.BLOCKED] * 2
    assert all(talk.live for talk in out.customer.conversations.values())
    assert not any(talk.live for talk in blocked.customer.conversations.values())


def test_a_reply_that_fails_later_flags_its_wait_and_leaves_the_sample() -> None:
    scene = Scene()
    talk = scene.talk_of(scene.text())
    reply = scene.reply(talk)
    (leg,) = scene.legs

    report_status(scene.customer, reply, MessageStatus.UNDELIVERED, "30003", scene.now, [leg])

    assert (leg.outcome, leg.reply_undelivered) == (WaitOutcome.ANSWERED, True)


def test_a_run_of_ours_is_answered_within_seven_days_or_not_at_all() -> None:
    scene = Scene()
    talk = scene.talk_of(scene.text())
    sent = scene.reply(talk, MessageOrigin.CAMPAIGN)
    scene.reply(talk)
    answer = scene.text()
    late = scene.reply(talk)
    scene.passes(days=7, seconds=1)
    scene.text()

    first, second = (wait for wait in scene.customer.waits if wait.kind is WaitKind.OUTBOUND)
    assert (first.question_id, first.answer_id, first.campaign_id) == (sent.id, answer.id, CAMPAIGN)
    assert (first.outcome, first.elapsed_seconds) == (WaitOutcome.ANSWERED, 2)
    assert (second.question_id, second.outcome) == (late.id, WaitOutcome.TOO_LATE)


def test_a_later_text_of_ours_begins_a_new_run_after_seven_days() -> None:
    scene = Scene()
    talk = scene.talk_of(scene.text())
    scene.reply(talk)
    scene.passes(days=7)
    scene.reply(talk)

    runs = [wait for wait in scene.customer.waits if wait.kind is WaitKind.OUTBOUND]

    assert [run.outcome for run in runs] == [WaitOutcome.TOO_LATE, None]
    assert runs[1].started_at - runs[0].started_at > timedelta(days=7)
