"""What a file is to hold, as it was asked for: kept beside the export, and read again when it is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal, TypeAlias
from uuid import UUID

from pydantic import Field, TypeAdapter

from localmessages.reports.messages_report.asked import AskedFilter
from localmessages.reports.windows import WindowSpec
from localmessages.rules.delivery import MessageDirection, MessageOrigin, MessageStatus
from localmessages.rules.exports import ReportView
from localmessages.rules.metrics import OutOfHours
from localmessages.rules.ordering import OrderDirection
from localmessages.rules.report import ReportColumn


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagesReportSource:
    """The table or a detail of a Messages Report; `columns` None are all."""

    kind: Literal["messages_report"] = "messages_report"
    filter: AskedFilter
    out_of_hours: OutOfHours = OutOfHours.EXCLUDE
    view: ReportView = ReportView.ROWS
    columns: Sequence[ReportColumn] | None = None
    search: str | None = None
    direction: MessageDirection | None = None
    origins: Sequence[MessageOrigin] | None = None
    statuses: Sequence[MessageStatus] | None = None
    order_by: ReportColumn = ReportColumn.SENT_AT
    order: OrderDirection = OrderDirection.DESC


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationsSummarySource:
    """The Locations page, one row a location."""

    kind: Literal["locations_summary"] = "locations_summary"
    window: WindowSpec
    zone: str | None = None
    location_ids: Sequence[UUID] | None = None
    out_of_hours: OutOfHours = OutOfHours.EXCLUDE


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptSource:
    """The timeline of a conversation."""

    kind: Literal["transcript"] = "transcript"
    conversation_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalDataSource:
    """Everything known about a contact."""

    kind: Literal["personal_data"] = "personal_data"
    contact_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLogSource:
    """The audit log; all conditions must hold, and None is no condition."""

    kind: Literal["audit_log"] = "audit_log"
    user_ids: Sequence[UUID] | None = None
    actions: Sequence[str] | None = None
    subject: tuple[str, UUID] | None = None
    start: datetime | None = None
    end: datetime | None = None


ExportSource: TypeAlias = (
    MessagesReportSource | LocationsSummarySource | TranscriptSource | PersonalDataSource | AuditLogSource
)
_SOURCES: TypeAdapter[ExportSource] = TypeAdapter(Annotated[ExportSource, Field(discriminator="kind")])


def to_json(source: ExportSource) -> dict[str, Any]:
    """The source as it is kept."""
    kept: dict[str, Any] = _SOURCES.dump_python(source, mode="json")
    return kept


def from_json(kept: dict[str, Any]) -> ExportSource:
    """The source that was kept."""
    return _SOURCES.validate_python(kept)
