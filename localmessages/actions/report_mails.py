"""The mail of a report whose file is there: its tiles in the body, the file with it or by link."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

import asyncpg

from localmessages.actions.mailing import Attachment, mail
from localmessages.actions.report_news import tell_failed
from localmessages.actions.report_schedules import rule_of
from localmessages.actions.scheduled_reports import end_run
from localmessages.reports.exports.address import signed_address
from localmessages.reports.messages_report.all_tiles import all_tiles
from localmessages.reports.messages_report.asked import AskedFilter
from localmessages.reports.messages_report.asked_json import from_json
from localmessages.reports.messages_report.scope import ReportScopes
from localmessages.reports.metrics import ReportWindow
from localmessages.reports.report_letter import LetterFile, ReportLetter
from localmessages.rules.access import UserStatus, Viewer
from localmessages.rules.exports import ExportFormat
from localmessages.rules.jobs import JobStatus
from localmessages.rules.metrics import OutOfHours
from localmessages.rules.schedules import in_words
from localmessages.services import Services, Transaction
from models.catalogue import Catalogue

# Most mail servers take 10 MB, and what is attached grows by a third.
ATTACHED_BYTES = 5_000_000
_MOST_NAMES = 10
# What some file system takes for something else than a part of a name.
_UNSAFE = re.compile(r'[\x00-\x1f\x7f"<>:/\\|?*]+')


class _Named(Protocol):
    @property
    def name(self) -> str: ...


@dataclass(frozen=True, slots=True)
class _Run:
    """A time that a report is due, with everything that its mail is made of."""

    row: asyncpg.Record
    catalogue: Catalogue
    owner: Viewer | None


async def mail_report(services: Services, tenant_id: UUID, saved_report_id: UUID, due: datetime) -> None:
    """Write the mail of a report whose file is made, or say that it failed; nothing when that was done."""
    async with services.database.snapshot() as connection:
        run = await _read(services, connection, tenant_id, saved_report_id, due)
        letter = None
        if run is not None and run.owner is not None and run.row["export_status"] == JobStatus.COMPLETED:
            letter = await _letter(services, connection, run, run.owner)
    if run is None:
        return
    async with services.transaction() as tx:
        status = "FAILED" if letter is None else "SENT"
        if not await end_run(tx, tenant_id, saved_report_id, due, status, services.clock()):
            return
        if letter is None:
            await tell_failed(tx, run.catalogue, run.row, services.clock())
        else:
            await _send(tx, services, run, letter)


async def _read(
    services: Services, connection: asyncpg.Connection, tenant_id: UUID, saved_report_id: UUID, due: datetime
) -> _Run | None:
    row = await connection.fetchrow(_RUN, tenant_id, saved_report_id, due)
    if row is None:
        return None
    catalogue = await services.catalogues.of(connection, tenant_id, row["seq"])
    return _Run(row, catalogue, catalogue.viewer(row["by_user_id"]))


# report_run_pkey, saved_report_pkey, report_schedule_pkey, export_pkey
_RUN = """
SELECT
    report_run.*, saved_report.name, saved_report.by_user_id, saved_report.out_of_hours,
    export.status AS export_status, export.title, export.rows, export.bytes, export.storage_key,
    export.expires_at,
    report_schedule.frequency, report_schedule.weekday, report_schedule.day_of_month,
    report_schedule.local_time, live_scope.seq
FROM report_run
JOIN saved_report
    ON saved_report.tenant_id = report_run.tenant_id AND saved_report.id = report_run.saved_report_id
JOIN export ON export.tenant_id = report_run.tenant_id AND export.id = report_run.export_id
JOIN live_scope ON live_scope.tenant_id = report_run.tenant_id AND live_scope.kind = 'TENANT'
LEFT JOIN report_schedule
    ON report_schedule.tenant_id = report_run.tenant_id
    AND report_schedule.saved_report_id = report_run.saved_report_id
WHERE
    report_run.tenant_id = $1
    AND report_run.saved_report_id = $2
    AND report_run.due_at = $3
    AND report_run.status = 'RUNNING'
