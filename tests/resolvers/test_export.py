"""Exports as a person asks for them: small ones are there with the answer."""

import hashlib
from datetime import datetime
from typing import Any

import pytest

from graph.errors import RequestRefused
from localmessages.actions.users import create_user, mark_former
from localmessages.jobs.exports import make_export
from localmessages.rules.access import Role
from localmessages.rules.exports import MOST_UNFINISHED
from tests.support.company import CUSTOMER, STORE_B, Company
from tests.support.exports import EXPORT, as_dicts, ask_for, get, made_for, report, rows_of, waiting_export


@pytest.fixture
async def shop(town: Company) -> Company:
    """Texts at both stores: one of them looks like a formula."""
    await town.do("Ann", "createContact", "__typename", phone=CUSTOMER, firstName="Ada", lastName="Lovelace")
    talk = town.id("Conversation", await town.conversation("Are you open?"))
    await town.do("Ann", "sendMessage", "message { id }", conversationId=talk, body="Until five.")
    await town.text("=1+1")
    await town.text("Hello", to=STORE_B)
    return town


async def code_of(company: Company, who: str, source: dict[str, Any]) -> tuple[str, list[str]]:
    error = await company.refusal(who, "requestExport", source=source)
    return error["code"], error["field"][2:]


async def test_a_small_file_is_there_with_the_answer(shop: Company):
    export = await made_for(shop, "Ann", report())

    answer = await get(shop.services, export["downloadUrl"])
    assert answer.status_code == 200
    assert len(answer.content) == export["bytes"]
    assert hashlib.sha256(answer.content).hexdigest() == export["sha256"]
    assert export["rows"] == export["totalRows"] == 3
    assert (export["by"], export["error"]) == ({"name": "Ann"}, None)
    assert export["title"] == "Messages Report, 8–14 Sep 2026"
    assert datetime.fromisoformat(export["expiresAt"]) > datetime.fromisoformat(export["finishedAt"])


async def test_nobody_is_told_of_a_file_that_is_there_already(shop: Company):
    await made_for(shop, "Ann", report())

    assert await shop.fetch("SELECT FROM notification") == []
    assert await shop.fetch("SELECT FROM mail") == []


@pytest.mark.parametrize("format", ["CSV", "XLSX"])
async def test_a_file_has_the_columns_that_were_chosen_with_the_zone_in_the_heading(
    shop: Company, format: str
):
    columns = ["PHONE", "SENT_AT", "BODY"]
    export = await made_for(shop, "Ann", report(columns=columns), format=format)

    headings, newest, *_ = await rows_of(shop, export)

    assert headings == ["Phone", "Date Sent (America/New_York)", "Text"]
    # A workbook keeps the text as it is, and marks it as one.
    assert [str(cell) for cell in newest] == [
        CUSTOMER,
        "2026-09-14 10:00:04",
        "'=1+1" if format == "CSV" else "=1+1",
    ]


async def test_each_row_is_in_the_zone_of_its_location_and_says_so(shop: Company):
    export = await made_for(shop, "Olive", report(columns=["SENT_AT", "LOCATION"]))

    assert as_dicts(await rows_of(shop, export))[:2] == [
        {"Date Sent (local time)": "2026-09-14 09:00:05", "Location": "Store B",
         "Time Zone": "America/Chicago"},
        {"Date Sent (local time)": "2026-09-14 10:00:04", "Location": "Store A",
         "Time Zone": "America/New_York"},
    ]  # fmt: skip


async def test_a_zone_of_the_question_is_the_zone_of_all_rows(shop: Company):
    source = report(filter={"timeZone": "Asia/Kolkata"}, columns=["SENT_AT"])

    export = await made_for(shop, "Olive", source)

    assert (await rows_of(shop, export))[:2] == [["Date Sent (Asia/Kolkata)"], ["2026-09-14 19:30:05"]]


async def test_search_filter_and_order_are_those_of_the_screen(shop: Company):
    source = report(
        columns=["BODY"],
        rowFilter={"direction": "INBOUND"},
        orderBy={"column": "BODY", "direction": "ASC"},
        search="lovelace",
    )

    export = await made_for(shop, "Olive", source)

    assert await rows_of(shop, export) == [["Text"], ["'=1+1"], ["Are you open?"], ["Hello"]]


async def test_a_person_who_left_is_marked_as_former(shop: Company):
    async with shop.services.transaction() as tx:
        await mark_former(tx, tenant_id=shop.tenant_id, user_id=shop.ids["Ann"], at=shop.clock())

    export = await made_for(shop, "Olive", report(columns=["AGENT"], rowFilter={"origins": ["AGENT"]}))

    assert await rows_of(shop, export) == [["Agent"], ["Ann (former)"]]


