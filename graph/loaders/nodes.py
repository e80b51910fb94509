"""Conversations, contacts and texts of the API, out of their rows."""

from __future__ import annotations

from graph.loaders.catalogue_nodes import CatalogueNodes
from graph.loaders.place_nodes import node_id
from graph.scalars import PhoneNumber
from graph.types.contact import Contact
from graph.types.conversation import Conversation
from graph.types.from_row import made_from
from graph.types.message import Message, MessageStatusChange
from localmessages.reports.conversations import ConversationView
from localmessages.reports.messages import StatusRow
from localmessages.reports.names import contact_name
from localmessages.reports.rows import ContactRow, MessageRow
from localmessages.rules.consent import Keyword
from localmessages.rules.conversation import ConversationStatus
from localmessages.rules.delivery import (
    MessageDirection,
    MessageOrigin,
    MessageStatus,
    failure_reason,
    is_non_deliverable,
)
from localmessages.rules.segments import TextEncoding


def phone_or_none(number: str | None) -> PhoneNumber | None:
    """A number that may be missing."""
    return None if number is None else PhoneNumber(number)


class Nodes(CatalogueNodes):
    """What a viewer sees."""

    def conversation(self, view: ConversationView) -> Conversation:
        """A conversation. What was not looked up beside it is not there, and nobody has asked for it."""
        assert self.viewer.sees(view.conversation.location_id), "those of hidden locations are not read"
        return Conversation.of_row(self, view)

    def contact(self, row: ContactRow) -> Contact:
        """A contact."""
        return Contact.of_row(self, row)

    def message(self, row: MessageRow) -> Message:
        """A text."""
        return Message.of_row(self, row)

    def status_change(self, row: StatusRow) -> MessageStatusChange:
        """A report of the carrier."""
        return MessageStatusChange(
            at=row.at,
            status=MessageStatus(row.status),
            failure_code=row.failure_code,
            applied=row.applied,
        )


_STATUSES = {status.value: status for status in ConversationStatus}
_MESSAGE_STATUSES = {status.value: status for status in MessageStatus}
_DIRECTIONS = {direction.value: direction for direction in MessageDirection}
_ORIGINS = {origin.value: origin for origin in MessageOrigin}
_ENCODINGS = {encoding.value: encoding for encoding in TextEncoding}

made_from(
    Conversation,
    key="conversation.id",
    contact_key="conversation.contact_id",
    merged_key="conversation.merged_into_id",
    id=lambda _, view: node_id("Conversation", view.conversation.id),
    contact=lambda nodes, view: None if view.contact is None else nodes.contact(view.contact),
    location=lambda nodes, view: nodes.location(view.conversation.location_id),
    status=lambda _, view: _STATUSES[view.conversation.status],
    assignee=lambda nodes, view: nodes.user(view.conversation.assignee_id),
    tags=lambda nodes, view: nodes.tags(view.conversation.tag_ids),
    unread_count=lambda nodes, view: nodes.own(max(0, view.conversation.entry_count - view.read_entries)),
    last_message=lambda nodes, view: None if view.last_message is None else nodes.message(view.last_message),
    last_activity_at="conversation.last_activity_at",
    waiting_since="conversation.waiting_since",
    answered="conversation.answered",
    muted="conversation.muted",
    snoozed_until="conversation.snoozed_until",
    closed_at="conversation.closed_at",
    version="conversation.version",
    created_at="conversation.created_at",
)
made_from(
    Contact,
    key="id",
    id=lambda _, row: node_id("Contact", row.id),
    external_id="external_id",
    name=lambda _, row: contact_name(row),
    first_name="first_name",
    last_name="last_name",
    phone="phone",
    opted_out_at="opted_out_at",
    blocked_at="blocked_at",
    undeliverable_at="undeliverable_at",
    created_at="created_at",
)
made_from(
    Message,
    key="id",
    conversation_key="conversation_id",
    payment_key="payment_request_id",
    id=lambda _, row: node_id("Message", row.id),
    external_id="external_id",
    at="at",
    direction=lambda _, row: _DIRECTIONS[row.direction],
    origin=lambda _, row: None if row.origin is None else _ORIGINS[row.origin],
    body="body",
    from_number="from_number",
    to_number="to_number",
    received_on="received_on",
    place=lambda nodes, row: nodes.place(row.location_id),
    agent=lambda nodes, row: nodes.user(row.agent_id),
    campaign=lambda nodes, row: nodes.campaign(row.campaign_id),
    status=lambda _, row: _MESSAGE_STATUSES[row.status],
    status_at="status_at",
    failure_reason=lambda _, row: failure_reason(row.failure_code) if _has_failed(row) else None,
    failure_code=lambda _, row: row.failure_code if _has_failed(row) else None,
    keyword=lambda _, row: None if row.keyword is None else Keyword(row.keyword),
    encoding=lambda _, row: _ENCODINGS[row.encoding],
    segments="segments",
)


def _has_failed(row: MessageRow) -> bool:
    return is_non_deliverable(MessageStatus(row.status))
