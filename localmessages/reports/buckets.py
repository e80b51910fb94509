"""Where a span may be read from the hourly rollup, and which edges of it must be counted (data.md).

A bucket is named after the start of its local hour, as `local_hour()` of the database has it. Where a clock
changes by half an hour, one name lies before the first instant of its bucket and is no full hour: there
the search for a boundary goes on.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from localmessages.rules.windows import day_start, local_day, utc

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
# No clock was ever changed by more than a day: this far from any change, a midnight parts the dates.
_STEADY = timedelta(hours=26)


class Cut(NamedTuple):
    """`[start, end)` as whole buckets and the raw stretches around them; `whole` is None for none."""

    whole: tuple[datetime, datetime] | None
    raw: tuple[tuple[datetime, datetime], ...]


def cut(start: datetime, end: datetime, zone: str) -> Cut:
    """Cut `[start, end)` at the first and last boundary between the buckets of `zone`."""
    first, last = boundary_from(start, zone), boundary_until(end, zone)
    if first >= last:
        return Cut(None, ((start, end),) if start < end else ())
    edges = ((start, first), (last, end))
    return Cut((first, last), tuple(edge for edge in edges if edge[0] < edge[1]))


@lru_cache(maxsize=16_384)
def boundary_from(at: datetime, zone: str) -> datetime:
    """The first boundary at or after `at`."""
    while beyond := _beyond_hour(at, zone):
        at += _HOUR - beyond
    return at


@lru_cache(maxsize=16_384)
def boundary_until(at: datetime, zone: str) -> datetime:
    """The last boundary at or before `at`."""
    while beyond := _beyond_hour(at, zone):
        at -= beyond
    return at


def _beyond_hour(at: datetime, zone: str) -> timedelta:
    """What a local clock shows beyond its full hour, which is a boundary."""
    local = utc(at).astimezone(ZoneInfo(zone))
    return timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)


class DayCut(NamedTuple):
    """The local days `[first, last)` within a span, and the instants at which they begin and end.

    Where there is no whole day, both are the same, and begin and end where the span ends.
    """

    first: date
    last: date
    start: datetime
    end: datetime


@lru_cache(maxsize=16_384)
def cut_days(start: datetime, end: datetime, zone: str) -> DayCut:
    """Cut `[start, end)` at the first and last midnight of `zone` that no change of the clock is near."""
    first, last = local_day(start, zone), local_day(end, zone)
    while day_start(first, zone) < start or not _is_steady(first, zone):
        first += _DAY
    while day_start(last, zone) > end or not _is_steady(last, zone):
        last -= _DAY
    if first >= last:
        return DayCut(first, first, end, end)
    return DayCut(first, last, day_start(first, zone), day_start(last, zone))


def _is_steady(day: date, zone: str) -> bool:
    midnight, clock = day_start(day, zone), ZoneInfo(zone)
    before, after = (at.astimezone(clock).utcoffset() for at in (midnight - _STEADY, midnight + _STEADY))
    return before == after
