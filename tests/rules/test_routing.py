from datetime import timedelta

import pytest

from localmessages.rules import lifecycle
from localmessages.rules.account import Settings
from localmessages.rules.conversation import ConversationStatus
from localmessages.rules.routing import conversation_for_outbound, conversation_named
from tests.support.one_customer import AGENT, Scene, start_new


def test_a_first_text_starts_a_conversation_and_the_next_goes_on_in_it() -> None:
    scene = Scene()

    first, second = scene.text(), scene.text()

    assert first.conversation_id == second.conversation_id
    assert scene.talk_of(first).status is ConversationStatus.OPEN


def test_another_place_is_another_conversation() -> None:
    scene = Scene()

    assert scene.text(to=scene.a).conversation_id != scene.text(to=scene.b).conversation_id


def test_a_text_wakes_what_sleeps() -> None:
    scene = Scene()
    talk = scene.talk_of(scene.text())
    lifecycle.snooze(scene.customer, talk, scene.now + timedelta(days=2), scene.now, AGENT)

    scene.text()

    assert (talk.status, talk.snoozed_until) == (ConversationStatus.OPEN, None)


@pytest.mark.parametrize(("days", "reopens"), [(29.999, True), (30, False)])
def test_a_text_reopens_what_was_closed_less_than_thirty_days_ago(days: float, reopens: bool) -> None:
    scene = Scene()
    talk = scene.talk_of(scene.text())
    scene.close(talk)
    scene.passes(days=days, seconds=-1)

    assert (scene.text().conversation_id == talk.id) is reopens


def test_an_account_that_never_reopens_starts_anew_each_time() -> None:
    scene = Scene(Settings(reopen_within_days=0))
    talk = scene.talk_of(scene.text())
    scene.close(talk)

    assert scene.text().conversation_id != talk.id


def test_a_keyword_is_kept_in_the_last_conversation_and_opens_nothing() -> None:
    scene = Scene()
    talk = scene.talk_of(scene.text())
    scene.close(talk)
    scene.passes(days=29)

    assert scene.text("STOP").conversation_id == talk.id
    assert talk.status is ConversationStatus.CLOSED


def test_a_keyword_to_what_is_over_is_kept_in_a_new_closed_one() -> None:
    scene = Scene()
    talk = scene.talk_of(scene.text())
    scene.close(talk)
    scene.passes(days=30)

    kept = scene.talk_of(scene.text("STOP"))

    assert kept is not talk
    assert kept.status is ConversationStatus.CLOSED


def test_a_keyword_out_of_nowhere_is_kept_in_a_closed_one() -> None:
    scene = Scene()

    assert scene.talk_of(scene.text("HELP")).status is ConversationStatus.CLOSED


def test_a_blocked_contact_opens_nothing() -> None:
    scene = Scene()
    talk = scene.talk_of(scene.text())
    lifecycle.block(scene.customer, scene.now, AGENT)

    message = scene.text()

    assert (message.conversation_id, message.eligible) == (talk.id, False)
    assert talk.status is ConversationStatus.CLOSED


def test_the_old_number_leads_to_where_the_conversation_went() -> None:
    scene = Scene()
    talk = scene.talk_of(scene.text(to=scene.a))
    scene.move(talk, scene.b)
    scene.move(talk, scene.c)

    for number in (scene.a, scene.b):
        message = scene.text(to=number)
        assert message.conversation_id == talk.id
        assert (message.received_on, message.location_id) == (number.number, scene.c.id)
    assert scene.text(to=scene.c).received_on is None


def test_the_old_number_leads_on_into_what_a_merge_left() -> None:
    scene = Scene()
    moved = scene.talk_of(scene.text(to=scene.a))
    scene.move(moved, scene.b)
    onto = scene.talk_of(scene.text(to=scene.c))
    scene.move(onto, scene.b)
    assert moved.merged_into_id == onto.id

    assert scene.text(to=scene.a).conversation_id == onto.id


def test_the_old_number_reopens_where_it_went_but_not_beside_another() -> None:
    scene = Scene(Settings(reopen_within_days=1))
    talk = scene.talk_of(scene.text(to=scene.a))
    scene.move(talk, scene.b)
    scene.close(talk)
    assert scene.text(to=scene.a).conversation_id == talk.id
    scene.close(talk)
    scene.passes(days=2)
    other = scene.text(to=scene.b)
    assert other.conversation_id != talk.id

    assert scene.text(to=scene.a).conversation_id == other.conversation_id


def test_the_old_number_leads_no_further_than_the_latest_there() -> None:
    scene = Scene(start_new())
    talk = scene.talk_of(scene.text(to=scene.a))
    scene.move(talk, scene.b)

    assert scene.talk_of(scene.text(to=scene.a)).location_id == scene.a.id


def test_what_was_undone_leads_nowhere() -> None:
    scene = Scene()
    talk = scene.talk_of(scene.text(to=scene.a))
    scene.undo(scene.move(talk, scene.b))

    message = scene.text(to=scene.a)

    assert (message.conversation_id, message.received_on) == (talk.id, None)


def test_outbound_texts_go_into_what_is_open_or_was_lately() -> None:
    scene = Scene()
    talk = scene.talk_of(scene.text())
    assert conversation_for_outbound(scene.customer, scene.a, scene.now) is talk
    scene.close(talk)
    assert conversation_for_outbound(scene.customer, scene.a, scene.now) is talk
    assert conversation_for_outbound(scene.customer, scene.a, scene.passes(days=31)) is None
    assert conversation_for_outbound(scene.customer, scene.b, scene.now) is None


def test_who_names_a_conversation_by_its_place_means_the_open_or_the_last_one() -> None:
    scene = Scene(start_new())
    talk = scene.talk_of(scene.text(to=scene.a))
    scene.move(talk, scene.b)
    assert conversation_named(scene.customer, scene.a) is talk

    assert conversation_named(scene.customer, scene.c) is None
    newer = scene.talk_of(scene.text(to=scene.a))
    assert conversation_named(scene.customer, scene.a) is newer
