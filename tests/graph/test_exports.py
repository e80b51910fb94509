"""A file has what the API's pages show, in their order: every view, both formats."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from graph.ids import global_id
from localmessages.gateways.disk_storage import DiskStorage
from localmessages.rules.cells import words
from tests.graph.conftest import Ask
from tests.support.asking import Asker
from tests.support.exports import as_dicts, get, read
from tests.support.random_town import RandomTown
from tests.support.story import story_in

ZONE = "America/New_York"
FILTER = {"window": {"last": "DAYS_30"}, "timeZone": ZONE}
REQUEST = """mutation ($input: RequestExportInput!) { requestExport(input: $input) {
    export { status rows downloadUrl format } userErrors { code message }
} }"""
ROW = """node { sentAt name phone direction origin status failureReason failureCode body link clicked
    invoice paid amount { amount currency } cardType paidAt
    campaign { name } agent { name status } location { name } }"""
TALK = "node { name phone inboundMessages outboundMessages firstAt lastAt }"
WAIT = """seconds exclusion node { startedAt endedAt outcome elapsedSeconds openSeconds openedOutOfHours
    replyUndelivered customerSince customerElapsedSeconds customerOpenSeconds legs
    contact { name phone } agent { name status } campaign { name } location { name } }"""
LINK = """node { url clicked clicks botClicks firstClickedAt message { at place { name } }
    contact { name phone } }"""
BILL = """node { invoice description amount { amount currency } status clicked paidAt paid { amount } cardType
    createdAt contact { name phone } }"""
CHANGE = """node { at contact { name phone } method texted by { name status } cause location { name } }"""
Shown = dict[str, Any]


def local(at: str | None) -> str | None:
    return at and str(
        datetime.fromisoformat(at).astimezone(ZoneInfo(ZONE)).replace(tzinfo=None, microsecond=0)
    )


def said(value: str | None) -> str | None:
    return value and words(value)


def name(found: Any) -> str | None:
    return str(found["name"]) if found else None


def person(user: Any) -> str | None:
    return name(user) if not user or user["status"] != "FORMER" else f"{user['name']} (former)"


def text(edge: Any) -> Shown:
    node, amount = edge["node"], edge["node"]["amount"]
    return {
        f"Date Sent ({ZONE})": local(node["sentAt"]),
        "Name": node["name"],
        "Phone": node["phone"],
        "Direction": said(node["direction"]),
        "Origin": said(node["origin"]),
        "Status": said(node["status"]),
        "Reason": said(node["failureReason"]),
        "Code": node["failureCode"],
        "Text": node["body"],
        "Link": node["link"],
        "Clicked": node["clicked"],
        "Invoice": node["invoice"],
        "Paid": node["paid"],
        "Amount": amount and float(amount["amount"]),
        "Currency": amount and amount["currency"],
        "Card Type": said(node["cardType"]),
        f"Date Paid ({ZONE})": local(node["paidAt"]),
        "Campaign": name(node["campaign"]),
        "Agent": person(node["agent"]),
        "Location": name(node["location"]),
    }


def talk(edge: Any) -> Shown:
    node = edge["node"]
    return {
        "Name": node["name"],
        "Phone": node["phone"],
        "Inbound Messages": node["inboundMessages"],
        "Outbound Messages": node["outboundMessages"],
        f"First ({ZONE})": local(node["firstAt"]),
        f"Last ({ZONE})": local(node["lastAt"]),
    }


def wait(edge: Any) -> Shown:
    node = edge["node"]
    return {
        f"Began ({ZONE})": local(node["startedAt"]),
        f"Ended ({ZONE})": local(node["endedAt"]),
        "Name": node["contact"]["name"],
        "Phone": node["contact"]["phone"],
        "Outcome": said(node["outcome"]),
        "Counted Seconds": edge["seconds"],
        "Left Out": said(edge["exclusion"]),
        "Elapsed Seconds": node["elapsedSeconds"],
        "Open Seconds": node["openSeconds"],
        "Opened Out of Hours": node["openedOutOfHours"],
        "Reply Undelivered": node["replyUndelivered"],
        f"Customer Since ({ZONE})": local(node["customerSince"]),
        "Customer Elapsed Seconds": node["customerElapsedSeconds"],
        "Customer Open Seconds": node["customerOpenSeconds"],
        "Legs": node["legs"],
        "Agent": person(node["agent"]),
        "Campaign": name(node["campaign"]),
        "Location": name(node["location"]),
    }


def link(edge: Any) -> Shown:
    node = edge["node"]
    return {
        f"Date Sent ({ZONE})": local(node["message"]["at"]),
        "Name": node["contact"]["name"],
        "Phone": node["contact"]["phone"],
        "Link": node["url"],
        "Clicked": node["clicked"],
        "Clicks": node["clicks"],
        "Bot Clicks": node["botClicks"],
        f"First Clicked ({ZONE})": local(node["firstClickedAt"]),
        "Location": name(node["message"]["place"]),
    }


def bill(edge: Any) -> Shown:
    node = edge["node"]
    return {
        "Name": node["contact"]["name"],
        "Phone": node["contact"]["phone"],
        "Invoice": node["invoice"],
        "For": node["description"],
        "Amount": float(node["amount"]["amount"]),
        "Currency": node["amount"]["currency"],
        "Status": said(node["status"]),
        "Clicked": node["clicked"],
        "Paid": node["paidAt"] is not None,
        "Amount Paid": node["paid"] and float(node["paid"]["amount"]),
        "Card Type": said(node["cardType"]),
        f"Date Paid ({ZONE})": local(node["paidAt"]),
        f"Requested ({ZONE})": local(node["createdAt"]),
    }


def change(edge: Any) -> Shown:
    node = edge["node"]
    return {
        f"Date ({ZONE})": local(node["at"]),
        "Name": node["contact"]["name"],
        "Phone": node["contact"]["phone"],
        "How": said(node["method"]),
        "Text": node["texted"],
        "By": person(node["by"]),
        "Cause": said(node["cause"]),
        "Location": name(node["location"]),
    }


# The field of the report that shows a view, with `{}` for the page; what is selected; its cells.
VIEWS: dict[str, tuple[str, str, Callable[[Any], Shown]]] = {
    "ROWS": ("list: rows({})", ROW, text),
    "DELIVERED": ("delivered { list: rows({})", ROW, text),
    "NON_DELIVERABLE": ("nonDeliverable { list: rows({})", ROW, text),
    "CONVERSATIONS_HELD": ("list: conversations(kind: HELD, {})", TALK, talk),
    "CONVERSATIONS_WITH_PAY_BY_TEXT": ("list: conversations(kind: WITH_PAY_BY_TEXT, {})", TALK, talk),
    "PAY_BY_TEXT": ("payByText { list: rows({})", BILL, bill),
    "OPT_OUTS": ("optOuts { list: rows({})", CHANGE, change),
    "LINKS_SENT": ("links { list: rows({})", LINK, link),
    "LINKS_CLICKED": ("links { list: rows(clicked: true, {})", LINK, link),
    "INBOUND_WAITS": ("list: waits(kind: INBOUND, {})", WAIT, wait),
    "OUTBOUND_WAITS": ("list: waits(kind: OUTBOUND, {})", WAIT, wait),
}


async def pages_of(asker: Asker, view: str) -> list[Shown]:
    """What the API shows, page after page."""
    field, select, shown = VIEWS[view]
    page_info = "pageInfo { hasNextPage endCursor }"
    listed = f"{field.replace('{}', 'first: 40, after: $after')} {{ edges {{ {select} }} {page_info} }}"
    inside = listed + (" }" if "{ list" in field else "")
    query = f"""query ($filter: MessagesReportFilter!, $after: String) {{
        messagesReport(filter: $filter) {{ {inside} }}
    }}"""
    found: list[Shown] = []
    after, more = None, True
    while more:
        report = (await asker.data(query, filter=FILTER, after=after))["messagesReport"]
        page = report.get("list") or next(iter(report.values()))["list"]
        found += [shown(edge) for edge in page["edges"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    return found


@pytest.fixture
def olga(ask: Ask, tmp_path: Path) -> Asker:
    asker = ask("Olga")
    return replace(asker, services=replace(asker.services, storage=DiskStorage(tmp_path)))


async def file_of(asker: Asker, source: dict[str, Any], format: str) -> list[Shown]:
    payload = (await asker.data(REQUEST, input={"source": source, "format": format}))["requestExport"]
    assert payload["userErrors"] == []
    content = (await get(asker.services, payload["export"]["downloadUrl"])).content
    rows = as_dicts(read(content, format))
    assert len(rows) == payload["export"]["rows"]
    return rows


def in_csv(value: Any) -> str:
    """A cell as CSV shows it."""
    if value is None:
        return ""
    return str(value).upper() if isinstance(value, bool) else str(value)


@pytest.mark.parametrize("view", VIEWS)
async def test_a_file_is_the_pages_of_its_view(olga: Asker, view: str):
    expected = await pages_of(olga, view)
    source = {"messagesReport": {"filter": FILTER, "view": view}}

    book, csv = await file_of(olga, source, "XLSX"), await file_of(olga, source, "CSV")

    # Nobody waits in this town.
    assert len(book) == len(csv) == len(expected)
    assert len(expected) > 0 or "WAITS" in view
    for shown, booked, written in zip(expected, book, csv, strict=True):
        for heading, value in shown.items():
            cell = booked[heading]
            assert (str(cell) if isinstance(cell, datetime) else cell) == value
            if isinstance(value, float):
                assert float(written[heading]) == value
            else:
                assert written[heading].removeprefix("'") == in_csv(value)


async def test_the_locations_page_is_a_row_a_location(olga: Asker):
    query = """{ locationsSummary(window: { last: DAYS_30 }) { locations {
        location { name } activeConversations inboundMessages outboundMessages
        responseTime { medianSeconds sample } newInboundConversations { count }
    } } }"""
    shown = (await olga.data(query))["locationsSummary"]["locations"]

    rows = await file_of(olga, {"locationsSummary": {"window": {"last": "DAYS_30"}}}, "XLSX")

    assert [
        (
            row["Location"],
            row["Active Conversations"],
            row["Inbound Messages"],
            row["Outbound Messages"],
            row["Median Response Seconds"],
            row["Response Sample"],
            row["New Inbound Conversations"],
        )
        for row in rows
    ] == [
        (
            each["location"]["name"],
            each["activeConversations"],
            each["inboundMessages"],
            each["outboundMessages"],
            each["responseTime"]["medianSeconds"],
            each["responseTime"]["sample"],
            each["newInboundConversations"]["count"],
        )
        for each in shown
    ]


async def test_a_transcript_is_the_timeline(olga: Asker, town: RandomTown):
    story = global_id("Conversation", story_in(town)["id"])
    query = """query ($id: ID!) { conversation(id: $id) { timeline(first: 100) { nodes {
        __typename at ... on Message { body } ... on Note { body }
    } } } }"""
    nodes = (await olga.data(query, id=story))["conversation"]["timeline"]["nodes"]

    rows = await file_of(olga, {"transcriptOf": story}, "XLSX")

    kinds = {"Message": "Text", "ConversationChange": "Change", "ConsentChange": "Consent"}
    assert [row["Kind"] for row in rows] == [
        kinds.get(node["__typename"], node["__typename"]) for node in nodes
    ]
    said = [(row["Kind"], row["Text"]) for row in rows if row["Kind"] in ("Text", "Note")]
    assert said == [(kinds.get(node["__typename"], "Note"), node["body"]) for node in nodes if "body" in node]


async def test_personal_data_have_all_that_is_known(olga: Asker, town: RandomTown):
    story = story_in(town)
    contact = global_id("Contact", story["contact_id"])

    rows = await file_of(olga, {"personalDataOf": contact}, "CSV")

    by_kind: dict[str, list[Shown]] = {}
    for row in rows:
        by_kind.setdefault(row["Kind"], []).append(row)
    known = {row["What"]: row["Text"] for row in by_kind["Contact"]}
    assert (known["First name"], known["Last name"]) == ("Story", "Teller")
    texts = [row for row in town["message"] if row["conversation_id"] == story["id"]]
    assert len(by_kind["Text"]) == len(texts)
    assert by_kind.keys() >= {
        "Contact",
        "Conversation",
        "Text",
        "Note",
        "Transfer",
        "Payment request",
        "Link",
    }


async def test_who_works_elsewhere_gets_none_of_it(ask: Ask, town: RandomTown, tmp_path: Path):
    source = {"personalDataOf": global_id("Contact", story_in(town)["contact_id"])}
    vito = ask("Vito")

    payload = (await vito.data(REQUEST, input={"source": source}))["requestExport"]

    assert payload["export"] is None
    assert payload["userErrors"][0]["code"] in ("NOT_FOUND", "NOT_ALLOWED")


async def test_the_audit_log_is_for_owners(olga: Asker, ask: Ask):
    await file_of(olga, {"locationsSummary": {"window": {"last": "DAYS_7"}}}, "CSV")

    own, entry = await file_of(olga, {"auditLog": {"actions": ["requestExport"]}}, "CSV")
    refused = (await ask("Manu").data(REQUEST, input={"source": {"auditLog": {}}}))["requestExport"]

    assert own["Name"] == "Audit Log"
    assert (entry["Action"], entry["By"], entry["Subject"]) == ("requestExport", "Olga", "Export")
    assert [error["code"] for error in refused["userErrors"]] == ["NOT_ALLOWED"]
