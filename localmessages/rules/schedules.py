"""When a saved report goes out, and which days it is about."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from localmessages.rules.hours import Weekday
from localmessages.rules.windows import local_day, local_instant, utc

_DAY = timedelta(days=1)
_WEEK = tuple(Weekday)


class ReportFrequency(StrEnum):
    """How often a report goes out."""

    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"


@dataclass(frozen=True, slots=True)
class Schedule:
    """A local time on each day, on a weekday, or on a day of the month, or its last where it is shorter."""

    frequency: ReportFrequency
    at: time
    zone: str
    weekday: Weekday | None = None
    day_of_month: int | None = None

    def falls_on(self, day: date) -> bool:
        """Whether a report goes out on this local date."""
        match self.frequency:
            case ReportFrequency.DAILY:
                return True
            case ReportFrequency.WEEKLY:
                return _WEEK[day.weekday()] is self.weekday
            case ReportFrequency.MONTHLY:
                assert self.day_of_month is not None
                return day.day == min(self.day_of_month, monthrange(day.year, day.month)[1])

    def instant_on(self, day: date) -> datetime:
        """When clocks show its time on a date: once, also where they show it twice or skip it (fold=0)."""
        return local_instant(day, self.at, self.zone)


def next_run(schedule: Schedule, after: datetime) -> datetime:
    """The first time that a report goes out after an instant."""
    # The date of an instant and that of a skipped local time may differ by one, in either direction.
    day = local_day(after, schedule.zone) - 2 * _DAY
    while not (schedule.falls_on(day) and schedule.instant_on(day) > utc(after)):
        day += _DAY
    return schedule.instant_on(day)


def latest_run(schedule: Schedule, now: datetime) -> datetime:
    """The last time that a report should have gone out, `now` included: what is made up for when late."""
    day = local_day(now, schedule.zone) + 2 * _DAY
    while not (schedule.falls_on(day) and schedule.instant_on(day) <= utc(now)):
        day -= _DAY
    return schedule.instant_on(day)


def days_of_run(schedule: Schedule, due: datetime, last: int | None) -> tuple[date, date] | None:
    """The first and the last day that a report is about; None for the fixed dates of its filter.

    A daily one is about the day before, whatever its filter says; `last` are the latest days of the others,
    today included. The days are those of the schedule's zone, however late the report is made.
    """
    today = local_day(due, schedule.zone)
    if schedule.frequency is ReportFrequency.DAILY:
        return today - _DAY, today - _DAY
    return None if last is None else (today - (last - 1) * _DAY, today)


def in_words(schedule: Schedule) -> str:
    """When a report goes out, as people say it."""
    match schedule.frequency:
        case ReportFrequency.DAILY:
            days = "every day"
        case ReportFrequency.WEEKLY:
            days = f"every {(schedule.weekday or Weekday.MONDAY).value.capitalize()}"
        case ReportFrequency.MONTHLY:
            last = "the last day" if schedule.day_of_month == 31 else f"day {schedule.day_of_month}"
            days = f"every month on {last}"
    return f"{days} at {schedule.at:%H:%M} ({schedule.zone})"
