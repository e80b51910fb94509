from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from localmessages.rules.hours import (
    WEEKDAY_KEYS,
    Hours,
    Weekday,
    is_open,
    next_opening,
    open_seconds,
    utc_intervals,
)
from localmessages.rules.hours_json import version_from_json

NEW_YORK = "America/New_York"
OFFICE = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
DAWN = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = 3600.0


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def hours(weekly: object, holidays: object = None, *, zone: str = NEW_YORK) -> Hours:
    return Hours(zone, (version_from_json(DAWN, weekly, holidays),))


def test_a_wait_over_closing_time_counts_its_open_minutes_on_both_days():
    assert open_seconds(at("2026-09-14T20:30:00Z"), at("2026-09-15T13:30:00Z"), hours(OFFICE)) == HOUR


def test_a_wait_that_begins_after_closing_counts_from_the_next_opening():
    assert open_seconds(at("2026-09-14T22:00:00Z"), at("2026-09-15T13:30:00Z"), hours(OFFICE)) == HOUR / 2


def test_opening_is_open_and_closing_is_closed():
    assert is_open(at("2026-09-14T13:00:00Z"), hours(OFFICE))
    assert is_open(at("2026-09-14T20:59:59.999999Z"), hours(OFFICE))
    assert not is_open(at("2026-09-14T12:59:59.999999Z"), hours(OFFICE))
    assert not is_open(at("2026-09-14T21:00:00Z"), hours(OFFICE))


def test_a_midnight_window_lasts_five_hours_in_spring_and_seven_in_autumn():
    night = hours({"sun": [["00:00", "06:00"]]})

    assert open_seconds(at("2026-03-07T12:00:00Z"), at("2026-03-08T22:00:00Z"), night) == 5 * HOUR
    assert open_seconds(at("2026-11-01T03:00:00Z"), at("2026-11-01T12:00:00Z"), night) == 7 * HOUR


def test_hours_run_past_midnight_and_up_to_it_and_a_holiday_takes_those_of_its_date():
    weekly = {
        "fri": [["18:00", "02:00"]],
        "sat": [["20:00", "24:00"]],
        "sun": [["09:00", "17:00"]],
        "mon": [["09:00", "17:00"]],
    }

    waited = open_seconds(
        at("2026-09-19T05:30:00Z"), at("2026-09-21T13:10:00Z"), hours(weekly, {"2026-09-20": []})
    )

    assert waited == 0.5 * HOUR + 4 * HOUR + 600


def test_a_holiday_leaves_what_began_the_day_before():
    late = hours({"fri": [["18:00", "02:00"]], "sat": [["18:00", "02:00"]]}, {"2026-09-19": []})

    assert is_open(at("2026-09-19T05:30:00Z"), late)
    assert not is_open(at("2026-09-19T22:30:00Z"), late)
    assert not is_open(at("2026-09-20T05:30:00Z"), late)


def test_a_holiday_may_have_hours_of_its_own():
    short = hours(OFFICE, {"2026-10-12": [["10:00", "15:00"]]})

    assert open_seconds(at("2026-10-12T00:00:00-04:00"), at("2026-10-13T00:00:00-04:00"), short) == 5 * HOUR


def test_a_close_at_the_opening_is_a_whole_day_later():
    around = hours({"mon": [["09:00", "09:00"]]})

    assert open_seconds(at("2026-09-14T00:00:00Z"), at("2026-09-16T00:00:00Z"), around) == 24 * HOUR


def test_overlapping_intervals_count_once():
    doubled = hours(
        {"mon": [["09:00", "12:00"], ["11:00", "13:00"], ["20:00", "03:00"]], "tue": [["02:00", "04:00"]]}
    )

    assert open_seconds(at("2026-09-14T00:00:00Z"), at("2026-09-16T00:00:00Z"), doubled) == 12 * HOUR


def test_a_time_that_the_clock_skips_is_read_without_the_skip():
    start, end = at("2026-03-08T00:00:00Z"), at("2026-03-09T00:00:00Z")

    assert utc_intervals(start, end, hours({"sun": [["02:30", "10:00"]]})) == [
        (at("2026-03-08T07:30:00Z"), at("2026-03-08T14:00:00Z"))
    ]
    assert utc_intervals(start, end, hours({"sun": [["02:30", "03:00"]]})) == []


def test_a_time_that_comes_twice_is_the_first():
    start, end = at("2026-11-01T00:00:00Z"), at("2026-11-02T00:00:00Z")

    assert utc_intervals(start, end, hours({"sun": [["01:00", "01:30"]]})) == [
        (at("2026-11-01T05:00:00Z"), at("2026-11-01T05:30:00Z"))
    ]


