"""Files as people get them: asked for, made, fetched, and read by other people's readers."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from openpyxl import load_workbook
from starlette.applications import Starlette

from localmessages.actions.exports import create_export
from localmessages.gateways.disk_storage import DiskStorage
from localmessages.http.exports import export_route
from localmessages.reports.exports.sources import ExportSource, MessagesReportSource
from localmessages.reports.messages_report.asked import AskedFilter
from localmessages.reports.windows import Last
from localmessages.rules.exports import ExportFormat
from localmessages.services import Services
from tests.support.company import Company

EXPORT = """export {
    id title format status rows totalRows bytes sha256 downloadUrl expiresAt error
    by { name } createdAt finishedAt
}"""


def keep_files(company: Company, directory: Path) -> DiskStorage:
    """Give the company a place for files."""
    storage = DiskStorage(directory)
    company.services = replace(company.services, storage=storage)
    return storage


async def ask_for(company: Company, who: str, source: dict[str, Any], **more: Any) -> Any:
    """The payload of `requestExport`."""
    return await company.do(who, "requestExport", EXPORT, source=source, **more)


async def made_for(company: Company, who: str, source: dict[str, Any], **more: Any) -> Any:
    """An export that is there with the answer."""
    payload = await ask_for(company, who, source, **more)
    assert payload["userErrors"] == []
    assert payload["export"]["status"] == "COMPLETED"
    return payload["export"]


A_WEEK = MessagesReportSource(filter=AskedFilter(window=Last(7)))


async def waiting_export(
    company: Company,
    who: str = "Olive",
    source: ExportSource = A_WEEK,
    format: ExportFormat = ExportFormat.CSV,
) -> UUID:
    """An export that nobody has begun to make, as of more rows than come back at once."""
    actor = await company.actor(who)
    async with company.services.transaction() as tx:
        return await create_export(
            tx,
            company.services,
            viewer=actor.viewer,
            source=source,
            format=format,
            title="Messages Report",
            at=actor.now,
        )


def report(**more: Any) -> dict[str, Any]:
    """The source of a report of the last week."""
    asked = {"window": {"last": "DAYS_7"}, **more.pop("filter", {})}
    return {"messagesReport": {"filter": asked, **more}}


async def get(services: Services, url: str, method: str = "GET") -> httpx.Response:
    """What is answered at an address of a file."""
    app = Starlette(routes=[export_route()])
    app.state.services = services
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=services.public_url) as client:
        return await client.request(method, url)


async def rows_of(company: Company, export: dict[str, Any]) -> list[list[Any]]:
    """The rows of a file, headings first, as a reader of its format reads them."""
    answer = await get(company.services, export["downloadUrl"])
    assert answer.status_code == 200, answer.text
    return read(answer.content, export["format"])


def read(content: bytes, format: str) -> list[list[Any]]:
    """The rows of a file: as texts of CSV, as values of a workbook."""
    if format == "CSV":
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    book = load_workbook(io.BytesIO(content), read_only=True)
    return [list(row) for sheet in book.worksheets for row in sheet.iter_rows(values_only=True)]


def as_dicts(rows: list[list[Any]]) -> list[dict[str, Any]]:
    """The rows by their headings."""
    headings, *rest = rows
    return [dict(zip(headings, row, strict=True)) for row in rest]


async def multiply(company: Company, times: int) -> int:
    """Make so many copies of every text; how many there are then."""
    columns = [
        row["column_name"]
        for row in await company.fetch(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_name = 'message' AND is_generated = 'NEVER' ORDER BY ordinal_position"
        )
    ]
    other = {
        "id": "gen_random_uuid()",
        "external_id": "NULL",
        "at": "at - copy * interval '1 second'",
        "body": "body || ' ' || copy",
    }
    await company.fetch(
        f"INSERT INTO message ({', '.join(columns)})"
        f" SELECT {', '.join(other.get(column, column) for column in columns)}"
        f" FROM message, generate_series(1, {times}) AS copy"
    )
    (row,) = await company.fetch("SELECT count(*) FROM message")
    return int(row[0])
