"""What people do to a conversation: close, reopen, snooze, mute, assign, tag, note, block."""

from datetime import datetime
from uuid import UUID

from localmessages.rules.conversation import ConversationChangeKind, ConversationStatus
from localmessages.rules.customer import Customer
from localmessages.rules.keys import new_key
from localmessages.rules.records import Conversation, Note
from localmessages.rules.waiting import end_all_waits, end_wait
from localmessages.rules.waits import WaitOutcome


def close(customer: Customer, conversation: Conversation, at: datetime, by: UUID | None) -> None:
    """Close it; who waits in it goes unanswered. Nothing when it is closed."""
    if not conversation.live:
        return
    end_wait(customer, conversation, WaitOutcome.CLOSED_UNANSWERED, at)
    shut(conversation, at)
    customer.note_change(conversation, ConversationChangeKind.CLOSED, at, by)


def shut(conversation: Conversation, at: datetime) -> None:
    """Set the columns of a closed conversation."""
    conversation.status, conversation.closed_at, conversation.snoozed_until = (
        ConversationStatus.CLOSED,
        at,
        None,
    )


def reopen(customer: Customer, conversation: Conversation, at: datetime, by: UUID | None) -> None:
    """Open it again; that opens no wait. Nothing when it is open."""
    if conversation.status is ConversationStatus.SNOOZED:
        wake(customer, conversation, at, by)
    elif conversation.status is ConversationStatus.CLOSED:
        conversation.status, conversation.closed_at = ConversationStatus.OPEN, None
        customer.note_change(conversation, ConversationChangeKind.REOPENED, at, by)


def snooze(
    customer: Customer, conversation: Conversation, until: datetime, at: datetime, by: UUID | None
) -> None:
    """Put a live conversation to sleep until an instant; the wait in it goes on."""
    if conversation.snoozed_until == until:
        return
    conversation.status, conversation.snoozed_until = ConversationStatus.SNOOZED, until
    customer.note_change(conversation, ConversationChangeKind.SNOOZED, at, by, snoozed_until=until)


def wake(customer: Customer, conversation: Conversation, at: datetime, by: UUID | None) -> None:
    """End its sleep; nothing when it is awake."""
    if conversation.status is ConversationStatus.SNOOZED:
        conversation.status, conversation.snoozed_until = ConversationStatus.OPEN, None
        customer.note_change(conversation, ConversationChangeKind.WOKEN, at, by)


def mute(customer: Customer, conversation: Conversation, muted: bool, at: datetime, by: UUID | None) -> None:
    """Turn its alerts off or on."""
    if conversation.muted is not muted:
        conversation.muted = muted
        kind = ConversationChangeKind.MUTED if muted else ConversationChangeKind.UNMUTED
        customer.note_change(conversation, kind, at, by)


def assign(
    customer: Customer, conversation: Conversation, assignee: UUID | None, at: datetime, by: UUID | None
) -> None:
    """Give it to a person, or to nobody."""
    if conversation.assignee_id == assignee:
        return
    conversation.assignee_id = assignee
    kind = ConversationChangeKind.ASSIGNED if assignee else ConversationChangeKind.UNASSIGNED
    customer.note_change(conversation, kind, at, by, assignee_id=assignee)


def tag(customer: Customer, conversation: Conversation, tag_id: UUID, at: datetime, by: UUID | None) -> None:
    """Put a tag on, once."""
    if tag_id not in conversation.tag_ids:
        conversation.tag_ids = [*conversation.tag_ids, tag_id]
        customer.note_change(conversation, ConversationChangeKind.TAGGED, at, by, tag_id=tag_id)


def untag(
    customer: Customer, conversation: Conversation, tag_id: UUID, at: datetime, by: UUID | None
) -> None:
    """Take a tag off."""
    if tag_id in conversation.tag_ids:
        conversation.tag_ids = [kept for kept in conversation.tag_ids if kept != tag_id]
        customer.note_change(conversation, ConversationChangeKind.UNTAGGED, at, by, tag_id=tag_id)


def add_note(
    customer: Customer, conversation: Conversation, body: str, at: datetime, by: UUID | None
) -> Note:
    """Write an internal note into the timeline."""
    note = customer.add(
        Note(
            tenant_id=conversation.tenant_id,
            id=new_key(at),
            conversation_id=conversation.id,
            at=at,
            by_user_id=by,
            body=body,
            version=customer.next_version(conversation),
        )
    )
    conversation.last_activity_at = at
    conversation.entry_count += 1
    customer.entered(conversation, note)
    return note


def block(customer: Customer, at: datetime, by: UUID | None) -> None:
    """Block the contact: nobody waits any more, and every live conversation closes."""
    if customer.contact.blocked_at is not None:
        return
    customer.contact.blocked_at = at
    customer.touch(customer.contact)
    live = [talk for talk in customer.conversations.values() if talk.live]
    for conversation in live:
        end_wait(customer, conversation, WaitOutcome.BLOCKED, at)
    end_all_waits(customer, WaitOutcome.BLOCKED, at)
    told = live or _latest(customer)
    for conversation in told:
        if conversation.live:
            shut(conversation, at)
        customer.note_change(conversation, ConversationChangeKind.BLOCKED, at, by)
    customer.tell_everywhere(at, told=told)


def unblock(customer: Customer, at: datetime, by: UUID | None) -> None:
    """Let the contact's texts open conversations again."""
    if customer.contact.blocked_at is None:
        return
    customer.contact.blocked_at = None
    customer.touch(customer.contact)
    told = _latest(customer)
    for conversation in told:
        customer.note_change(conversation, ConversationChangeKind.UNBLOCKED, at, by)
    customer.tell_everywhere(at, told=told)


def _latest(customer: Customer) -> list[Conversation]:
    latest = max(
        customer.conversations.values(), key=lambda talk: (talk.last_activity_at, talk.id), default=None
    )
    return [latest] if latest is not None else []