"""


async def _letter(
    services: Services, connection: asyncpg.Connection, run: _Run, owner: Viewer
) -> ReportLetter:
    row, catalogue, now = run.row, run.catalogue, services.clock()
    asked, mode = from_json(row["about"]), OutOfHours(row["out_of_hours"])
    scopes = ReportScopes(owner.tenant_id, asked.seen_by(owner, catalogue.places), now)
    return ReportLetter(
        name=row["name"],
        by=catalogue.people[row["by_user_id"]].name,
        every="to you" if row["frequency"] is None else f"to you {in_words(rule_of(row))}",
        zone=row["time_zone"],
        as_of=now,
        window=scopes.shown,
        before=_before(scopes),
        about=_about(catalogue, asked),
        tiles=await all_tiles(connection, scopes.window, mode),
        tiles_before=await all_tiles(connection, scopes.before, mode),
        out_of_hours=mode,
        file=_file(services, row),
    )


def _before(scopes: ReportScopes) -> ReportWindow:
    """The window of the same length right before, as it is shown."""
    now, spans = scopes.shown, scopes.before.spans
    start, end = min(span.start for span in spans), max(span.end for span in spans)
    if now.first_day is None or now.last_day is None:
        return ReportWindow(start, end, None, None, now.time_zone)
    last = now.first_day - timedelta(days=1)
    return ReportWindow(start, end, last - (now.last_day - now.first_day), last, now.time_zone)


def _file(services: Services, row: asyncpg.Record) -> LetterFile:
    name, rows = _file_name(row), row["rows"]
    if row["bytes"] <= ATTACHED_BYTES:
        return LetterFile(name=name, rows=rows)
    address = signed_address(
        services.public_url, services.secret, row["tenant_id"], row["export_id"], row["expires_at"]
    )
    return LetterFile(name=name, rows=rows, address=address, until=row["expires_at"])


def _file_name(row: asyncpg.Record) -> str:
    return f"{_UNSAFE.sub(' ', row['title'])}.{ExportFormat(row['format']).ending}"


def _about(catalogue: Catalogue, asked: AskedFilter) -> list[str]:
    """What the report is narrowed down to, a line each."""
    lines: list[tuple[str, Sequence[UUID] | None, Mapping[UUID, _Named]]] = [
        ("Locations", asked.location_ids, catalogue.places),
        ("People", asked.agent_ids, catalogue.people),
        ("Campaigns", asked.campaign_ids, catalogue.campaigns),
        ("Any of the tags", asked.any_tags, catalogue.tags),
        ("All of the tags", asked.all_tags, catalogue.tags),
    ]
    found = [
        f"{what}: {_names(known[key].name for key in ids if key in known)}."
        for what, ids, known in lines
        if ids is not None
    ]
    return found if asked.location_ids is not None else ["All locations.", *found]


def _names(names: Iterable[str]) -> str:
    ordered = sorted(names, key=str.casefold)
    more = len(ordered) - _MOST_NAMES
    shown = ", ".join(ordered[:_MOST_NAMES]) or "none that are still there"
    return f"{shown} and {more} more" if more > 0 else shown


async def _send(tx: Transaction, services: Services, run: _Run, letter: ReportLetter) -> None:
    row, now = run.row, services.clock()
    attached = [Attachment(letter.file.name, ExportFormat(row["format"]).content_type, row["storage_key"])]
    people = (run.catalogue.people[key] for key in row["recipient_ids"])
    mail_id = await mail(
        tx,
        tenant_id=row["tenant_id"],
        key=f"report {row['saved_report_id']} {row['due_at'].isoformat()}",
        to=[person.email for person in people if person.status is not UserStatus.FORMER],
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        attachments=attached if letter.file.address is None else [],
        at=now,
    )
    # report_run_pkey
    await tx.connection.execute(
        "UPDATE report_run SET mail_id = $4 WHERE tenant_id = $1 AND saved_report_id = $2 AND due_at = $3",
        row["tenant_id"],
        row["saved_report_id"],
        row["due_at"],
        mail_id,
    )
    # report_schedule_pkey
    await tx.connection.execute(
        "UPDATE report_schedule SET last_run_at = $3 WHERE tenant_id = $1 AND saved_report_id = $2",
        row["tenant_id"],
        row["saved_report_id"],
        now,
    )
