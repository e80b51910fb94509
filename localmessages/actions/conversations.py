"""What people do to conversations. Each one transaction: lock, decide by a rule, save, tell."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from uuid import UUID

from localmessages.actions.actor import Actor, IdempotencyKey, Made, once
from localmessages.actions.events import emit_happenings
from localmessages.actions.reading import read_all
from localmessages.actions.store import lock_customer_of, save_customers
from localmessages.rules import lifecycle
from localmessages.rules.access import Role
from localmessages.rules.customer import Customer
from localmessages.rules.records import Conversation
from localmessages.rules.refusal import (
    AlreadyExists,
    AlreadyTransferred,
    NotFound,
    Refused,
    StaleVersion,
    UserErrorCode,
)
from localmessages.rules.texts import NOTE_LIMIT, check_text
from localmessages.services import Transaction

SNOOZE_LIMIT = timedelta(days=366)


@asynccontextmanager
async def conversation_at_hand(
    tx: Transaction,
    actor: Actor,
    conversation_id: UUID,
    *,
    role: Role = Role.AGENT,
    field: str = "conversationId",
    moved_is_told: bool = False,
) -> AsyncIterator[tuple[Customer, Conversation]]:
    """The conversation under lock; what a rule changes of its customer is saved and told at the end.

    `moved_is_told`: who lost sight of it by a transfer hears where it went, instead of `NOT_FOUND`.
    """
    customer = await lock_customer_of(
        tx.connection, actor.tenant_id, actor.place_of, conversation_id=conversation_id
    )
    conversation = theirs(
        actor, customer, conversation_id, role=role, field=field, moved_is_told=moved_is_told
    )
    assert customer is not None
    yield customer, conversation
    await save(tx, customer)


def theirs(
    actor: Actor,
    customer: Customer | None,
    conversation_id: UUID,
    *,
    role: Role = Role.AGENT,
    field: str = "conversationId",
    moved_is_told: bool = False,
) -> Conversation:
    """The conversation of a customer that is locked; `Refused` unless it is the viewer's to act in."""
    if customer is None:
        raise NotFound("conversation", field=[field])
    conversation = customer.conversations[conversation_id]
    if moved_is_told:
        _tell_where_it_went(actor, customer, conversation, field)
    actor.needs(role, conversation.location_id, what="conversation", field=field)
    return conversation


async def save(tx: Transaction, customer: Customer) -> None:
    """Write what the rules changed of a customer, and tell of it."""
    emit_happenings(tx, customer)
    await save_customers(tx.connection, [customer])


def _tell_where_it_went(actor: Actor, customer: Customer, conversation: Conversation, field: str) -> None:
    if actor.viewer.sees(conversation.location_id):
        return
    moves = [
        move
        for move in customer.transfers
        if move.conversation_id == conversation.id and actor.viewer.sees(move.from_location_id)
    ]
    if moves:
        place = actor.place_of(conversation.location_id)
        raise AlreadyTransferred(place.id, place.name, max(move.at for move in moves), field=[field])


def check_version(conversation: Conversation, expected: int | None) -> None:
    """Raise `StaleVersion` unless the conversation is as the viewer saw it."""
    if expected is not None and expected != conversation.version:
        raise StaleVersion(conversation.id, expected)


def check_live(conversation: Conversation, *, field: str = "conversationId") -> None:
    """Raise `Refused` unless the conversation is open or snoozed."""
    if not conversation.live:
        raise Refused(
            UserErrorCode.CONVERSATION_CLOSED,
            "The conversation is closed.",
            field=[field],
            remedy="Reopen it first.",
        )


async def add_note(
    actor: Actor, conversation_id: UUID, body: str, *, key: IdempotencyKey | None = None
) -> Made:
    """Write an internal note, which the author has read."""
    check_text(body, what="note", limit=NOTE_LIMIT, field=["body"], remedy="Write two notes.")

    async def do(tx: Transaction) -> Made:
        async with conversation_at_hand(tx, actor, conversation_id) as (customer, conversation):
            note = lifecycle.add_note(customer, conversation, body, customer.after(actor.now), actor.user_id)
        await read_all(tx, actor, conversation)
        return {"note": note.id, "conversation": conversation.id}

    return await once(actor, key, do)


