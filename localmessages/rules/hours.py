"""When a location is open, and how long of a wait it was (metrics.md C5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from localmessages.rules.windows import local_day, local_instant, utc

# Opening and closing as "HH:MM"; a close of "24:00", or at or before the opening, is on the next day.
Interval: TypeAlias = tuple[str, str]
Intervals: TypeAlias = tuple[Interval, ...]
Weekly: TypeAlias = Mapping[str, Intervals]
Stretch: TypeAlias = tuple[datetime, datetime]

_ALL_DAY: Intervals = (("00:00", "24:00"),)
_DAY = timedelta(days=1)
_BEGINNING = datetime.min.replace(tzinfo=UTC)
_END = datetime.max.replace(tzinfo=UTC)
# Most closed places open within a week; the second look is for long holidays.
_HORIZONS = (timedelta(days=8), timedelta(days=400))


class Weekday(StrEnum):
    """A day of the week."""

    MONDAY = "MONDAY"
    TUESDAY = "TUESDAY"
    WEDNESDAY = "WEDNESDAY"
    THURSDAY = "THURSDAY"
    FRIDAY = "FRIDAY"
    SATURDAY = "SATURDAY"
    SUNDAY = "SUNDAY"

    @property
    def key(self) -> str:
        """Its name in stored hours and in replay logs, such as `mon`."""
        return self.value[:3].lower()


WEEKDAY_KEYS = tuple(day.key for day in Weekday)


class Holiday(NamedTuple):
    """The hours of one date, in place of those of its weekday; none for closed."""

    name: str | None
    intervals: Intervals


@dataclass(frozen=True, slots=True)
class HoursVersion:
    """Hours in force from an instant on.

    A weekday left out is closed; no `weekly` at all is always open, but on holidays.
    """

    effective_at: datetime
    weekly: Weekly | None
    holidays: Mapping[date, Holiday]

    def intervals_on(self, day: date) -> Intervals:
        """What begins on that local date."""
        holiday = self.holidays.get(day)
        if holiday is not None:
            return holiday.intervals
        if self.weekly is None:
            return _ALL_DAY
        return self.weekly.get(WEEKDAY_KEYS[day.weekday()], ())


@dataclass(frozen=True, slots=True)
class Hours:
    """All hours that a location ever had, with the zone that it has now; no versions: always open."""

    zone: str
    versions: tuple[HoursVersion, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "versions", tuple(sorted(self.versions, key=lambda v: v.effective_at)))

    @property
    def never_close(self) -> bool:
        """Whether no version says anything that closes."""
        return all(v.weekly is None and not v.holidays for v in self.versions)


def open_seconds(start: datetime, end: datetime, hours: Hours) -> float:
    """Seconds of `[start, end)` in which the place is open, to the microsecond; 0 when reversed."""
    if hours.never_close:
        return max(0.0, (utc(end) - utc(start)).total_seconds())
    stretches = utc_intervals(start, end, hours)
    return sum((closes - opens for opens, closes in stretches), timedelta()).total_seconds()


def is_open(at: datetime, hours: Hours) -> bool:
    """Whether it is open at that instant, by the hours in force then."""
    return bool(utc_intervals(at, at + timedelta(microseconds=1), hours))


def next_opening(at: datetime, hours: Hours) -> datetime | None:
    """When a place that is closed at `at` opens next; None when it is open, or stays closed for 400 days."""
    for horizon in _HORIZONS:
        stretches = utc_intervals(at, at + horizon, hours)
        if stretches:
            return None if stretches[0][0] == at else stretches[0][0]
    return None


def utc_intervals(start: datetime, end: datetime, hours: Hours) -> list[Stretch]:
    """The open stretches of `[start, end)`: in order, apart from each other, in UTC."""
    start, end = utc(start), utc(end)
    found: list[Stretch] = []
    for version, begins, ends in _in_force(hours):
        # An edit cuts what the old hours had begun; the new ones hold at once.
        lower, upper = max(start, begins), min(end, ends)
        if lower < upper:
            found += _clipped(version, lower, upper, hours.zone)
    return _merged(found)


def _in_force(hours: Hours) -> Iterator[tuple[HoursVersion, datetime, datetime]]:
    """Each version with the period in which it holds; the first holds from the beginning of time."""
    versions = hours.versions or (HoursVersion(_BEGINNING, None, {}),)
    edits = [utc(version.effective_at) for version in versions[1:]]
    return zip(versions, [_BEGINNING, *edits], [*edits, _END], strict=True)


def _clipped(version: HoursVersion, lower: datetime, upper: datetime, zone: str) -> Iterator[Stretch]:
    # Hours reach into the next day, and two days on where a zone jumped over a date (Samoa, 2011).
    day, last = local_day(lower, zone) - 2 * _DAY, local_day(upper, zone)
    while day <= last:
        for opens, closes in _instants(version.intervals_on(day), day, zone):
            if opens < upper and lower < closes:
                yield max(opens, lower), min(closes, upper)
        day += _DAY


# Keyed by the day's intervals, not by the hours: places with the same hours in a zone share the entries.
@lru_cache(maxsize=65_536)
def _instants(intervals: Intervals, day: date, zone: str) -> tuple[Stretch, ...]:
    """A date's intervals as instants; one that the clock jumped over is left out."""
    stretches = [_stretch(interval, day, zone) for interval in intervals]
    return tuple((opens, closes) for opens, closes in stretches if opens < closes)


def _stretch(interval: Interval, day: date, zone: str) -> Stretch:
    opens, closes = interval
    next_day = closes == "24:00" or closes <= opens
    closing = time() if closes == "24:00" else time.fromisoformat(closes)
    return (
        local_instant(day, time.fromisoformat(opens), zone),
        local_instant(day + _DAY if next_day else day, closing, zone),
    )


def _merged(stretches: list[Stretch]) -> list[Stretch]:
    if len(stretches) < 2:
        return stretches
    merged: list[Stretch] = []
    for opens, closes in sorted(stretches):
        if merged and opens <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], closes))
        else:
            merged.append((opens, closes))
    return merged
