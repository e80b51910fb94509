"""The payment page itself: plain HTML for a telephone, without scripts, in light and dark."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from html import escape
from importlib.resources import files
from zoneinfo import ZoneInfo

from starlette.responses import HTMLResponse

from localmessages.http.security import policy
from localmessages.reports.payments import BillRow
from localmessages.rules.money import shown
from localmessages.rules.payments import CardBrand, PaymentStatus

NOTICES = {
    "declined": "The card was declined. Nothing was paid: try another card.",
    "abandoned": "Nothing was paid. You can come back to this page.",
    "stale": "This page was open for too long. Nothing was paid: please choose again.",
    "unclear": "That was not understood. Nothing was paid: please choose again.",
}
BRANDS = {
    CardBrand.VISA: "Visa",
    CardBrand.MASTERCARD: "Mastercard",
    CardBrand.AMEX: "American Express",
    CardBrand.DISCOVER: "Discover",
    CardBrand.DINERS: "Diners Club",
    CardBrand.JCB: "JCB",
    CardBrand.UNIONPAY: "UnionPay",
    CardBrand.OTHER: "Another card",
}
_NAMED = frozenset(BRANDS) - {CardBrand.OTHER}

_STYLE = files(__package__).joinpath("pay_page.css").read_text()
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": policy(style_src=f"'sha256-{_STYLE_HASH}'", form_action="'self'"),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}
_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>{style}</style>
<main>
<header>
<h1>{business}</h1>
{place}</header>
<p class="amount"><span class="label">{label}</span> <strong>{amount}</strong></p>
<dl>
<div><dt>Invoice</dt><dd>{invoice}</dd></div>
{purpose}</dl>
{rest}</main>
</html>
"""
_FORM = """<form method="post">
<input type="hidden" name="token" value="{token}">
<fieldset>
<legend>Card</legend>
{cards}
</fieldset>
<button name="do" value="pay" class="primary">Pay {amount}</button>
<div class="others">
<button name="do" value="decline">Decline the card</button>
<button name="do" value="abandon">Abandon</button>
</div>
<p class="note">This is a test page. No card is charged.</p>
</form>
"""


@dataclass(frozen=True, slots=True)
class Bill:
    """A bill, whose it is, and when somebody looks at it."""

    row: BillRow
    business: str
    place: str
    zone: str
    now: datetime

    @property
    def status(self) -> PaymentStatus:
        """Where it stands; a page whose time is over is closed before a worker has noticed."""
        stored = PaymentStatus(self.row.status)
        over = self.row.expires_at is not None and self.row.expires_at <= self.now
        return PaymentStatus.EXPIRED if over and stored is PaymentStatus.REQUESTED else stored

    @property
    def is_open(self) -> bool:
        """Whether it can be paid."""
        return self.status is PaymentStatus.REQUESTED

    def money(self, amount: Decimal) -> str:
        """An amount in the bill's currency."""
        return shown(amount, self.row.currency)


def bill_page(bill: Bill, token: str | None, notice: str | None, *, status: int = 200) -> HTMLResponse:
    """The page; `token` of the form with which it can be paid, None where it cannot be."""
    parts = [_notice(notice)] if notice else []
    if bill.is_open and token is not None:
        parts.append(_form(bill, token))
    else:
        parts.append(_standing(*_words(bill)))
    title = f"{bill.money(bill.row.amount)} for {bill.business}"
    page = _PAGE.format(
        title=escape(title),
        style=_STYLE,
        business=escape(bill.business),
        place=f"<p>{escape(bill.place)}</p>\n" if bill.place != bill.business else "",
        label="To pay" if bill.is_open else "Amount",
        amount=escape(bill.money(bill.row.amount)),
        invoice=escape(bill.row.invoice),
        purpose=_purpose(bill.row.description),
        rest="".join(parts),
    )
    return HTMLResponse(page, status, _HEADERS)


def _purpose(description: str | None) -> str:
    return f"<div><dt>For</dt><dd>{escape(description)}</dd></div>\n" if description else ""


def _notice(text: str) -> str:
    return f'<p class="notice" role="status">{escape(text)}</p>\n'


def _standing(kind: str, heading: str, text: str) -> str:
    return (
        f'<section class="standing {kind}" role="status">\n'
        f"<h2>{escape(heading)}</h2>\n<p>{escape(text)}</p>\n</section>\n"
    )


def _form(bill: Bill, token: str) -> str:
    cards = "\n".join(
        f'<label><input type="radio" name="card" value="{brand}"{_checked(brand)}> {escape(name)}</label>'
        for brand, name in BRANDS.items()
    )
    return _FORM.format(token=escape(token), cards=cards, amount=escape(bill.money(bill.row.amount)))


def _checked(brand: CardBrand) -> str:
    return " checked" if brand is CardBrand.VISA else ""


def _words(bill: Bill) -> tuple[str, str, str]:
    """How a bill stands that cannot be paid here, in plain words."""
    row = bill.row
    match bill.status:
        case PaymentStatus.PAID:
            return "paid", "Paid", f"{_paid(bill)} Thank you."
        case PaymentStatus.PARTLY_REFUNDED:
            return "paid", "Paid", f"{_paid(bill)} {bill.money(row.refunded_amount)} of it was given back."
        case PaymentStatus.REFUNDED:
            return "paid", "Given back", f"{_paid(bill)} All of it was given back."
        case PaymentStatus.CANCELED:
            return "closed", "Withdrawn", "There is nothing to pay: the business has withdrawn this bill."
        case PaymentStatus.EXPIRED:
            return "closed", "Expired", "This page has closed. Reply to the text to get a new link."
    return "closed", "Not payable online", "Reply to the text and ask how to pay."


def _paid(bill: Bill) -> str:
    row = bill.row
    assert row.paid_at is not None
    assert row.paid_amount is not None
    at = row.paid_at.astimezone(ZoneInfo(bill.zone))
    card = f" with {BRANDS[CardBrand(row.card_type)]}" if row.card_type in _NAMED else ""
    return f"{bill.money(row.paid_amount)} was paid on {at.day} {at:%B %Y at %H:%M}{card}."
