"""Whether a file may be asked for, and how many rows it would have."""

from dataclasses import dataclass

from localmessages.actions.actor import Actor
from localmessages.actions.report_filters import check_filter, check_ids
from localmessages.reports.exports.reader import Reader
from localmessages.reports.exports.report_texts import WITH_TEXTS
from localmessages.reports.exports.sources import (
    AuditLogSource,
    ExportSource,
    LocationsSummarySource,
    MessagesReportSource,
)
from localmessages.reports.exports.tables import table_of
from localmessages.reports.search import SearchTooShort, needles
from localmessages.rules.exports import ReportView
from localmessages.rules.refusal import LimitRefused, Refused, UserErrorCode
from localmessages.rules.windows import InvalidWindow

LONGEST_SEARCH = 200


@dataclass(frozen=True, slots=True)
class Question:
    """What the file is called, and how many rows it would have now."""

    title: str
    rows: int


async def asked_now(actor: Actor, source: ExportSource, *, counted: bool = True) -> Question:
    """The question as the viewer may ask it now; raises `Refused`. Uncounted it has no rows."""
    _check(actor, source)
    reader = Reader(actor.viewer, actor.catalogue, actor.now)
    try:
        async with actor.services.database.snapshot() as connection:
            table = await table_of(connection, source, reader)
            return Question(table.title, await table.count(connection) if counted else 0)
    except InvalidWindow as error:
        raise Refused(
            UserErrorCode.INVALID_WINDOW,
            str(error),
            field=["source"],
            remedy="Choose another window, of at most 400 days.",
        ) from error


def _check(actor: Actor, source: ExportSource) -> None:
    match source:
        case MessagesReportSource():
            _check_report(source)
            check_filter(actor, source.filter, ["source", "messagesReport", "filter"])
        case LocationsSummarySource():
            at = ["source", "locationsSummary", "locationIds"]
            check_ids(source.location_ids, actor.viewer.location_roles, "location", at)
        case AuditLogSource():
            at = ["source", "auditLog"]
            check_ids(source.user_ids, actor.catalogue.people, "person", [*at, "userIds"])


def _check_report(source: MessagesReportSource) -> None:
    at = ["source", "messagesReport"]
    if source.columns is not None:
        if source.view not in WITH_TEXTS:
            raise _invalid("This detail has columns of its own.", [*at, "columns"], "Leave `columns` out.")
        if not source.columns or len(set(source.columns)) < len(source.columns):
            raise _invalid(
                "Columns are chosen at least one, and each once.",
                [*at, "columns"],
                "Leave `columns` out for all.",
            )
    if source.view is not ReportView.ROWS and (source.direction, source.origins, source.statuses) != (
        None,
        None,
        None,
    ):
        raise _invalid("Only the table can be filtered so.", [*at, "rowFilter"], "Leave `rowFilter` out.")
    _check_search(source.search, [*at, "search"])


def _check_search(search: str | None, field: list[str]) -> None:
    if search is None:
        return
    if len(search) > LONGEST_SEARCH:
        raise LimitRefused(
            f"At most {LONGEST_SEARCH} characters are searched for; {len(search)} were given.",
            limit=LONGEST_SEARCH,
            given=len(search),
            field=field,
            remedy="Search for less.",
        )
    if "\0" in search:
        raise _invalid("The text has a character that no text holds.", field, "Leave it out.")
    try:
        needles(search)
    except SearchTooShort as error:
        raise _invalid(str(error), field, "Search for more.") from error


def _invalid(message: str, field: list[str], remedy: str) -> Refused:
    return Refused(UserErrorCode.INVALID, message, field=field, remedy=remedy)
