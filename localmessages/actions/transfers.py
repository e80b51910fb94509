"""Transfers: preview, one. (Back again: undoing. Many at once: bulk_transfers.)"""

from dataclasses import dataclass
from uuid import UUID

from localmessages.actions.actor import Actor, IdempotencyKey, Made, once
from localmessages.actions.audit import audit
from localmessages.actions.contacts import name_of
from localmessages.actions.conversations import check_version, conversation_at_hand
from localmessages.actions.messages import ask_to_send
from localmessages.rules.account import fill_placeholders
from localmessages.rules.customer import Customer
from localmessages.rules.delivery import MessageOrigin
from localmessages.rules.linking import send_with_links
from localmessages.rules.place import Place
from localmessages.rules.records import Conversation, Message
from localmessages.rules.refusal import NotFound
from localmessages.rules.texting import OutboundText
from localmessages.rules.texts import BODY_LIMIT, NOTE_LIMIT, check_text
from localmessages.rules.transfer import check_transfer, move
from localmessages.services import Transaction


@dataclass(frozen=True, slots=True)
class TransferRequest:
    """What a transfer is asked to do; `notice` None is the account's text."""

    to_location_id: UUID
    note: str | None = None
    notify: bool = True
    notice: str | None = None
    expected_version: int | None = None
    bulk_transfer_id: UUID | None = None


def notice_text(origin: Place, target: Place, notice: str | None) -> str:
    """The text to the customer, with its placeholders filled."""
    text = notice if notice is not None and notice.strip() else origin.settings.transfer_notice
    return fill_placeholders(text, location=target.name, number=target.number, business=origin.business)


def destination(actor: Actor, location_id: UUID) -> Place:
    """Where a conversation may be sent to: any location of the tree, also one that is hidden inside."""
    place = actor.catalogue.places.get(location_id)
    if place is None:
        raise NotFound("location", field=["to"])
    return place


async def transfer_conversation(
    actor: Actor, conversation_id: UUID, request: TransferRequest, *, key: IdempotencyKey | None = None
) -> Made:
    """Move a conversation and its open wait to another location, and tell both inboxes and the customer."""

    async def do(tx: Transaction) -> Made:
        return {
            "transfer": await transfer_in(tx, actor, conversation_id, request),
            "conversation": conversation_id,
        }

    return await once(actor, key, do)


async def transfer_in(tx: Transaction, actor: Actor, conversation_id: UUID, request: TransferRequest) -> UUID:
    """The transfer inside a transaction that the caller has open; its id."""
    target = destination(actor, request.to_location_id)
    check_texts(request)
    async with conversation_at_hand(tx, actor, conversation_id, moved_is_told=True) as (
        customer,
        conversation,
    ):
        origin = actor.place_of(conversation.location_id)
        check_transfer(conversation, origin, target)
        check_version(conversation, request.expected_version)
        notice = _notify(actor, customer, conversation, origin, target, request)
        transfer = move(
            customer,
            conversation,
            target,
            customer.after(actor.now),
            by=actor.user_id,
            note=request.note if request.note and request.note.strip() else None,
            notice=notice,
            keeps_assignee=keeps_assignee(actor, conversation, target),
        )
        transfer.bulk_transfer_id = request.bulk_transfer_id
    if notice is not None:
        await ask_to_send(tx.connection, notice)
    ends = (origin.id, target.id)
    await audit_move(tx, actor, "transferConversation", customer, conversation, ends)
    return transfer.id


def keeps_assignee(actor: Actor, conversation: Conversation, target: Place) -> bool:
    """Whether who looks after it works at the destination too; true when nobody does."""
    if conversation.assignee_id is None:
        return True
    assignee = actor.catalogue.viewer(conversation.assignee_id)
    return assignee is not None and assignee.sees(target.id)


def check_texts(request: TransferRequest) -> None:
    """Raise `Refused` for a note or a notice that is too long or cannot be kept."""
    for field, text, limit in (("note", request.note, NOTE_LIMIT), ("notice", request.notice, BODY_LIMIT)):
        if text is not None:
            check_text(text, what=field, limit=limit, field=[field], may_be_empty=True)


def _notify(
    actor: Actor,
    customer: Customer,
    conversation: Conversation,
    origin: Place,
    target: Place,
    request: TransferRequest,
) -> Message | None:
    """The notice from the old number. An opted-out contact gets none; the transfer goes on without it."""
    contact = customer.contact
    if not request.notify or contact.opted_out_at is not None or contact.blocked_at is not None:
        return None
    body = notice_text(origin, target, request.notice)
    text = OutboundText(MessageOrigin.SYSTEM, body, origin.number, agent_id=actor.user_id)
    at, public_url = customer.after(actor.now), actor.services.public_url
    notice = send_with_links(customer, conversation, text, at, public_url=public_url)
    # The move tells of it, at the new place: the old one may not look any more.
    customer.happenings.pop()
    return notice


async def audit_move(
    tx: Transaction,
    actor: Actor,
    action: str,
    customer: Customer,
    conversation: Conversation,
    ends: tuple[UUID, UUID],
) -> None:
    """Note the move in the audit log; `ends` are the locations before and after."""
    names = (actor.place_of(ends[0]).name, actor.place_of(ends[1]).name)
    subject = ("Conversation", conversation.id)
    await audit(tx, actor, action, subject, name_of(customer.contact), {"location": names})
