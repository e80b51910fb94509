"""Links in texts: found, shortened so that clicks can be counted, and put back."""

import re
import secrets
import string
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from localmessages.rules.customer import Customer
from localmessages.rules.keys import new_key
from localmessages.rules.place import Place
from localmessages.rules.records import Conversation, Message, TrackedLink
from localmessages.rules.targets import is_target
from localmessages.rules.texting import OutboundText, send
from localmessages.rules.texts import BODY_LIMIT

# 62^10 are 60 bits. Where a hundred million links exist, who tries a thousand slugs a second finds one in
# three months, and one new slug in eight thousand million is taken already: that send fails as a whole, and
# succeeds when it is asked for again. Every further character would be paid for with every text.
SLUG_LENGTH = 10
SLUG_LETTERS = string.ascii_letters + string.digits

_BEGINNING = re.compile(r"(?<![0-9A-Za-z])https?://", re.ASCII | re.IGNORECASE)
_NEVER = frozenset('"<>\\`')
_AFTERWARDS = frozenset(".,;:!?'*|")
_CLOSING = {")": "(", "]": "[", "}": "{"}


class Found(NamedTuple):
    """A link in a text: `text[start:end]`."""

    start: int
    end: int
    url: str


class ShortLink(NamedTuple):
    """What a slug stands for."""

    slug: str
    url: str


class Shortened(NamedTuple):
    """A text with short links in the place of the links that it had, in its order."""

    body: str
    links: tuple[ShortLink, ...]


def new_slug() -> str:
    """A slug that cannot be guessed."""
    return "".join(secrets.choice(SLUG_LETTERS) for _ in range(SLUG_LENGTH))


def link_base(place: Place | None, public_url: str) -> str:
    """Where the short links of a location begin: its link domain, else the installation."""
    return f"https://{place.link_domain}" if place is not None and place.link_domain else public_url


def short_url(base: str, slug: str) -> str:
    """What stands in a text."""
    return f"{base}/l/{slug}"


def find_links(body: str) -> Iterator[Found]:
    """The http and https links of a text, as phones find them: without what punctuation follows."""
    at = 0
    while beginning := _BEGINNING.search(body, at):
        at = _end(body, beginning.end())
        url = body[beginning.start() : at]
        if is_target(url):
            yield Found(beginning.start(), at, url)


def _end(body: str, start: int) -> int:
    end = start
    while end < len(body) and _belongs(body[end]):
        end += 1
    while end > start and _is_aftermath(body[start:end]):
        end -= 1
    return end


def _belongs(character: str) -> bool:
    """Whether a link may have it. Of other scripts letters, marks and digits: no quote, bracket or emoji."""
    if character.isascii():
        return " " < character < "\x7f" and character not in _NEVER
    return unicodedata.category(character)[0] in "LMN"


def _is_aftermath(link: str) -> bool:
    """Whether the last character is the sentence's: a full stop, a bracket that opened before the link."""
    opening = _CLOSING.get(link[-1])
    if opening is not None:
        return link.count(link[-1]) > link.count(opening)
    return link[-1] in _AFTERWARDS


def shorten(
    body: str,
    base: str,
    public_url: str,
    *,
    slug: Callable[[], str] = new_slug,
    limit: int = BODY_LIMIT,
) -> Shortened:
    """A text with every link shortened to `base`.

    Short links of ours stay, and so does a link with which the text would be longer than `limit`.
    """
    parts: list[str] = []
    links: list[ShortLink] = []
    at, length = 0, len(body)
    for found in find_links(body):
        if _is_ours(found.url, base, public_url):
            continue
        link = ShortLink(slug(), found.url)
        short = short_url(base, link.slug)
        grown = length + len(short) - len(found.url)
        if grown > max(length, limit):
            continue
        parts += [body[at : found.start], short]
        links.append(link)
        at, length = found.end, grown
    return Shortened("".join(parts) + body[at:], tuple(links))


def _is_ours(url: str, *bases: str) -> bool:
    return any(url.startswith(short_url(base, "")) for base in bases)


def preview(body: str, base: str, public_url: str) -> str:
    """A text as long as it would go out; its slugs are made when it does."""
    return shorten(body, base, public_url, slug=lambda: "x" * SLUG_LENGTH).body


def restore(body: str, urls: Mapping[str, str]) -> str:
    """The text as it was written: each short link, known by its slug, is what it stands for again."""
    parts: list[str] = []
    at = 0
    for found in find_links(body):
        url = urls.get(_slug_of(found.url))
        if url is not None:
            parts += [body[at : found.start], url]
            at = found.end
    return "".join(parts) + body[at:]


def short_url_in(body: str, slug: str) -> str | None:
    """The short link with a slug as it stands in a text; None where it does not."""
    return next((found.url for found in find_links(body) if _slug_of(found.url) == slug), None)


def _slug_of(url: str) -> str:
    return url.rpartition("/l/")[2]


def send_with_links(
    customer: Customer, conversation: Conversation, text: OutboundText, at: datetime, *, public_url: str
) -> Message:
    """Store a text that is accepted for sending, with its links shortened for where it is sent from."""
    base = link_base(customer.place_of(conversation.location_id), public_url)
    shortened = shorten(text.body, base, public_url)
    message = send(customer, conversation, replace(text, body=shortened.body), at)
    for position, link in enumerate(shortened.links):
        customer.add(
            TrackedLink(
                tenant_id=message.tenant_id,
                id=new_key(at),
                message_id=message.id,
                position=position,
                slug=link.slug,
                url=link.url,
            )
        )
    return message