def test_without_hours_it_is_always_open():
    start, end = at("2026-09-12T03:00:00Z"), at("2026-09-13T03:00:00.25Z")

    assert open_seconds(start, end, Hours(NEW_YORK)) == 24 * HOUR + 0.25
    assert open_seconds(start, end, hours(None)) == 24 * HOUR + 0.25


def test_without_hours_a_holiday_still_closes():
    closed = hours(None, {"2026-11-26": []})

    assert open_seconds(at("2026-11-25T12:00:00-05:00"), at("2026-11-27T12:00:00-05:00"), closed) == 24 * HOUR


def test_hours_that_name_no_day_are_closed():
    assert not is_open(at("2026-09-14T16:00:00Z"), hours({}))
    assert next_opening(at("2026-09-14T16:00:00Z"), hours({})) is None


def test_the_first_hours_hold_from_the_beginning_of_time():
    assert is_open(at("1999-12-31T16:00:00Z"), hours(OFFICE))
    assert not is_open(at("1999-12-31T23:00:00Z"), hours(OFFICE))


def test_an_edit_changes_the_future_only_also_inside_a_wait():
    edit = at("2026-09-15T21:30:00Z")
    longer = {day: [["09:00", "20:00"]] for day in OFFICE}
    edited = Hours(NEW_YORK, (version_from_json(edit, longer, None), version_from_json(DAWN, OFFICE, None)))

    assert not is_open(at("2026-09-14T21:45:00Z"), edited)
    assert is_open(edit, edited)
    assert open_seconds(at("2026-09-15T20:00:00Z"), at("2026-09-16T00:00:00Z"), edited) == HOUR + 2.5 * HOUR


def test_an_edit_cuts_an_interval_that_had_begun():
    edit = at("2026-09-15T16:00:00Z")
    closing = Hours(NEW_YORK, (version_from_json(DAWN, OFFICE, None), version_from_json(edit, {}, None)))

    assert utc_intervals(at("2026-09-15T00:00:00Z"), at("2026-09-17T00:00:00Z"), closing) == [
        (at("2026-09-15T13:00:00Z"), edit)
    ]


def test_an_edit_that_keeps_the_hours_cuts_nothing():
    edit = at("2026-09-15T16:00:00Z")
    same = Hours(NEW_YORK, (version_from_json(DAWN, OFFICE, None), version_from_json(edit, OFFICE, None)))

    assert utc_intervals(at("2026-09-15T00:00:00Z"), at("2026-09-16T00:00:00Z"), same) == [
        (at("2026-09-15T13:00:00Z"), at("2026-09-15T21:00:00Z"))
    ]


def test_a_closed_place_knows_when_it_opens_next():
    friday_evening = at("2026-09-18T23:00:00Z")

    assert next_opening(friday_evening, hours(OFFICE)) == at("2026-09-21T13:00:00Z")
    assert next_opening(friday_evening, hours(OFFICE, {"2026-09-21": []})) == at("2026-09-22T13:00:00Z")
    assert next_opening(at("2026-09-18T15:00:00Z"), hours(OFFICE)) is None


def test_a_place_closed_for_weeks_knows_when_it_opens_next():
    january: dict[str, list[list[str]]] = {f"2026-01-{day:02}": [] for day in range(1, 32)}

    assert next_opening(at("2026-01-02T00:00:00Z"), hours(OFFICE, january)) == at("2026-02-02T14:00:00Z")


def test_instants_of_one_zone_are_told_apart_by_time_passed_not_by_the_clock():
    zone = ZoneInfo(NEW_YORK)
    start, end = datetime(2026, 10, 31, 12, tzinfo=zone), datetime(2026, 11, 1, 12, tzinfo=zone)

    assert open_seconds(start, end, Hours(NEW_YORK)) == 25 * HOUR
    assert open_seconds(start, end, hours({day: [["00:00", "24:00"]] for day in WEEKDAY_KEYS})) == 25 * HOUR


def test_a_reversed_wait_has_no_open_seconds():
    start, end = at("2026-09-15T14:00:00Z"), at("2026-09-15T13:30:00Z")

    assert open_seconds(start, end, hours(OFFICE)) == 0
    assert open_seconds(start, end, Hours(NEW_YORK)) == 0


@pytest.mark.parametrize("place", [Hours(NEW_YORK), hours(OFFICE)])
def test_a_naive_instant_is_refused(place):
    naive = at("2026-09-15T14:00:00Z").replace(tzinfo=None)

    with pytest.raises(ValueError, match="offset"):
        open_seconds(naive, naive + timedelta(hours=1), place)


def test_the_weekdays_of_the_schema_are_those_of_the_log():
    assert [day.key for day in Weekday] == ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


