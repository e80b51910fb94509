"""A text comes in, a text goes out, the carrier reports: what each changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from localmessages.rules import consent
from localmessages.rules.consent import ConsentMethod, ConsentState, Keyword
from localmessages.rules.conversation import ConversationStatus
from localmessages.rules.customer import Customer
from localmessages.rules.delivery import (
    FINAL_NUMBER_ERRORS,
    OPT_OUT_ERROR,
    MessageDirection,
    MessageOrigin,
    MessageStatus,
    Standing,
    derive,
    is_non_deliverable,
)
from localmessages.rules.keys import new_key
from localmessages.rules.ledger import change_consent
from localmessages.rules.lifecycle import reopen, wake
from localmessages.rules.live import EventKind
from localmessages.rules.place import Place
from localmessages.rules.records import Conversation, Message, StatusReport, Wait
from localmessages.rules.routing import conversation_for_inbound
from localmessages.rules.segments import measure
from localmessages.rules.waiting import answer_run, answer_wait, begin_run, begin_wait

_SENT_BY_US = (MessageOrigin.AGENT, MessageOrigin.CAMPAIGN)


@dataclass(frozen=True, slots=True)
class InboundText:
    """A text as the carrier hands it over; `external_id` is the carrier's."""

    external_id: str | None
    from_number: str
    to_number: str
    body: str


@dataclass(frozen=True, slots=True)
class OutboundText:
    """A text to send, or one that was sent: then with the carrier's id, or the code of its refusal."""

    origin: MessageOrigin
    body: str
    from_number: str
    agent_id: UUID | None = None
    campaign_id: UUID | None = None
    payment_request_id: UUID | None = None
    external_id: str | None = None
    refused: bool = False
    refusal_code: str | None = None


def receive(customer: Customer, place: Place, text: InboundText, at: datetime) -> Message:
    """Take a text to a number of `place`: into which conversation, who waits now, what a keyword does."""
    contact = customer.contact
    keyword = consent.keyword(text.body, opted_out=contact.opted_out_at is not None)
    eligible = keyword is None and contact.blocked_at is None
    conversation = _conversation_for(customer, place, at, opens=eligible)
    message = _write(
        customer,
        conversation,
        at,
        direction=MessageDirection.INBOUND,
        external_id=text.external_id,
        body=text.body,
        from_number=text.from_number,
        to_number=text.to_number,
        received_on=text.to_number if conversation.location_id != place.id else None,
        status=MessageStatus.RECEIVED,
        keyword=keyword,
        eligible=eligible,
    )
    # As the counts until an instant tell them apart (actions/reading.py): what a blocked contact says is
    # nothing to read, but for a keyword, which still changes something.
    if eligible or keyword is not None:
        conversation.entry_count += 1
    if eligible:
        conversation.active = True
        answer_run(customer, conversation, message)
        begin_wait(customer, conversation, message)
    customer.entered(conversation, message)
    if keyword is Keyword.OPT_OUT and contact.opted_out_at is None:
        change_consent(
            customer, ConsentState.OPTED_OUT, ConsentMethod.KEYWORD, at, conversation, message=message
        )
    elif keyword is Keyword.OPT_IN and contact.opted_out_at is not None:
        change_consent(
            customer, ConsentState.OPTED_IN, ConsentMethod.KEYWORD, at, conversation, message=message
        )
    return message


def _conversation_for(customer: Customer, place: Place, at: datetime, *, opens: bool) -> Conversation:
    conversation = conversation_for_inbound(customer, place, at)
    if conversation is None:
        status = ConversationStatus.OPEN if opens else ConversationStatus.CLOSED
        return customer.begin_conversation(place, at, status)
    if opens and conversation.status is ConversationStatus.CLOSED:
        reopen(customer, conversation, at, by=None)
    elif opens and conversation.status is ConversationStatus.SNOOZED:
        wake(customer, conversation, at, by=None)
    return conversation


