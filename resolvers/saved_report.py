from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import UNSET, Info

from graph.ids import expect_id, global_id
from graph.loaders.report import asked_filter
from graph.pagination import After, Before, First, Last, page
from graph.types.inputs import THE_PARAMETERS, given
from graph.types.saved_report import SavedReportConnection
from graph.types.saved_report_mutations import (
    CreateSavedReportInput,
    CreateSavedReportPayload,
    DeleteSavedReportInput,
    DeleteSavedReportPayload,
    ReportScheduleInput,
    UpdateSavedReportInput,
    UpdateSavedReportPayload,
)
from localmessages.actions import saved_reports
from localmessages.actions.report_schedules import WantedSchedule
from localmessages.actions.saved_reports import SavedReportChanges
from resolvers.perform import perform


@strawberry.type
class SavedReportQueries:
    @strawberry.field(description="The viewer's saved reports and the shared ones, by name.")
    async def saved_reports(
        self,
        info: Info,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> SavedReportConnection:
        return await info.context.load.query_saved_reports(page=page(first, after, last, before), info=info)


@strawberry.type
class SavedReportMutations:
    @strawberry.mutation(description="Save a report's filter, with a schedule if wanted.")
    async def create_saved_report(
        self, info: Info, input: Annotated[CreateSavedReportInput, THE_PARAMETERS]
    ) -> CreateSavedReportPayload:
        asked, schedule = asked_filter(input.filter), _wanted(input.schedule)
        done = await perform(
            info,
            input,
            lambda actor, key: saved_reports.create_saved_report(
                actor,
                name=input.name,
                filter=asked,
                out_of_hours=input.out_of_hours,
                shared=input.shared,
                schedule=schedule,
                key=key,
            ),
        )
        return CreateSavedReportPayload(
            saved_report=await done.node("SavedReport", "saved_report"), user_errors=done.user_errors
        )

    @strawberry.mutation(description="Change a saved report.")
    async def update_saved_report(
        self, info: Info, input: Annotated[UpdateSavedReportInput, THE_PARAMETERS]
    ) -> UpdateSavedReportPayload:
        report = expect_id("SavedReport", input.saved_report_id)
        asked = given(input.filter)
        changes = SavedReportChanges(
            name=given(input.name),
            filter=None if asked is None else asked_filter(asked),
            out_of_hours=given(input.out_of_hours),
            shared=given(input.shared),
            schedule=_wanted(given(input.schedule)),
            rescheduled=input.schedule is not UNSET,
        )
        done = await perform(
            info, input, lambda actor, key: saved_reports.update_saved_report(actor, report, changes, key=key)
        )
        return UpdateSavedReportPayload(
            saved_report=await done.node("SavedReport", "saved_report"), user_errors=done.user_errors
        )

    @strawberry.mutation(description="Delete a saved report and its schedule.")
    async def delete_saved_report(
        self, info: Info, input: Annotated[DeleteSavedReportInput, THE_PARAMETERS]
    ) -> DeleteSavedReportPayload:
        report = expect_id("SavedReport", input.saved_report_id)
        done = await perform(
            info, input, lambda actor, key: saved_reports.delete_saved_report(actor, report, key=key)
        )
        deleted = None if done.user_errors else strawberry.ID(global_id("SavedReport", report))
        return DeleteSavedReportPayload(deleted_saved_report_id=deleted, user_errors=done.user_errors)


def _wanted(input: ReportScheduleInput | None) -> WantedSchedule | None:
    if input is None:
        return None
    return WantedSchedule(
        frequency=input.frequency,
        weekday=input.weekday,
        day_of_month=input.day_of_month,
        at=input.at,
        zone=input.time_zone,
        recipients=input.recipients,
        format=input.format,
    )
