"""Changes of consent, and what led to them (messaging.md, "Consent")."""

from datetime import datetime
from uuid import UUID

from localmessages.rules.consent import ConsentMethod, ConsentState, OptOutCause
from localmessages.rules.customer import Customer
from localmessages.rules.delivery import MessageOrigin
from localmessages.rules.keys import new_key
from localmessages.rules.records import ConsentChange, Conversation, Message
from localmessages.rules.waiting import end_all_waits
from localmessages.rules.waits import WaitOutcome


def change_consent(
    customer: Customer,
    state: ConsentState,
    method: ConsentMethod,
    at: datetime,
    conversation: Conversation | None,
    *,
    by: UUID | None = None,
    message: Message | None = None,
    cause: Message | None = None,
) -> ConsentChange | None:
    """Opt the contact out or in, everywhere in the tree; None when that changes nothing.

    `message` is the text with the keyword, or the one that the carrier refused; `cause` what came before,
    by default the conversation's last text of a person or campaign.
    """
    contact = customer.contact
    out = state is ConsentState.OPTED_OUT
    if out == (contact.opted_out_at is not None):
        return None
    contact.opted_out_at = at if out else None
    customer.touch(contact)
    before = cause or (customer.last_sent[conversation.id] if conversation is not None else None)
    keyword_text = message if method is ConsentMethod.KEYWORD else None
    change = customer.add(
        ConsentChange(
            tenant_id=contact.tenant_id,
            id=new_key(at),
            contact_id=contact.id,
            conversation_id=conversation.id if conversation else None,
            location_id=_where(conversation, message),
            at=at,
            state=state,
            method=method,
            texted=keyword_text.body if keyword_text else None,
            number=keyword_text.to_number if keyword_text else None,
            by_user_id=by,
            message_id=message.id if message else None,
            cause=_cause(before) if out else OptOutCause.NONE,
            cause_message_id=before.id if before and out else None,
            cause_agent_id=before.agent_id if before else None,
            cause_campaign_id=before.campaign_id if before else None,
            cause_payment_id=before.payment_request_id if before and out else None,
            version=customer.next_version(conversation) if conversation else None,
        )
    )
    if out:
        end_all_waits(customer, WaitOutcome.OPTED_OUT, at, told=conversation)
    if conversation is not None:
        customer.entered(conversation, change)
    customer.tell_everywhere(at, told=[conversation] if conversation is not None else [])
    return change


def _where(conversation: Conversation | None, message: Message | None) -> UUID | None:
    if message is not None:
        return message.location_id
    return conversation.location_id if conversation is not None else None


def _cause(before: Message | None) -> OptOutCause:
    if before is None:
        return OptOutCause.NONE
    if before.payment_request_id is not None:
        return OptOutCause.PAYMENT_LINK
    return OptOutCause.CAMPAIGN if before.origin is MessageOrigin.CAMPAIGN else OptOutCause.MESSAGE
