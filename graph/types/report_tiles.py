from __future__ import annotations

from typing import TYPE_CHECKING

import strawberry

from graph.types.enums import describe
from localmessages.rules.report import ExclusionReason

if TYPE_CHECKING:
    from graph.types.metrics import ResponseTime

describe(
    ExclusionReason,
    "Why something is not counted.",
    PENDING="No receipt has come yet.",
    NON_DELIVERABLE="The text failed.",
    DELIVERED="The text arrived.",
    ONE_SIDED="Only one side said anything.",
    NO_PAY_BY_TEXT="No pay-by-text link was sent.",
    NOT_DELIVERED="No text with the payment request was delivered.",
    REPEATED="The contact had opted out before.",
    NOT_CLICKED="Nobody clicked.",
    ONLY_BOTS="Only bots or previews clicked.",
    OPENED_OUT_OF_HOURS="The wait began while the location was closed.",
    NO_OPEN_SECONDS="The location was closed for the whole wait.",
    TRANSFERRED="The wait went on at another location.",
    CLOSED_UNANSWERED="The conversation was closed without an answer.",
    OPTED_OUT="The contact opted out meanwhile.",
    BLOCKED="The contact was blocked meanwhile.",
    TOO_LATE="The contact did not answer within 7 days.",
)


@strawberry.type(description="How many are left out for one reason.")
class Exclusion:
    reason: ExclusionReason = strawberry.field(description="The reason.")
    count: int = strawberry.field(description="How many.")


@strawberry.type(
    description="A tile with a count. `value` is the number of rows in its detail and in its export."
)
class CountTile:
    value: int = strawberry.field(description="The count.")
    sample: int = strawberry.field(description="What it was taken from: `value` and `excluded` together.")
    excluded: int = strawberry.field(description="How many were left out.")
    exclusions: list[Exclusion] = strawberry.field(
        description="What was left out, by reason, commonest first."
    )


@strawberry.type(description="A tile with a share.")
class RateTile:
    value: float | None = strawberry.field(
        description=(
            "The share, from 0 to 1: `numerator` divided by `denominator`; null when there is nothing "
            "to divide by."
        )
    )
    numerator: int = strawberry.field(description="How many did.")
    denominator: int = strawberry.field(description="How many could have.")
    excluded: int = strawberry.field(description="How many were left out of the denominator.")
    exclusions: list[Exclusion] = strawberry.field(
        description="What was left out, by reason, commonest first."
    )


@strawberry.type(
    description=(
        "The tiles of a Messages Report. Each shows its work: the value, what it was taken from, and what "
        "was left out."
    )
)
class MessagesReportTiles:
    messages_delivered: CountTile = strawberry.field(
        description=(
            "Total Messages Delivered: outbound texts of any origin whose status now is delivered or "
            "read, of those sent in the window. Taken from the attempted ones; failed and pending ones "
            "are left out."
        )
    )
    conversations_held: CountTile = strawberry.field(
        description=(
            "Total Conversations Held: conversations with a text in the report that have, in the same "
            "dates, locations and tags, both a customer's text and one of a person. One-sided ones are "
            "left out."
        )
    )
    conversations_with_pay_by_text: CountTile = strawberry.field(
        description=("Total Conversations with PBT: conversations in which a pay-by-text link was sent.")
    )
    pay_by_text_conversion: RateTile = strawberry.field(
        description=(
            "PBT Conversion: of the payment requests that were delivered, the share that is paid by "
            "now. An invoice texted twice is one request. A refund leaves it paid, a void does not."
        )
    )
    non_deliverable_messages: CountTile = strawberry.field(
        description=(
            "Total Non-deliverable Messages: outbound texts, of those sent in the window, that are "
            "failed or undelivered now, refusals by the carrier included."
        )
    )
    opt_outs: CountTile = strawberry.field(
        description=(
            "Total Opt Out Messages: changes from in to out, by keyword, by hand or by the carrier. A "
            "second STOP is left out."
        )
    )
    links_sent: CountTile = strawberry.field(
        description=("Total Links Sent: tracked links in texts accepted for sending, one per text and link.")
    )
    links_clicked: CountTile = strawberry.field(
        description=(
            "Total Links Clicked: of the links sent, those that a person has clicked by now. Bots and "
            "previews are left out; paid implies clicked."
        )
    )
    link_click_rate: RateTile = strawberry.field(
        description="Link Click Rate: links clicked, divided by links sent. At most 1."
    )
    inbound_response_time: ResponseTime = strawberry.field(
        description=(
            "Inbound Response Time: how long we take to answer, for answers given in the window. "
            "`outOfHours` says what closed hours do."
        )
    )
    outbound_response_time: ResponseTime = strawberry.field(
        description=(
            "Outbound Response Time: how long contacts take to answer the first text of a run by a "
            "person or campaign, all seconds counted. No answer within 7 days is no sample."
        )
    )
