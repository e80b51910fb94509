"""Where a span may be read from the hourly rollup, and which edges of it must be counted (data.md).

A bucket is named after the start of its local hour, as `local_hour()` of the database has it. Where a clock
changes by half an hour, one name lies before the first instant of its bucket and is no full hour: there
the search for a boundary goes on.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from localmessages.rules.windows import utc

_HOUR = timedelta(hours=1)


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
