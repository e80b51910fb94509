"""Business hours as they are stored, and as replay logs write them (replay.md)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import TypeAlias

from localmessages.rules.hours import WEEKDAY_KEYS, Holiday, HoursVersion, Interval, Intervals, Weekly

Json: TypeAlias = dict[str, "Json"] | list["Json"] | str | int | float | bool | None

_TIME = re.compile("(?:[01][0-9]|2[0-3]):[0-5][0-9]")
_HOLIDAY_FIELDS = {"name", "intervals"}


class MalformedHours(ValueError):
    """They cannot be read; the message says what is wrong."""


def version_from_json(effective_at: datetime, weekly: object, holidays: object) -> HoursVersion:
    """Hours in force from an instant on; `MalformedHours` says what is wrong with them."""
    return HoursVersion(effective_at, weekly_from_json(weekly), holidays_from_json(holidays))


def weekly_from_json(value: object) -> Weekly | None:
    """From `{"mon": [["09:00", "17:00"]]}`; null is always open, a day left out is closed."""
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise MalformedHours(f"Weekly hours are an object of weekdays, not {value!r}.")
    for key in value:
        if key not in WEEKDAY_KEYS:
            raise MalformedHours(f"There is no weekday {key!r}: it is one of {', '.join(WEEKDAY_KEYS)}.")
    return {key: intervals_from_json(value[key]) for key in WEEKDAY_KEYS if key in value}


def holidays_from_json(value: object) -> dict[date, Holiday]:
    """From `{"2026-11-26": []}` or `{"2026-11-26": {"name": null, "intervals": []}}`; null is none."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise MalformedHours(f"Holidays are an object of dates, not {value!r}.")
    holidays = {_day(key): _holiday(each) for key, each in value.items()}
    return {day: holidays[day] for day in sorted(holidays)}


def intervals_from_json(value: object) -> Intervals:
    """From `[["09:00", "12:30"], ["13:30", "17:00"]]`, in the order of the day; they may overlap."""
    if not isinstance(value, list | tuple):
        raise MalformedHours(f"A day's hours are a list of [open, close], not {value!r}.")
    return tuple(sorted(_interval(each) for each in value))


def weekly_to_json(weekly: Weekly | None) -> Json:
    """What `weekly_from_json` reads."""
    if weekly is None:
        return None
    return {key: _pairs(intervals) for key, intervals in weekly.items()}


def holidays_to_json(holidays: Mapping[date, Holiday]) -> Json:
    """What `holidays_from_json` reads, in its long form."""
    return {
        day.isoformat(): {"name": holiday.name, "intervals": _pairs(holiday.intervals)}
        for day, holiday in holidays.items()
    }


def _holiday(value: object) -> Holiday:
    if not isinstance(value, Mapping):
        return Holiday(None, intervals_from_json(value))
    unknown = set(value) - _HOLIDAY_FIELDS
    if unknown:
        raise MalformedHours(f"A holiday has a name and intervals, not {min(map(repr, unknown))}.")
    name = value.get("name")
    if name is not None and not isinstance(name, str):
        raise MalformedHours(f"A holiday's name is a text, not {name!r}.")
    return Holiday(name, intervals_from_json(value.get("intervals", [])))


def _day(value: object) -> date:
    try:
        day = date.fromisoformat(str(value))
    except ValueError:
        day = None
    # Python reads other spellings too, which would store the same date under two keys.
    if day is None or day.isoformat() != value:
        raise MalformedHours(f"A holiday's date is written like 2026-11-26, not {value!r}.")
    return day


def _interval(value: object) -> Interval:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise MalformedHours(f"An interval is [open, close], not {value!r}.")
    opens, closes = value
    if not (isinstance(opens, str) and _TIME.fullmatch(opens)):
        raise MalformedHours(f"An opening time is 00:00 to 23:59, not {opens!r}.")
    if not (isinstance(closes, str) and (closes == "24:00" or _TIME.fullmatch(closes))):
        raise MalformedHours(f"A closing time is 00:00 to 24:00, not {closes!r}.")
    return opens, closes


def _pairs(intervals: Intervals) -> Json:
    return [[opens, closes] for opens, closes in intervals]
