"""What answers a text by itself: confirmations of consent, HELP, and at most one auto-reply in a while."""

from datetime import datetime, timedelta

from localmessages.rules.account import fill_placeholders
from localmessages.rules.consent import Keyword
from localmessages.rules.customer import Customer
from localmessages.rules.delivery import MessageOrigin
from localmessages.rules.hours import is_open
from localmessages.rules.place import Place
from localmessages.rules.records import ConsentChange, Message
from localmessages.rules.texting import OutboundText


def auto_replies(
    customer: Customer, place: Place, received: Message, *, carrier_confirms: bool
) -> list[OutboundText]:
    """The answers to a text that `receive` has just taken, from the number that was texted.

    `carrier_confirms`: the carrier answers STOP and START itself.
    """
    if received.keyword is not None:
        text = _answer_to_keyword(customer, place, received, carrier_confirms=carrier_confirms)
        origin = MessageOrigin.SYSTEM
    else:
        text = _auto_reply(customer, place, received)
        origin = MessageOrigin.AUTO
    if not text:
        return []
    body = fill_placeholders(text, business=place.business, location=place.name, number=place.number)
    return [OutboundText(origin, body, received.to_number)]


def _answer_to_keyword(
    customer: Customer, place: Place, received: Message, *, carrier_confirms: bool
) -> str | None:
    if received.keyword is Keyword.HELP:
        return place.settings.help_reply
    changed = any(
        isinstance(record, ConsentChange) and record.message_id == received.id for record in customer.added
    )
    if not changed or carrier_confirms:
        return None
    return (
        place.settings.opt_out_reply if received.keyword is Keyword.OPT_OUT else place.settings.opt_in_reply
    )


def _auto_reply(customer: Customer, place: Place, received: Message) -> str | None:
    contact = customer.contact
    if not received.eligible or contact.opted_out_at is not None:
        return None
    text = place.auto_reply_in_hours if is_open(received.at, place.hours) else place.auto_reply_out_of_hours
    if not text or _too_soon(contact.last_auto_reply_at, received.at, place):
        return None
    contact.last_auto_reply_at = received.at
    customer.touch(contact)
    return text


def _too_soon(last: datetime | None, at: datetime, place: Place) -> bool:
    return last is not None and at - last < timedelta(seconds=place.settings.auto_reply_interval_seconds)