async def test_a_list_has_ones_own_newest_first_and_an_id_leads_to_each(shop: Company):
    first = await made_for(shop, "Ann", report())
    second = await made_for(shop, "Ann", report(), format="XLSX")
    await made_for(shop, "Olive", report())

    query = f"{{ exports(first: 1) {{ nodes {{ {EXPORT[9:-2]} }} pageInfo {{ hasNextPage endCursor }} }} }}"
    page = (await shop.ask("Ann", query))["exports"]
    rest = "query ($after: String) { exports(after: $after) { nodes { id } } }"
    after = (await shop.ask("Ann", rest, after=page["pageInfo"]["endCursor"]))["exports"]["nodes"]

    assert (page["nodes"], page["pageInfo"]["hasNextPage"]) == ([second], True)
    assert after == [{"id": first["id"]}]
    node = "query ($id: ID!) { node(id: $id) { id ... on Export { title } } }"
    assert (await shop.ask("Ann", node, id=first["id"]))["node"]["title"] == first["title"]
    assert (await shop.ask("Olive", node, id=first["id"]))["node"] is None


async def test_who_only_looks_takes_nothing_away(shop: Company):
    assert await code_of(shop, "Vic", report()) == ("NOT_ALLOWED", [])


async def test_who_only_looks_at_one_of_the_locations_exports_from_the_others(shop: Company):
    ids = shop.ids
    async with shop.services.transaction() as tx:
        ids["Mia"] = await create_user(
            tx,
            tenant_id=shop.tenant_id,
            name="Mia",
            email="mia@acme.example",
            memberships=[(Role.AGENT, None, ids["Store A"]), (Role.VIEWER, None, ids["Store B"])],
            at=shop.clock(),
        )

    error = await shop.refusal("Mia", "requestExport", source=report())
    assert (error["code"], "Store B" in error["message"]) == ("NOT_ALLOWED", True)
    export = await made_for(
        shop, "Mia", report(filter={"locationIds": [shop.id("Location", "Store A")]}, columns=["LOCATION"])
    )
    assert await rows_of(shop, export) == [["Location"]] + [["Store A"]] * 3


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"columns": []}, ("INVALID", ["messagesReport", "columns"])),
        ({"columns": ["NAME", "NAME"]}, ("INVALID", ["messagesReport", "columns"])),
        ({"columns": ["NAME"], "view": "OPT_OUTS"}, ("INVALID", ["messagesReport", "columns"])),
        (
            {"rowFilter": {"direction": "INBOUND"}, "view": "DELIVERED"},
            ("INVALID", ["messagesReport", "rowFilter"]),
        ),
        ({"search": "x"}, ("INVALID", ["messagesReport", "search"])),
        ({"search": "x" * 201}, ("LIMIT_EXCEEDED", ["messagesReport", "search"])),
        (
            {"filter": {"locationIds": ["x"]}},
            ("NOT_FOUND", ["messagesReport", "filter", "locationIds"]),
        ),
        ({"filter": {"agentIds": ["x"]}}, ("NOT_FOUND", ["messagesReport", "filter", "agentIds"])),
        (
            {"filter": {"tags": {"allOf": ["x"]}}},
            ("NOT_FOUND", ["messagesReport", "filter", "tags", "allOf"]),
        ),
        (
            {"filter": {"campaignIds": ["x"] * 1000}},
            ("LIMIT_EXCEEDED", ["messagesReport", "filter", "campaignIds"]),
        ),
    ],
)
async def test_what_makes_no_sense_is_refused(shop: Company, more: dict[str, Any], expected: Any):
    assert await code_of(shop, "Ann", report(**more)) == expected


@pytest.mark.parametrize(
    "window",
    [
        {"between": {"start": "2016-01-01T00:00:00Z", "end": "2026-01-01T00:00:00Z"}},
        {"between": {"start": "2026-02-01T00:00:00Z", "end": "2026-01-01T00:00:00Z"}},
        {"on": {"firstDay": "2016-01-01", "lastDay": "2026-01-01"}},
    ],
)
async def test_windows_of_ten_years_and_reversed_ones_are_refused(shop: Company, window: dict[str, Any]):
    assert await code_of(shop, "Ann", report(filter={"window": window})) == ("INVALID_WINDOW", [])
    locations = {"locationsSummary": {"window": window}}
    assert await code_of(shop, "Ann", locations) == ("INVALID_WINDOW", [])


async def test_a_column_that_there_is_not_is_no_valid_document(shop: Company):
    document = """mutation ($input: RequestExportInput!) { requestExport(input: $input) { __typename } }"""

    with pytest.raises(RequestRefused, match="PASSWORD"):
        await shop.answer("Ann", document, input={"source": report(columns=["PASSWORD"])})

    assert await shop.fetch("SELECT FROM export") == []


async def test_hostile_search_text_finds_nothing_and_harms_nothing(shop: Company):
    export = await made_for(shop, "Ann", report(search="'; DROP TABLE message; --"))

    assert export["rows"] == 0


