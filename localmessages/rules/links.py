"""Clicks on tracked links: whose they are (metrics.md, "Total Links Clicked")."""

import re

_BOTS = re.compile(
    r"bot|crawl|spider|preview|facebookexternalhit|whatsapp|curl/|wget/|python-requests|headless",
    re.IGNORECASE,
)
# A maker of telephones, whose name has "bot" in it.
_PHONES = re.compile(r"cubot", re.IGNORECASE)


def is_bot(method: str, user_agent: str | None, *, prefetch: bool = False) -> bool:
    """Whether a machine made the click: not a GET, a prefetch, or a user agent that says so."""
    if prefetch or method.upper() != "GET":
        return True
    return user_agent is not None and _BOTS.search(_PHONES.sub("", user_agent)) is not None
