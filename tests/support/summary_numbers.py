"""A Summary in the words of `recompute`, and asking for one as a test does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import asyncpg

from localmessages.reports.locations_summary import locations_summary
from localmessages.reports.metrics import (
    LocationMetrics,
    OriginCounts,
    ResponseTime,
    Summary,
    WaitOutcomes,
    WindowMetrics,
)
from localmessages.reports.want import EVERYTHING, Want
from localmessages.reports.windows import Between, Last, OnDays, WindowSpec
from localmessages.rules.metrics import OutOfHours
from tests.support.facts import Facts
from tests.support.recompute import Asked, Numbers


async def ask(
    connection: asyncpg.Connection,
    facts: Facts,
    asked: Asked,
    *,
    chosen: Sequence[int] | None = None,
    mode: str = "EXCLUDE",
    want: Want = EVERYTHING,
) -> Summary:
    """The page for the chosen places, or for all."""
    positions = range(len(facts.places)) if chosen is None else chosen
    return await locations_summary(
        connection,
        [facts.places[n] for n in positions],
        window=spec_of(asked),
        zone=asked.zone,
        out_of_hours=OutOfHours(mode),
        now=asked.now,
        want=want,
    )


def spec_of(asked: Asked) -> WindowSpec:
    if asked.instants is not None:
        return Between(*asked.instants)
    if asked.days is not None:
        return OnDays(*asked.days)
    assert asked.last is not None
    return Last(asked.last)


def numbers_of(summary: Summary, facts: Facts) -> Numbers:
    number = {place.id: n for n, place in enumerate(facts.places)}
    return {
        "total": _metrics(summary.total),
        "locations": {
            number[part.location.id]: _metrics(part) for part in summary.locations if part.location
        },
        "flows": {f"{number[flow.from_]}>{number[flow.to]}": flow.count for flow in summary.transfer_flows},
    }


def _metrics(found: LocationMetrics) -> Numbers:
    new = found.new_inbound_conversations
    return {
        "active": found.active_conversations,
        "new": new.count,
        "never_answered": new.never_answered,
        "awaiting_reply": new.awaiting_reply,
        "oldest": new.oldest_waiting_since,
        **_window(found),
        "previous": _window(found.previous),
        "daily": {
            day.on: {
                "inbound": day.inbound_messages,
                "outbound": day.outbound_messages,
                "response": _response(day.response_time),
            }
            for day in found.daily
        },
    }


def _window(found: LocationMetrics | WindowMetrics) -> Numbers:
    return {
        "inbound": found.inbound_messages,
        "outbound": found.outbound_messages,
        "origins": _origins(found.outbound_breakdown),
        "outcomes": _outcomes(found.wait_outcomes),
        "response": _response(found.response_time),
    }


def _origins(found: OriginCounts) -> Numbers:
    return {
        "AGENT": found.agent,
        "CAMPAIGN": found.campaign,
        "AUTO": found.auto,
        "SYSTEM": found.system,
    }


def _outcomes(found: WaitOutcomes) -> Numbers:
    return {
        "ANSWERED": found.answered,
        "TRANSFERRED": found.transferred,
        "CLOSED_UNANSWERED": found.closed_unanswered,
        "OPTED_OUT": found.opted_out,
        "BLOCKED": found.blocked,
    }


def _response(found: ResponseTime) -> Numbers:
    return {
        "median": found.median_seconds,
        "mean": found.mean_seconds,
        "p90": found.p90_seconds,
        "sample": found.sample,
        "excluded": found.excluded,
        "undelivered": found.reply_undelivered,
    }


def differences(expected: Any, found: Any, path: str = "") -> list[str]:
    """Every path of `expected` that is otherwise in `found`; numbers may differ by 1e-6."""
    if isinstance(expected, dict):
        if not isinstance(found, dict) or (lost := [key for key in expected if key not in found]):
            return [f"{path}: {lost if isinstance(found, dict) else found} instead of {list(expected)}"]
        return [
            difference
            for key, value in expected.items()
            for difference in differences(value, found[key], f"{path}.{key}" if path else str(key))
        ]
    if expected is not None and found is not None and isinstance(expected, float | int):
        alike = abs(expected - found) <= 1e-6
    else:
        alike = expected == found
    return [] if alike else [f"{path}: {found} instead of {expected}"]
