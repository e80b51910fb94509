import re
import unicodedata
from collections.abc import Iterator
from enum import StrEnum


class Keyword(StrEnum):
    """What a text that is nothing but a keyword asks for. It opens no wait."""

    OPT_OUT = "OPT_OUT"
    OPT_IN = "OPT_IN"
    HELP = "HELP"


class ConsentState(StrEnum):
    """Which way a change of consent went."""

    OPTED_OUT = "OPTED_OUT"
    OPTED_IN = "OPTED_IN"


class ConsentMethod(StrEnum):
    """How a change of consent came about."""

    KEYWORD = "KEYWORD"
    MANUAL = "MANUAL"
    CARRIER = "CARRIER"
    IMPORT = "IMPORT"


class OptOutCause(StrEnum):
    """What came right before an opt-out in the conversation."""

    PAYMENT_LINK = "PAYMENT_LINK"
    CAMPAIGN = "CAMPAIGN"
    MESSAGE = "MESSAGE"
    NONE = "NONE"


_OPT_OUT = frozenset(
    {"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "opt out"}
    | {f"stop {doing}{whom}" for doing in ("texting", "messaging", "contacting") for whom in ("", " me")}
)
_OPT_IN = frozenset({"start", "unstop"})
_OPT_IN_ONCE_OUT = frozenset({"yes"})
_HELP = frozenset({"help", "info"})
_PLEASE = "please"
# Soft hyphens, zero-width characters, direction marks and variation selectors: they show nothing.
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")
_BREAK = re.compile(r"[\W_]+")
_MARK = re.compile(r"[^\w\s]+|_+")


def keyword(body: str, *, opted_out: bool) -> Keyword | None:
    """What the whole body asks for, if it is a keyword and nothing else (messaging.md, Consent).

    START and UNSTOP are keywords for everybody, YES only for a contact who is `opted_out`.
    """
    asked = {_without_please(reading) for reading in _readings(body)}
    if asked & _OPT_OUT:
        return Keyword.OPT_OUT
    if asked & _OPT_IN or (opted_out and asked & _OPT_IN_ONCE_OUT):
        return Keyword.OPT_IN
    return Keyword.HELP if asked & _HELP else None


def _readings(body: str) -> Iterator[list[str]]:
    """The words of a body, folded: punctuation parts words ("stop,please") or stands in one ("S.T.O.P.")."""
    folded = _UNSEEN.sub("", unicodedata.normalize("NFKC", body)).casefold()
    yield _BREAK.sub(" ", folded).split()
    yield _MARK.sub("", folded).split()


def _without_please(words: list[str]) -> str:
    if words[:1] == [_PLEASE]:
        words = words[1:]
    elif words[-1:] == [_PLEASE]:
        words = words[:-1]
    return " ".join(words)
