"""Business hours of the API, out of those of the rules."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from graph.scalars import TimeOfDay
from graph.types.hours import BusinessHours, DayHours, Holiday, OpenInterval
from localmessages.rules.hours import HoursVersion, Intervals, Weekday
from localmessages.rules.place import Place


def business_hours(place: Place, now: datetime) -> BusinessHours:
    """The hours of a place that are in force, with its holidays from today on."""
    version = _in_force(place, now)
    today = now.astimezone(ZoneInfo(place.zone)).date()
    weekly = version.weekly
    return BusinessHours(
        effective_at=version.effective_at,
        weekly=None
        if weekly is None
        else [DayHours(weekday=day, intervals=open_intervals(weekly.get(day.key, ()))) for day in Weekday],
        holidays=[
            Holiday(on=day, name=holiday.name, intervals=open_intervals(holiday.intervals))
            for day, holiday in sorted(version.holidays.items())
            if day >= today
        ],
    )


def _in_force(place: Place, now: datetime) -> HoursVersion:
    versions = place.hours.versions or (HoursVersion(place.created_at, None, {}),)
    begun = [version for version in versions if version.effective_at <= now]
    # The first hours hold from the beginning of time.
    return begun[-1] if begun else versions[0]


def open_intervals(intervals: Intervals) -> list[OpenInterval]:
    """Stretches of a day."""
    return [OpenInterval(opens=TimeOfDay(opens), closes=TimeOfDay(closes)) for opens, closes in intervals]
