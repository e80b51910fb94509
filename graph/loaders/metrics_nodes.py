"""Figures of the Locations page, as the API shows them."""

from __future__ import annotations

from graph.loaders.place_nodes import PlaceNodes
from graph.scalars import Cursor, TimeZone
from graph.types.metrics import (
    DailyMetrics,
    LocationMetrics,
    LocationsSummary,
    NewInbound,
    OriginCounts,
    ResponseTime,
    TransferFlow,
    WaitOutcomes,
    WindowMetrics,
)
from graph.types.window import ReportWindow
from localmessages.reports import metrics


def summary_node(nodes: PlaceNodes, summary: metrics.Summary, cursor: Cursor) -> LocationsSummary:
    """The whole page."""
    window = summary.window
    return LocationsSummary(
        as_of=summary.as_of,
        cursor=cursor,
        window=ReportWindow(
            start=window.start,
            end=window.end,
            first_day=window.first_day,
            last_day=window.last_day,
            time_zone=None if window.time_zone is None else TimeZone(window.time_zone),
        ),
        total=location_metrics(nodes, summary.total),
        locations=[location_metrics(nodes, one) for one in summary.locations],
        transfer_flows=[
            TransferFlow(from_=nodes.place(flow.from_), to=nodes.place(flow.to), count=flow.count)
            for flow in summary.transfer_flows
        ],
    )


def location_metrics(nodes: PlaceNodes, figures: metrics.LocationMetrics) -> LocationMetrics:
    """The figures of one location, or of all."""
    new = figures.new_inbound_conversations
    return LocationMetrics(
        location=None if figures.location is None else nodes.location(figures.location.id),
        active_conversations=figures.active_conversations,
        new_inbound_conversations=NewInbound(
            count=new.count,
            never_answered=new.never_answered,
            awaiting_reply=new.awaiting_reply,
            oldest_waiting_since=new.oldest_waiting_since,
        ),
        response_time=response_time(figures.response_time),
        inbound_messages=figures.inbound_messages,
        outbound_messages=figures.outbound_messages,
        outbound_breakdown=origin_counts(figures.outbound_breakdown),
        wait_outcomes=wait_outcomes(figures.wait_outcomes),
        previous=window_metrics(figures.previous),
        daily=[
            DailyMetrics(
                on=day.on,
                response_time=response_time(day.response_time),
                inbound_messages=day.inbound_messages,
                outbound_messages=day.outbound_messages,
            )
            for day in figures.daily
        ],
    )


def window_metrics(figures: metrics.WindowMetrics) -> WindowMetrics:
    """The figures of a window."""
    return WindowMetrics(
        response_time=response_time(figures.response_time),
        inbound_messages=figures.inbound_messages,
        outbound_messages=figures.outbound_messages,
        outbound_breakdown=origin_counts(figures.outbound_breakdown),
        wait_outcomes=wait_outcomes(figures.wait_outcomes),
    )


def response_time(figures: metrics.ResponseTime) -> ResponseTime:
    """How long answers took."""
    return ResponseTime(
        median_seconds=figures.median_seconds,
        mean_seconds=figures.mean_seconds,
        p90_seconds=figures.p90_seconds,
        sample=figures.sample,
        excluded=figures.excluded,
        reply_undelivered=figures.reply_undelivered,
    )


def origin_counts(counts: metrics.OriginCounts) -> OriginCounts:
    """Texts by what caused them."""
    return OriginCounts(agent=counts.agent, campaign=counts.campaign, auto=counts.auto, system=counts.system)


def wait_outcomes(counts: metrics.WaitOutcomes) -> WaitOutcomes:
    """How waits ended."""
    return WaitOutcomes(
        answered=counts.answered,
        transferred=counts.transferred,
        closed_unanswered=counts.closed_unanswered,
        opted_out=counts.opted_out,
        blocked=counts.blocked,
    )
