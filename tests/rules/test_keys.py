from datetime import UTC, datetime, timedelta
from uuid import RFC_4122

from hypothesis import given
from hypothesis import strategies as st

from localmessages.rules.keys import key_of, new_key

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
INSTANTS = st.integers(0, 7 * 10**15).map(
    lambda micros: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)
)


def test_keys_of_one_instant_rise_in_the_order_of_the_calls() -> None:
    keys = [new_key(NOW) for _ in range(10_000)]

    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)


@given(INSTANTS)
def test_a_key_is_a_uuid_of_version_7_with_its_millisecond(at: datetime) -> None:
    key = new_key(at)

    assert (key.version, key.variant) == (7, RFC_4122)
    assert key.int >> 80 == (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


@given(INSTANTS, st.integers(1, 10**9))
def test_keys_of_later_milliseconds_sort_later(at: datetime, milliseconds: int) -> None:
    assert new_key(at) < new_key(at + timedelta(milliseconds=milliseconds))


def test_a_key_of_a_name_is_always_the_same() -> None:
    assert key_of(NOW, "evt_1") == key_of(NOW, "evt_1") != key_of(NOW, "evt_2")
    assert key_of(NOW, "evt_1").version == 7


def test_keys_of_names_rise_with_the_instant_and_within_it_with_the_rank() -> None:
    keys = [key_of(NOW, f"evt_{rank}", rank=rank) for rank in range(4)]

    assert keys == sorted(keys)
    assert keys[-1] < key_of(NOW + timedelta(milliseconds=1), "evt_5")
