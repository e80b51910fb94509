"""What people may write into a field: something, not too much of it, and nothing that cannot be kept."""

import re
from collections.abc import Iterable, Sequence

from localmessages.rules.refusal import LimitRefused, Refused, UnknownPlaceholder, UserErrorCode

BODY_LIMIT = 1600
NOTE_LIMIT = 10_000
NAME_LIMIT = 200
EXTERNAL_ID_LIMIT = 200

# Control characters but tab and line ends, and halves of characters: no column, carrier or screen takes them.
_UNKEEPABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_HOST = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
_COLOR = re.compile("#[0-9a-fA-F]{6}")


def check_text(
    text: str,
    *,
    what: str,
    limit: int,
    field: Sequence[str],
    remedy: str = "Shorten it.",
    may_be_empty: bool = False,
) -> None:
    """Raise `Refused` for a text that is empty, longer than `limit` characters, or cannot be kept."""
    if not may_be_empty and not text.strip():
        raise Refused(UserErrorCode.EMPTY, f"The {what} is empty.", field=field, remedy="Write something.")
    if len(text) > limit:
        raise LimitRefused(
            f"The {what} has at most {limit} characters; this one has {len(text)}.",
            limit=limit,
            given=len(text),
            field=field,
            remedy=remedy,
        )
    if _UNKEEPABLE.search(text):
        raise Refused(
            UserErrorCode.INVALID,
            f"The {what} has characters that cannot be stored or sent.",
            field=field,
            remedy="Take out control characters.",
        )


def check_body(body: str, *, field: Sequence[str] = ("body",)) -> None:
    """Raise `Refused` for a text that cannot be sent."""
    check_text(body, what="text", limit=BODY_LIMIT, field=field, remedy="Shorten it, or send two texts.")


def check_name(name: str, *, field: Sequence[str], limit: int = NAME_LIMIT) -> str:
    """The name without the spaces around it; `Refused` for one of nothing, or too long."""
    check_text(name, what="name", limit=limit, field=field)
    return name.strip()


def check_placeholders(text: str, known: Iterable[str], *, field: Sequence[str]) -> None:
    """Raise `UnknownPlaceholder` for a `{name}` that nothing fills."""
    names = sorted(known)
    unknown = [name for name in dict.fromkeys(_PLACEHOLDER.findall(text)) if name not in names]
    if unknown:
        raise UnknownPlaceholder(unknown, names, field=field)


def check_host(name: str, *, field: Sequence[str]) -> str:
    """The host name in lower case; `Refused` for anything else."""
    if not _HOST.fullmatch(name.lower()):
        raise Refused(
            UserErrorCode.INVALID,
            "That is no host name.",
            field=field,
            remedy="Give a name such as go.example.com, without http:// and path.",
        )
    return name.lower()


def check_color(color: str, *, field: Sequence[str]) -> str:
    """The colour in lower case; `Refused` for anything but `#rrggbb`."""
    if not _COLOR.fullmatch(color):
        raise Refused(
            UserErrorCode.INVALID, "A colour is written #rrggbb.", field=field, remedy="Such as #868e96."
        )
    return color.lower()


def check_range(value: float, lowest: float, highest: float, *, what: str, field: Sequence[str]) -> None:
    """Raise `Refused` for a figure out of its range."""
    if not lowest <= value <= highest:
        raise Refused(
            UserErrorCode.INVALID,
            f"The {what} is from {lowest:g} to {highest:g}.",
            field=field,
            remedy="Choose a figure in that range.",
        )
