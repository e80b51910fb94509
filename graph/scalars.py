"""The scalars: strict in what they take, canonical in what they give."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, NewType
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import phonenumbers
import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

TimeOfDay = NewType("TimeOfDay", str)
TimeZone = NewType("TimeZone", str)
Locale = NewType("Locale", str)
CurrencyCode = NewType("CurrencyCode", str)
PhoneNumber = NewType("PhoneNumber", str)
EmailAddress = NewType("EmailAddress", str)
URL = NewType("URL", str)
Cursor = NewType("Cursor", str)

EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LATEST = datetime(3000, 1, 1, tzinfo=UTC)

INSTANT = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)?",
    re.ASCII,
)
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00", re.ASCII)
DECIMAL = re.compile(r"[+-]?\d{1,18}(\.\d{1,9})?", re.ASCII)
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,6}")
CURRENCY = re.compile(r"[A-Z]{3}")
EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@"
    r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
)
POSITION = re.compile(r"[A-Za-z0-9_-]{1,1000}")
WRITTEN_PHONE = re.compile(r"\+[\d\s().\-/]{4,40}", re.ASCII)


def refuse(value: object, advice: str) -> GraphQLError:
    """The error for a value that its scalar does not take; `advice` says what it takes."""
    shown = repr(value) if len(repr(value)) <= 60 else f"{repr(value)[:57]}…"
    return GraphQLError(f"{shown} is not accepted. {advice}", extensions={"code": "BAD_USER_INPUT"})


def text(value: object, advice: str) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise refuse(value, advice)
    return value


def parse_instant(value: object) -> datetime:
    advice = "Give an instant with its offset, such as 2026-11-20T23:59:21.125Z or 2026-11-20T17:59:21-06:00."
    written = text(value, advice)
    matched = INSTANT.fullmatch(written)
    if matched is None:
        raise refuse(value, advice)
    if matched[3] is None:
        raise refuse(value, f"It has no offset from UTC. {advice}")
    try:
        instant = datetime.fromisoformat(written.upper()).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise refuse(value, advice) from error
    if not EARLIEST <= instant < LATEST:
        raise refuse(value, "Give an instant between the years 1900 and 3000.")
    return instant


def write_instant(value: datetime) -> str:
    """As UTC with milliseconds, or with microseconds where there are any."""
    if value.tzinfo is not UTC:
        if value.tzinfo is None:
            raise ValueError("An instant without a time zone cannot be shown.")
        value = value.astimezone(UTC)
    precision = "microseconds" if value.microsecond % 1000 else "milliseconds"
    return value.isoformat(timespec=precision).removesuffix("+00:00") + "Z"


def parse_date(value: object) -> date:
    advice = "Give a date such as 2026-11-20."
    written = text(value, advice)
    if not DAY.fullmatch(written):
        raise refuse(value, advice)
    try:
        day = date.fromisoformat(written)
    except ValueError as error:
        raise refuse(value, advice) from error
    if not EARLIEST.date() <= day < LATEST.date() - timedelta(days=1):
        raise refuse(value, "Give a date between the years 1900 and 3000.")
    return day


def matching(pattern: re.Pattern[str], advice: str, *, most: int = 1000) -> Callable[[object], str]:
    """A parser of texts that match `pattern` whole."""

    def parse(value: object) -> str:
        written = text(value, advice)
        if len(written) > most or not pattern.fullmatch(written):
            raise refuse(value, advice)
        return written

    return parse


@lru_cache(1)
def zones() -> frozenset[str]:
    return frozenset(available_timezones()) - {"localtime", "Factory"}


def parse_zone(value: object) -> str:
    advice = "Give an IANA time zone, such as America/Chicago."
    if text(value, advice) not in zones():
        raise refuse(value, advice)
    return str(value)


def parse_decimal(value: object) -> Decimal:
    advice = 'Give a decimal number as a string, such as "50.00".'
    written = text(value, advice)
    if not DECIMAL.fullmatch(written):
        raise refuse(value, advice)
    return Decimal(written)


def write_decimal(value: Decimal) -> str:
    return format(value, "f")


def parse_phone(value: object) -> str:
    advice = "Give a telephone number with its country, such as +12125550100."
    written = text(value, advice).strip()
    if not WRITTEN_PHONE.fullmatch(written):
        raise refuse(value, advice)
    try:
        number = phonenumbers.parse(written)
    except phonenumbers.NumberParseException as error:
        raise refuse(value, advice) from error
    if number.extension or not phonenumbers.is_possible_number(number):
        raise refuse(value, advice)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def parse_email(value: object) -> str:
    advice = "Give an e-mail address, such as ada@example.com."
    written = text(value, advice).strip()
    if len(written) > 254 or not EMAIL.fullmatch(written):
        raise refuse(value, advice)
    return written


def parse_url(value: object) -> str:
    advice = "Give an absolute address that begins with http:// or https://."
    written = text(value, advice).strip()
    try:
        parts = urlsplit(written)
        parts.port  # noqa: B018  (reading it is what checks it)
    except ValueError as error:
        raise refuse(value, advice) from error
    unsafe = any(c.isspace() or ord(c) < 32 for c in written)
    if len(written) > 2_000 or unsafe or parts.scheme not in ("http", "https") or not parts.hostname:
        raise refuse(value, advice)
    return written


def scalar(
    name: str, url: str, description: str, parse: Callable[[object], Any], write: Callable[[Any], Any] = str
) -> ScalarDefinition:
    return strawberry.scalar(
        name=name, description=description, specified_by_url=url, serialize=write, parse_value=parse
    )


SCALARS: dict[object, ScalarDefinition] = {
    datetime: scalar(
        "DateTime",
        "https://scalars.graphql.org/andimarek/date-time.html",
        "An instant in UTC, such as `2026-11-20T23:59:21.125Z`. Input may carry any offset, but must carry "
        "one.",
        parse_instant,
        write_instant,
    ),
    date: scalar(
        "Date",
        "https://www.rfc-editor.org/rfc/rfc3339#section-5.6",
        "A calendar date without a time zone, such as `2026-11-20`.",
        parse_date,
        date.isoformat,
    ),
    TimeOfDay: scalar(
        "TimeOfDay",
        "https://www.iso.org/iso-8601-date-and-time-format.html",
        "A wall-clock time from `00:00` to `24:00`, to the minute, in the time zone of its place.",
        matching(CLOCK, "Give a time of day such as 09:30; the end of the day is 24:00."),
    ),
    TimeZone: scalar(
        "TimeZone",
        "https://www.iana.org/time-zones",
        "An IANA time zone, such as `America/Chicago`.",
        parse_zone,
    ),
    Locale: scalar(
        "Locale",
        "https://www.rfc-editor.org/info/bcp47",
        "A BCP 47 language tag, such as `en-US`.",
        matching(LANGUAGE, "Give a language tag such as en-US.", most=35),
    ),
    Decimal: scalar(
        "Decimal",
        "https://www.w3.org/TR/xmlschema11-2/#decimal",
        'An exact decimal number as a string, such as `"50.00"`.',
        parse_decimal,
        write_decimal,
    ),
    CurrencyCode: scalar(
        "CurrencyCode",
        "https://www.iso.org/iso-4217-currency-codes.html",
        "An ISO 4217 currency, such as `USD`.",
        matching(CURRENCY, "Give a currency such as USD."),
    ),
    PhoneNumber: scalar(
        "PhoneNumber",
        "https://www.itu.int/rec/T-REC-E.164",
        "A telephone number in E.164, such as `+12125550100`. Input may be written with spaces, dashes and "
        "brackets.",
        parse_phone,
    ),
    EmailAddress: scalar(
        "EmailAddress",
        "https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address",
        "An e-mail address. Compared without regard to case.",
        parse_email,
    ),
    URL: scalar(
        "URL",
        "https://url.spec.whatwg.org/",
        "An absolute `http` or `https` address.",
        parse_url,
    ),
    Cursor: scalar(
        "Cursor",
        "https://www.rfc-editor.org/rfc/rfc4648#section-5",
        "A position in the event log, opaque and in base64url. Subscribe with `after` set to one and nothing "
        "is lost or repeated. Not a page cursor.",
        matching(POSITION, "Give a cursor as `eventCursor` or an event gave it."),
    ),
}
