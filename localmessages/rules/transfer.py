"""Moving a conversation to another location (messaging.md, "Transfer"). And back: undo."""

from datetime import datetime, timedelta
from uuid import UUID

from localmessages.rules.conversation import ConversationChangeKind
from localmessages.rules.customer import Customer
from localmessages.rules.keys import new_key
from localmessages.rules.lifecycle import shut
from localmessages.rules.live import EventKind
from localmessages.rules.place import Place
from localmessages.rules.records import Conversation, Message, Transfer
from localmessages.rules.refusal import Refused, UserErrorCode
from localmessages.rules.waiting import end_leg, hand_over_leg
from localmessages.rules.waits import WaitOutcome

UNDO_WITHIN = timedelta(minutes=10)


def check_transfer(conversation: Conversation, origin: Place, target: Place) -> None:
    """Raise `Refused` unless a conversation at `origin` may move to `target`."""
    if target.tenant_id != origin.tenant_id:
        raise Refused(
            UserErrorCode.OTHER_ACCOUNT_TREE,
            "That location belongs to another organisation.",
            field=["to"],
            remedy="Choose a location of your own account tree.",
        )
    if target.id == origin.id:
        raise Refused(
            UserErrorCode.SAME_LOCATION,
            f"The conversation is at {origin.name} already.",
            field=["to"],
            remedy="Choose another location.",
        )
    if not target.active:
        raise Refused(
            UserErrorCode.INACTIVE_LOCATION,
            f"{target.name} is out of service.",
            field=["to"],
            remedy="Choose an active location, or put this one back into service.",
        )
    if not conversation.live:
        raise Refused(
            UserErrorCode.CONVERSATION_CLOSED,
            "The conversation is closed.",
            field=["conversationId"],
            remedy="Reopen it first.",
        )


def move(
    customer: Customer,
    conversation: Conversation,
    target: Place,
    at: datetime,
    *,
    by: UUID | None,
    note: str | None = None,
    notice: Message | None = None,
    keeps_assignee: bool = False,
) -> Transfer:
    """Move a conversation with its open wait; the destination's own one with the contact closes as `MERGED`.

    `notice` is the text to the customer, sent from the old number just before.
    """
    origin = customer.place_of(conversation.location_id)
    met = customer.live_at(target.id) if conversation.live else None
    leg = customer.open_wait(conversation)
    transfer = Transfer(
        tenant_id=conversation.tenant_id,
        id=new_key(at),
        conversation_id=conversation.id,
        contact_id=conversation.contact_id,
        from_location_id=origin.id,
        to_location_id=target.id,
        at=at,
        by_user_id=by,
        note=note,
        version=customer.next_version(conversation),
        notice_id=notice.id if notice else None,
    )
    conversation.location_id, conversation.last_activity_at = target.id, at
    if conversation.assignee_id is not None and not keeps_assignee:
        transfer.former_assignee_id, conversation.assignee_id = conversation.assignee_id, None
    if met is not None:
        _merge(customer, conversation, met, transfer, at, by)
    if leg is not None:
        transfer.ended_wait_id = leg.id
        if transfer.adopted_wait_id is not None:
            end_leg(customer, leg, WaitOutcome.TRANSFERRED, at)
        else:
            transfer.opened_wait_id = hand_over_leg(customer, conversation, leg, at).id
    customer.add(transfer)
    tell_of_move(customer, conversation, transfer, origin.id, target.id, at)
    if notice is not None:
        customer.entered(conversation, notice)
        customer.happened(
            EventKind.FACT_CHANGED, conversation, at, location_id=origin.id, message=str(notice.id)
        )
    return transfer


def _merge(
    customer: Customer,
    conversation: Conversation,
    met: Conversation,
    transfer: Transfer,
    at: datetime,
    by: UUID | None,
) -> None:
    """`met` closes in favour of `conversation`, which takes over the wait in it."""
    leg, adopted = customer.open_wait(conversation), customer.open_wait(met)
    transfer.merged_conversation_id = met.id
    if adopted is not None:
        transfer.adopted_wait_id, transfer.adopted_chain_id = adopted.id, adopted.chain_id
        adopted.conversation_id = conversation.id
        customer.touch(adopted)
        if leg is not None and leg.chain_id != adopted.chain_id:
            customer.joined_chains.append((adopted.chain_id, leg.chain_id))
            adopted.chain_id = leg.chain_id
        since = [
            instant for instant in (conversation.waiting_since, met.waiting_since) if instant is not None
        ]
        conversation.waiting_since = min(since)
    shut(met, at)
    met.waiting_since, met.merged_into_id = None, conversation.id
    customer.note_change(met, ConversationChangeKind.MERGED, at, by, merged_into_id=conversation.id)


def tell_of_move(
    customer: Customer,
    conversation: Conversation,
    transfer: Transfer,
    origin: UUID,
    target: UUID,
    at: datetime,
) -> None:
    """Both inboxes hear of it, the one at `origin` without the content."""
    body = {"transfer": str(transfer.id), "from": str(origin), "to": str(target)}
    customer.happened(EventKind.MOVED_OUT, conversation, at, location_id=origin, **body)
    customer.happened(EventKind.MOVED_IN, conversation, at, location_id=target, **body)


def undoable_until(transfer: Transfer, *, sent_since: bool) -> datetime | None:
    """Until when a move can be undone; None when it no longer can, whatever the time."""
    return None if transfer.undone_at is not None or sent_since else transfer.at + UNDO_WITHIN
