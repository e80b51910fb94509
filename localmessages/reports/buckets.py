"""Where a span may be read from the hourly rollup, and which edges of it must be counted (data.md).

A bucket is named after the start of its local hour, as `local_hour()` of the database has it. Where the clock
changes by half an hour, a bucket's name lies before its first instant; no span is cut in such an hour.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from localmessages.rules.windows import utc

_HOUR = timedelta(hours=1)
_INSTANT = timedelta(microseconds=1)


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
    while not _is_boundary(at, zone):
        at = _local_hour(at, zone) + _HOUR
    return at


@lru_cache(maxsize=16_384)
def boundary_until(at: datetime, zone: str) -> datetime:
    """The last boundary at or before `at`."""
    while not _is_boundary(at, zone):
        at = _local_hour(at - _INSTANT, zone)
    return at


def _is_boundary(at: datetime, zone: str) -> bool:
    """Whether the buckets named before `at` hold exactly the instants before it."""
    hour_after = _minutes(at + _HOUR, zone)
    return _minutes(at, zone) == hour_after == timedelta()


def _local_hour(at: datetime, zone: str) -> datetime:
    return at - _minutes(at, zone)


def _minutes(at: datetime, zone: str) -> timedelta:
    """What a local clock shows beyond its full hour."""
    local = utc(at).astimezone(ZoneInfo(zone))
    return timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
