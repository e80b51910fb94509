from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

import strawberry
from strawberry import UNSET, Info

from graph.scalars import Cursor, TimeZone
from graph.types.bulk_transfer import BulkTransfer
from graph.types.events import ConversationEvent, InboxEvent, InboxFilter, ViewerEvent
from graph.types.export import Export
from graph.types.inputs import given
from graph.types.metrics import LocationsSummary
from graph.types.report import MessagesReport, MessagesReportFilter
from graph.types.window import WindowInput
from localmessages.rules.metrics import OutOfHours, WindowLength

LAST_WEEK = WindowInput(last=WindowLength.DAYS_7)


@strawberry.type(
    description=(
        "Everything that can be watched, over `graphql-transport-ws`. No event is lost or repeated, also "
        "across a broken line: go on with the last cursor."
    ),
)
class Subscription:
    @strawberry.subscription(
        description="What changes in the inboxes of the chosen locations: new, changed, moved in, moved out."
    )
    async def inbox_events(
        self,
        info: Info,
        filter: Annotated[
            InboxFilter | None,
            strawberry.argument(description="Whose events; left out, of all locations that the viewer sees."),
        ] = UNSET,
        after: Annotated[
            Cursor | None, strawberry.argument(description="Begin after this position; left out, now.")
        ] = UNSET,
    ) -> AsyncGenerator[InboxEvent, None]:
        async with aclosing(
            info.context.live.inbox_events(filter=given(filter), after=given(after), info=info)
        ) as events:
            async for event in events:
                yield event

    @strawberry.subscription(
        description=(
            "What happens in one conversation: texts, their status, notes, transfers, who is there. "
            "Watching it shows the viewer to others as there."
        ),
    )
    async def conversation_events(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The conversation.")],
        after: Annotated[
            Cursor | None, strawberry.argument(description="Begin after this position; left out, now.")
        ] = UNSET,
    ) -> AsyncGenerator[ConversationEvent, None]:
        async with aclosing(
            info.context.live.conversation_events(id=id, after=given(after), info=info)
        ) as events:
            async for event in events:
                yield event

    @strawberry.subscription(description="What happens to the viewer: rights, unread counts, notifications.")
    async def viewer_events(
        self,
        info: Info,
        after: Annotated[
            Cursor | None, strawberry.argument(description="Begin after this position; left out, now.")
        ] = UNSET,
    ) -> AsyncGenerator[ViewerEvent, None]:
        async with aclosing(info.context.live.viewer_events(after=given(after), info=info)) as events:
            async for event in events:
                yield event

    @strawberry.subscription(
        description=(
            "The Locations page: first as it is, then after each change, at most four times a second. Only "
            "the newest state is sent."
        ),
    )
    async def locations_summary_changed(
        self,
        info: Info,
        location_ids: Annotated[
            list[strawberry.ID] | None,
            strawberry.argument(
                description=(
                    "The locations to compare, at most 500; left out, all active ones that the viewer sees."
                )
            ),
        ] = UNSET,
        window: Annotated[WindowInput, strawberry.argument(description="Which time.")] = LAST_WEEK,
        time_zone: Annotated[
            TimeZone | None,
            strawberry.argument(description="The zone of its days; left out, each location's own."),
        ] = UNSET,
        out_of_hours: Annotated[
            OutOfHours, strawberry.argument(description="What response times do with closed hours.")
        ] = OutOfHours.EXCLUDE,
    ) -> AsyncGenerator[LocationsSummary, None]:
        async with aclosing(
            info.context.live.locations_summary_changed(
                location_ids=given(location_ids),
                window=window,
                time_zone=given(time_zone),
                out_of_hours=out_of_hours,
                info=info,
            )
        ) as events:
            async for event in events:
                yield event

    @strawberry.subscription(
        description=(
            "Live tiles: first as they are, then after each change that touches the filter, at most four "
            "times a second. Only the newest state is sent."
        ),
    )
    async def messages_report_changed(
        self,
        info: Info,
        filter: Annotated[MessagesReportFilter, strawberry.argument(description="What it is about.")],
        out_of_hours: Annotated[
            OutOfHours, strawberry.argument(description="What response times do with closed hours.")
        ] = OutOfHours.EXCLUDE,
    ) -> AsyncGenerator[MessagesReport, None]:
        async with aclosing(
            info.context.live.messages_report_changed(filter=filter, out_of_hours=out_of_hours, info=info)
        ) as events:
            async for event in events:
                yield event

    @strawberry.subscription(description="A bulk transfer, now and whenever it gets on, until it ends.")
    async def bulk_transfer_progress(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The bulk transfer.")],
    ) -> AsyncGenerator[BulkTransfer, None]:
        async with aclosing(info.context.live.bulk_transfer_progress(id=id, info=info)) as events:
            async for event in events:
                yield event

    @strawberry.subscription(description="An export, now and whenever it gets on, until it ends.")
    async def export_progress(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The export.")],
    ) -> AsyncGenerator[Export, None]:
        async with aclosing(info.context.live.export_progress(id=id, info=info)) as events:
            async for event in events:
                yield event
