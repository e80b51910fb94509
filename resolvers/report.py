from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import Info

from graph.types.report import MessagesReport, MessagesReportFilter
from localmessages.rules.metrics import OutOfHours


@strawberry.type
class MessagesReportQueries:
    @strawberry.field(description="The Messages Report: tiles, details and table of one snapshot.")
    async def messages_report(
        self,
        info: Info,
        filter: Annotated[MessagesReportFilter, strawberry.argument(description="What it is about.")],
        out_of_hours: Annotated[
            OutOfHours, strawberry.argument(description="What response times do with closed hours.")
        ] = OutOfHours.EXCLUDE,
    ) -> MessagesReport:
        return await info.context.load.query_messages_report(
            filter=filter, out_of_hours=out_of_hours, info=info
        )
