"""The stretches of time, each at one location, that a summary is made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from localmessages.reports.windows import WindowSpec, window_in
from localmessages.rules.place import Place
from localmessages.rules.windows import Window, day_start, local_days, previous

_DAY = timedelta(days=1)


class Stretch(NamedTuple):
    """`[start, end)`."""

    start: datetime
    end: datetime


class Span(NamedTuple):
    """`[start, end)` at one location; `zone` is the location's own."""

    location_id: UUID
    zone: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class ZonedWindow:
    """A window as one zone has it, the one before, and its local days, cut off at its edges."""

    window: Stretch
    previous: Stretch
    days: tuple[date, ...]
    day_stretches: tuple[Stretch, ...]

    def stretches(self, *, daily: bool, before: bool) -> list[Stretch]:
        """The window, or its days, which add up to it; behind the window before, if that is wanted."""
        now = list(self.day_stretches) if daily else [self.window]
        return [self.previous, *now] if before else now


def zoned_windows(
    zones: Iterable[str], spec: WindowSpec, zone: str | None, now: datetime
) -> dict[str, ZonedWindow]:
    """What locations in each of `zones` take for the window; with an explicit `zone`, all the same."""
    return {own: zoned_window(spec, zone or own, now) for own in set(zones)}


def zoned_window(spec: WindowSpec, zone: str, now: datetime) -> ZonedWindow:
    """The window in `zone`; raises InvalidWindow."""
    window = window_in(spec, zone, now)
    before = previous(window)
    days = local_days(window, zone)
    return ZonedWindow(
        window=Stretch(window.start, window.end),
        previous=Stretch(before.start, before.end),
        days=days,
        day_stretches=tuple(_within(window, day, zone) for day in days),
    )


def _within(window: Window, day: date, zone: str) -> Stretch:
    return Stretch(max(day_start(day, zone), window.start), min(day_start(day + _DAY, zone), window.end))


def spans_at(places: Sequence[Place], stretches: dict[str, list[Stretch]]) -> list[Span]:
    """The stretches of each place's zone, place after place."""
    return [
        Span(place.id, place.zone, start, end) for place in places for start, end in stretches[place.zone]
    ]
