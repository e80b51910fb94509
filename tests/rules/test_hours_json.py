from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localmessages.rules.hours import WEEKDAY_KEYS, Holiday
from localmessages.rules.hours_json import (
    MalformedHours,
    holidays_from_json,
    holidays_to_json,
    intervals_from_json,
    version_from_json,
    weekly_from_json,
    weekly_to_json,
)


def test_the_shapes_of_a_replay_log_are_read():
    version = version_from_json(
        datetime(2026, 1, 1, tzinfo=UTC),
        {"mon": [["13:30", "18:00"], ["09:00", "12:30"]], "sun": []},
        {"2026-11-26": [], "2026-10-12": [["10:00", "15:00"]]},
    )

    assert version.weekly == {"mon": (("09:00", "12:30"), ("13:30", "18:00")), "sun": ()}
    assert version.holidays == {
        date(2026, 10, 12): Holiday(None, (("10:00", "15:00"),)),
        date(2026, 11, 26): Holiday(None, ()),
    }


def test_a_holiday_may_have_a_name():
    holidays = holidays_from_json({"2026-11-26": {"name": "Thanksgiving", "intervals": [["10:00", "15:00"]]}})

    assert holidays == {date(2026, 11, 26): Holiday("Thanksgiving", (("10:00", "15:00"),))}


def test_null_is_no_weekly_hours_and_no_holidays():
    assert weekly_from_json(None) is None
    assert weekly_from_json({}) == {}
    assert holidays_from_json(None) == {}


@pytest.mark.parametrize(
    ("weekly", "reason"),
    [
        ([], "object of weekdays"),
        ({"monday": []}, "no weekday 'monday'"),
        ({1: []}, "no weekday 1"),
        ({"mon": None}, "list of"),
        ({"mon": "09:00-17:00"}, "list of"),
        ({"mon": [["09:00"]]}, "interval is"),
        ({"mon": ["09"]}, "interval is"),
        ({"mon": [["09:00", "17:00", "18:00"]]}, "interval is"),
        ({"mon": [["24:00", "02:00"]]}, "opening time"),
        ({"mon": [["9:00", "17:00"]]}, "opening time"),
        ({"mon": [["09:60", "17:00"]]}, "opening time"),
        ({"mon": [["09:00\n", "17:00"]]}, "opening time"),
        ({"mon": [[9, 17]]}, "opening time"),
        ({"mon": [["09:00", "24:01"]]}, "closing time"),
        ({"mon": [["09:00", "25:00"]]}, "closing time"),
        ({"mon": [["09:00", "١٧:00"]]}, "closing time"),
        ({"mon": [["09:00", None]]}, "closing time"),
    ],
)
def test_malformed_weekly_hours_are_refused_with_the_reason(weekly, reason):
    with pytest.raises(MalformedHours, match=reason):
        weekly_from_json(weekly)


@pytest.mark.parametrize(
    ("holidays", "reason"),
    [
        (["2026-11-26"], "object of dates"),
        ({"26.11.2026": []}, "2026-11-26, not"),
        ({"2026-02-30": []}, "2026-11-26, not"),
        ({"20261126": []}, "2026-11-26, not"),
        ({"2026-11-26": None}, "list of"),
        ({"2026-11-26": {"name": 5}}, "name is a text"),
        ({"2026-11-26": {"hours": []}}, "not 'hours'"),
        ({"2026-11-26": {"intervals": [["a", "b"]]}}, "opening time"),
    ],
)
def test_malformed_holidays_are_refused_with_the_reason(holidays, reason):
    with pytest.raises(MalformedHours, match=reason):
        holidays_from_json(holidays)


CLOCKS = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59))
INTERVALS = st.lists(st.tuples(CLOCKS, CLOCKS | st.just("24:00")), max_size=4).map(intervals_from_json)


@given(st.none() | st.dictionaries(st.sampled_from(WEEKDAY_KEYS), INTERVALS))
def test_weekly_hours_come_back_as_they_were_stored(weekly):
    assert weekly_from_json(weekly_to_json(weekly)) == weekly


@given(st.dictionaries(st.dates(), st.builds(Holiday, st.none() | st.text(), INTERVALS)))
def test_holidays_come_back_as_they_were_stored(holidays):
    assert holidays_from_json(holidays_to_json(holidays)) == holidays
