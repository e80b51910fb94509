"""The inbox against a list of the same conversations filtered and sorted in Python."""

import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from localmessages.reports import inbox
from localmessages.reports.conversations import EVERYTHING
from localmessages.reports.cursor import BadCursor
from localmessages.reports.inbox import Order, inbox_page, inbox_statement
from localmessages.reports.inbox_conditions import Wanted
from localmessages.reports.keyset import Page
from localmessages.reports.search import SearchTooShort, needles
from localmessages.rules.access import Viewer
from localmessages.rules.conversation import ConversationStatus
from localmessages.rules.ordering import ConversationOrderField, OrderDirection
from models.database import Database
from tests.support.random_town import RandomTown, Row, random_town, save

FAR = datetime(2100, 1, 1, tzinfo=UTC)
ORDERS = [Order(field, direction) for field in ConversationOrderField for direction in OrderDirection]


@pytest.fixture(params=["place by place", "account first"])
def way(request, monkeypatch):
    """Both ways to the newest, and both ends of the second: enough found, and not enough."""
    monkeypatch.setattr(inbox, "FEW_LOCATIONS", 100 if request.param == "place by place" else 0)
    monkeypatch.setattr(inbox, "NEWEST", 12)
    return request.param


@pytest.fixture
async def town(database: Database) -> RandomTown:
    """A town, and a neighbour with the same life."""
    await save(database, random_town(8, tenant=2))
    here = random_town(8)
    await save(database, here)
    return here


async def viewer_of(database: Database, town: RandomTown, name: str) -> Viewer:
    viewer = (await town.catalogue(database)).viewer(town.user(name))
    assert viewer is not None
    return viewer


def holds(town: RandomTown, viewer: Viewer, wanted: Wanted, row: Row) -> bool:
    """The filter of the contract, in Python."""
    assignee, tags = row["assignee_id"], set(row["tag_ids"])
    read = next(
        (
            mark["entry_count"]
            for mark in town["conversation_read"]
            if (mark["user_id"], mark["conversation_id"]) == (viewer.user_id, row["id"])
        ),
        0,
    )
    return (
        row["location_id"] in wanted.location_ids
        and row["status"] in wanted.statuses
        and (wanted.assigned is None or wanted.assigned == (assignee is not None))
        and (wanted.assignee_ids is None or assignee in wanted.assignee_ids)
        and (wanted.assigned_but_not_to is None or assignee not in (None, wanted.assigned_but_not_to))
        and (wanted.any_tags is None or bool(tags & set(wanted.any_tags)))
        and (wanted.all_tags is None or tags >= set(wanted.all_tags))
        and (wanted.waiting is None or wanted.waiting == (row["waiting_since"] is not None))
        and (wanted.active is None or wanted.active == (row["active"] and row["status"] == "OPEN"))
        and (wanted.unread is None or wanted.unread == (row["entry_count"] > read))
        and (wanted.contact_id is None or wanted.contact_id == row["contact_id"])
        and (wanted.but is None or wanted.but != row["id"])
        and (wanted.search is None or found(town, row, wanted.search))
    )


def found(town: RandomTown, row: Row, search: str) -> bool:
    contact = next(one for one in town["contact"] if one["id"] == row["contact_id"])
    names = [name for name in (contact["first_name"], contact["last_name"]) if name]
    shown = f"{' '.join(names) or contact['phone']} {contact['phone']}".lower()
    if any(needle in shown for needle in needles(search)):
        return True
    words = search.lower().split()
    return any(
        set(words) <= set(message["body"].lower().split())
        for message in town["message"]
        if message["conversation_id"] == row["id"]
    )


def expected(town: RandomTown, viewer: Viewer, wanted: Wanted, order: Order) -> list[Row]:
    rows = [row for row in town["conversation"] if holds(town, viewer, wanted, row)]
    descending = order.direction is OrderDirection.DESC
    if order.field is ConversationOrderField.LAST_ACTIVITY_AT:
        return sorted(rows, key=lambda row: (row["last_activity_at"], row["id"]), reverse=descending)
    waiting = sorted(
        (row for row in rows if row["waiting_since"]),
        key=lambda row: (row["waiting_since"], row["id"]),
        reverse=descending,
    )
    others = sorted(
        (row for row in rows if not row["waiting_since"]), key=lambda r: r["id"], reverse=descending
    )
    return waiting + others


