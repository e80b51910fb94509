"""Visits of tracked links: whose they are (metrics.md, "Total Links Clicked")."""

import re
from collections.abc import Mapping
from datetime import timedelta

_BOTS = re.compile(
    r"bot|crawl|spider|preview|facebookexternalhit|whatsapp|curl/|wget/|python-requests|headless",
    re.IGNORECASE,
)
# A maker of telephones, whose name has "bot" in it.
_PHONES = re.compile(r"cubot", re.IGNORECASE)
# What fetches pages by itself and says none of those words: scanners of links, and the libraries that
# previews and scanners are made of. A person's app may use them too, so they tell only with the haste.
_CRAWLERS = re.compile(
    r"google-|googleother|barracuda|proofpoint|mimecast|symantec|zscaler|trend ?micro|safelinks|iframely"
    r"|embedly|go-http-client|okhttp|cfnetwork|dalvik|java/|apache-httpclient|python|aiohttp|httpx|node-fetch"
    r"|undici|axios|libwww|ruby|php/|^mozilla/5\.0$",
    re.IGNORECASE,
)
_TOO_SOON = timedelta(seconds=2)
_PURPOSES = ("sec-purpose", "purpose", "x-purpose", "x-moz")
_AHEAD = re.compile("prefetch|prerender|preview", re.IGNORECASE)


def is_bot(
    method: str, user_agent: str | None, *, prefetch: bool = False, after: timedelta | None = None
) -> bool:
    """Whether a machine made the visit: not a GET, a prefetch, or a user agent that says so.

    `after` is how long the text had been sent: within 2 s also crawlers that do not say what they are.
    """
    if prefetch or method.upper() != "GET":
        return True
    if user_agent is not None and _BOTS.search(_PHONES.sub("", user_agent)):
        return True
    return after is not None and after <= _TOO_SOON and _is_crawler(user_agent)


def _is_crawler(user_agent: str | None) -> bool:
    return user_agent is None or not user_agent.strip() or _CRAWLERS.search(user_agent) is not None


def is_prefetch(headers: Mapping[str, str]) -> bool:
    """Whether a browser fetches ahead of its person, or for a preview; names of `headers` in lower case."""
    return any(_AHEAD.search(headers.get(name, "")) for name in _PURPOSES)
