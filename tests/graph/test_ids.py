"""Global ids: one for each object, and nothing else is one."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.ids import NODE_TYPES, NOTHING, expect_id, global_id, parse_id

KEY = UUID("0199c1a0-0000-7000-8000-000000000001")


@given(st.sampled_from(NODE_TYPES), st.uuids())
def test_an_id_leads_back_to_its_object(type_name: str, key: UUID) -> None:
    assert parse_id(global_id(type_name, key)) == (type_name, key)


@given(st.text(max_size=30))
def test_any_text_is_an_id_or_nothing(text: str) -> None:
    parsed = parse_id(text)

    assert parsed is None or global_id(*parsed) == text


def test_an_object_has_only_one_id() -> None:
    one = global_id("Conversation", KEY)
    spellings = [
        one[:-1] + last for last in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    ]

    assert [spelling for spelling in spellings if parse_id(spelling) == ("Conversation", KEY)] == [one]


@pytest.mark.parametrize("id", ["", "1", str(KEY), "A" * 23, "/" * 23, "é" * 23, "A" * 10_000])
def test_what_is_no_id_leads_to_nothing(id: str) -> None:
    assert parse_id(id) is None
    assert expect_id("Conversation", id) == NOTHING


def test_an_id_of_another_type_leads_to_nothing() -> None:
    place = global_id("Place", KEY)

    assert expect_id("Conversation", place) == NOTHING
    assert expect_id(("Location", "Place"), place) == KEY