async def assign_conversation(
    actor: Actor, conversation_id: UUID, user_id: UUID | None, *, key: IdempotencyKey | None = None
) -> Made:
    """Give it to a person who may act there, or to nobody."""

    async def do(tx: Transaction) -> Made:
        async with conversation_at_hand(tx, actor, conversation_id) as (customer, conversation):
            if user_id is not None:
                _check_assignee(actor, conversation, user_id)
            lifecycle.assign(customer, conversation, user_id, customer.after(actor.now), actor.user_id)
        return {"conversation": conversation.id}

    return await once(actor, key, do)


def _check_assignee(actor: Actor, conversation: Conversation, user_id: UUID) -> None:
    if user_id not in actor.catalogue.people:
        raise NotFound("person", field=["userId"])
    assignee = actor.catalogue.viewer(user_id)
    if assignee is None or not assignee.may(Role.AGENT, conversation.location_id):
        raise Refused(
            UserErrorCode.INVALID,
            "That person does not work in this inbox.",
            field=["userId"],
            remedy="Choose one of the location's members.",
        )


async def close_conversation(
    actor: Actor,
    conversation_id: UUID,
    *,
    expected_version: int | None = None,
    key: IdempotencyKey | None = None,
) -> Made:
    """Close it; who waits in it goes unanswered."""

    async def do(tx: Transaction) -> Made:
        async with conversation_at_hand(tx, actor, conversation_id) as (customer, conversation):
            check_version(conversation, expected_version)
            lifecycle.close(customer, conversation, customer.after(actor.now), actor.user_id)
        return {"conversation": conversation.id}

    return await once(actor, key, do)


async def reopen_conversation(
    actor: Actor, conversation_id: UUID, *, key: IdempotencyKey | None = None
) -> Made:
    """Open it again."""

    async def do(tx: Transaction) -> Made:
        async with conversation_at_hand(tx, actor, conversation_id) as (customer, conversation):
            _check_reopen(customer, conversation)
            lifecycle.reopen(customer, conversation, customer.after(actor.now), actor.user_id)
        return {"conversation": conversation.id}

    return await once(actor, key, do)


def _check_reopen(customer: Customer, conversation: Conversation) -> None:
    if conversation.live:
        return
    if conversation.merged_into_id is not None:
        raise Refused(
            UserErrorCode.WRONG_STATE,
            "The conversation was closed in favour of another one.",
            field=["conversationId"],
            remedy="Go on in the conversation that it was merged into.",
        )
    if customer.contact.blocked_at is not None:
        raise blocked("conversationId")
    other = customer.live_at(conversation.location_id)
    if other is not None:
        raise AlreadyExists(
            "Another conversation with the contact is open there.",
            existing=("Conversation", other.id),
            field=["conversationId"],
            remedy="Go on in that one.",
        )


def blocked(field: str) -> Refused:
    """The contact is blocked."""
    return Refused(
        UserErrorCode.BLOCKED, "The contact is blocked.", field=[field], remedy="Unblock the contact first."
    )


async def snooze_conversation(
    actor: Actor, conversation_id: UUID, until: datetime, *, key: IdempotencyKey | None = None
) -> Made:
    """Put it to sleep until an instant within a year."""

    async def do(tx: Transaction) -> Made:
        _check_snooze(actor.now, until)
        async with conversation_at_hand(tx, actor, conversation_id) as (customer, conversation):
            check_live(conversation)
            lifecycle.snooze(customer, conversation, until, customer.after(actor.now), actor.user_id)
        return {"conversation": conversation.id}

    return await once(actor, key, do)


def _check_snooze(now: datetime, until: datetime) -> None:
    if not now < until <= now + SNOOZE_LIMIT:
        raise Refused(
            UserErrorCode.INVALID,
            "A conversation sleeps until an instant in the future, within a year.",
            field=["until"],
            remedy="Choose a later instant." if until <= now else "Choose an earlier instant.",
        )


async def mute_conversation(
    actor: Actor, conversation_id: UUID, muted: bool, *, key: IdempotencyKey | None = None
) -> Made:
    """Turn its alerts off or on."""

    async def do(tx: Transaction) -> Made:
        async with conversation_at_hand(tx, actor, conversation_id) as (customer, conversation):
            lifecycle.mute(customer, conversation, muted, customer.after(actor.now), actor.user_id)
        return {"conversation": conversation.id}

    return await once(actor, key, do)
