from datetime import timedelta

from localmessages.rules import lifecycle
from localmessages.rules.consent import ConsentMethod, ConsentState, Keyword, OptOutCause
from localmessages.rules.conversation import ConversationStatus
from localmessages.rules.delivery import MessageDirection, MessageOrigin, MessageStatus
from localmessages.rules.live import EventKind
from localmessages.rules.records import ConsentChange, Message
from localmessages.rules.texting import OutboundText, report_status, send
from tests.support.one_customer import AGENT, CAMPAIGN, CUSTOMER, Scene


def ledger(scene: Scene) -> list[ConsentChange]:
    return [record for record in scene.customer.added if isinstance(record, ConsentChange)]


def test_a_text_is_stamped_with_where_it_came_and_counts_as_unread() -> None:
    scene = Scene()

    message = scene.text("Hello 🙂")

    assert (message.direction, message.origin) == (MessageDirection.INBOUND, None)
    assert (message.from_number, message.to_number) == (CUSTOMER, scene.a.number)
    assert (message.location_id, message.received_on) == (scene.a.id, None)
    assert (message.status, message.segments) == (MessageStatus.RECEIVED, 1)
    talk = scene.talk_of(message)
    assert (talk.entry_count, talk.active, talk.last_message_id) == (1, True, message.id)


def test_a_text_goes_out_queued_from_a_person_who_is_remembered() -> None:
    scene = Scene()
    talk = scene.talk_of(scene.text())

    message = scene.reply(talk)

    assert (message.status, message.agent_id, message.to_number) == (MessageStatus.QUEUED, AGENT, CUSTOMER)
    assert (talk.answered, talk.entry_count) == (True, 1)


def test_what_the_carrier_refused_at_once_has_failed() -> None:
    scene = Scene()
    talk = scene.talk_of(scene.text())
    text = OutboundText(MessageOrigin.AGENT, "Yes", scene.a.number, AGENT, refused=True, refusal_code="21610")

    message = send(scene.customer, talk, text, scene.passes(seconds=1))

    assert (message.status, message.failure_code, message.refused) == (MessageStatus.FAILED, "21610", True)
    (change,) = ledger(scene)
    assert (change.method, change.cause_message_id) == (ConsentMethod.CARRIER, message.id)


def test_a_stop_is_one_opt_out_with_what_came_before_it() -> None:
    scene = Scene()
    talk = scene.talk_of(scene.text())
    campaign = scene.reply(talk, MessageOrigin.CAMPAIGN)

    stop = scene.text("Stop please")
    scene.text("STOP")

    (change,) = ledger(scene)
    assert (change.state, change.method) == (ConsentState.OPTED_OUT, ConsentMethod.KEYWORD)
    assert (change.texted, change.number, change.message_id) == ("Stop please", scene.a.number, stop.id)
    assert (change.cause, change.cause_message_id) == (OptOutCause.CAMPAIGN, campaign.id)
    assert change.cause_campaign_id == CAMPAIGN
    assert scene.customer.contact.opted_out_at == stop.at


def test_stop_and_start_are_one_opt_out_and_one_opt_in() -> None:
    scene = Scene()

    scene.text("STOP")
    scene.text("yes")

    assert [change.state for change in ledger(scene)] == [ConsentState.OPTED_OUT, ConsentState.OPTED_IN]
    assert scene.customer.contact.opted_out_at is None
    assert scene.text("yes").keyword is None


def test_a_blocked_contacts_stop_still_counts() -> None:
    scene = Scene()
    scene.text()
    lifecycle.block(scene.customer, scene.now, AGENT)

    message = scene.text("STOP")

    assert (message.keyword, scene.customer.contact.opted_out_at) == (Keyword.OPT_OUT, message.at)


def test_a_blocked_contacts_texts_are_unread_by_nobody() -> None:
    scene = Scene()
    talk = scene.talk_of(scene.text())
    lifecycle.block(scene.customer, scene.now, AGENT)

    scene.text()

    assert talk.entry_count == 1


def test_a_reply_wakes_what_sleeps_and_a_campaign_does_not() -> None:
    scene = Scene()
    talk = scene.talk_of(scene.text())
    lifecycle.snooze(scene.customer, talk, scene.now + timedelta(days=1), scene.now, AGENT)

    statuses = []
    for origin in (MessageOrigin.CAMPAIGN, MessageOrigin.AGENT):
        scene.reply(talk, origin)
        statuses.append(talk.status)

    assert statuses == [ConversationStatus.SNOOZED, ConversationStatus.OPEN]


def test_reports_are_all_kept_and_the_highest_stands() -> None:
    scene = Scene()
    message = scene.reply(scene.talk_of(scene.text()))
    reported = (
        MessageStatus.DELIVERED,
        MessageStatus.SENT,
        MessageStatus.UNDELIVERED,
        MessageStatus.DELIVERED,
    )

    reports = [
        report_status(
            scene.customer,
            message,
            status,
            "30003" if status is MessageStatus.UNDELIVERED else None,
            scene.passes(seconds=1),
        )
        for status in reported
    ]

    assert [report.applied for report in reports] == [True, False, True, False]
    assert (message.status, message.failure_code) == (MessageStatus.UNDELIVERED, "30003")
    assert message.status_at == reports[2].at


def test_a_dead_number_is_remembered() -> None:
    scene = Scene()
    message = scene.reply(scene.talk_of(scene.text()))

    report_status(scene.customer, message, MessageStatus.UNDELIVERED, "30005", scene.passes(seconds=1))

    assert scene.customer.contact.undeliverable_at == scene.now


def test_a_receipt_for_a_text_of_another_place_moves_the_tiles_there() -> None:
    scene = Scene()
    talk = scene.talk_of(scene.text())
    message = scene.reply(talk)
    scene.move(talk, scene.b)
    scene.customer.happenings.clear()

    report_status(scene.customer, message, MessageStatus.DELIVERED, None, scene.passes(seconds=1))

    told = [(happening.kind, happening.place.id) for happening in scene.customer.happenings]
    assert told == [(EventKind.MESSAGE_CHANGED, scene.b.id), (EventKind.FACT_CHANGED, scene.a.id)]


def test_each_text_is_told_where_its_conversation_is() -> None:
    scene = Scene()
    talk = scene.talk_of(scene.text())
    scene.move(talk, scene.b)
    scene.customer.happenings.clear()

    message: Message = scene.text(to=scene.a)

    (told,) = [each for each in scene.customer.happenings if each.kind is EventKind.ENTRY_ADDED]
    assert (told.place.id, told.body["entry"]) == (scene.b.id, ["Message", str(message.id)])
