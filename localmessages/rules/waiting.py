"""Waits: how they begin and end (metrics.md C4, C5), and runs of ours that a contact may answer."""

from datetime import datetime
from uuid import UUID

from localmessages.rules.customer import Customer
from localmessages.rules.delivery import is_non_deliverable
from localmessages.rules.hours import is_open, open_seconds
from localmessages.rules.keys import new_key
from localmessages.rules.live import EventKind
from localmessages.rules.records import Conversation, Message, Wait
from localmessages.rules.waits import RUN_LASTS, WaitKind, WaitOutcome, seconds_between


def begin_wait(customer: Customer, conversation: Conversation, question: Message) -> None:
    """The customer waits from `question` on, unless they do already."""
    if customer.open_wait(conversation) is None:
        _open_leg(customer, conversation, question.at, question.id, chain_id=None)
        conversation.waiting_since = question.at
        customer.touch(conversation)


def answer_wait(customer: Customer, conversation: Conversation, answer: Message) -> None:
    """A person's text answers whoever waits."""
    leg = customer.open_wait(conversation)
    if leg is None:
        return
    end_leg(customer, leg, WaitOutcome.ANSWERED, answer.at)
    leg.agent_id, leg.campaign_id, leg.answer_id = answer.agent_id, answer.campaign_id, answer.id
    leg.reply_undelivered = is_non_deliverable(answer.status)
    conversation.waiting_since = None
    customer.touch(conversation)


def end_wait(customer: Customer, conversation: Conversation, outcome: WaitOutcome, at: datetime) -> bool:
    """Nobody waits here any more, for another reason than an answer. Whether somebody did."""
    leg = customer.open_wait(conversation)
    if leg is None:
        return False
    end_leg(customer, leg, outcome, at)
    conversation.waiting_since = None
    customer.touch(conversation)
    return True


def end_all_waits(
    customer: Customer, outcome: WaitOutcome, at: datetime, *, told: Conversation | None = None
) -> None:
    """The contact waits nowhere any more. Inboxes other than that of `told` hear of it here."""
    for conversation in customer.conversations.values():
        if end_wait(customer, conversation, outcome, at) and conversation is not told:
            customer.next_version(conversation)
            customer.happened(EventKind.CONVERSATION_CHANGED, conversation, at)


def end_leg(customer: Customer, leg: Wait, outcome: WaitOutcome, at: datetime) -> None:
    """Stop the clock of a leg, on the calendar of its location."""
    leg.ended_at, leg.outcome = at, outcome
    leg.elapsed_seconds = seconds_between(leg.started_at, at)
    leg.open_seconds = open_seconds(leg.started_at, at, customer.place_of(leg.location_id).hours)
    customer.touch(leg)


def hand_over_leg(customer: Customer, conversation: Conversation, leg: Wait, at: datetime) -> Wait:
    """After a move: `leg` ends where it was, and the next begins where the conversation is now."""
    end_leg(customer, leg, WaitOutcome.TRANSFERRED, at)
    return _open_leg(customer, conversation, at, leg.question_id, chain_id=leg.chain_id)


def restart_leg(customer: Customer, leg: Wait) -> None:
    """The leg goes on as if it had never ended."""
    leg.ended_at = leg.outcome = leg.elapsed_seconds = leg.open_seconds = None
    customer.touch(leg)


def relocate_leg(customer: Customer, leg: Wait, location_id: UUID) -> None:
    """The leg is another location's from its beginning."""
    leg.location_id = location_id
    leg.opened_out_of_hours = not is_open(leg.started_at, customer.place_of(location_id).hours)
    customer.touch(leg)
    if leg.ended_at is not None and leg.outcome is not None:
        end_leg(customer, leg, leg.outcome, leg.ended_at)


def begin_run(customer: Customer, conversation: Conversation, sent: Message) -> None:
    """A text of a person or campaign begins a run, unless one is still going."""
    run = customer.open_wait(conversation, WaitKind.OUTBOUND)
    if run is not None:
        if sent.at - run.started_at <= RUN_LASTS:
            return
        _end_run(customer, run, WaitOutcome.TOO_LATE, sent.at)
    run_id = new_key(sent.at)
    customer.add(
        Wait(
            tenant_id=conversation.tenant_id,
            id=run_id,
            kind=WaitKind.OUTBOUND,
            chain_id=run_id,
            conversation_id=conversation.id,
            location_id=sent.location_id,
            contact_id=conversation.contact_id,
            started_at=sent.at,
            opened_out_of_hours=not is_open(sent.at, customer.place_of(sent.location_id).hours),
            agent_id=sent.agent_id,
            campaign_id=sent.campaign_id,
            question_id=sent.id,
        )
    )


def answer_run(customer: Customer, conversation: Conversation, answer: Message) -> None:
    """The contact has answered our run, in time or too late."""
    run = customer.open_wait(conversation, WaitKind.OUTBOUND)
    if run is not None:
        in_time = answer.at - run.started_at <= RUN_LASTS
        _end_run(customer, run, WaitOutcome.ANSWERED if in_time else WaitOutcome.TOO_LATE, answer.at)
        run.answer_id = answer.id


def _end_run(customer: Customer, run: Wait, outcome: WaitOutcome, at: datetime) -> None:
    run.ended_at, run.outcome = at, outcome
    run.elapsed_seconds = seconds_between(run.started_at, at)
    run.open_seconds = open_seconds(run.started_at, at, customer.place_of(run.location_id).hours)
    customer.touch(run)


def _open_leg(
    customer: Customer,
    conversation: Conversation,
    at: datetime,
    question_id: UUID | None,
    *,
    chain_id: UUID | None,
) -> Wait:
    leg_id = new_key(at)
    return customer.add(
        Wait(
            tenant_id=conversation.tenant_id,
            id=leg_id,
            kind=WaitKind.INBOUND,
            chain_id=chain_id or leg_id,
            conversation_id=conversation.id,
            location_id=conversation.location_id,
            contact_id=conversation.contact_id,
            started_at=at,
            opened_out_of_hours=not is_open(at, customer.place_of(conversation.location_id).hours),
            question_id=question_id,
        )
    )