def some_wanted(town: RandomTown, viewer: Viewer, chance: random.Random) -> Wanted:
    def sometimes(make: Callable[[], Any]) -> Any:
        return make() if chance.random() < 0.25 else None

    def some(rows: list[Row]) -> list[Any]:
        return [row["id"] for row in chance.sample(rows, chance.randint(1, 2))]

    def flag() -> bool:
        return chance.random() < 0.5

    places = [row["id"] for row in town["location"] if viewer.sees(row["id"])]
    any_tags, all_tags = sometimes(lambda: some(town["tag"])), sometimes(lambda: some(town["tag"]))
    return Wanted(
        location_ids=chance.sample(places, chance.randint(1, len(places))),
        statuses=sometimes(lambda: tuple(chance.sample(list(ConversationStatus), 2)))
        or tuple(ConversationStatus),
        assigned=sometimes(flag),
        assignee_ids=sometimes(lambda: some(town["app_user"])),
        assigned_but_not_to=sometimes(lambda: viewer.user_id),
        any_tags=any_tags,
        all_tags=None if any_tags else all_tags,
        waiting=sometimes(flag),
        active=sometimes(flag),
        unread=sometimes(flag),
        contact_id=chance.choice(town["contact"])["id"] if chance.random() < 0.1 else None,
        search=chance.choice(["pizza", "oven late", "GRÜSSE", "love", "+1 212 555-0003", "O'H", "da"])
        if chance.random() < 0.2
        else None,
    )


async def walk(
    database: Database, viewer: Viewer, wanted: Wanted, order: Order, size: int, *, backward: bool
):
    """All pages, one after the other."""
    pages, cursor = [], None
    while True:
        page = Page(size, backward, **{"before" if backward else "after": cursor})
        async with database.connection() as connection:
            found = await inbox_page(connection, viewer, wanted, page, order)
        pages.append(found)
        if not (found.has_previous if backward else found.has_next):
            return pages
        cursor = order.cursor(found.items[0 if backward else -1])


async def test_any_filter_in_any_order_finds_what_python_finds(way, town, database):
    chance = random.Random(way)
    viewers = [await viewer_of(database, town, name) for name in ("Olga", "Manu", "Agnes")]
    matched = 0
    for _ in range(250):
        viewer, order = chance.choice(viewers), chance.choice(ORDERS)
        wanted = some_wanted(town, viewer, chance)
        async with database.connection() as connection:
            page = await inbox_page(connection, viewer, wanted, Page(100), order)

        keys = [view.conversation.id for view in page.items]
        assert keys == [row["id"] for row in expected(town, viewer, wanted, order)], (wanted, order)
        matched += len(keys)
    assert matched > 250


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: f"{order.field} {order.direction}")
@pytest.mark.parametrize("backward", [False, True], ids=["first", "last"])
@pytest.mark.parametrize("size", [1, 7])
async def test_pages_cover_everything_once_also_at_equal_instants(way, town, database, order, backward, size):
    viewer = await viewer_of(database, town, "Olga")
    wanted = Wanted(location_ids=viewer.location_ids)

    pages = await walk(database, viewer, wanted, order, size, backward=backward)

    walked = [
        view.conversation.id for page in (reversed(pages) if backward else pages) for view in page.items
    ]
    assert walked == [row["id"] for row in expected(town, viewer, wanted, order)]


async def test_a_tag_is_paged_like_any_list(town, database):
    viewer = await viewer_of(database, town, "Olga")
    tags = [tag["id"] for tag in town["tag"]]
    wanted = Wanted(location_ids=viewer.location_ids, any_tags=tags)

    pages = await walk(database, viewer, wanted, Order(), 5, backward=False)

    walked = [view.conversation.id for page in pages for view in page.items]
    assert walked == [row["id"] for row in expected(town, viewer, wanted, Order())]
    assert len(pages) > 2


async def test_each_row_has_its_contact_its_last_text_and_what_is_read(town, database):
    viewer = await viewer_of(database, town, "Olga")
    async with database.connection() as connection:
        page = await inbox_page(connection, viewer, Wanted(location_ids=viewer.location_ids), Page(100))

    by_id = {row["id"]: row for row in town["conversation"]}
    marks = {
        mark["conversation_id"]: mark["entry_count"]
        for mark in town["conversation_read"]
        if mark["user_id"] == viewer.user_id
    }
    assert len(page.items) == 60
    for view in page.items:
        row = by_id[view.conversation.id]
        assert view.contact is not None
        assert view.contact.id == row["contact_id"]
        assert (view.last_message and view.last_message.id) == row.get("last_message_id")
        assert view.read_entries == marks.get(row["id"], 0)


async def test_nobody_finds_the_neighbours(town, database):
    neighbours = random_town(8, tenant=2)
    viewer = await viewer_of(database, town, "Olga")
    places = [row["id"] for row in neighbours["location"]]
    for search in (None, "pizza"):
        async with database.connection() as connection:
            page = await inbox_page(connection, viewer, Wanted(location_ids=places, search=search), Page(100))

        assert page.items == []


async def test_a_cursor_of_another_order_is_refused(town, database):
    viewer = await viewer_of(database, town, "Olga")
    wanted = Wanted(location_ids=viewer.location_ids)
    async with database.connection() as connection:
        page = await inbox_page(connection, viewer, wanted, Page(1))
    cursor = Order().cursor(page.items[0])

    with pytest.raises(BadCursor):
        inbox_statement(
            viewer,
            wanted,
            Page(1, after=cursor),
            Order(ConversationOrderField.WAITING_SINCE),
            EVERYTHING,
        )


def test_one_character_is_too_little_to_search_for():
    with pytest.raises(SearchTooShort):
        needles(" a ")
