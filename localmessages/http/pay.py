"""`/pay/{slug}`: where a customer sees a bill, and, with the simulated provider, says what becomes of it."""

import asyncio
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qsl

import asyncpg
import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from localmessages.actions.catalogue import current_catalogue
from localmessages.auth import is_signed, sign
from localmessages.gateways.simulated_payments import SimulatedPayments
from localmessages.http.pages import plain_page
from localmessages.http.pay_page import NOTICES, Bill, bill_page
from localmessages.http.webhooks import body_within, take_payment_webhook
from localmessages.reports.payments import bill_of_page
from localmessages.rules.billing import pay_slug, request_of_slug
from localmessages.rules.payments import CardBrand, PaymentEventKind
from localmessages.services import Services

FORM_LIMIT = 4096
FORM_LASTS = timedelta(hours=12)
_DATABASE_AWAY = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)
_EVENTS = {"pay": PaymentEventKind.PAID, "decline": PaymentEventKind.FAILED, "abandon": None}
_OUTCOMES = {"pay": "", "decline": "?outcome=declined", "abandon": "?outcome=abandoned"}

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Choice:
    """What the customer chose; `attempt` is the form's own, so that sending it twice is one payment."""

    what: str
    card: CardBrand
    attempt: str


def pay_routes(*, patience_seconds: float = 10) -> list[BaseRoute]:
    """The payment page. Nobody at a telephone waits for long."""

    async def page(request: Request) -> Response:
        return await _page(request, patience_seconds)

    return [Route("/pay/{slug}", page, methods=["GET", "POST"])]


async def _page(request: Request, patience_seconds: float) -> Response:
    services: Services = request.app.state.services
    try:
        async with asyncio.timeout(patience_seconds):
            bill = await _bill(services, request.path_params["slug"])
            if bill is None:
                return _no_such_page()
            if request.method == "POST":
                return await _choose(request, services, bill)
    except _DATABASE_AWAY as error:
        logger.warning("pay.unavailable", error=repr(error))
        return _later()
    return _show(services, bill, NOTICES.get(request.query_params.get("outcome", "")))


async def _bill(services: Services, slug: str) -> Bill | None:
    request_id = request_of_slug(slug)
    if request_id is None:
        return None
    async with services.database.connection() as connection:
        row = await bill_of_page(connection, request_id)
        if row is None:
            return None
        catalogue = await current_catalogue(services, connection, row.tenant_id)
        assert catalogue is not None
    place = catalogue.places[row.location_id]
    return Bill(row, place.business, place.name, place.zone, services.clock())


def _show(services: Services, bill: Bill, notice: str | None = None, *, status: int = 200) -> Response:
    form = None
    if bill.is_open and _simulator(services) is not None:
        form = _token(services, bill, services.clock())
    return bill_page(bill, form, notice if bill.is_open else None, status=status)


def _simulator(services: Services) -> SimulatedPayments | None:
    provider = services.payments
    return provider if services.simulator and isinstance(provider, SimulatedPayments) else None


async def _choose(request: Request, services: Services, bill: Bill) -> Response:
    provider = _simulator(services)
    # Who is sent here by another site's form has no token, nor says the browser that it is ours.
    if provider is None or request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return _show(services, bill, status=403)
    form = _form(await body_within(request, FORM_LIMIT))
    attempt = _attempt(services, bill, form.get("token", ""))
    if attempt is None:
        return _show(services, bill, NOTICES["stale"], status=403)
    choice = _choice(form, attempt)
    if choice is None:
        return _show(services, bill, NOTICES["unclear"], status=400)
    if not bill.is_open:
        return _show(services, bill, status=409)
    await _happen(services, provider, bill, choice)
    return RedirectResponse(f"/pay/{pay_slug(bill.row.id)}{_OUTCOMES[choice.what]}", 303)


async def _happen(services: Services, provider: SimulatedPayments, bill: Bill, choice: Choice) -> None:
    """It comes back as from any provider: signed, through the door of its webhooks."""
    kind, row = _EVENTS[choice.what], bill.row
    if kind is not None:
        report = provider.report(
            f"{row.id}:{choice.attempt}:{choice.what}",
            kind,
            tenant_id=row.tenant_id,
            invoice=row.invoice,
            amount=row.amount,
            currency=row.currency,
            card=choice.card.value.lower(),
        )
        await take_payment_webhook(services, provider, provider.webhook(report))


def _form(body: bytes | None) -> dict[str, str]:
    """The fields of a form; none of what is no form."""
    try:
        return dict(parse_qsl((body or b"").decode(), max_num_fields=10))
    except ValueError:
        return {}


def _choice(form: dict[str, str], attempt: str) -> Choice | None:
    what, card = form.get("do", ""), form.get("card", "")
    return Choice(what, CardBrand(card), attempt) if what in _EVENTS and card in list(CardBrand) else None


def _token(services: Services, bill: Bill, now: datetime) -> str:
    said = f"{int(now.timestamp())}.{secrets.token_urlsafe(12)}"
    return f"{said}.{sign(services.secret, _signed(bill, said))}"


def _attempt(services: Services, bill: Bill, token: str) -> str | None:
    """What tells this form from others; None unless we made it for this bill, not long ago."""
    said, _, signature = token.rpartition(".")
    if not is_signed(services.secret, _signed(bill, said), signature):
        return None
    made_at = float(said.partition(".")[0])
    return said if services.clock().timestamp() - made_at < FORM_LASTS.total_seconds() else None


def _signed(bill: Bill, said: str) -> str:
    return f"pay:{bill.row.id}:{said}"


def _no_such_page() -> Response:
    return plain_page(
        "This payment page does not exist",
        "Check that the link is complete. If it came in a text, reply to the text and ask for it again.",
        status=404,
    )


def _later() -> Response:
    return plain_page(
        "The page cannot be opened right now",
        "Please open it again in a moment. It says whether something was paid.",
        status=503,
        headers={"Retry-After": "5"},
    )
