"""Whether a file may be asked for, and how many rows it would have."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from localmessages.actions.actor import Actor
from localmessages.reports.exports.reader import Reader
from localmessages.reports.exports.report_texts import WITH_TEXTS
from localmessages.reports.exports.sources import (
    AuditLogSource,
    ExportSource,
    LocationsSummarySource,
    MessagesReportSource,
)
from localmessages.reports.exports.tables import table_of
from localmessages.reports.messages_report.asked import AskedFilter
from localmessages.reports.search import SearchTooShort, needles
from localmessages.rules.exports import ReportView
from localmessages.rules.refusal import LimitRefused, NotFound, Refused, UserErrorCode
from localmessages.rules.report import MOST_FILTER_IDS
from localmessages.rules.windows import InvalidWindow

LONGEST_SEARCH = 200

Ids = Sequence[UUID] | None


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
            _check_filter(actor, source.filter)
        case LocationsSummarySource():
            at = ["source", "locationsSummary", "locationIds"]
            _check_ids(source.location_ids, actor.viewer.location_roles, "location", at)
        case AuditLogSource():
            at = ["source", "auditLog"]
            _check_ids(source.user_ids, actor.catalogue.people, "person", [*at, "userIds"])


def _check_filter(actor: Actor, asked: AskedFilter) -> None:
    catalogue, at = actor.catalogue, ["source", "messagesReport", "filter"]
    known: list[tuple[Ids, Collection[UUID], str, list[str]]] = [
        (asked.location_ids, actor.viewer.location_roles, "location", ["locationIds"]),
        (asked.agent_ids, catalogue.people, "person", ["agentIds"]),
        (asked.campaign_ids, catalogue.campaigns, "campaign", ["campaignIds"]),
        (asked.any_tags, catalogue.tags, "tag", ["tags", "anyOf"]),
        (asked.all_tags, catalogue.tags, "tag", ["tags", "allOf"]),
    ]
    for ids, there, what, name in known:
        _check_ids(ids, there, what, [*at, *name])


def _check_ids(ids: Ids, known: Collection[UUID], what: str, field: list[str]) -> None:
    if ids is None:
        return
    if len(ids) > MOST_FILTER_IDS:
        raise LimitRefused(
            f"At most {MOST_FILTER_IDS} are taken at once; {len(ids)} were given.",
            limit=MOST_FILTER_IDS,
            given=len(ids),
            field=field,
            remedy="Leave it out for all, or export in several goes.",
        )
    if any(key not in known for key in ids):
        raise NotFound(what, field=field)


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
