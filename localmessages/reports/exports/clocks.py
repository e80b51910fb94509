"""Instants in files: in the zone of the question, or of each location (metrics.md C2), which is named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from localmessages.reports.exports.table import Column, Kind
from localmessages.rules.place import Place

R = TypeVar("R")


class Clocks:
    """The clocks of a table: one for all its rows, or one a location."""

    def __init__(self, places: Iterable[Place], zone: str | None) -> None:
        places = list(places)
        zones = {zone} if zone else {place.zone for place in places}
        self.zone = zones.pop() if len(zones) == 1 else None
        """The one zone of all rows; None where each location has its own."""
        self._shared = ZoneInfo(self.zone) if self.zone else None
        self._own: Mapping[UUID, ZoneInfo] = {place.id: ZoneInfo(place.zone) for place in places}

    @classmethod
    def of(cls, zone: str) -> Clocks:
        """One clock, wherever the rows are from."""
        return cls((), zone)

    def column(
        self,
        name: str,
        instant: Callable[[R], datetime | None],
        location: Callable[[R], UUID] | None = None,
    ) -> Column[R]:
        """A column of instants, the zone in its heading; `location` tells which where there are several."""
        if (shared := self._shared) is not None:
            return Column(f"{name} ({self.zone})", lambda row: _local(instant(row), shared), Kind.INSTANT)
        assert location is not None, "several clocks, and no location that tells which"
        own = self._own
        return Column(
            f"{name} (local time)", lambda row: _local(instant(row), own[location(row)]), Kind.INSTANT
        )

    def zones(self, location: Callable[[R], UUID]) -> list[Column[R]]:
        """The column that names the zone of each row, where these differ."""
        if self._shared is not None:
            return []
        own = self._own
        return [Column("Time Zone", lambda row: own[location(row)].key)]


def _local(at: datetime | None, zone: ZoneInfo) -> datetime | None:
    return None if at is None else at.astimezone(zone).replace(tzinfo=None)
