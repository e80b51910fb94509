from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from localmessages.rules.hours import Weekday
from localmessages.rules.schedules import ReportFrequency, Schedule, days_of_run, latest_run, next_run
from localmessages.rules.windows import local_day

NEW_YORK = "America/New_York"
# Every kind of oddity: half hours, changes at midnight, a change of half an hour, dates that were skipped.
ZONES = (
    NEW_YORK,
    "Europe/Berlin",
    "Asia/Kolkata",
    "America/Sao_Paulo",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Kiritimati",
    "Africa/Cairo",
    "UTC",
)
DAY = timedelta(days=1)

schedules = some.one_of(
    some.builds(
        Schedule,
        some.just(ReportFrequency.DAILY),
        some.times(max_value=time(23, 59)).map(lambda at: at.replace(second=0, microsecond=0)),
        some.sampled_from(ZONES),
    ),
    some.builds(
        Schedule,
        some.just(ReportFrequency.WEEKLY),
        some.times().map(lambda at: at.replace(second=0, microsecond=0)),
        some.sampled_from(ZONES),
        weekday=some.sampled_from(Weekday),
    ),
    some.builds(
        Schedule,
        some.just(ReportFrequency.MONTHLY),
        some.times().map(lambda at: at.replace(second=0, microsecond=0)),
        some.sampled_from(ZONES),
        day_of_month=some.integers(1, 31),
    ),
)
instants = some.datetimes(datetime(1990, 1, 1), datetime(2040, 1, 1), timezones=some.just(UTC))  # noqa: DTZ001


def daily(at: str, zone: str = NEW_YORK) -> Schedule:
    return Schedule(ReportFrequency.DAILY, time.fromisoformat(at), zone)


def runs(schedule: Schedule, after: datetime, count: int) -> list[str]:
    """The next times, as clocks of the zone show them."""
    found = []
    for _ in range(count):
        after = next_run(schedule, after)
        found.append(f"{after.astimezone(ZoneInfo(schedule.zone)):%Y-%m-%d %H:%M %z}")
    return found


def test_a_daily_report_goes_out_at_the_same_local_time_in_summer_and_in_winter() -> None:
    found = runs(daily("07:00"), datetime(2026, 10, 31, 0, 0, tzinfo=UTC), 3)

    assert found == ["2026-10-31 07:00 -0400", "2026-11-01 07:00 -0500", "2026-11-02 07:00 -0500"]


def test_a_time_that_the_clock_skips_is_run_once_as_if_it_had_not() -> None:
    found = runs(daily("02:30"), datetime(2026, 3, 7, 12, 0, tzinfo=UTC), 2)

    assert found == ["2026-03-08 03:30 -0400", "2026-03-09 02:30 -0400"]


def test_a_time_that_the_clock_shows_twice_is_run_once_the_first_time() -> None:
    found = runs(daily("01:30"), datetime(2026, 10, 31, 12, 0, tzinfo=UTC), 2)

    assert found == ["2026-11-01 01:30 -0400", "2026-11-02 01:30 -0500"]


def test_a_date_that_was_skipped_altogether_makes_no_second_report() -> None:
    found = runs(daily("07:00", "Pacific/Apia"), datetime(2011, 12, 28, 20, 0, tzinfo=UTC), 3)

    assert found == ["2011-12-29 07:00 -1000", "2011-12-31 07:00 +1400", "2012-01-01 07:00 +1400"]


def test_a_weekly_report_goes_out_on_its_weekday() -> None:
    mondays = Schedule(ReportFrequency.WEEKLY, time(7), NEW_YORK, weekday=Weekday.MONDAY)

    assert runs(mondays, datetime(2026, 9, 14, 11, 0, tzinfo=UTC), 2) == [
        "2026-09-21 07:00 -0400",
        "2026-09-28 07:00 -0400",
    ]


def test_the_thirty_first_is_the_last_day_of_shorter_months() -> None:
    monthly = Schedule(ReportFrequency.MONTHLY, time(7), "UTC", day_of_month=31)

    assert [day[:10] for day in runs(monthly, datetime(2027, 12, 31, 8, tzinfo=UTC), 4)] == [
        "2028-01-31",
        "2028-02-29",
        "2028-03-31",
        "2028-04-30",
    ]


@given(schedules, instants)
def test_the_next_run_is_the_first_one_after(schedule: Schedule, after: datetime) -> None:
    found = next_run(schedule, after)

    assert after < found < after + 64 * DAY
    assert latest_run(schedule, found) == found
    assert latest_run(schedule, found - timedelta(microseconds=1)) <= after
    assert next_run(schedule, found - timedelta(microseconds=1)) == found


@given(schedules, instants)
def test_each_scheduled_date_is_run_once_in_order(schedule: Schedule, start: datetime) -> None:
    first = local_day(start, schedule.zone) + 3 * DAY
    wanted = {schedule.instant_on(day) for n in range(70) if schedule.falls_on(day := first + n * DAY)}
    found, after = [], min(wanted) - timedelta(microseconds=1)
    while after < max(wanted):
        after = next_run(schedule, after)
        found.append(after)

    assert found == sorted(wanted)


@given(schedules, instants, some.integers(1, 400))
def test_a_late_report_is_about_the_days_of_the_time_it_was_due(
    schedule: Schedule, now: datetime, last: int
) -> None:
    due = latest_run(schedule, now)
    days = days_of_run(schedule, due, last)

    assert days is not None
    today = local_day(due, schedule.zone)
    if schedule.frequency is ReportFrequency.DAILY:
        assert days == (today - DAY, today - DAY)
    else:
        assert days == (today - (last - 1) * DAY, today)


@pytest.mark.parametrize("frequency", [ReportFrequency.WEEKLY, ReportFrequency.MONTHLY])
def test_fixed_dates_stay_what_they_are_but_in_a_daily_report(frequency: ReportFrequency) -> None:
    due = datetime(2026, 9, 14, 11, 0, tzinfo=UTC)
    fixed = Schedule(frequency, time(7), NEW_YORK, Weekday.MONDAY, 14)

    assert days_of_run(fixed, due, None) is None
    assert days_of_run(daily("07:00"), due, None) == (date(2026, 9, 13), date(2026, 9, 13))
