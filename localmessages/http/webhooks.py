"""`/webhooks/…`: what providers report. Verify the signature, parse, act; a repeat changes nothing."""

import asyncio

import asyncpg
import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from localmessages.actions.payments import take_report
from localmessages.gateways.payments import MalformedWebhook, PaymentProvider, Webhook
from localmessages.gateways.signature import BadSignature
from localmessages.services import Services

BODY_LIMIT = 64 * 1024
_DATABASE_AWAY = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)

logger = structlog.get_logger(__name__)


def webhook_routes(*, patience_seconds: float = 10) -> list[BaseRoute]:
    """The doors of the providers, who send again what was not taken in time."""

    async def payments(request: Request) -> Response:
        return await _payments(request, patience_seconds)

    return [Route("/webhooks/payments", payments, methods=["POST"])]


async def take_payment_webhook(services: Services, provider: PaymentProvider, webhook: Webhook) -> None:
    """Act on what the provider sent; `BadSignature` or `MalformedWebhook` where it did not, or not so."""
    report = provider.read(webhook, services.clock())
    if report is None:
        # A provider tells of more than payments, and of more each year.
        logger.info("webhooks.ignored", bytes=len(webhook.body))
    else:
        await take_report(services, report)


async def _payments(request: Request, patience_seconds: float) -> Response:
    services: Services = request.app.state.services
    if services.payments is None:
        return _answer("No payment provider is connected.", 404)
    body = await body_within(request, BODY_LIMIT)
    if body is None:
        return _answer("That is too much.", 413)
    try:
        async with asyncio.timeout(patience_seconds):
            await take_payment_webhook(services, services.payments, Webhook(body, dict(request.headers)))
    except BadSignature as error:
        logger.warning("webhooks.bad_signature", reason=str(error))
        return _answer("The signature is not right.", 403)
    except MalformedWebhook as error:
        logger.warning("webhooks.malformed", reason=str(error), bytes=len(body))
        return _answer(str(error), 400)
    except _DATABASE_AWAY as error:
        logger.warning("webhooks.unavailable", error=repr(error))
        # The provider sends it again.
        return _answer("Not now.", 503)
    return _answer("ok", 200)


async def body_within(request: Request, limit: int) -> bytes | None:
    """The body of a request; None when it is longer than `limit` bytes, or its sender went away."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > limit:
                return None
    except ClientDisconnect:
        return None
    return bytes(body)


def _answer(text: str, status: int) -> Response:
    return PlainTextResponse(f"{text}\n", status, headers={"Cache-Control": "no-store"})
