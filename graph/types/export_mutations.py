from __future__ import annotations

from typing import TYPE_CHECKING

import strawberry
from strawberry import UNSET

from graph.scalars import TimeZone
from graph.types.inputs import IDEMPOTENCY_KEY, NullIfLeftOut
from graph.types.report_row import ReportRowFilter, ReportRowOrder
from localmessages.rules.exports import ExportFormat, ReportView
from localmessages.rules.metrics import OutOfHours
from localmessages.rules.ordering import OrderDirection
from localmessages.rules.report import ReportColumn

if TYPE_CHECKING:
    from graph.types.audit import AuditFilter
    from graph.types.export import Export
    from graph.types.refusal import UserError
    from graph.types.report import MessagesReportFilter
    from graph.types.window import WindowInput


def _newest_first() -> ReportRowOrder:
    return ReportRowOrder(column=ReportColumn.SENT_AT, direction=OrderDirection.DESC)


@strawberry.input(description="Which report, and what of it.")
class MessagesReportExportInput(NullIfLeftOut):
    filter: MessagesReportFilter = strawberry.field(description="The report's filter.")
    out_of_hours: OutOfHours = strawberry.field(
        default=OutOfHours.EXCLUDE, description="What response times do with closed hours."
    )
    view: ReportView = strawberry.field(default=ReportView.ROWS, description="The table or a detail.")
    columns: list[ReportColumn] | None = strawberry.field(
        default=UNSET,
        description="The columns of the table or of its texts, in this order; left out, all.",
    )
    search: str | None = strawberry.field(default=UNSET, description="As on the screen.")
    row_filter: ReportRowFilter | None = strawberry.field(default=UNSET, description="As on the screen.")
    order_by: ReportRowOrder = strawberry.field(
        default_factory=_newest_first, description="As on the screen."
    )


@strawberry.input(description="Which Locations page.")
class LocationsSummaryExportInput(NullIfLeftOut):
    location_ids: list[strawberry.ID] | None = strawberry.field(
        default=UNSET, description="The locations; left out, all that the viewer sees."
    )
    window: WindowInput = strawberry.field(description="Which time.")
    time_zone: TimeZone | None = strawberry.field(
        default=UNSET, description="The zone of its days; left out, each location's own."
    )
    out_of_hours: OutOfHours = strawberry.field(
        default=OutOfHours.EXCLUDE, description="What response times do with closed hours."
    )


@strawberry.input(one_of=True, description="What to put into a file: exactly one of these.")
class ExportSourceInput(NullIfLeftOut):
    messages_report: MessagesReportExportInput | None = strawberry.field(
        default=UNSET, description="The table or a detail of a Messages Report."
    )
    locations_summary: LocationsSummaryExportInput | None = strawberry.field(
        default=UNSET, description="The Locations page, one row per location."
    )
    transcript_of: strawberry.ID | None = strawberry.field(
        default=UNSET, description="The timeline of this conversation."
    )
    personal_data_of: strawberry.ID | None = strawberry.field(
        default=UNSET, description="Everything known about this contact, at their request."
    )
    audit_log: AuditFilter | None = strawberry.field(default=UNSET, description="The audit log.")


@strawberry.input(description="Parameters of `requestExport`.")
class RequestExportInput(NullIfLeftOut):
    source: ExportSourceInput = strawberry.field(description="What to put into it.")
    format: ExportFormat = strawberry.field(default=ExportFormat.CSV, description="The file format.")
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)


@strawberry.type(description="Result of `requestExport`.")
class RequestExportPayload:
    export: Export | None = strawberry.field(
        description="The file, or the job that makes it; null when refused."
    )
    user_errors: list[UserError] = strawberry.field(
        description=(
            "Why nothing was done; empty when it was. Codes: NOT_FOUND, NOT_ALLOWED, INVALID, "
            "INVALID_WINDOW, LIMIT_EXCEEDED."
        ),
    )


@strawberry.input(description="Parameters of `cancelExport`.")
class CancelExportInput(NullIfLeftOut):
    export_id: strawberry.ID = strawberry.field(description="The export to stop.")
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)


@strawberry.type(description="Result of `cancelExport`.")
class CancelExportPayload:
    export: Export | None = strawberry.field(description="The export, `CANCELED`; null when refused.")
    user_errors: list[UserError] = strawberry.field(
        description=("Why nothing was done; empty when it was. Codes: NOT_FOUND, NOT_ALLOWED, WRONG_STATE."),
    )


@strawberry.input(description="Parameters of `retryExport`.")
class RetryExportInput(NullIfLeftOut):
    export_id: strawberry.ID = strawberry.field(description="The export to make again.")
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)


@strawberry.type(description="Result of `retryExport`.")
class RetryExportPayload:
    export: Export | None = strawberry.field(description="The export, `QUEUED` again; null when refused.")
    user_errors: list[UserError] = strawberry.field(
        description=("Why nothing was done; empty when it was. Codes: NOT_FOUND, NOT_ALLOWED, WRONG_STATE."),
    )
