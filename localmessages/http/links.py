"""`/l/{slug}`: the short links in texts."""

import asyncio
import re

import asyncpg
import structlog
from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from localmessages.actions.clicks import Visit, visit_link
from localmessages.http.pages import plain_page
from localmessages.rules.links import is_prefetch

USER_AGENT_LIMIT = 500
# Ours have ten letters and digits; those of a log may look otherwise.
_SLUG = re.compile(r"[\w.~-]{1,200}")
_DATABASE_AWAY = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}

logger = structlog.get_logger(__name__)


class _Anything(Convertor[str]):
    """A rest of a path; `path` knows no line ends."""

    regex = r"[\s\S]*"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("anything", _Anything())


def link_route(*, patience_seconds: float = 5) -> BaseRoute:
    """Anything below `/l/`: what is no slug is no link either.

    Nobody at a telephone waits longer than the patience; half of it is for others at work on the customer.
    """

    async def follow(request: Request) -> Response:
        return await _follow(request, patience_seconds)

    return Route("/l/{slug:anything}", follow, methods=["GET"])


async def _follow(request: Request, patience_seconds: float) -> Response:
    slug = request.path_params["slug"]
    if not _SLUG.fullmatch(slug):
        return _no_such_link()
    try:
        async with asyncio.timeout(patience_seconds):
            target = await visit_link(
                request.app.state.services, slug, _visit_of(request), patience_seconds=patience_seconds / 2
            )
    except _DATABASE_AWAY as error:
        logger.warning("links.unavailable", error=repr(error))
        return _later()
    return (
        _no_such_link()
        if target is None
        else Response(status_code=302, headers={**_HEADERS, "Location": target})
    )


def _visit_of(request: Request) -> Visit:
    user_agent = request.headers.get("user-agent")
    return Visit(
        method=request.method,
        user_agent=None if user_agent is None else user_agent[:USER_AGENT_LIMIT],
        prefetch=is_prefetch(request.headers),
    )


def _no_such_link() -> Response:
    return plain_page(
        "This link does not exist",
        "Check that it is complete. If it came in a text, reply to the text and ask for it again.",
        status=404,
    )


def _later() -> Response:
    return plain_page(
        "The link cannot be opened right now",
        "Please open it again in a moment.",
        status=503,
        headers={"Retry-After": "5"},
    )
