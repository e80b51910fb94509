from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localmessages.reports.buckets import cut, cut_days
from localmessages.rules.windows import day_start
from models.database import Database

ZONES = [
    "UTC",
    "America/New_York",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "America/St_Johns",
    "Australia/Lord_Howe",
]
# Around the changes of Lord Howe (by half an hour) and of New York in 2026.
CHANGES = [
    datetime(2026, 4, 4, 15, tzinfo=UTC),
    datetime(2026, 10, 3, 15, 30, tzinfo=UTC),
    datetime(2026, 3, 8, 7, tzinfo=UTC),
    datetime(2026, 11, 1, 6, tzinfo=UTC),
]
instants = st.builds(
    lambda change, minutes: change + timedelta(minutes=minutes),
    st.sampled_from(CHANGES),
    st.integers(-240, 240),
)


@given(a=instants, b=instants, zone=st.sampled_from(ZONES))
def test_whole_buckets_and_raw_edges_are_the_span_in_order_and_without_gaps(a, b, zone):
    start, end = min(a, b), max(a, b)

    whole, raw = cut(start, end, zone)

    pieces = sorted([*raw, *([whole] if whole else [])])
    assert all(first < last for first, last in pieces)
    assert all(left[1] == right[0] for left, right in pairwise(pieces))
    assert (pieces[0][0], pieces[-1][1]) == (start, end) if pieces else start == end


@pytest.mark.parametrize("zone", ZONES)
async def test_a_bucket_lies_whole_in_what_is_read_whole_or_whole_outside(zone, database: Database):
    ats = [change + timedelta(minutes=7 * n) for change in CHANGES for n in range(-40, 40)]
    async with database.connection() as connection:
        rows = await connection.fetch(
            "SELECT at, local_hour(at, $2) AS hour FROM unnest($1::timestamptz[]) AS at", ats, zone
        )

    for start in ats[::5]:
        for hours in (0.4, 1, 2.75, 26):
            whole, _ = cut(start, start + timedelta(hours=hours), zone)
            first, last = whole or (start, start)
            wrong = [row for row in rows if (first <= row["hour"] < last) != (first <= row["at"] < last)]
            assert not wrong


def test_a_local_day_in_its_own_zone_needs_no_raw_edges():
    start = datetime(2026, 11, 1, 4, tzinfo=UTC)

    assert cut(start, start + timedelta(hours=25), "America/New_York").raw == ()


def test_in_another_zone_half_an_hour_is_left_at_both_ends():
    start, half = datetime(2026, 11, 1, 18, 30, tzinfo=UTC), timedelta(minutes=30)

    whole, raw = cut(start, start + timedelta(hours=24), "UTC")

    assert whole == (start + half, start + timedelta(hours=23.5))
    assert raw == ((start, start + half), (start + timedelta(hours=23.5), start + timedelta(hours=24)))


@given(a=instants, b=instants, days=st.integers(0, 9), zone=st.sampled_from(ZONES))
def test_whole_days_lie_within_the_span_and_begin_at_midnight(a, b, days, zone):
    start, end = min(a, b), max(a, b) + timedelta(days=days)

    whole = cut_days(start, end, zone)

    assert start <= whole.start <= whole.end <= end
    if whole.first == whole.last:
        assert whole.start == whole.end == end
    else:
        assert whole.start == day_start(whole.first, zone)
        assert whole.end == day_start(whole.last, zone)


@pytest.mark.parametrize("zone", ZONES)
async def test_a_text_is_of_a_whole_day_by_the_date_of_its_hour_alone(database: Database, zone: str):
    """What the rollup files under the dates of a cut is what lies between its instants, and nothing else."""
    async with database.connection() as connection:
        for change in CHANGES:
            start, end = change - timedelta(days=6), change + timedelta(days=6)
            whole = cut_days(start, end, zone)
            strays = await connection.fetch(
                """
                SELECT at
                FROM generate_series($1::timestamptz, $2::timestamptz, interval '7 minutes') AS at
                WHERE (at >= $3 AND at < $4)
                    <> (local_date(local_hour(at, $5), $5) >= $6::date
                        AND local_date(local_hour(at, $5), $5) < $7::date)
                """,
                start,
                end,
                whole.start,
                whole.end,
                zone,
                whole.first,
                whole.last,
            )

            assert whole.last > whole.first
            assert not strays
