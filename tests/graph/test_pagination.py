"""Pages by key: their arguments, their cursors, and the rows that PostgreSQL gives for them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import strawberry
from hypothesis import given
from hypothesis import strategies as st

from graph.pagination import Connection, PageInfo, computed, page
from localmessages.reports.cursor import BadCursor, decode, encode
from localmessages.reports.keyset import BadPage, Column, Keyset, Page, PageTooLong, Slice
from models.database import Database

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
VALUES = st.one_of(
    st.tuples(st.just("timestamptz"), st.datetimes(timezones=st.just(UTC))),
    st.tuples(st.just("date"), st.dates()),
    st.tuples(st.just("uuid"), st.uuids()),
    st.tuples(st.just("text"), st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))),
    st.tuples(st.just("int"), st.integers(-(2**63), 2**63 - 1)),
    st.tuples(st.just("float8"), st.floats(allow_nan=False)),
    st.tuples(st.just("boolean"), st.booleans()),
    st.tuples(st.sampled_from(["text", "uuid", "timestamptz"]), st.none()),
)


@given(st.lists(VALUES, max_size=4))
def test_a_cursor_gives_back_what_it_holds(items: list[tuple[str, Any]]) -> None:
    types, values = [type_ for type_, _ in items], tuple(value for _, value in items)

    assert decode("list", encode("list", values), types) == values


@given(st.text(max_size=60))
def test_any_text_is_a_cursor_or_refused(text: str) -> None:
    with pytest.raises(BadCursor):
        decode("list", text, ["timestamptz", "uuid"])


def test_a_cursor_of_another_list_is_refused() -> None:
    cursor = encode("conversations by activity", (NOON,))

    with pytest.raises(BadCursor, match="no cursor of this list"):
        decode("conversations by waiting", cursor, ["timestamptz"])


@pytest.mark.parametrize("types", [["text"], ["uuid"], ["uuid", "int"], []])
def test_a_cursor_with_other_values_is_refused(types: list[str]) -> None:
    cursor = encode("list", (7,))

    with pytest.raises(BadCursor):
        decode("list", cursor, types)


def test_a_cursor_cut_short_or_continued_is_refused() -> None:
    cursor = encode("list", ("name", UUID(int=5)))

    for bad in (cursor[:-4], cursor + "AAAA", "", "====", "ä", cursor * 500):
        with pytest.raises(BadCursor):
            decode("list", bad, ["text", "uuid"])


def test_a_page_has_25_rows_unless_asked_otherwise() -> None:
    assert page(None, None, None, None) == Page(25, backward=False)
    assert page(strawberry.UNSET, strawberry.UNSET, strawberry.UNSET, strawberry.UNSET) == Page(25)
    assert page(100, "a", None, "b") == Page(100, backward=False, after="a", before="b")
    assert page(None, None, 5, "b") == Page(5, backward=True, before="b")


@pytest.mark.parametrize(("first", "last"), [(5, 5), (0, None), (-1, None), (None, -1), (None, 0)])
def test_arguments_that_make_no_page_are_refused(first: int | None, last: int | None) -> None:
    with pytest.raises(BadPage):
        page(first, None, last, None)


@pytest.mark.parametrize(("first", "last"), [(101, None), (None, 101)])
def test_a_page_that_is_too_long_is_refused_with_the_limit(first: int | None, last: int | None) -> None:
    with pytest.raises(PageTooLong) as refused:
        page(first, None, last, None)

    assert (refused.value.limit, refused.value.value) == (100, 101)


ROWS = [
    (UUID(int=number), None if number % 4 == 0 else NOON + timedelta(minutes=number % 3), f"n{number % 5}")
    for number in range(1, 24)
]
TABLE = "unnest($1::uuid[], $2::timestamptz[], $3::text[]) AS row (id, waiting_since, name)"
ORDERS = {
    "nulls last, oldest first": Keyset(
        "a", (Column("waiting_since", "timestamptz", nullable=True), Column("id", "uuid"))
    ),
    "nulls last, newest first": Keyset(
        "b",
        (
            Column("waiting_since", "timestamptz", descending=True, nullable=True),
            Column("id", "uuid", descending=True),
        ),
    ),
    "one direction": Keyset("c", (Column("name", "text"), Column("id", "uuid"))),
    "both directions": Keyset("d", (Column("name", "text", descending=True), Column("id", "uuid"))),
    "three columns": Keyset(
        "e",
        (
            Column("name", "text"),
            Column("waiting_since", "timestamptz", descending=True, nullable=True),
            Column("id", "uuid"),
        ),
    ),
}


async def fetch(database: Database, order: Keyset, asked: Page) -> Slice[Any]:
    columns = [list(column) for column in zip(*ROWS, strict=True)]
    args: list[Any] = [*columns]
    where = order.where(asked, args)
    probe_args: list[Any] = [*columns]
    behind = order.behind(asked, probe_args)
    async with database.connection() as connection:
        rows = await connection.fetch(
            f"SELECT * FROM {TABLE} WHERE {where} ORDER BY {order.order_by(asked)} LIMIT {asked.rows}", *args
        )
        more = behind and await connection.fetchval(
            f"SELECT EXISTS (SELECT FROM {TABLE} WHERE {behind})", *probe_args
        )
    return asked.cut(rows, more_behind=bool(more))


def cursor_of(order: Keyset, row: Any) -> str:
    return order.cursor(*(row[column.sql] for column in order.columns))


async def whole(database: Database, order: Keyset) -> list[Any]:
    return (await fetch(database, order, Page(100))).items


def test_an_order_of_one_direction_is_compared_as_a_row_which_an_index_serves() -> None:
    order = ORDERS["one direction"]
    args: list[Any] = []

    where = order.where(Page(after=order.cursor("n1", UUID(int=1))), args)

    assert where == "((name, id) > ($1::text, $2::uuid))"
    assert args == ["n1", UUID(int=1)]


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS.keys())
async def test_pages_forward_make_up_the_list(database: Database, order: Keyset) -> None:
    expected = await whole(database, order)

    seen: list[Any] = []
    after = None
    while True:
        found = await fetch(database, order, Page(4, after=after))
        assert found.has_previous == bool(seen)
        seen += found.items
        if not found.has_next:
            break
        after = cursor_of(order, found.items[-1])

    assert seen == expected
    assert len(seen) == len(ROWS)


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS.keys())
async def test_pages_backward_make_up_the_list(database: Database, order: Keyset) -> None:
    expected = await whole(database, order)

    seen: list[Any] = []
    before = None
    while True:
        found = await fetch(database, order, Page(5, backward=True, before=before))
        assert found.has_next == bool(seen)
        seen = found.items + seen
        if not found.has_previous:
            break
        before = cursor_of(order, found.items[0])

    assert seen == expected


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS.keys())
async def test_a_page_between_two_cursors_holds_what_lies_between(database: Database, order: Keyset) -> None:
    expected = await whole(database, order)
    after, before = cursor_of(order, expected[2]), cursor_of(order, expected[9])

    found = await fetch(database, order, Page(50, after=after, before=before))
    part = await fetch(database, order, Page(3, backward=True, after=after, before=before))

    assert found.items == expected[3:9]
    assert found.has_previous
    assert found.has_next
    assert part.items == expected[6:9]


@pytest.mark.parametrize("direction", ["oldest", "newest"])
async def test_who_does_not_wait_comes_last_either_way(database: Database, direction: str) -> None:
    rows = await whole(database, ORDERS[f"nulls last, {direction} first"])

    waits = [row["waiting_since"] for row in rows]
    assert waits[-5:] == [None] * 5
    assert None not in waits[:-5]


async def test_the_row_of_a_cursor_may_be_gone(database: Database) -> None:
    order = ORDERS["one direction"]
    expected = await whole(database, order)
    gone = order.cursor("n0", UUID(int=0))

    first = await fetch(database, order, Page(4, after=gone))

    assert first.items == expected[:4]
    assert not first.has_previous


def test_without_a_probe_the_item_of_the_cursor_counts_as_there() -> None:
    rows = [1, 2, 3]

    assert Page(2).cut(rows) == Slice([1, 2], has_next=True, has_previous=False)
    assert Page(3).cut(rows) == Slice([1, 2, 3], has_next=False, has_previous=False)
    assert Page(3, after="a").cut(rows) == Slice([1, 2, 3], has_next=False, has_previous=True)
    assert Page(2, backward=True, before="b").cut(rows) == Slice([2, 1], has_next=True, has_previous=True)
    assert Page(3, before="b").cut(rows) == Slice([1, 2, 3], has_next=True, has_previous=False)


@strawberry.type
class DayEdge:
    cursor: str
    node: str


@strawberry.type
class DayConnection(Connection, edge=DayEdge):
    edges: list[DayEdge] = computed("Edges.")
    nodes: list[str]
    page_info: PageInfo
    total_count: int


def test_a_connection_has_nodes_edges_and_the_page_info() -> None:
    made = DayConnection.of(
        Slice(["mon", "tue"], has_next=True, has_previous=False), cursor_of=str.upper, total_count=7
    )

    assert made.nodes == ["mon", "tue"]
    assert made.page_info == PageInfo(
        has_next_page=True, has_previous_page=False, start_cursor="MON", end_cursor="TUE"
    )
    assert made.edges == [DayEdge(cursor="MON", node="mon"), DayEdge(cursor="TUE", node="tue")]
    assert made.total_count == 7


def test_edges_are_made_only_when_they_are_asked_for() -> None:
    asked: list[str] = []

    def cursor_of(node: str) -> str:
        asked.append(node)
        return node

    made = DayConnection.of(
        Slice(["mon", "tue", "wed"], has_next=False, has_previous=False), cursor_of=cursor_of, total_count=3
    )

    assert asked == ["mon", "wed"]
    assert len(made.edges) == 3


def test_an_empty_page_has_no_cursors() -> None:
    made = DayConnection.of(Slice([], has_next=False, has_previous=False), cursor_of=str.upper, total_count=0)

    assert (made.page_info.start_cursor, made.page_info.end_cursor, made.edges) == (None, None, [])
