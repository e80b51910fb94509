from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import UNSET, Info

from graph.ids import expect_id
from graph.pagination import After, Before, First, Last, page
from graph.types.export import ExportConnection
from graph.types.export_mutations import (
    CancelExportInput,
    CancelExportPayload,
    RequestExportInput,
    RequestExportPayload,
    RetryExportInput,
    RetryExportPayload,
)
from graph.types.inputs import THE_PARAMETERS
from localmessages.actions.export_changes import cancel_export, retry_export
from localmessages.actions.exports import request_export
from localmessages.jobs.exports import make_with_the_answer
from resolvers.export_source import source_of
from resolvers.perform import perform


@strawberry.type
class ExportQueries:
    @strawberry.field(description="Files that the viewer asked for, newest first.")
    async def exports(
        self,
        info: Info,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> ExportConnection:
        return await info.context.load.query_exports(page=page(first, after, last, before), info=info)


@strawberry.type
class ExportMutations:
    @strawberry.mutation(
        description="Make a file. It holds exactly what the same question shows on the screen."
    )
    async def request_export(
        self,
        info: Info,
        input: Annotated[RequestExportInput, THE_PARAMETERS],
    ) -> RequestExportPayload:
        source = source_of(input.source)
        done = await perform(
            info, input, lambda actor, key: request_export(actor, source, input.format, key=key)
        )
        export_id = done.made.get("export")
        if export_id is not None:
            await make_with_the_answer(info.context.services, info.context.bearer.tenant_id, export_id)
        return RequestExportPayload(export=await done.node("Export", "export"), user_errors=done.user_errors)

    @strawberry.mutation(description="Stop making a file.")
    async def cancel_export(
        self,
        info: Info,
        input: Annotated[CancelExportInput, THE_PARAMETERS],
    ) -> CancelExportPayload:
        export = expect_id("Export", input.export_id)
        done = await perform(info, input, lambda actor, key: cancel_export(actor, export, key=key))
        return CancelExportPayload(export=await done.node("Export", "export"), user_errors=done.user_errors)

    @strawberry.mutation(description="Make a failed, canceled or expired file again, from the data of now.")
    async def retry_export(
        self,
        info: Info,
        input: Annotated[RetryExportInput, THE_PARAMETERS],
    ) -> RetryExportPayload:
        export = expect_id("Export", input.export_id)
        done = await perform(info, input, lambda actor, key: retry_export(actor, export, key=key))
        return RetryExportPayload(export=await done.node("Export", "export"), user_errors=done.user_errors)
