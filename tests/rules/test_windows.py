from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from localmessages.rules.windows import (
    InvalidWindow,
    between,
    day_start,
    is_zone,
    last_days,
    local_day,
    local_days,
    local_instant,
    on_days,
    previous,
)

NEW_YORK = "America/New_York"
DAY = timedelta(days=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_the_last_seven_days_are_today_and_the_six_local_days_before():
    now = at("2026-09-20T12:00:00Z")

    new_york, kolkata = last_days(7, now, NEW_YORK), last_days(7, now, "Asia/Kolkata")

    assert (new_york.start, new_york.end) == (at("2026-09-14T04:00:00Z"), at("2026-09-21T04:00:00Z"))
    assert (kolkata.start, kolkata.end) == (at("2026-09-13T18:30:00Z"), at("2026-09-20T18:30:00Z"))
    assert (new_york.first_day, new_york.last_day) == (date(2026, 9, 14), date(2026, 9, 20))


def test_today_is_that_of_the_zone():
    now = at("2026-09-20T02:00:00Z")

    assert last_days(1, now, NEW_YORK).last_day == date(2026, 9, 19)
    assert last_days(1, now, "Asia/Tokyo").last_day == date(2026, 9, 20)


def test_the_window_before_seven_days_is_the_seven_local_days_before():
    before = previous(last_days(7, at("2026-11-05T12:00:00Z"), NEW_YORK))

    assert before.end == at("2026-10-30T04:00:00Z")
    assert before.start == at("2026-10-23T04:00:00Z")
    assert (before.first_day, before.last_day) == (date(2026, 10, 23), date(2026, 10, 29))


def test_the_window_before_instants_is_as_long_in_time():
    window = between(at("2026-11-01T00:00:00-04:00"), at("2026-11-02T00:00:00-05:00"))

    assert previous(window).end == window.start
    assert previous(window).start == window.start - timedelta(hours=25)


def test_instants_become_utc():
    window = between(
        datetime(2026, 11, 1, tzinfo=ZoneInfo(NEW_YORK)), datetime(2026, 11, 2, tzinfo=timezone(DAY / 8))
    )

    assert (window.start, window.end) == (at("2026-11-01T04:00:00Z"), at("2026-11-01T21:00:00Z"))
    assert window.start.tzinfo is window.end.tzinfo is UTC


def test_a_window_touches_the_local_days_of_its_first_and_last_instant():
    window = between(at("2026-09-14T03:59:59Z"), at("2026-09-15T04:00:00Z"))

    assert local_days(window, NEW_YORK) == (date(2026, 9, 13), date(2026, 9, 14))
    assert local_days(window, "UTC") == (date(2026, 9, 14), date(2026, 9, 15))


def test_a_skipped_midnight_is_the_instant_of_the_skip():
    assert day_start(date(2026, 3, 8), "America/Havana") == at("2026-03-08T05:00:00Z")


def test_a_repeated_midnight_is_the_first():
    assert day_start(date(2026, 11, 1), "America/Havana") == at("2026-11-01T04:00:00Z")


@pytest.mark.parametrize(
    ("first", "last", "reason"),
    [
        (date(2026, 9, 15), date(2026, 9, 14), "before it begins"),
        (date(2025, 1, 1), date(2025, 1, 1) + 400 * DAY, "longer than 400 days"),
        (date.min, date.min, "years"),
        (date.max, date.max, "years"),
        (date(2011, 12, 30), date(2011, 12, 30), "empty"),
    ],
)
def test_days_that_are_no_window_are_refused_with_the_reason(first, last, reason):
    with pytest.raises(InvalidWindow, match=reason):
        on_days(first, last, "Pacific/Apia")


@pytest.mark.parametrize(
    ("start", "end", "reason"),
    [
        ("2026-09-15T00:00:00Z", "2026-09-14T00:00:00Z", "before it begins"),
        ("2026-09-15T00:00:00Z", "2026-09-15T02:00:00+02:00", "empty"),
        ("2025-01-01T00:00:00Z", "2026-02-05T00:00:00.000001Z", "longer than 400 days"),
        ("0001-01-01T00:00:00+14:00", "2026-01-01T00:00:00Z", "years"),
        ("2026-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00", "years"),
    ],
)
def test_instants_that_are_no_window_are_refused_with_the_reason(start, end, reason):
    with pytest.raises(InvalidWindow, match=reason):
        between(at(start), at(end))


def test_four_hundred_days_are_allowed():
    first = date(2025, 1, 1)

    assert len(local_days(on_days(first, first + 399 * DAY, NEW_YORK), NEW_YORK)) == 400
    assert len(local_days(between(at("2025-01-01T00:00:00Z"), at("2026-02-05T00:00:00Z")), "UTC")) == 400
    assert last_days(400, at("2026-09-20T12:00:00Z"), NEW_YORK).first_day == date(2025, 8, 17)


@pytest.mark.parametrize("n", [-1, 0, 401])
def test_a_number_of_days_that_is_no_window_is_refused(n):
    with pytest.raises(InvalidWindow, match="1 to 400 days"):
        last_days(n, at("2026-09-20T12:00:00Z"), NEW_YORK)


def test_a_naive_instant_is_no_instant():
    naive = at("2026-09-20T12:00:00Z").replace(tzinfo=None)

    with pytest.raises(ValueError, match="offset"):
        last_days(7, naive, NEW_YORK)
    with pytest.raises(ValueError, match="offset"):
        between(naive, at("2026-09-21T12:00:00Z"))


def test_only_places_of_the_database_are_zones():
    assert is_zone(NEW_YORK)
    assert is_zone("UTC")
    for no_zone in (
        "",
        "America",
        "america/new_york",
        "EST5EDT4",
        "../etc/passwd",
        "Factory",
        "localtime",
        "/",
    ):
        assert not is_zone(no_zone)


def test_an_unknown_zone_is_refused_by_name():
    with pytest.raises(ValueError, match="'Mars/Olympus'"):
        last_days(7, at("2026-09-20T12:00:00Z"), "Mars/Olympus")


ZONES = st.sampled_from(
    [
        NEW_YORK,
        "America/Asuncion",
        "America/Havana",
        "America/Nuuk",
        "America/Scoresbysund",
        "America/St_Johns",
        "Africa/Cairo",
        "Antarctica/Troll",
        "Asia/Beirut",
        "Asia/Kathmandu",
        "Asia/Kolkata",
        "Atlantic/Azores",
        "Australia/Lord_Howe",
        "Europe/London",
        "Pacific/Apia",
        "Pacific/Chatham",
        "UTC",
    ]
)
# The clock that straddles midnight is St. John's up to 2011; the date that never was is Apia's, in 2011.
DATES = st.dates(date(2005, 1, 1), date(2037, 12, 31))
LENGTHS = st.integers(1, 400)
MOMENTS = st.datetimes(datetime(2005, 1, 1), datetime(2037, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


@given(ZONES, DATES, LENGTHS)
def test_its_days_partition_a_window_exactly(zone, first, n):
    assume((zone, first, n) != ("Pacific/Apia", date(2011, 12, 30), 1))
    window = on_days(first, first + (n - 1) * DAY, zone)

    days = [first + i * DAY for i in range(n)]
    borders = [day_start(day, zone) for day in [*days, days[-1] + DAY]]

    assert (borders[0], borders[-1]) == (window.start, window.end)
    assert borders == sorted(borders)
    assert set(local_days(window, zone)) <= set(days)
    assert {day for day, a, b in zip(days, borders, borders[1:], strict=False) if a < b} <= set(
        local_days(window, zone)
    )


@given(ZONES, DATES, LENGTHS)
def test_a_window_of_days_is_as_long_as_its_days_but_for_changes_of_the_clock(zone, first, n):
    if zone == "Pacific/Apia":
        first = max(first, date(2012, 1, 1))
    window = on_days(first, first + (n - 1) * DAY, zone)

    # Elapsed is what the clock shows more, less what it was put on; a skipped midnight shows as 01:00 or so.
    shown = n * DAY + _past_midnight(window.end, zone) - _past_midnight(window.start, zone)
    put_on = _offset(window.end, zone) - _offset(window.start, zone)

    assert window.end - window.start == shown - put_on
    assert abs(window.end - window.start - n * DAY) <= timedelta(hours=2)


def _offset(instant: datetime, zone: str) -> timedelta:
    return instant.astimezone(ZoneInfo(zone)).utcoffset() or timedelta(0)


def _past_midnight(instant: datetime, zone: str) -> timedelta:
    shown = instant.astimezone(ZoneInfo(zone))
    return timedelta(hours=shown.hour, minutes=shown.minute)


@given(ZONES, DATES, LENGTHS)
def test_the_window_before_ends_where_this_one_begins_and_has_as_many_days(zone, first, n):
    first = max(first, date(2012, 2, 5) + n * DAY) if zone == "Pacific/Apia" else first
    window = on_days(first, first + (n - 1) * DAY, zone)

    before = previous(window)

    assert before.end == window.start
    assert len(local_days(before, zone)) == n


@given(ZONES, MOMENTS)
def test_every_instant_lies_in_exactly_its_local_day(zone, moment):
    day = local_day(moment, zone)

    assert day_start(day, zone) <= moment < day_start(day + DAY, zone)


@given(ZONES, DATES.filter(lambda day: day.year > 2011), st.times())
def test_a_local_time_is_what_the_clock_shows_unless_it_is_skipped(zone, day, clock):
    instant = local_instant(day, clock, zone)

    shown = instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    wanted = datetime.combine(day, clock)

    assert shown == wanted or timedelta(0) < shown - wanted <= timedelta(hours=2)


def test_the_day_before_a_clock_set_back_over_midnight_ends_once():
    # At 00:01 on 7 November 2010 the clocks of St. John's went back to 23:01 of the 6th.
    seventh = datetime.combine(date(2010, 11, 7), time(), tzinfo=ZoneInfo("America/St_Johns")).astimezone(UTC)

    assert local_day(seventh, "America/St_Johns") == date(2010, 11, 7)
    assert local_day(seventh + timedelta(minutes=30), "America/St_Johns") == date(2010, 11, 7)
    assert local_day(seventh - timedelta(minutes=1), "America/St_Johns") == date(2010, 11, 6)


def test_an_instant_lies_in_its_day_where_a_skip_straddles_midnight():
    # At 23:30 on 30 March 1919 Toronto went forward to 00:30; by fold=0 the 31st began at 01:00.
    skip = at("1919-03-31T04:30:00Z")

    assert day_start(date(1919, 3, 31), "America/Toronto") == skip + timedelta(minutes=30)
    assert local_day(skip, "America/Toronto") == date(1919, 3, 30)
    assert local_day(skip + timedelta(minutes=30), "America/Toronto") == date(1919, 3, 31)
