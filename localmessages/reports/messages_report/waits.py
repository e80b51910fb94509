"""The waits behind both response times: those that went in, and those left out with the reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg

from localmessages.reports.keyset import Column, Keyset, Page, Slice
from localmessages.reports.messages_report.matching import contact_condition
from localmessages.reports.messages_report.response_times import DATED, counts, exclusion_of, seconds_of
from localmessages.reports.messages_report.scope import Scope
from localmessages.reports.messages_report.whole_waits import WholeWait, whole_waits
from localmessages.reports.rows import Args, ContactRow, columns, fields, made
from localmessages.rules.access import Viewer
from localmessages.rules.hours import open_seconds
from localmessages.rules.metrics import OutOfHours
from localmessages.rules.place import Place
from localmessages.rules.report import ExclusionReason
from localmessages.rules.waits import RUN_LASTS, WaitKind, WaitOutcome

# A run of ours that nobody has answered ends by itself after seven days; nothing is written then.
_ENDED = "coalesce(wait.ended_at, wait.started_at + interval '7 days')"
LATEST_FIRST = Keyset(
    "report waits",
    (Column(_ENDED, "timestamptz", descending=True), Column("wait.id", "uuid", descending=True)),
)


class WaitRow(NamedTuple):
    id: UUID
    kind: str
    chain_id: UUID
    conversation_id: UUID
    location_id: UUID
    contact_id: UUID
    started_at: datetime
    ended_at: datetime | None
    outcome: str | None
    elapsed_seconds: float | None
    open_seconds: float | None
    opened_out_of_hours: bool
    reply_undelivered: bool
    agent_id: UUID | None
    campaign_id: UUID | None
    question_id: UUID | None
    answer_id: UUID | None


class WaitView(NamedTuple):
    """A wait that has ended, with its contact and the customer's whole wait; how it counts, or why not."""

    wait: WaitRow
    contact: ContactRow
    whole: WholeWait
    seconds: float | None
    exclusion: ExclusionReason | None


@dataclass(frozen=True, slots=True)
class WantedWaits:
    """Which waits of a report; `counted` None is both."""

    kind: WaitKind
    mode: OutOfHours
    counted: bool | None = None
    search: str | None = None


def ended_row(row: WaitRow, place_of: Callable[[UUID], Place]) -> WaitRow:
    """The row, with its end filled in where nobody wrote it down."""
    if row.ended_at is not None:
        return row
    until = row.started_at + RUN_LASTS
    return row._replace(
        ended_at=until,
        outcome=WaitOutcome.TOO_LATE,
        elapsed_seconds=RUN_LASTS.total_seconds(),
        open_seconds=open_seconds(row.started_at, until, place_of(row.location_id).hours),
    )


def _chosen(scope: Scope, wanted: WantedWaits, now: datetime, args: Args) -> str:
    counted = counts(wanted.kind, wanted.mode)
    way = {None: "TRUE", True: f"({counted})", False: f"coalesce(NOT ({counted}), true)"}[wanted.counted]
    is_over = f"(wait.ended_at IS NOT NULL OR {_ENDED} < {args.add(now)}::timestamptz)"
    # wait_ended_idx, wait_run_idx; contact_pkey
    return f"""{scope.facts("wait", DATED[wanted.kind], args, f"wait.kind = '{wanted.kind}'", is_over)}
JOIN contact ON contact.tenant_id = $1 AND contact.id = wait.contact_id
WHERE {way}
    AND {contact_condition(wanted.search, args)}"""


def waits_statement(scope: Scope, wanted: WantedWaits, now: datetime, page: Page, args: Args) -> str:
    return f"""
SELECT
    {columns(WaitRow, "wait")},
    {columns(ContactRow, "contact")},
    coalesce({counts(wanted.kind, wanted.mode)}, false),
    wait.{seconds_of(wanted.kind, wanted.mode)}
FROM {_chosen(scope, wanted, now, args)}
    AND {LATEST_FIRST.where(page, args)}
ORDER BY {LATEST_FIRST.order_by(page)}
LIMIT {page.limit}
"""


