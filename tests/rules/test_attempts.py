"""How long somebody waits who fails to get in."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localmessages.rules.attempts import OF_ADDRESS, OF_SUBJECT, Patience
from localmessages.rules.networks import network_of

NOON = datetime(2026, 9, 14, 12, tzinfo=UTC)
PATIENCE = Patience(3, timedelta(seconds=10), timedelta(seconds=60), timedelta(hours=1))


def seconds_after(failures: int) -> float:
    until = PATIENCE.waits_until([NOON] * failures, NOON)
    return 0.0 if until is None else (until - NOON).total_seconds()


def test_the_first_failures_are_free_then_each_pause_is_twice_as_long_up_to_the_longest() -> None:
    assert [seconds_after(number) for number in range(8)] == [0, 0, 0, 10, 20, 40, 60, 60]


def test_a_pause_begins_with_the_last_failure_and_ends() -> None:
    failures = [NOON, NOON + timedelta(seconds=5), NOON + timedelta(seconds=7)]

    until = PATIENCE.waits_until(failures, NOON + timedelta(seconds=8))

    assert until == NOON + timedelta(seconds=17)
    assert PATIENCE.waits_until(failures, until) is None


def test_what_failed_long_ago_is_forgotten() -> None:
    failures = [NOON] * 3

    assert PATIENCE.waits_until(failures, NOON + timedelta(hours=1)) is None


@given(st.lists(st.integers(0, 10_000), max_size=300), st.integers(0, 10_000))
def test_nobody_waits_longer_than_the_longest_pause(seconds: list[int], now: int) -> None:
    failures = [NOON + timedelta(seconds=each) for each in seconds if each <= now]

    until = OF_SUBJECT.waits_until(failures, NOON + timedelta(seconds=now))

    assert until is None or until - (NOON + timedelta(seconds=now)) <= OF_SUBJECT.longest


def test_a_program_tries_about_a_hundred_passwords_of_one_account_a_day() -> None:
    now, failures = NOON, list[datetime]()
    while now < NOON + timedelta(days=1):
        until = OF_SUBJECT.waits_until(failures, now)
        if until is None:
            failures.append(now)
        now = until or now + timedelta(milliseconds=100)

    assert 50 < len(failures) < 120


def test_an_office_that_shares_an_address_is_let_in_for_longer_than_one_account() -> None:
    assert OF_ADDRESS.free > OF_SUBJECT.free


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
        ("a socket", "a socket"),
    ],
)
def test_a_house_has_a_whole_network_of_ipv6(address: str, network: str) -> None:
    assert network_of(address) == network
