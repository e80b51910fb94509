"""New business hours for a location, from what a person gives and the hours in force."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from localmessages.actions.locations import put_hours
from localmessages.rules.hours import Hours, HoursVersion, Weekday
from localmessages.rules.hours_json import (
    Json,
    MalformedHours,
    holidays_from_json,
    holidays_to_json,
    weekly_from_json,
    weekly_to_json,
)
from localmessages.rules.refusal import Refused, UserErrorCode
from localmessages.rules.texts import NAME_LIMIT, check_text
from localmessages.rules.windows import local_day
from localmessages.services import Transaction

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class HolidayEdit:
    """A date with hours of its own."""

    on: date
    name: str | None
    intervals: Pairs


@dataclass(frozen=True, slots=True)
class HoursEdit:
    """Hours from now on. `weekly` None is always open, but on holidays; `holidays` None leaves them."""

    weekly: Sequence[tuple[Weekday, Pairs]] | None = None
    keeps_weekly: bool = False
    holidays: Sequence[HolidayEdit] | None = None


async def edit_hours(
    tx: Transaction, tenant_id: UUID, location_id: UUID, edit: HoursEdit, hours: Hours, now: datetime
) -> None:
    """Put the edited hours in force from `now` on; `hours` are those so far, in the zone from now on."""
    before = _in_force(hours, now)
    weekly = weekly_to_json(before.weekly) if edit.keeps_weekly else _weekly(edit)
    holidays = _holidays(edit, before, local_day(now, hours.zone))
    await put_hours(tx, tenant_id, location_id, weekly, holidays, now)


def check_hours(edit: HoursEdit) -> None:
    """Raise `Refused` for hours that cannot be read, or that say two things of one day."""
    if edit.weekly is not None:
        _check_once((weekday for weekday, _ in edit.weekly), "weekly")
    _check_once((holiday.on for holiday in edit.holidays or ()), "holidays")
    for holiday in edit.holidays or ():
        name = holiday.name or ""
        check_text(name, what="name", limit=NAME_LIMIT, field=["hours", "holidays"], may_be_empty=True)
    try:
        weekly_from_json(_weekly(edit))
        holidays_from_json(_given(edit))
    except MalformedHours as error:
        raise _invalid(str(error)) from error


def _in_force(hours: Hours, now: datetime) -> HoursVersion:
    begun = [version for version in hours.versions if version.effective_at <= now]
    return (begun or hours.versions or [HoursVersion(now, None, {})])[-1 if begun else 0]


def _weekly(edit: HoursEdit) -> Json:
    if edit.weekly is None:
        return None
    return {weekday.key: [list(pair) for pair in pairs] for weekday, pairs in edit.weekly}


def _given(edit: HoursEdit) -> Json:
    return {
        holiday.on.isoformat(): {
            "name": holiday.name,
            "intervals": [list(pair) for pair in holiday.intervals],
        }
        for holiday in edit.holidays or ()
    }


def _holidays(edit: HoursEdit, before: HoursVersion, today: date) -> Json:
    if edit.holidays is None:
        return holidays_to_json(before.holidays)
    if any(holiday.on < today for holiday in edit.holidays):
        raise _invalid("A holiday is today or later: what was out of hours stays so.", "holidays")
    # Last night's hours may still run, so the dates that are over stay.
    over = {day: holiday for day, holiday in before.holidays.items() if day < today}
    return holidays_to_json({**over, **holidays_from_json(_given(edit))})


def _check_once(days: Iterable[Any], field: str) -> None:
    twice = [day for day, times in Counter(days).items() if times > 1]
    if twice:
        raise _invalid(f"{twice[0]} is there twice.", field)


def _invalid(message: str, *path: str) -> Refused:
    return Refused(
        UserErrorCode.INVALID,
        message,
        field=["hours", *path],
        remedy="Correct the hours and send them again.",
    )
