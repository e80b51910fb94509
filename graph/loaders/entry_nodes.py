"""Entries of a timeline of the API, out of their rows."""

from __future__ import annotations

from typing import cast

from graph.loaders.nodes import Nodes, phone_or_none
from graph.loaders.place_nodes import node_id
from graph.types.consent import ConsentChange
from graph.types.contact import Contact
from graph.types.timeline import ConversationChange, Note, TimelineEntry
from graph.types.transfer import Transfer
from localmessages.reports.rows import MessageRow
from localmessages.reports.timeline_rows import ChangeRow, ConsentRow, EntryView, NoteRow, TransferRow
from localmessages.rules.consent import ConsentMethod, ConsentState, OptOutCause
from localmessages.rules.conversation import ConversationChangeKind
from localmessages.rules.transfer import UNDO_WITHIN


def entry_node(nodes: Nodes, view: EntryView) -> TimelineEntry:
    """An entry as its type in the API."""
    match view.entry:
        case MessageRow() as message:
            return nodes.message(message)
        case NoteRow() as note:
            return note_node(nodes, note)
        case ChangeRow() as change:
            return change_node(nodes, change)
        case ConsentRow():
            return consent_node(nodes, view)
        case TransferRow():
            return transfer_node(nodes, view)


def note_node(nodes: Nodes, row: NoteRow) -> Note:
    """An internal note."""
    return Note(
        key=row.id,
        conversation_key=row.conversation_id,
        id=node_id("Note", row.id),
        at=row.at,
        by=nodes.user(row.by_user_id),
        body=row.body,
    )


def change_node(nodes: Nodes, row: ChangeRow) -> ConversationChange:
    """Something done to a conversation."""
    return ConversationChange(
        key=row.id,
        conversation_key=row.conversation_id,
        merged_key=row.merged_into_id,
        id=node_id("ConversationChange", row.id),
        at=row.at,
        kind=ConversationChangeKind(row.kind),
        by=nodes.user(row.by_user_id),
        assignee=nodes.user(row.assignee_id),
        tag=nodes.tag(row.tag_id),
        snoozed_until=row.snoozed_until,
    )


def consent_node(nodes: Nodes, view: EntryView) -> ConsentChange:
    """An entry of the consent ledger."""
    row = cast(ConsentRow, view.entry)
    return ConsentChange(
        key=row.id,
        conversation_key=row.conversation_id,
        message_key=row.message_id,
        cause_message_key=row.cause_message_id,
        cause_campaign_key=row.cause_campaign_id,
        cause_payment_key=row.cause_payment_id,
        id=node_id("ConsentChange", row.id),
        at=row.at,
        contact=_contact(nodes, view),
        location=nodes.location(row.location_id),
        state=ConsentState(row.state),
        method=ConsentMethod(row.method),
        texted=row.texted,
        number=phone_or_none(row.number),
        by=nodes.user(row.by_user_id),
        cause=OptOutCause(row.cause),
    )


def transfer_node(nodes: Nodes, view: EntryView) -> Transfer:
    """A move of a conversation."""
    row = cast(TransferRow, view.entry)
    return Transfer(
        key=row.id,
        conversation_key=row.conversation_id,
        notice_key=row.notice_id,
        merged_key=row.merged_conversation_id,
        id=node_id("Transfer", row.id),
        at=row.at,
        contact=_contact(nodes, view),
        from_=nodes.place(row.from_location_id),
        to=nodes.place(row.to_location_id),
        by=nodes.user(row.by_user_id),
        note=row.note,
        undoable_until=row.at + UNDO_WITHIN if view.undoable else None,
        undone_at=row.undone_at,
    )


def _contact(nodes: Nodes, view: EntryView) -> Contact:
    assert view.contact is not None, "a transfer and a change of consent have a contact"
    return nodes.contact(view.contact)
