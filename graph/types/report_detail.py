from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import strawberry
from strawberry import UNSET, Info

from graph.pagination import After, Before, First, Last, page
from graph.types.enums import describe
from graph.types.inputs import given
from graph.types.report_row import NEWEST_FIRST, ReportRowOrder
from localmessages.rules.consent import OptOutCause
from localmessages.rules.delivery import FailureReason
from localmessages.rules.report import PayByTextStage

if TYPE_CHECKING:
    from graph.types.consent import ConsentChangeConnection
    from graph.types.link import TrackedLinkConnection
    from graph.types.money import Money
    from graph.types.payment import PaymentRequestConnection
    from graph.types.report_row import ReportRowConnection


@strawberry.type(description="A count of one local day.")
class DayCount:
    on: date = strawberry.field(description="The day.")
    count: int = strawberry.field(description="How many.")


@strawberry.type(
    description=(
        "Total Messages Delivered, looked into. `attempted` is `delivered`, `nonDeliverable` and `pending` "
        "together."
    )
)
class DeliveredDetail:
    reading: strawberry.Private[Any]
    attempted: int = strawberry.field(description="Outbound texts.")
    delivered: int = strawberry.field(description="Of those, delivered or read: the tile.")
    non_deliverable: int = strawberry.field(description="Of those, failed or undelivered.")
    pending: int = strawberry.field(description="Of those, without a final report so far.")
    by_hour: list[int] = strawberry.field(
        description=(
            "Delivered by local hour of sending: 24 numbers from midnight on. They add up to the tile; "
            "the hour that autumn repeats is one."
        )
    )
    by_day: list[DayCount] = strawberry.field(
        description="Delivered by local date of sending, every day of the window."
    )
    by_weekday_and_hour: list[list[int]] = strawberry.field(
        description=("Delivered by local weekday and hour: 7 lists from Monday on, of 24 numbers each.")
    )

    @strawberry.field(description="The delivered texts.")
    async def rows(
        self,
        info: Info,
        search: Annotated[str | None, strawberry.argument(description="As in the table.")] = UNSET,
        order_by: Annotated[
            ReportRowOrder, strawberry.argument(description="The order; the newest first unless given.")
        ] = NEWEST_FIRST,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> ReportRowConnection:
        return await info.context.load.delivered_detail_rows(
            self, search=given(search), order_by=order_by, page=page(first, after, last, before), info=info
        )


describe(
    PayByTextStage,
    "How far a payment request has come.",
    REQUESTED="Texted.",
    RECEIVED="Texted and delivered: what the conversion divides by.",
    CLICKED="Delivered and opened.",
    PAID="Delivered and paid: what the conversion counts.",
)


@strawberry.type(description="Pay by Text Conversion, looked into: how many requests came how far by now.")
class PayByTextDetail:
    reading: strawberry.Private[Any]
    requests: int = strawberry.field(description="Payment requests texted in the window.")
    received: int = strawberry.field(description="Of those, delivered.")
    clicked: int = strawberry.field(description="Of the delivered, opened.")
    paid: int = strawberry.field(description="Of the delivered, paid.")
    paid_not_delivered: int = strawberry.field(
        description="Paid although no text was delivered; not in the conversion."
    )
    gross: list[Money] = strawberry.field(description="What was paid on the `paid` ones, per currency.")
    refunded: list[Money] = strawberry.field(description="What was given back of that, per currency.")
    net: list[Money] = strawberry.field(description="What is left, per currency.")

    @strawberry.field(description="The requests, latest first.")
    async def rows(
        self,
        info: Info,
        stage: Annotated[
            PayByTextStage, strawberry.argument(description="Those that have come at least this far.")
        ] = PayByTextStage.RECEIVED,
        search: Annotated[
            str | None, strawberry.argument(description="Part of a name, number or invoice.")
        ] = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> PaymentRequestConnection:
        return await info.context.load.pay_by_text_detail_rows(
            self, stage=stage, search=given(search), page=page(first, after, last, before), info=info
        )


@strawberry.type(description="How many texts failed for one reason.")
class FailureCount:
    code: str | None = strawberry.field(
        description=(
            "The carrier's code, the first that came with the status that stands; null when none came."
        )
    )
    reason: FailureReason = strawberry.field(description="What the code means.")
    count: int = strawberry.field(description="How many.")


@strawberry.type(description="Total Non-deliverable Messages, looked into.")
class NonDeliverableDetail:
    reading: strawberry.Private[Any]
    by_reason: list[FailureCount] = strawberry.field(description="By the carrier's code, commonest first.")

    @strawberry.field(description="The texts that failed.")
    async def rows(
        self,
        info: Info,
        search: Annotated[str | None, strawberry.argument(description="As in the table.")] = UNSET,
        order_by: Annotated[
            ReportRowOrder, strawberry.argument(description="The order; the newest first unless given.")
        ] = NEWEST_FIRST,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> ReportRowConnection:
        return await info.context.load.non_deliverable_detail_rows(
            self, search=given(search), order_by=order_by, page=page(first, after, last, before), info=info
        )


@strawberry.type(description="How many opt-outs had one cause.")
class OptOutCauseCount:
    cause: OptOutCause = strawberry.field(description="What came right before.")
    count: int = strawberry.field(description="How many.")


@strawberry.type(description="Total Opt Out Messages, looked into.")
class OptOutDetail:
    reading: strawberry.Private[Any]
    opt_outs: int = strawberry.field(description="Changes from in to out: the tile.")
    opt_ins: int = strawberry.field(description="Changes from out to in, for comparison.")
    by_cause: list[OptOutCauseCount] = strawberry.field(
        description="Opt-outs by what came right before, commonest first."
    )

    @strawberry.field(description="The opt-outs, latest first.")
    async def rows(
        self,
        info: Info,
        search: Annotated[str | None, strawberry.argument(description="Part of a name or number.")] = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> ConsentChangeConnection:
        return await info.context.load.opt_out_detail_rows(
            self, search=given(search), page=page(first, after, last, before), info=info
        )


@strawberry.type(description="Links sent and clicked, looked into.")
class LinkDetail:
    reading: strawberry.Private[Any]
    sent: int = strawberry.field(description="Links sent.")
    clicked: int = strawberry.field(description="Of those, clicked by a person.")
    bot_clicks: int = strawberry.field(
        description="Clicks of bots and previews on them, kept and not counted."
    )

    @strawberry.field(description="The links, latest first.")
    async def rows(
        self,
        info: Info,
        clicked: Annotated[
            bool | None,
            strawberry.argument(description="Only those clicked, or only the others; left out, all."),
        ] = UNSET,
        search: Annotated[
            str | None, strawberry.argument(description="Part of a name, number or address.")
        ] = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> TrackedLinkConnection:
        return await info.context.load.link_detail_rows(
            self,
            clicked=given(clicked),
            search=given(search),
            page=page(first, after, last, before),
            info=info,
        )
