"""Asking for a payment by text: what may be asked for, in which words, and where it is paid."""

import base64
import binascii
import re
from decimal import Decimal
from uuid import UUID

from localmessages.rules.money import check_amount, shown
from localmessages.rules.place import Place
from localmessages.rules.refusal import Refused, UserErrorCode
from localmessages.rules.texts import check_body, check_placeholders, check_text

INVOICE_LIMIT = 100
DESCRIPTION_LIMIT = 500
LINK = "{link}"
STANDARD_TEXT = "{business} asks for {amount}, invoice {invoice}. Pay here: {link}"
PLACEHOLDERS = frozenset({"link", "invoice", "amount", "business"})

_PLACEHOLDER = re.compile(r"\{(link|invoice|amount|business)\}")


def check_invoice(invoice: str) -> str:
    """The number without the spaces around it; `Refused` for one of nothing, of lines, or too long."""
    number = invoice.strip()
    if not number or not number.isprintable():
        raise Refused(
            UserErrorCode.INVALID,
            "An invoice number is one line with something in it.",
            field=["invoice"],
            remedy="Give the number that stands on the invoice or order.",
        )
    check_text(number, what="invoice number", limit=INVOICE_LIMIT, field=["invoice"])
    return number


def check_bill(
    invoice: str, amount: Decimal, currency: str, description: str | None
) -> tuple[str, str | None]:
    """The invoice number and what it is for as they are kept; `Refused` for what cannot be asked for."""
    number = check_invoice(invoice)
    check_amount(amount, currency, field=["amount"])
    purpose = (description or "").strip() or None
    if purpose is not None:
        check_text(purpose, what="description", limit=DESCRIPTION_LIMIT, field=["description"])
    return number, purpose


def check_wording(body: str | None) -> str:
    """The text to fill, a standard one for None; `Refused` unless it says where the link goes."""
    if body is None:
        return STANDARD_TEXT
    check_placeholders(body, PLACEHOLDERS, field=["body"])
    if LINK not in body:
        raise Refused(
            UserErrorCode.INVALID,
            f"The text does not say where the link goes: {LINK} is missing.",
            field=["body"],
            remedy=f"Write {LINK} where the link goes.",
        )
    return body


def bill_text(wording: str, place: Place, *, invoice: str, amount: Decimal, currency: str, link: str) -> str:
    """The text as it is sent; `Refused` if it has become too long."""
    values = {"link": link, "invoice": invoice, "amount": shown(amount, currency), "business": place.business}
    # In one pass: an invoice number that looks like a placeholder is none.
    body = _PLACEHOLDER.sub(lambda found: values[found[1]], wording)
    check_body(body)
    return body


def pay_slug(request_id: UUID) -> str:
    """What names a payment request in the address of its page."""
    return base64.urlsafe_b64encode(request_id.bytes).rstrip(b"=").decode()


def pay_url(public_url: str, request_id: UUID) -> str:
    """The payment page."""
    return f"{public_url}/pay/{pay_slug(request_id)}"


def request_of_slug(slug: str) -> UUID | None:
    """The payment request that a slug names; None for what is no slug."""
    if len(slug) != 22 or not slug.isascii():
        return None
    try:
        key = UUID(bytes=base64.b64decode(f"{slug}==", altchars=b"-_", validate=True))
    except binascii.Error:
        return None
    # Spare bits of the last character would make a second slug of the same request.
    return key if pay_slug(key) == slug else None
