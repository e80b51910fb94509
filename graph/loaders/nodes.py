"""Conversations, contacts and texts of the API, out of their rows."""

from __future__ import annotations

from graph.loaders.catalogue_nodes import CatalogueNodes
from graph.loaders.place_nodes import node_id
from graph.scalars import PhoneNumber
from graph.types.contact import Contact
from graph.types.conversation import Conversation
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
        row, contact, message, read_entries = view
        location = self.location(row.location_id)
        assert location is not None, "conversations of hidden locations are not read"
        return Conversation(
            key=row.id,
            contact_key=row.contact_id,
            merged_key=row.merged_into_id,
            id=node_id("Conversation", row.id),
            contact=None if contact is None else self.contact(contact),  # type: ignore[arg-type]
            location=location,
            status=ConversationStatus(row.status),
            assignee=self.user(row.assignee_id),
            tags=self.tags(row.tag_ids),
            unread_count=self.own(max(0, row.entry_count - read_entries)),
            last_message=None if message is None else self.message(message),
            last_activity_at=row.last_activity_at,
            waiting_since=row.waiting_since,
            answered=row.answered,
            muted=row.muted,
            snoozed_until=row.snoozed_until,
            closed_at=row.closed_at,
            version=row.version,
            created_at=row.created_at,
        )

    def contact(self, row: ContactRow) -> Contact:
        """A contact."""
        return Contact(
            key=row.id,
            id=node_id("Contact", row.id),
            external_id=row.external_id,
            name=contact_name(row),
            first_name=row.first_name,
            last_name=row.last_name,
            phone=PhoneNumber(row.phone),
            opted_out_at=row.opted_out_at,
            blocked_at=row.blocked_at,
            undeliverable_at=row.undeliverable_at,
            created_at=row.created_at,
        )

    def message(self, row: MessageRow) -> Message:
        """A text."""
        status = MessageStatus(row.status)
        failed = is_non_deliverable(status)
        return Message(
            key=row.id,
            conversation_key=row.conversation_id,
            payment_key=row.payment_request_id,
            id=node_id("Message", row.id),
            external_id=row.external_id,
            at=row.at,
            direction=MessageDirection(row.direction),
            origin=None if row.origin is None else MessageOrigin(row.origin),
            body=row.body,
            from_number=PhoneNumber(row.from_number),
            to_number=PhoneNumber(row.to_number),
            received_on=phone_or_none(row.received_on),
            place=self.place(row.location_id),
            agent=self.user(row.agent_id),
            campaign=self.campaign(row.campaign_id),
            status=status,
            status_at=row.status_at,
            failure_reason=failure_reason(row.failure_code) if failed else None,
            failure_code=row.failure_code if failed else None,
            keyword=None if row.keyword is None else Keyword(row.keyword),
            encoding=TextEncoding(row.encoding),
            segments=row.segments,
        )

    def status_change(self, row: StatusRow) -> MessageStatusChange:
        """A report of the carrier."""
        return MessageStatusChange(
            at=row.at,
            status=MessageStatus(row.status),
            failure_code=row.failure_code,
            applied=row.applied,
        )
