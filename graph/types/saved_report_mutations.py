from __future__ import annotations

from typing import TYPE_CHECKING

import strawberry
from strawberry import UNSET

from graph.scalars import EmailAddress, TimeOfDay, TimeZone
from graph.types.inputs import IDEMPOTENCY_KEY, NullIfLeftOut
from localmessages.rules.exports import ExportFormat
from localmessages.rules.hours import Weekday
from localmessages.rules.metrics import OutOfHours
from localmessages.rules.schedules import ReportFrequency

if TYPE_CHECKING:
    from graph.types.refusal import UserError
    from graph.types.report import MessagesReportFilter
    from graph.types.saved_report import SavedReport


@strawberry.input(description="When a saved report goes out by mail.")
class ReportScheduleInput(NullIfLeftOut):
    frequency: ReportFrequency = strawberry.field(description="How often.")
    weekday: Weekday | None = strawberry.field(default=UNSET, description="On which day; needed when weekly.")
    day_of_month: int | None = strawberry.field(
        default=UNSET, description="On which day, 1 to 31; needed when monthly."
    )
    at: TimeOfDay = strawberry.field(default=TimeOfDay("07:00"), description="At which local time.")
    time_zone: TimeZone | None = strawberry.field(
        default=UNSET, description="In which zone; left out, the viewer's own."
    )
    recipients: list[EmailAddress] = strawberry.field(
        description="To whom: people of the account tree. At most 50."
    )
    format: ExportFormat = strawberry.field(default=ExportFormat.XLSX, description="The file.")


@strawberry.input(description="Parameters of `createSavedReport`.")
class CreateSavedReportInput(NullIfLeftOut):
    name: str = strawberry.field(description="Its name.")
    filter: MessagesReportFilter = strawberry.field(description="What it is about.")
    out_of_hours: OutOfHours = strawberry.field(
        default=OutOfHours.EXCLUDE, description="What response times do with closed hours."
    )
    shared: bool = strawberry.field(default=False, description="Whether everyone in the account may use it.")
    schedule: ReportScheduleInput | None = strawberry.field(
        default=UNSET, description="When it goes out by mail; left out, never."
    )
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)


@strawberry.type(description="Result of `createSavedReport`.")
class CreateSavedReportPayload:
    saved_report: SavedReport | None = strawberry.field(
        description="The saved report, and when it goes out first; null when refused."
    )
    user_errors: list[UserError] = strawberry.field(
        description=(
            "Why nothing was done; empty when it was. Codes: NOT_FOUND for what the filter names, "
            "NOT_ALLOWED, ALREADY_EXISTS for the name, EMPTY, INVALID, INVALID_WINDOW, LIMIT_EXCEEDED."
        )
    )


@strawberry.input(description="Parameters of `updateSavedReport`.")
class UpdateSavedReportInput:
    saved_report_id: strawberry.ID = strawberry.field(description="The saved report to change.")
    name: str | None = strawberry.field(default=UNSET, description="The new name; left out, it stays.")
    filter: MessagesReportFilter | None = strawberry.field(
        default=UNSET, description="The new filter; left out, it stays."
    )
    out_of_hours: OutOfHours | None = strawberry.field(
        default=UNSET, description="What response times do with closed hours; left out, it stays."
    )
    shared: bool | None = strawberry.field(
        default=UNSET, description="Whether everyone in the account may use it; left out, it stays."
    )
    schedule: ReportScheduleInput | None = strawberry.field(
        default=UNSET, description="The new schedule; left out, it stays; null for no more mails."
    )
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)


@strawberry.type(description="Result of `updateSavedReport`.")
class UpdateSavedReportPayload:
    saved_report: SavedReport | None = strawberry.field(
        description="The report with its filter and schedule as they are now; null when refused."
    )
    user_errors: list[UserError] = strawberry.field(
        description=(
            "Why nothing was done; empty when it was. Codes: NOT_FOUND, NOT_ALLOWED, ALREADY_EXISTS, "
            "EMPTY, INVALID, INVALID_WINDOW, LIMIT_EXCEEDED."
        )
    )


@strawberry.input(description="Parameters of `deleteSavedReport`.")
class DeleteSavedReportInput(NullIfLeftOut):
    saved_report_id: strawberry.ID = strawberry.field(description="The saved report to delete.")
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)


@strawberry.type(description="Result of `deleteSavedReport`.")
class DeleteSavedReportPayload:
    deleted_saved_report_id: strawberry.ID | None = strawberry.field(
        description="The id of the report that is gone; null when refused."
    )
    user_errors: list[UserError] = strawberry.field(
        description="Why nothing was done; empty when it was. Codes: NOT_FOUND, NOT_ALLOWED."
    )