def send(customer: Customer, conversation: Conversation, text: OutboundText, at: datetime) -> Message:
    """Store a text that is accepted for sending; whether it may be sent was decided before (`check_send`)."""
    contact = customer.contact
    by_person = text.origin is MessageOrigin.AGENT
    if by_person and conversation.status is ConversationStatus.SNOOZED:
        wake(customer, conversation, at, by=text.agent_id)
    message = _write(
        customer,
        conversation,
        at,
        direction=MessageDirection.OUTBOUND,
        origin=text.origin,
        external_id=text.external_id,
        body=text.body,
        from_number=text.from_number,
        to_number=contact.phone,
        agent_id=text.agent_id,
        campaign_id=text.campaign_id,
        payment_request_id=text.payment_request_id,
        status=MessageStatus.FAILED if text.refused else MessageStatus.QUEUED,
        failure_code=text.refusal_code if text.refused else None,
        refused=text.refused,
    )
    if by_person:
        conversation.answered = conversation.active = True
        answer_wait(customer, conversation, message)
    if text.origin in _SENT_BY_US:
        begin_run(customer, conversation, message)
        customer.last_sent[conversation.id] = message
    customer.entered(conversation, message)
    if text.refused:
        _heed_failure(customer, conversation, message, text.refusal_code, at)
    return message


def _write(
    customer: Customer, conversation: Conversation, at: datetime, *, body: str, **details: Any
) -> Message:
    """A new text, as the last of its conversation."""
    size = measure(body)
    message = customer.add(
        Message(
            tenant_id=conversation.tenant_id,
            id=new_key(at),
            conversation_id=conversation.id,
            location_id=conversation.location_id,
            contact_id=conversation.contact_id,
            at=at,
            status_at=at,
            body=body,
            encoding=size.encoding,
            segments=size.segments,
            version=customer.next_version(conversation),
            **details,
        )
    )
    conversation.last_message_id, conversation.last_activity_at = message.id, at
    return message


def report_status(
    customer: Customer,
    message: Message,
    status: MessageStatus,
    code: str | None,
    at: datetime,
    answered: Sequence[Wait] = (),
    *,
    refused: bool = False,
) -> StatusReport:
    """Keep a report of the carrier, and let the highest stand. `answered`: the waits that the text answered.

    `refused` is for the hand-over alone: the carrier did not take the text.
    """
    conversation = customer.conversations[message.conversation_id]
    before = Standing(message.status, message.failure_code)
    after = derive(before, status, code)
    report = customer.add(
        StatusReport(
            tenant_id=message.tenant_id,
            id=new_key(at),
            message_id=message.id,
            at=at,
            status=status,
            failure_code=code,
            applied=after.status is not before.status,
        )
    )
    if after == before and not refused:
        return report
    if report.applied:
        message.status_at = at
    message.status, message.failure_code = after.status, after.code
    message.refused = message.refused or refused
    customer.touch(message)
    if is_non_deliverable(message.status):
        for wait in answered:
            wait.reply_undelivered = True
            customer.touch(wait)
    tell_of_message(customer, conversation, message, at)
    _heed_failure(customer, conversation, message, code, at)
    return report


def tell_of_message(customer: Customer, conversation: Conversation, message: Message, at: datetime) -> None:
    """A fact about a text has changed: its inbox hears of it, and the tiles where the text was sent."""
    customer.happened(EventKind.MESSAGE_CHANGED, conversation, at, message=str(message.id))
    if message.location_id != conversation.location_id:
        customer.happened(
            EventKind.FACT_CHANGED, conversation, at, location_id=message.location_id, message=str(message.id)
        )


def _heed_failure(
    customer: Customer, conversation: Conversation, message: Message, code: str | None, at: datetime
) -> None:
    contact = customer.contact
    if code in FINAL_NUMBER_ERRORS and contact.undeliverable_at is None:
        contact.undeliverable_at = at
        customer.touch(contact)
    if code == OPT_OUT_ERROR and contact.opted_out_at is None:
        change_consent(
            customer,
            ConsentState.OPTED_OUT,
            ConsentMethod.CARRIER,
            customer.after(at),
            conversation,
            message=message,
            cause=message,
        )
