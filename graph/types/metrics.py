from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import strawberry

from graph.scalars import Cursor
from graph.types.enums import describe
from localmessages.rules.metrics import OutOfHours

if TYPE_CHECKING:
    from graph.types.location import Location
    from graph.types.place import Place
    from graph.types.window import ReportWindow

describe(
    OutOfHours,
    "What a response time does with the hours in which a location is closed.",
    EXCLUDE=(
        "Waits that began while it was closed are left out; the others count the seconds in which it was "
        "open."
    ),
    PAUSE="All waits count the seconds in which it was open; those without any are left out.",
    INCLUDE="All waits count all seconds.",
)


@strawberry.type(
    description="How long answers take, exactly, pooled over all waits and never a median of medians."
)
class ResponseTime:
    median_seconds: float | None = strawberry.field(
        description=(
            "Half of the answers were at least this fast, in seconds; of an even number, the mean of the "
            "middle two. Null without a sample."
        ),
    )
    mean_seconds: float | None = strawberry.field(
        description="The arithmetic mean, in seconds. Null without a sample."
    )
    p90_seconds: float | None = strawberry.field(
        description=(
            "Nine in ten answers were at least this fast, in seconds, interpolated between neighbours. "
            "Null without a sample."
        ),
    )
    sample: int = strawberry.field(description="How many waits went in.")
    excluded: int = strawberry.field(
        description="How many answered waits were left out because of `outOfHours`."
    )
    reply_undelivered: int = strawberry.field(
        description="How many of the sample were answered by a text that later failed. They count."
    )


@strawberry.type(description="Outbound texts by what caused them.")
class OriginCounts:
    agent: int = strawberry.field(description="By people.")
    campaign: int = strawberry.field(description="By campaigns.")
    auto: int = strawberry.field(description="Automatic replies; not among the Outbound Messages.")
    system: int = strawberry.field(description="Notices and confirmations; not among the Outbound Messages.")


@strawberry.type(
    description="How the waits ended that ended in the window. A transfer ends one leg and begins another."
)
class WaitOutcomes:
    answered: int = strawberry.field(description="By an answer. Only these can be samples.")
    transferred: int = strawberry.field(description="By a transfer; the wait went on elsewhere.")
    closed_unanswered: int = strawberry.field(description="By closing without an answer.")
    opted_out: int = strawberry.field(description="By an opt-out.")
    blocked: int = strawberry.field(description="By blocking the contact.")


@strawberry.type(
    description=(
        "New Inbound Conversations: open ones with a customer's text that nobody has answered. As of now, "
        "whatever the window, so that an old one never drops out."
    ),
)
class NewInbound:
    count: int = strawberry.field(description="How many there are.")
    never_answered: int = strawberry.field(
        description="Of those, the ones in which no person has ever sent anything."
    )
    awaiting_reply: int = strawberry.field(
        description="Of those, the ones in which somebody has, but not since."
    )
    oldest_waiting_since: datetime | None = strawberry.field(
        description="Since when the most patient customer waits; null when nobody does."
    )


@strawberry.type(description="The figures that belong to a window, for the one before.")
class WindowMetrics:
    response_time: ResponseTime = strawberry.field(description="As in `LocationMetrics`, a window earlier.")
    inbound_messages: int = strawberry.field(description="Texts received, a window earlier.")
    outbound_messages: int = strawberry.field(description="Texts of people and campaigns, a window earlier.")
    outbound_breakdown: OriginCounts = strawberry.field(
        description="Outbound texts by cause, a window earlier."
    )
    wait_outcomes: WaitOutcomes = strawberry.field(description="How waits ended, a window earlier.")


@strawberry.type(description="The figures of one local day.")
class DailyMetrics:
    on: date = strawberry.field(description="The day.")
    response_time: ResponseTime = strawberry.field(description="Of the answers given that day.")
    inbound_messages: int = strawberry.field(description="Texts received that day.")
    outbound_messages: int = strawberry.field(
        description="Texts of people and campaigns, sent that day, that the carrier took."
    )


@strawberry.type(description="The figures of one location, or of all chosen ones together.")
class LocationMetrics:
    location: Location | None = strawberry.field(description="Whose they are; null on the pooled ones.")
    active_conversations: int = strawberry.field(
        description=(
            "Active Conversations: open ones with at least one real text, of the customer (a keyword is "
            "none) or of a person. As of now, whatever the window."
        ),
    )
    new_inbound_conversations: NewInbound = strawberry.field(
        description=(
            "Open conversations with a customer's text that nobody has answered. As of now, whatever the "
            "window."
        ),
    )
    response_time: ResponseTime = strawberry.field(
        description=(
            "Median Response Time: from a customer's first unanswered text to the next text of a person, "
            "for answers given in the window. Automatic and campaign texts answer nothing."
        ),
    )
    inbound_messages: int = strawberry.field(
        description=(
            "Inbound Messages: texts received in the window, keywords included, one however many segments "
            "it has."
        ),
    )
    outbound_messages: int = strawberry.field(
        description=(
            "Outbound Messages: texts of people and campaigns, sent in the window, that the carrier took. "
            "What was refused is none."
        ),
    )
    outbound_breakdown: OriginCounts = strawberry.field(
        description="Texts sent in the window that the carrier took, by what caused them."
    )
    wait_outcomes: WaitOutcomes = strawberry.field(
        description="How the waits ended that ended in the window."
    )
    previous: WindowMetrics = strawberry.field(
        description="The same for the window of the same length right before."
    )
    daily: list[DailyMetrics] = strawberry.field(
        description=(
            "Day by day for the chart, every day of the window. Days are local; pooled ones add up the "
            "locations' own days."
        ),
    )


@strawberry.type(description="How many conversations went one way in the window.")
class TransferFlow:
    from_: Place = strawberry.field(name="from", description="Where they left.")
    to: Place = strawberry.field(description="Where they went.")
    count: int = strawberry.field(description="How many moves, undone ones not counted.")


@strawberry.type(description="The Locations page: one snapshot, in which all figures agree.")
class LocationsSummary:
    as_of: datetime = strawberry.field(description="When the snapshot was taken.")
    cursor: Cursor = strawberry.field(description="The position in the event log that it reflects.")
    window: ReportWindow = strawberry.field(description="The time that it looks at.")
    total: LocationMetrics = strawberry.field(description="All chosen locations pooled.")
    locations: list[LocationMetrics] = strawberry.field(description="One per chosen location, by name.")
    transfer_flows: list[TransferFlow] = strawberry.field(
        description="Transfers in the window from or to the chosen locations, most frequent first."
    )
