"""A whole town as a file: rows a second, how much a worker grows, and whether the file is the table."""

import asyncio
import csv
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import zip_longest
from pathlib import Path
from uuid import UUID

import asyncpg
import orjson

from bench.company import LAST_DAY, NOW
from bench.figures import Figure
from bench.town import Town
from localmessages.actions.exports import create_export
from localmessages.gateways.disk_storage import DiskStorage
from localmessages.reports.exports.sources import MessagesReportSource
from localmessages.reports.exports.table import BATCH
from localmessages.reports.messages_report.asked import AskedFilter
from localmessages.reports.windows import OnDays
from localmessages.rules.cells import harmless, printable
from localmessages.rules.exports import ExportFormat
from localmessages.rules.ordering import OrderDirection
from localmessages.rules.report import ReportColumn
from localmessages.rules.windows import LONGEST_DAYS
from localmessages.services import Services
from models.catalogue import Catalogues
from models.database import open_database

ROOT = Path(__file__).parent.parent
MOST_GROWTH = 150
EVERYTHING = AskedFilter(window=OnDays(LAST_DAY - timedelta(days=LONGEST_DAYS - 1), LAST_DAY), zone="UTC")
BY_DATE = MessagesReportSource(filter=EVERYTHING)
BY_NAME = MessagesReportSource(
    filter=EVERYTHING, order_by=ReportColumn.NAME, order=OrderDirection.ASC, columns=list(ReportColumn)[:8]
)


@dataclass(frozen=True, slots=True)
class Made:
    """What a worker tells of a file that it made."""

    rows: int
    seconds: float
    cpu: float
    growth: float
    """Megabytes, at the most."""
    bytes: int


async def measure(town: Town, redis_url: str, seconds: float) -> list[Figure]:
    """The table of a report in both formats, and in another order, each in a worker of its own."""
    with tempfile.TemporaryDirectory(prefix="localmessages-bench-") as directory:
        async with _services(town, Path(directory)) as services:
            asked = (
                ("CSV, all columns, by date", BY_DATE, ExportFormat.CSV),
                ("XLSX, all columns, by date", BY_DATE, ExportFormat.XLSX),
                ("CSV, eight columns, by name", BY_NAME, ExportFormat.CSV),
            )
            figures = []
            for what, source, kind in asked:
                export_id = await _ask(services, town, source, kind)
                made = await _worker(town, directory, export_id)
                figures.append(_figure(f"export, {what}", made))
                if (source, kind) == (BY_DATE, ExportFormat.CSV):
                    figures.append(await _compared(town, _file(directory, town, export_id)))
                services.storage.delete(f"exports/{town.tenant_id}/{export_id}")
            return figures


@asynccontextmanager
async def _services(town: Town, directory: Path) -> AsyncIterator[Services]:
    database = await open_database(town.database_url)
    try:
        yield Services(database, Catalogues(), clock=lambda: NOW, storage=DiskStorage(directory))
    finally:
        await database.close()


async def _ask(services: Services, town: Town, source: MessagesReportSource, format: ExportFormat) -> UUID:
    async with services.database.connection() as connection:
        catalogue = await services.catalogues.of(connection, town.tenant_id, 0)
    viewer = catalogue.viewer(town.viewer_id)
    assert viewer is not None
    async with services.transaction() as tx:
        return await create_export(
            tx, services, viewer=viewer, source=source, format=format, title="All", at=NOW
        )


async def _worker(town: Town, directory: str, export_id: UUID) -> Made:
    arguments = (town.database_url, directory, str(town.tenant_id), str(export_id))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bench.exporting", *arguments),
        cwd=ROOT,
        env={**os.environ, "TMPDIR": directory},
        stdout=asyncio.subprocess.PIPE,
    )
    told, _ = await process.communicate()
    assert process.returncode == 0, "the worker failed; it has said why above"
    return Made(**orjson.loads(told))


def _figure(what: str, made: Made) -> Figure:
    rate, of_cpu = made.rows / made.seconds, made.rows / made.cpu
    return Figure(
        what,
        f"{made.rows:,} rows in {made.seconds:.1f} s, {rate:,.0f} rows/s ({of_cpu:,.0f} a second of CPU), "
        f"{made.bytes / 1e6:,.0f} MB; the worker grew by {made.growth:.0f} MB",
        f"growth < {MOST_GROWTH} MB",
        made.growth < MOST_GROWTH,
    )


def _file(directory: str, town: Town, export_id: UUID) -> Path:
    return Path(directory) / "exports" / str(town.tenant_id) / str(export_id)


async def _compared(town: Town, path: Path) -> Figure:
    """Row by row with the table itself, in the order of the instants."""
    connection = await asyncpg.connect(town.database_url)
    try:
        async with connection.transaction(readonly=True):
            rows, wrong = await _compare(connection, town, path)
    finally:
        await connection.close()
    return Figure(
        "the CSV file against the table, text by text in order",
        f"{rows:,} rows, {wrong:,} different",
        "0 different",
        wrong == 0,
    )


async def _compare(connection: asyncpg.Connection, town: Town, path: Path) -> tuple[int, int]:
    cursor = await connection.cursor(
        """
        SELECT at, body
        FROM message
        WHERE tenant_id = $1 AND at >= $2::date::timestamp AT TIME ZONE 'UTC'
            AND at < ($3::date + 1)::timestamp AT TIME ZONE 'UTC'
        ORDER BY at DESC, id DESC
        """,
        town.tenant_id,
        LAST_DAY - timedelta(days=LONGEST_DAYS - 1),
        LAST_DAY,
    )
    rows = wrong = 0
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = csv.DictReader(file, strict=True)
        while part := await cursor.fetch(BATCH):
            rows += len(part)
            wrong += sum(
                line is None
                or (line["Date Sent (UTC)"], line["Text"])
                != (f"{row['at']:%Y-%m-%d %H:%M:%S}", harmless(printable(row["body"])))
                for row, line in zip_longest(part, (next(lines, None) for _ in part))
            )
        wrong += sum(1 for _ in lines)
    return rows, wrong
