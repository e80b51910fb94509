"""The figures of the Locations page, named as in the contract. What nobody asked for is empty."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from localmessages.rules.place import Place


@dataclass(frozen=True, slots=True)
class ResponseTime:
    """How long answers took; null, never 0, without a sample (metrics.md C3)."""

    median_seconds: float | None = None
    mean_seconds: float | None = None
    p90_seconds: float | None = None
    sample: int = 0
    excluded: int = 0
    reply_undelivered: int = 0


@dataclass(frozen=True, slots=True)
class OriginCounts:
    """Outbound messages that the carrier took, by what caused them."""

    agent: int = 0
    campaign: int = 0
    auto: int = 0
    system: int = 0


@dataclass(frozen=True, slots=True)
class WaitOutcomes:
    """How the legs ended that ended in the window."""

    answered: int = 0
    transferred: int = 0
    closed_unanswered: int = 0
    opted_out: int = 0
    blocked: int = 0


@dataclass(frozen=True, slots=True)
class NewInbound:
    """Open conversations with an open wait, as of now."""

    count: int = 0
    never_answered: int = 0
    awaiting_reply: int = 0
    oldest_waiting_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class WindowMetrics:
    """What belongs to a window."""

    response_time: ResponseTime = field(default_factory=ResponseTime)
    inbound_messages: int = 0
    outbound_messages: int = 0
    outbound_breakdown: OriginCounts = field(default_factory=OriginCounts)
    wait_outcomes: WaitOutcomes = field(default_factory=WaitOutcomes)


@dataclass(frozen=True, slots=True)
class DailyMetrics:
    """What belongs to one local day."""

    on: date
    response_time: ResponseTime
    inbound_messages: int
    outbound_messages: int


@dataclass(frozen=True, slots=True)
class LocationMetrics:
    """Everything about one location, or about all chosen ones together (`location` is None)."""

    location: Place | None
    active_conversations: int
    new_inbound_conversations: NewInbound
    response_time: ResponseTime
    inbound_messages: int
    outbound_messages: int
    outbound_breakdown: OriginCounts
    wait_outcomes: WaitOutcomes
    previous: WindowMetrics
    daily: list[DailyMetrics]


@dataclass(frozen=True, slots=True)
class TransferFlow:
    """How many conversations moved from one location to another."""

    from_: UUID
    to: UUID
    count: int


@dataclass(frozen=True, slots=True)
class ReportWindow:
    """From the earliest start to the latest end, where zones differ."""

    start: datetime
    end: datetime
    first_day: date | None
    last_day: date | None
    time_zone: str | None


@dataclass(frozen=True, slots=True)
class Summary:
    """The Locations page: `locations` by name, `transfer_flows` most frequent first."""

    as_of: datetime
    window: ReportWindow
    total: LocationMetrics
    locations: list[LocationMetrics]
    transfer_flows: list[TransferFlow]