async def waits_page(
    connection: asyncpg.Connection,
    scope: Scope,
    wanted: WantedWaits,
    page: Page,
    *,
    now: datetime,
    place_of: Callable[[UUID], Place],
) -> Slice[WaitView]:
    """A page of the waits, latest end first."""
    args = scope.args()
    records = await connection.fetch(waits_statement(scope, wanted, now, page, args), *args)
    views = await wait_views(connection, scope, wanted.mode, records, now=now, place_of=place_of)
    return page.cut(views)


async def wait_views(
    connection: asyncpg.Connection,
    scope: Scope,
    mode: OutOfHours,
    records: Sequence[asyncpg.Record],
    *,
    now: datetime,
    place_of: Callable[[UUID], Place],
) -> list[WaitView]:
    """The waits in records of `waits_statement`, with the customers' whole waits."""
    rows = [ended_row(made(WaitRow, record), place_of) for record in records]
    wholes = await whole_waits(connection, scope.tenant_id, _chains(rows), now=now, place_of=place_of)
    return [_view(row, record, wholes, mode) for row, record in zip(rows, records, strict=True)]


def _chains(rows: Sequence[WaitRow]) -> list[UUID]:
    return [row.chain_id for row in rows if row.kind == WaitKind.INBOUND]


def _view(row: WaitRow, record: asyncpg.Record, wholes: dict[UUID, WholeWait], mode: OutOfHours) -> WaitView:
    *_, counted, seconds = record
    return WaitView(
        row,
        made(ContactRow, record, len(fields(WaitRow))),
        wholes.get(row.chain_id) or alone(row),
        seconds if counted else None,
        exclusion_of(WaitOutcome(row.outcome or ""), counted=counted, mode=mode),
    )


def alone(row: WaitRow) -> WholeWait:
    """Of a run, which no transfer splits."""
    return WholeWait(row.started_at, row.elapsed_seconds or 0.0, row.open_seconds or 0.0, 1)


async def waits_by_id(
    connection: asyncpg.Connection,
    viewer: Viewer,
    ids: Sequence[UUID],
    *,
    now: datetime,
    place_of: Callable[[UUID], Place],
) -> dict[UUID, WaitView]:
    """Those of the waits that have ended at locations of the viewer; they count in no list."""
    # wait_pkey, contact_pkey
    statement = f"""
SELECT {columns(WaitRow, "wait")}, {columns(ContactRow, "contact")}
FROM wait
JOIN contact ON contact.tenant_id = $1 AND contact.id = wait.contact_id
WHERE wait.tenant_id = $1
    AND wait.id = ANY($2::uuid[])
    AND wait.location_id = ANY($3::uuid[])
    AND (wait.ended_at IS NOT NULL OR wait.kind = 'OUTBOUND' AND {_ENDED} < $4::timestamptz)
"""
    records = await connection.fetch(statement, viewer.tenant_id, ids, viewer.location_ids, now)
    rows = [ended_row(made(WaitRow, record), place_of) for record in records]
    wholes = await whole_waits(connection, viewer.tenant_id, _chains(rows), now=now, place_of=place_of)
    contact_at = len(fields(WaitRow))
    return {
        row.id: WaitView(
            row, made(ContactRow, record, contact_at), wholes.get(row.chain_id) or alone(row), None, None
        )
        for row, record in zip(rows, records, strict=True)
    }


async def count_waits(
    connection: asyncpg.Connection, scope: Scope, wanted: WantedWaits, *, now: datetime
) -> int:
    """How many there are on all pages."""
    args = scope.args()
    return await connection.fetchval(f"SELECT count(*) FROM {_chosen(scope, wanted, now, args)}", *args) or 0