@pytest.mark.parametrize("source", ["transcriptOf", "personalDataOf", "messagesReport"])
async def test_what_is_a_neighbours_is_not_there(shop: Company, source: str):
    (row,) = await shop.fetch("SELECT id, contact_id FROM conversation LIMIT 1")
    theirs = {
        "transcriptOf": {"transcriptOf": shop.id("Conversation", row["id"])},
        "personalDataOf": {"personalDataOf": shop.id("Contact", row["contact_id"])},
        "messagesReport": report(filter={"locationIds": [shop.id("Location", "Store A")]}),
    }[source]

    code, _ = await code_of(shop, "Nora", theirs)

    assert code == "NOT_FOUND"


async def test_each_request_is_in_the_audit_log(shop: Company):
    export = await made_for(shop, "Ann", report())

    (entry,) = await shop.fetch("SELECT * FROM audit_entry WHERE subject_type = 'Export'")
    assert (entry["action"], entry["user_id"]) == ("requestExport", shop.ids["Ann"])
    assert shop.id("Export", entry["subject_id"]) == export["id"]
    assert entry["subject_name"] == export["title"]


async def test_a_waiting_export_is_called_off_and_made_again(shop: Company):
    key = await waiting_export(shop, "Ann")
    export = shop.id("Export", key)

    canceled = await shop.do("Ann", "cancelExport", EXPORT, exportId=export)
    await make_export(shop.services, shop.tenant_id, key)
    again = await shop.do("Ann", "retryExport", EXPORT, exportId=export)
    await make_export(shop.services, shop.tenant_id, key)

    assert (canceled["export"]["status"], canceled["userErrors"]) == ("CANCELED", [])
    assert (canceled["export"]["downloadUrl"], again["export"]["status"]) == (None, "QUEUED")
    assert (await shop.row("export", key))["status"] == "COMPLETED"


async def test_a_file_that_is_there_is_neither_called_off_nor_made_again(shop: Company):
    export = await made_for(shop, "Ann", report())

    for mutation in ("cancelExport", "retryExport"):
        assert (await shop.refusal("Ann", mutation, exportId=export["id"]))["code"] == "WRONG_STATE"


async def test_an_export_of_somebody_else_is_not_there(shop: Company):
    export = shop.id("Export", await waiting_export(shop, "Ann"))

    for who in ("Olive", "Nora"):
        for mutation in ("cancelExport", "retryExport"):
            assert (await shop.refusal(who, mutation, exportId=export))["code"] == "NOT_FOUND"


async def test_an_expired_file_has_no_address_and_can_be_made_again(shop: Company):
    export = await made_for(shop, "Ann", report())
    shop.clock.passes(days=8)

    query = "{ exports { nodes { status downloadUrl } } }"
    assert (await shop.ask("Ann", query))["exports"]["nodes"] == [
        {"status": "COMPLETED", "downloadUrl": None}
    ]
    again = await shop.do("Ann", "retryExport", EXPORT, exportId=export["id"])
    assert (again["export"]["status"], again["export"]["title"]) == (
        "QUEUED",
        "Messages Report, 16–22 Sep 2026",
    )


async def test_the_same_key_is_the_same_file(shop: Company):
    first = await made_for(shop, "Ann", report(), idempotencyKey="k")
    second = await ask_for(shop, "Ann", report(), idempotencyKey="k")

    assert second["export"] == first
    assert len(await shop.fetch("SELECT FROM export")) == 1


async def test_waits_have_their_seconds_or_why_they_do_not_count(shop: Company):
    source = report(view="INBOUND_WAITS", filter={"locationIds": [shop.id("Location", "Store A")]})
    shop.clock.passes(minutes=5)
    await shop.do("Ann", "sendMessage", "message { id }", conversationId=await talk_of(shop), body="Two.")
    await shop.text("And on Sunday?")
    await shop.do("Ann", "closeConversation", "__typename", conversationId=await talk_of(shop))

    closed, second, first = as_dicts(await rows_of(shop, await made_for(shop, "Ann", source, format="XLSX")))

    assert (closed["Outcome"], closed["Counted Seconds"], closed["Left Out"]) == (
        "Closed unanswered",
        None,
        "Closed unanswered",
    )
    assert (second["Counted Seconds"], second["Left Out"], second["Agent"]) == (302, None, "Ann")
    assert (first["Counted Seconds"], first["Elapsed Seconds"], first["Legs"]) == (1, 1, 1)
    assert str(first["Began (America/New_York)"]) == "2026-09-14 10:00:02"


async def talk_of(shop: Company) -> str:
    """The conversation at Store A."""
    (row,) = await shop.fetch("SELECT id FROM conversation WHERE location_id = $1", shop.ids["Store A"])
    return shop.id("Conversation", row["id"])


async def test_nobody_fills_the_queue(shop: Company):
    for _ in range(MOST_UNFINISHED):
        await waiting_export(shop, "Ann")

    error = await shop.refusal("Ann", "requestExport", source=report())

    assert (error["code"], error["limit"]) == ("LIMIT_EXCEEDED", MOST_UNFINISHED)
    await made_for(shop, "Olive", report())
