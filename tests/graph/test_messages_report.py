"""The Messages Report through GraphQL: what is refused, what is hidden, how often the database is asked."""

from contextlib import AsyncExitStack
from typing import Any

import pytest

from graph.ids import global_id
from models.database import Database
from tests.graph.conftest import Ask
from tests.support.asking import error_code
from tests.support.random_town import RandomTown

ALL = "filter: { window: { last: DAYS_30 } }"
COLUMNS = """
    id sentAt name phone direction origin status failureReason failureCode body link clicked invoice paid
    amount { amount currency } cardType paidAt campaign { id name } agent { id name status }
    location { id name } contact { id } conversation { id } message { id externalId }
"""


async def refusal(ask: Ask, report: str) -> str:
    return error_code(await ask("Olga").answer(f"{{ messagesReport({report} }} }}"))


@pytest.mark.parametrize(
    "window",
    [
        '{ between: { start: "2026-02-01T00:00:00Z", end: "2026-01-01T00:00:00Z" } }',
        '{ between: { start: "2016-01-01T00:00:00Z", end: "2026-01-01T00:00:00Z" } }',
        '{ on: { firstDay: "2026-02-02", lastDay: "2026-02-01" } }',
    ],
)
async def test_a_window_that_cannot_be_is_refused(ask: Ask, window: str):
    assert await refusal(ask, f"filter: {{ window: {window} }}) {{ asOf") == "INVALID_WINDOW"


@pytest.mark.parametrize("name", ["locationIds", "agentIds", "campaignIds"])
async def test_a_thousand_ids_are_too_many(ask: Ask, name: str):
    # As variables: a document of so many ids is refused for its length alone.
    report = f"filter: {{ window: {{ last: DAYS_7 }}, {name}: $ids }}) {{ asOf"

    answer = await ask("Olga").answer(
        f"query ($ids: [ID!]) {{ messagesReport({report} }} }}", ids=["x"] * 1000
    )

    assert error_code(answer) == "LIMIT_EXCEEDED"


@pytest.mark.parametrize(
    "field",
    [
        'rows(search: "x") { totalCount }',
        'delivered { rows(search: " ") { totalCount } }',
        'conversations(kind: HELD, search: "x") { totalCount }',
        'waits(kind: INBOUND, search: "x") { totalCount }',
        'rows(after: "garbage") { totalCount }',
        "rows(first: 1, last: 1) { totalCount }",
    ],
)
async def test_what_makes_no_sense_is_refused(ask: Ask, field: str):
    assert await refusal(ask, f"{ALL}) {{ {field}") == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    "search", ["'; DROP TABLE message; --", "%%__%%", "\\\\ & | ! ( ) : * <->", "''", "🙂🙂"]
)
async def test_hostile_search_text_finds_nothing_and_harms_nothing(ask: Ask, search: str):
    query = f"""query ($search: String) {{ messagesReport({ALL}) {{
        rows(search: $search) {{ totalCount }}
        optOuts {{ rows(search: $search) {{ totalCount }} }}
        links {{ rows(search: $search) {{ totalCount }} }}
        payByText {{ rows(search: $search) {{ totalCount }} }}
    }} }}"""

    report = (await ask("Olga").data(query, search=search))["messagesReport"]

    assert report["rows"]["totalCount"] == 0
    assert {report[name]["rows"]["totalCount"] for name in ("optOuts", "links", "payByText")} == {0}


async def test_ids_of_nothing_and_of_others_select_nothing(ask: Ask, neighbour: RandomTown):
    query = """query ($filter: MessagesReportFilter!) { messagesReport(filter: $filter) {
        rows { totalCount } tiles { messagesDelivered { value } linkClickRate { value } }
    } }"""
    theirs = global_id("Location", neighbour["location"][0]["id"])
    window = {"last": "DAYS_30"}

    nothing: list[dict[str, Any]] = [
        {"locationIds": [theirs]},
        {"locationIds": []},
        {"agentIds": ["x"]},
        {"tags": {"anyOf": []}},
    ]
    for more in nothing:
        report = (await ask("Olga").data(query, filter={"window": window, **more}))["messagesReport"]
        assert report["rows"]["totalCount"] == 0
        assert report["tiles"]["linkClickRate"]["value"] is None


async def test_nobody_sees_rows_of_locations_that_are_hidden_from_them(ask: Ask):
    query = f"{{ messagesReport({ALL}) {{ rows(first: 100) {{ nodes {{ location {{ id }} }} }} }} }}"
    seen = {
        node["id"]
        for node in (await ask("Agnes").data("{ locations { nodes { id } } }"))["locations"]["nodes"]
    }

    rows = (await ask("Agnes").data(query))["messagesReport"]["rows"]["nodes"]

    assert {row["location"]["id"] for row in rows} <= seen


async def test_a_page_of_the_table_is_a_handful_of_statements_however_long(ask: Ask):
    def query(first: int) -> str:
        return f"{{ messagesReport({ALL}) {{ rows(first: {first}) {{ nodes {{ {COLUMNS} }} }} }} }}"

    few, many = await ask("Olga").statements(query(1)), await ask("Olga").statements(query(100))

    # The beginning, the position in the snapshot, the page, the conversations.
    assert len(many) == len(few) <= 6


async def test_rows_conversations_and_waits_are_found_by_their_ids(ask: Ask):
    query = f"""{{ messagesReport({ALL}) {{
        rows(first: 3) {{ nodes {{ id body sentAt }} }}
        waits(kind: INBOUND, first: 3) {{ nodes {{ id startedAt legs }} }}
        conversations(kind: HELD, first: 3) {{ nodes {{ id name }} }}
    }} }}"""
    found = (await ask("Olga").data(query))["messagesReport"]
    expected = [node for name in ("rows", "waits", "conversations") for node in found[name]["nodes"]]

    nodes = """query ($ids: [ID!]!) { nodes(ids: $ids) {
        id
        ... on ReportRow { body sentAt } ... on Wait { startedAt legs } ... on ReportConversation { name }
    } }"""
    again = (await ask("Olga").data(nodes, ids=[node["id"] for node in expected]))["nodes"]

    assert expected
    assert again == expected


async def test_nothing_is_held_once_an_answer_is_given(ask: Ask):
    olga = ask("Olga")
    await olga.data(f"{{ messagesReport({ALL}) {{ asOf tiles {{ optOuts {{ value }} }} }} }}")
    await olga.answer(f'{{ messagesReport({ALL}) {{ rows(search: "x") {{ totalCount }} }} }}')

    pool = olga.database.pool
    assert pool.get_idle_size() == pool.get_size()


async def test_a_report_needs_one_connection_however_much_is_selected(ask: Ask, database: Database):
    rows = "cursor rows { nodes { conversation { id contact { name } } } }"
    waits = "cursor waits(kind: INBOUND) { nodes { conversation { id } } }"
    query = f"{{ one: messagesReport({ALL}) {{ {rows} }} two: messagesReport({ALL}) {{ {waits} }} }}"
    async with AsyncExitStack() as taken:
        for _ in range(database.pool.get_max_size() - 1):
            await taken.enter_async_context(database.connection())

        data = await ask("Olga").data(query)

    assert data["one"]["cursor"] == data["two"]["cursor"]
    assert any(node["conversation"] for node in data["one"]["rows"]["nodes"])
