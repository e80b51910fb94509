"""What each scalar takes, and what it gives."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from graphql import GraphQLError, GraphQLScalarType
from hypothesis import given
from hypothesis import strategies as st

from graph.scalars import write_instant
from graph.schema import schema

CENTRAL = timezone(timedelta(hours=-6))
YEARS = st.datetimes(datetime(1901, 1, 1), datetime(2999, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def scalar(name: str) -> GraphQLScalarType:
    found = schema.core.type_map[name]
    assert isinstance(found, GraphQLScalarType)
    return found


def parsed(name: str, value: Any) -> Any:
    return scalar(name).parse_value(value)


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("2026-11-20T23:59:21.125Z", datetime(2026, 11, 20, 23, 59, 21, 125_000, UTC)),
        ("2026-11-20T17:59:21-06:00", datetime(2026, 11, 20, 23, 59, 21, tzinfo=UTC)),
        ("2026-11-20t23:59:21z", datetime(2026, 11, 20, 23, 59, 21, tzinfo=UTC)),
        ("2026-11-20T23:59:21.123456+05:30", datetime(2026, 11, 20, 18, 29, 21, 123_456, UTC)),
    ],
)
def test_an_instant_may_have_any_offset_and_is_utc_inside(written: str, instant: datetime) -> None:
    found = parsed("DateTime", written)

    assert found == instant
    assert found.tzinfo is UTC


def test_an_instant_without_an_offset_is_refused_with_what_to_do() -> None:
    with pytest.raises(
        GraphQLError, match=r"no offset from UTC.* such as 2026-11-20T23:59:21.125Z"
    ) as refused:
        parsed("DateTime", "2026-11-20T23:59:21")

    assert refused.value.extensions == {"code": "BAD_USER_INPUT"}


@pytest.mark.parametrize(
    ("instant", "written"),
    [
        (datetime(2026, 11, 20, 23, 59, 21, 125_000, UTC), "2026-11-20T23:59:21.125Z"),
        (datetime(2026, 11, 20, 23, 59, 21, tzinfo=UTC), "2026-11-20T23:59:21.000Z"),
        (datetime(2026, 11, 20, 23, 59, 21, 125_001, UTC), "2026-11-20T23:59:21.125001Z"),
        (datetime(2026, 11, 20, 17, 59, 21, 125_000, CENTRAL), "2026-11-20T23:59:21.125Z"),
    ],
)
def test_an_instant_is_shown_in_utc_and_loses_no_microsecond(instant: datetime, written: str) -> None:
    assert scalar("DateTime").serialize(instant) == written


@given(YEARS)
def test_an_instant_comes_back_as_it_was_shown(instant: datetime) -> None:
    assert parsed("DateTime", write_instant(instant)) == instant


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("Date", "2026-02-28", date(2026, 2, 28)),
        ("TimeOfDay", "24:00", "24:00"),
        ("TimeOfDay", "09:30", "09:30"),
        ("TimeZone", "America/Chicago", "America/Chicago"),
        ("Locale", "en-US", "en-US"),
        ("Decimal", "50.00", Decimal("50.00")),
        ("CurrencyCode", "USD", "USD"),
        ("PhoneNumber", "+12125550100", "+12125550100"),
        ("PhoneNumber", " +1 (212) 555-0100 ", "+12125550100"),
        ("PhoneNumber", "+44 20 7946 0958", "+442079460958"),
        ("EmailAddress", "Ada.Lovelace+texts@example.com", "Ada.Lovelace+texts@example.com"),
        ("URL", "https://example.com/a?b=c#d", "https://example.com/a?b=c#d"),
        ("Cursor", "AbC-_9", "AbC-_9"),
    ],
)
def test_a_good_value_is_taken(name: str, value: str, found: Any) -> None:
    assert parsed(name, value) == found


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DateTime", 1_700_000_000),
        ("DateTime", "2026-02-30T00:00:00Z"),
        ("DateTime", "0001-01-01T00:00:00+23:59"),
        ("DateTime", "9999-12-31T23:59:59-23:59"),
        ("DateTime", "2026-11-20"),
        ("DateTime", "2026-11-20T24:00:00Z"),
        ("DateTime", "２０２６-11-20T23:59:21Z"),
        ("Date", "2026-2-3"),
        ("Date", "2026-02-29"),
        ("Date", "20260228"),
        ("Date", "0900-01-01"),
        ("TimeOfDay", "24:01"),
        ("TimeOfDay", "9:30"),
        ("TimeZone", "Mars/Olympus"),
        ("TimeZone", "../../etc/passwd"),
        ("TimeZone", "a\0b"),
        ("Locale", "not a language"),
        ("Decimal", 50.0),
        ("Decimal", "NaN"),
        ("Decimal", "1e5"),
        ("CurrencyCode", "usd"),
        ("PhoneNumber", "2125550100"),
        ("PhoneNumber", "+1212"),
        ("PhoneNumber", "+999 212 555 0100"),
        ("PhoneNumber", "+1 212 CALL-NOW"),
        ("PhoneNumber", "+12125550100;ext=5"),
        ("PhoneNumber", None),
        ("EmailAddress", "ada@"),
        ("EmailAddress", "ada@example.com\nbcc: all@example.com"),
        ("URL", "javascript:alert(1)"),
        ("URL", "//example.com"),
        ("URL", "https://"),
        ("URL", "https://exa mple.com"),
        ("URL", "https://example.com:port/"),
        ("Cursor", "a b"),
        ("Cursor", ""),
    ],
)
def test_a_bad_value_is_refused_as_bad_input(name: str, value: Any) -> None:
    with pytest.raises(GraphQLError) as refused:
        parsed(name, value)

    assert refused.value.extensions == {"code": "BAD_USER_INPUT"}


@pytest.mark.parametrize("name", ["DateTime", "Date", "PhoneNumber", "Decimal", "TimeZone", "URL"])
@given(value=st.one_of(st.text(), st.integers(), st.floats(), st.lists(st.text()), st.none(), st.booleans()))
def test_no_value_makes_a_scalar_fail_otherwise(name: str, value: Any) -> None:
    with suppress(GraphQLError):
        parsed(name, value)


def test_every_scalar_of_ours_says_where_it_is_specified() -> None:
    own = [t for t in schema.core.type_map.values() if isinstance(t, GraphQLScalarType)]

    assert all(
        type_.specified_by_url
        for type_ in own
        if type_.name not in {"ID", "String", "Int", "Float", "Boolean"}
    )