ZONES = [
    NEW_YORK,
    "America/St_Johns",
    "America/Havana",
    "America/Phoenix",
    "Asia/Beirut",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Europe/London",
    "Pacific/Chatham",
    "Pacific/Apia",
]
CLOCKS = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59))
DAYS_HOURS = st.lists(st.tuples(CLOCKS, CLOCKS | st.just("24:00")).map(list), max_size=3)
WEEKS = st.none() | st.dictionaries(st.sampled_from(WEEKDAY_KEYS), DAYS_HOURS)
MOMENTS = st.datetimes(datetime(2010, 1, 1), datetime(2037, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
SPANS = st.timedeltas(timedelta(0), timedelta(days=40))


@st.composite
def scenes(draw: st.DrawFn) -> tuple[datetime, datetime, Hours]:
    """A wait, and hours that are edited and have holidays inside it."""
    start, span = draw(MOMENTS), draw(SPANS)
    inside = st.integers(0, 40).map(lambda n: (start + timedelta(days=n)).date().isoformat())
    edits = draw(st.lists(st.timedeltas(timedelta(days=-3), timedelta(days=40)), max_size=3))
    versions = tuple(
        version_from_json(start + edit, draw(WEEKS), draw(st.dictionaries(inside, DAYS_HOURS, max_size=4)))
        for edit in edits
    )
    return start, start + span, Hours(draw(st.sampled_from(ZONES)), versions)


@given(scenes(), st.lists(st.floats(0, 1), max_size=4))
def test_open_seconds_add_up_over_any_split(scene, cuts):
    start, end, place = scene

    borders = sorted([start, end, *(start + (end - start) * cut for cut in cuts)])
    parts = [open_seconds(a, b, place) for a, b in pairwise(borders)]

    assert sum(parts) == pytest.approx(open_seconds(start, end, place), abs=1e-6)


@given(scenes())
def test_open_seconds_are_never_more_than_have_passed(scene):
    start, end, place = scene

    assert 0 <= open_seconds(start, end, place) <= (end - start).total_seconds()


@given(scenes(), st.floats(0, 1))
def test_an_instant_is_open_just_when_it_lies_in_an_open_stretch(scene, part):
    start, end, place = scene
    moment = start + (end - start) * part
    assume(moment < end)

    inside = any(opens <= moment < closes for opens, closes in utc_intervals(start, end, place))

    assert is_open(moment, place) is inside


@given(scenes())
def test_open_stretches_are_in_order_and_apart(scene):
    stretches = utc_intervals(*scene)

    assert all(opens < closes for opens, closes in stretches)
    assert all(a[1] < b[0] for a, b in pairwise(stretches))


@given(scenes())
def test_the_next_opening_is_the_first_open_instant(scene):
    start, _, place = scene

    opening = next_opening(start, place)

    if opening is not None:
        assert is_open(opening, place)
        assert open_seconds(start, opening, place) == 0
        assert opening > start


@given(MOMENTS, st.integers(1, 3 * 24 * 60), WEEKS.filter(lambda week: week is not None))
def test_where_the_clock_never_changes_every_minute_agrees_with_the_clock_on_the_wall(start, minutes, week):
    start = start.replace(second=0, microsecond=0)
    kolkata = ZoneInfo("Asia/Kolkata")
    walls = [(start + timedelta(minutes=n)).astimezone(kolkata) for n in range(minutes)]

    expected = 60 * sum(_on_the_wall(wall, week) for wall in walls)

    assert (
        open_seconds(start, start + timedelta(minutes=minutes), hours(week, zone="Asia/Kolkata")) == expected
    )


def _on_the_wall(wall: datetime, week: dict[str, list[list[str]]]) -> bool:
    clock = f"{wall:%H:%M}"
    today = week.get(WEEKDAY_KEYS[wall.weekday()], [])
    yesterday = week.get(WEEKDAY_KEYS[wall.weekday() - 1], [])
    return any(opens <= clock and (clock < closes or closes <= opens) for opens, closes in today) or any(
        closes <= opens and clock < closes for opens, closes in yesterday
    )


def test_a_zone_that_jumps_over_a_date_keeps_the_hours_that_had_begun():
    bar = hours({"thu": [["20:00", "04:00"]]}, zone="Pacific/Apia")
    thursday = date(2011, 12, 29)

    stretches = utc_intervals(at("2011-12-28T00:00:00Z"), at("2012-01-02T00:00:00Z"), bar)

    assert stretches[0][0].astimezone(ZoneInfo("Pacific/Apia")).date() == thursday
    assert is_open(stretches[0][1] - timedelta(seconds=1), bar)
