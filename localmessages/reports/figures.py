"""What was found for places and their stretches of time, and how it adds up to the page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, islice

from localmessages.reports.current_conversations import CurrentConversations, together
from localmessages.reports.message_counts import MessageCounts, added
from localmessages.reports.metrics import DailyMetrics, LocationMetrics, WindowMetrics
from localmessages.reports.response_time import EndedWaits, pooled
from localmessages.reports.spans import ZonedWindow
from localmessages.reports.want import Want
from localmessages.rules.place import Place


@dataclass(frozen=True, slots=True)
class Figures:
    """The messages and ended waits of a stretch of time."""

    messages: MessageCounts = field(default_factory=MessageCounts)
    waits: EndedWaits = field(default_factory=EndedWaits)

    def as_window(self) -> WindowMetrics:
        return WindowMetrics(
            self.waits.response_time,
            self.messages.inbound,
            self.messages.outbound,
            self.messages.by_origin,
            self.waits.outcomes,
        )

    def as_day(self, day: date) -> DailyMetrics:
        return DailyMetrics(day, self.waits.response_time, self.messages.inbound, self.messages.outbound)


def all_of(parts: Iterable[Figures]) -> Figures:
    """Counts added up, waits pooled."""
    parts = list(parts)
    return Figures(added(part.messages for part in parts), pooled([part.waits for part in parts]))


@dataclass(frozen=True, slots=True)
class PlaceFigures:
    """Everything found for one place, or for all of them."""

    current: CurrentConversations
    window: Figures
    previous: Figures
    days: Mapping[date, Figures] = field(default_factory=dict)

    def as_metrics(self, place: Place | None) -> LocationMetrics:
        window = self.window.as_window()
        return LocationMetrics(
            location=place,
            active_conversations=self.current.active,
            new_inbound_conversations=self.current.new,
            response_time=window.response_time,
            inbound_messages=window.inbound_messages,
            outbound_messages=window.outbound_messages,
            outbound_breakdown=window.outbound_breakdown,
            wait_outcomes=window.wait_outcomes,
            previous=self.previous.as_window(),
            daily=[figures.as_day(day) for day, figures in self.days.items()],
        )


def place_figures(
    zoned: ZonedWindow, current: CurrentConversations, found: Iterator[Figures], want: Want
) -> PlaceFigures:
    """Take what belongs to one place from `found`, which has it in the order of `ZonedWindow.stretches`."""
    before = next(found) if want.previous else Figures()
    if not want.daily:
        return PlaceFigures(current, next(found), before)
    days = dict(zip(zoned.days, islice(found, len(zoned.days)), strict=True))
    return PlaceFigures(current, all_of(days.values()), before, days)


def all_places(parts: Sequence[PlaceFigures], days: Iterable[date]) -> PlaceFigures:
    """The places together; a day adds up what was that day at each of them, by its own clock."""
    nothing = Figures()
    return PlaceFigures(
        together([part.current for part in parts]),
        all_of(part.window for part in parts),
        all_of(part.previous for part in parts),
        {day: all_of(part.days.get(day, nothing) for part in parts) for day in days},
    )


def days_of(windows: Iterable[ZonedWindow]) -> list[date]:
    """Every day that is in one of the windows, in order."""
    return sorted(set(chain.from_iterable(window.days for window in windows)))
