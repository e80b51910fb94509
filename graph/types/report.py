from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry
from strawberry import UNSET, Info

from graph.pagination import After, Before, First, Last, page
from graph.scalars import Cursor, TimeZone
from graph.types.inputs import NullIfLeftOut, given
from graph.types.report_row import NEWEST_FIRST, ReportRowFilter, ReportRowOrder
from localmessages.rules.report import ReportConversationKind
from localmessages.rules.waits import WaitKind

if TYPE_CHECKING:
    from graph.types.report_conversation import ReportConversationConnection
    from graph.types.report_detail import (
        DeliveredDetail,
        LinkDetail,
        NonDeliverableDetail,
        OptOutDetail,
        PayByTextDetail,
    )
    from graph.types.report_row import ReportRowConnection
    from graph.types.report_tiles import MessagesReportTiles
    from graph.types.tag import TagFilter
    from graph.types.wait import WaitConnection
    from graph.types.window import ReportWindow, WindowInput


@strawberry.input(description="What a report is about; all given conditions must hold.")
class MessagesReportFilter(NullIfLeftOut):
    window: WindowInput = strawberry.field(description="Which time.")
    time_zone: TimeZone | None = strawberry.field(
        default=UNSET, description="The zone of its days and hours; left out, each location's own."
    )
    location_ids: list[strawberry.ID] | None = strawberry.field(
        default=UNSET,
        description=(
            "Only what is stamped with one of these locations; left out, all that the viewer sees. At "
            "most 500."
        ),
    )
    agent_ids: list[strawberry.ID] | None = strawberry.field(
        default=UNSET,
        description=(
            "Only what one of these people sent or caused, so nothing inbound. People who left can be "
            "chosen too. At most 500."
        ),
    )
    campaign_ids: list[strawberry.ID] | None = strawberry.field(
        default=UNSET,
        description=("Only what one of these campaigns sent or caused, so nothing inbound. At most 500."),
    )
    tags: TagFilter | None = strawberry.field(
        default=UNSET, description="Only conversations that have these tags now."
    )


@strawberry.type(
    description=(
        "The Messages Report: one snapshot, in which every tile equals the rows of its detail and of its "
        "export."
    )
)
class MessagesReport:
    reading: strawberry.Private[Any]
    as_of: datetime = strawberry.field(description="When the snapshot was taken.")
    cursor: Cursor = strawberry.field(description="The position in the event log that it reflects.")
    window: ReportWindow = strawberry.field(description="The time that it looks at.")

    @strawberry.field(description="The tiles.")
    async def tiles(self, info: Info) -> MessagesReportTiles:
        return await info.context.load.messages_report_tiles(self, info=info)

    @strawberry.field(description="The same tiles for the window of the same length right before.")
    async def previous(self, info: Info) -> MessagesReportTiles:
        return await info.context.load.messages_report_previous(self, info=info)

    @strawberry.field(description="The table: one row per text sent or received.")
    async def rows(
        self,
        info: Info,
        search: Annotated[
            str | None,
            strawberry.argument(
                description=(
                    "Part of a name, number, invoice or link, or words of a text. At least 2 characters."
                )
            ),
        ] = UNSET,
        filter: Annotated[
            ReportRowFilter | None,
            strawberry.argument(description="Which rows, besides the report's own filter."),
        ] = UNSET,
        order_by: Annotated[
            ReportRowOrder, strawberry.argument(description="The order; the newest first unless given.")
        ] = NEWEST_FIRST,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> ReportRowConnection:
        return await info.context.load.messages_report_rows(
            self,
            search=given(search),
            filter=given(filter),
            order_by=order_by,
            page=page(first, after, last, before),
            info=info,
        )

    @strawberry.field(description="Behind the tile Total Messages Delivered.")
    async def delivered(self, info: Info) -> DeliveredDetail:
        return await info.context.load.messages_report_delivered(self, info=info)

    @strawberry.field(description="Behind the tiles about conversations, latest text first.")
    async def conversations(
        self,
        info: Info,
        kind: Annotated[ReportConversationKind, strawberry.argument(description="Which of the two.")],
        search: Annotated[str | None, strawberry.argument(description="Part of a name or number.")] = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> ReportConversationConnection:
        return await info.context.load.messages_report_conversations(
            self, kind=kind, search=given(search), page=page(first, after, last, before), info=info
        )

    @strawberry.field(description="Behind the tile Pay by Text Conversion.")
    async def pay_by_text(self, info: Info) -> PayByTextDetail:
        return await info.context.load.messages_report_pay_by_text(self, info=info)

    @strawberry.field(description="Behind the tile Total Non-deliverable Messages.")
    async def non_deliverable(self, info: Info) -> NonDeliverableDetail:
        return await info.context.load.messages_report_non_deliverable(self, info=info)

    @strawberry.field(description="Behind the tile Total Opt Out Messages.")
    async def opt_outs(self, info: Info) -> OptOutDetail:
        return await info.context.load.messages_report_opt_outs(self, info=info)

    @strawberry.field(description="Behind the tiles about links.")
    async def links(self, info: Info) -> LinkDetail:
        return await info.context.load.messages_report_links(self, info=info)

    @strawberry.field(
        description=(
            "Behind the tiles about response times: every wait that went in or was left out, with the "
            "reason on its edge. Latest end first."
        )
    )
    async def waits(
        self,
        info: Info,
        kind: Annotated[WaitKind, strawberry.argument(description="Whose waiting.")],
        counted: Annotated[
            bool | None,
            strawberry.argument(
                description="Only those that went in, or only those left out; left out, both."
            ),
        ] = UNSET,
        search: Annotated[str | None, strawberry.argument(description="Part of a name or number.")] = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> WaitConnection:
        return await info.context.load.messages_report_waits(
            self,
            kind=kind,
            counted=given(counted),
            search=given(search),
            page=page(first, after, last, before),
            info=info,
        )
