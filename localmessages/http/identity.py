"""`/auth/{provider}/start` and `/auth/{provider}/callback`: to an identity provider, and back signed in."""

import hmac
import secrets
from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

import orjson
import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from localmessages.actions.identity import sign_in_by_identity
from localmessages.gateways.identity import (
    IdentityProvider,
    IdentityRefused,
    IdentityUnavailable,
    Journey,
)
from localmessages.http.pages import plain_page
from localmessages.http.visit import Visit
from localmessages.rules.refusal import Refused
from localmessages.sealed import NotSealed, seal_text, unseal_text
from localmessages.services import Services

JOURNEY_COOKIE = "localmessages_journey"
JOURNEY_SECONDS = 600
_PATH = "/auth"
_WHAT = "journey to an identity provider"

logger = structlog.get_logger(__name__)


def identity_routes() -> list[BaseRoute]:
    """The way there, and the way back."""
    return [
        Route("/auth/{provider}/start", start, methods=["GET"]),
        Route("/auth/{provider}/callback", callback, methods=["GET"]),
    ]


async def start(request: Request) -> Response:
    """Send a browser to the provider; what it has to bring back is sealed into a cookie."""
    services: Services = request.app.state.services
    provider = services.identity_providers.get(request.path_params["provider"])
    if provider is None:
        return _unknown()
    journey = Journey(*(secrets.token_urlsafe(32) for _ in range(3)))
    try:
        address = await provider.leave(journey, _back_to(services, provider))
    except IdentityUnavailable as error:
        return _unavailable(provider, error)
    answer = RedirectResponse(address, 303, {"Cache-Control": "no-store"})
    begun = {
        "journey": asdict(journey),
        "provider": provider.issuer.slug,
        "until": services.clock().timestamp() + JOURNEY_SECONDS,
        "return": _safe_return(request.query_params.get("return", "")),
    }
    answer.set_cookie(
        JOURNEY_COOKIE,
        seal_text(services.secret, orjson.dumps(begun), _WHAT),
        max_age=JOURNEY_SECONDS,
        path=_PATH,
        secure=services.public_url.startswith("https:"),
        httponly=True,
        # The provider's page sends the browser back here.
        samesite="lax",
    )
    return answer


async def callback(request: Request) -> Response:
    """Take back whom the provider sends: signed in, asked for a code, or told why not."""
    services: Services = request.app.state.services
    provider = services.identity_providers.get(request.path_params["provider"])
    if provider is None:
        return _unknown()
    begun = _begun(services, request, provider)
    if begun is None:
        answer = _no("The sign-in took too long, or was begun in another browser.")
    else:
        answer = await _arrived(request, services, provider, begun)
    answer.delete_cookie(JOURNEY_COOKIE, path=_PATH)
    return answer


async def _arrived(
    request: Request, services: Services, provider: IdentityProvider, begun: dict[str, Any]
) -> Response:
    try:
        code = _code(request, provider)
        email = await provider.arrive(Journey(**begun["journey"]), _back_to(services, provider), code)
        return await _sign_in(request, services, provider, email, begun["return"])
    except IdentityRefused as refused:
        logger.warning("identity.refused", provider=provider.issuer.slug, why=str(refused))
        return _no(f"{provider.issuer.name} did not confirm who you are.")
    except IdentityUnavailable as error:
        return _unavailable(provider, error)
    except Refused as no:
        logger.warning("identity.nobody", provider=provider.issuer.slug)
        return _no(f"{no.message} {no.remedy}")


def _code(request: Request, provider: IdentityProvider) -> str:
    """What the provider gave the browser for us; `IdentityRefused` where it gave something else."""
    asked = request.query_params
    if asked.get("iss", provider.issuer.url) != provider.issuer.url:
        raise IdentityRefused("Another provider answers.")
    if "error" in asked or not asked.get("code"):
        raise IdentityRefused(f"The provider says no: {asked.get('error', 'no code')[:100]!r}.")
    return asked["code"]


async def _sign_in(
    request: Request, services: Services, provider: IdentityProvider, email: str, back: str
) -> Response:
    # It comes from the provider's page, and is none of theirs: the state in it was made here.
    visit = Visit.setting(request, services.public_url)
    now = services.clock()
    signed = await sign_in_by_identity(services, email, provider.issuer.name, visit.device, now)
    if isinstance(signed, str):
        # After the #, it is in no log.
        return _redirect(f"/sign-in#{urlencode({'secondFactorToken': signed})}")
    visit.keep(signed.token, signed.bearer.expires_at, signed.refresh_token, signed.refresh_ends, now=now)
    answer = _redirect(back)
    for cookie in visit.cookies:
        answer.raw_headers.append((b"set-cookie", cookie))
    return answer


def _begun(services: Services, request: Request, provider: IdentityProvider) -> dict[str, Any] | None:
    """The journey that this browser began; None unless the provider sends it back from just that one."""
    try:
        sealed = request.cookies.get(JOURNEY_COOKIE, "")
        begun: dict[str, Any] = orjson.loads(unseal_text(services.secret, sealed, _WHAT))
    except NotSealed:
        return None
    state = request.query_params.get("state", "").encode()
    is_ours = hmac.compare_digest(state, begun["journey"]["state"].encode())
    is_in_time = services.clock().timestamp() < begun["until"]
    return begun if is_ours and is_in_time and begun["provider"] == provider.issuer.slug else None


def _back_to(services: Services, provider: IdentityProvider) -> str:
    return f"{services.public_url}/auth/{provider.issuer.slug}/callback"


def _safe_return(path: str) -> str:
    """A page of ours; anything else is the first one."""
    is_ours = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if is_ours and path.isascii() and "\\" not in path else "/"


def _redirect(to: str) -> Response:
    return RedirectResponse(to, 303, {"Cache-Control": "no-store"})


def _unknown() -> Response:
    return plain_page(
        "There is no such way to sign in",
        "Go back to the sign-in page, and choose one of the ways that it shows.",
        status=404,
    )


def _no(why: str) -> Response:
    return plain_page("You are not signed in", f"{why} Go back to the sign-in page to try again.", status=403)


def _unavailable(provider: IdentityProvider, error: IdentityUnavailable) -> Response:
    logger.warning("identity.unavailable", provider=provider.issuer.slug, why=str(error))
    return plain_page(
        f"{provider.issuer.name} does not answer right now",
        "Please try again in a moment, or sign in with your password.",
        status=503,
        headers={"Retry-After": "30"},
    )
