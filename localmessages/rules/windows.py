"""Which stretch of time a number looks at, and where local days begin (metrics.md C2, C5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

LONGEST_DAYS = 400
FIRST_YEAR, LAST_YEAR = 1900, 2200
_DAY = timedelta(days=1)
_INSTANT = timedelta(microseconds=1)
# Names that some machines know and that are no place.
_NO_PLACES = frozenset({"Factory", "localtime"})


class InvalidWindow(ValueError):
    """The window is reversed, empty, too long or too far away; the message says which."""


@dataclass(frozen=True, slots=True)
class Window:
    """`[start, end)` in UTC; a window of whole local days also knows its days and their zone."""

    start: datetime
    end: datetime
    first_day: date | None = None
    last_day: date | None = None
    zone: str | None = None


def last_days(n: int, now: datetime, zone: str) -> Window:
    """Today, to its last instant, and the n - 1 local days before it."""
    if not 1 <= n <= LONGEST_DAYS:
        raise InvalidWindow(f"A window has 1 to {LONGEST_DAYS} days, not {n}.")
    today = local_day(now, zone)
    return on_days(today - (n - 1) * _DAY, today, zone)


def on_days(first: date, last: date, zone: str) -> Window:
    """From the local day `first` to the local day `last`, both included."""
    if last < first:
        raise InvalidWindow("The window ends before it begins.")
    if (last - first).days >= LONGEST_DAYS:
        raise InvalidWindow(f"The window is longer than {LONGEST_DAYS} days.")
    _check_years(first.year, last.year)
    window = _days(first, last, zone)
    if window.start == window.end:
        raise InvalidWindow("The window is empty: its day was skipped there.")
    return window


def between(start: datetime, end: datetime) -> Window:
    """The same instants everywhere."""
    _check_years(start.year, end.year)
    start, end = utc(start), utc(end)
    if end < start:
        raise InvalidWindow("The window ends before it begins.")
    if end == start:
        raise InvalidWindow("The window is empty.")
    if end - start > LONGEST_DAYS * _DAY:
        raise InvalidWindow(f"The window is longer than {LONGEST_DAYS} days.")
    return Window(start, end)


def previous(window: Window) -> Window:
    """The window right before: as many local days, or the same length of time where it has no days."""
    if window.first_day is None or window.last_day is None or window.zone is None:
        return Window(window.start - (window.end - window.start), window.start)
    before = window.first_day - _DAY
    return _days(before - (window.last_day - window.first_day), before, window.zone)


def local_days(window: Window, zone: str) -> tuple[date, ...]:
    """The local dates in `zone` that the window touches, in order."""
    first = local_day(window.start, zone)
    last = local_day(window.end - _INSTANT, zone)
    return tuple(first + i * _DAY for i in range((last - first).days + 1))


def local_day(at: datetime, zone: str) -> date:
    """The local day that `at` lies in: the one with `day_start(day) <= at < day_start(day + 1)`."""
    at = utc(at)
    day = at.astimezone(_zone(zone)).date()
    # Where a change of the clock straddles midnight, its date and the day that has begun differ for a while.
    if day_start(day + _DAY, zone) <= at:
        return day + _DAY
    return day - _DAY if at < day_start(day, zone) else day


@lru_cache(maxsize=16_384)
def day_start(day: date, zone: str) -> datetime:
    """Midnight of a local day, in UTC, by the rule of `local_instant`."""
    return local_instant(day, time(), zone)


def local_instant(day: date, clock: time, zone: str) -> datetime:
    """When clocks in `zone` show `clock` on `day`, in UTC.

    The first time if they show it twice; where it is skipped, when they would have without the skip (fold=0).
    """
    return datetime.combine(day, clock, tzinfo=_zone(zone)).astimezone(UTC)


def utc(at: datetime) -> datetime:
    """The same instant in UTC; ValueError for a naive one, which is no instant."""
    if at.tzinfo is UTC:
        return at
    if at.utcoffset() is None:
        raise ValueError("An instant needs an offset from UTC.")
    return at.astimezone(UTC)


def is_zone(name: str) -> bool:
    """Whether it is a time zone of the IANA database."""
    return name in _zones()


def _days(first: date, last: date, zone: str) -> Window:
    return Window(day_start(first, zone), day_start(last + _DAY, zone), first, last, zone)


def _check_years(first: int, last: int) -> None:
    if first < FIRST_YEAR or last > LAST_YEAR:
        raise InvalidWindow(f"The window lies outside the years {FIRST_YEAR} to {LAST_YEAR}.")


def _zone(name: str) -> ZoneInfo:
    if not is_zone(name):
        raise ValueError(f"There is no time zone {name!r}.")
    return ZoneInfo(name)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones() - _NO_PLACES)
