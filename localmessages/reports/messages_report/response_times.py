"""Response times in a report: the sample, and which waits were left out of it and why."""

from __future__ import annotations

from math import fsum

import asyncpg

from localmessages.reports.aside import aside
from localmessages.reports.messages_report.scope import Scope
from localmessages.reports.metrics import ResponseTime, WaitOutcomes
from localmessages.reports.response_time import SAMPLES, EndedWaits
from localmessages.reports.rows import Args
from localmessages.rules.metrics import OutOfHours
from localmessages.rules.report import ExclusionReason
from localmessages.rules.waits import WaitKind, WaitOutcome

# By which instant a wait counts: an answer on itself, a contact's answer on what it answers (C7).
DATED = {WaitKind.INBOUND: "ended_at", WaitKind.OUTBOUND: "started_at"}
_LEFT_OUT = {
    OutOfHours.EXCLUDE: ExclusionReason.OPENED_OUT_OF_HOURS,
    OutOfHours.PAUSE: ExclusionReason.NO_OPEN_SECONDS,
}


def seconds_of(kind: WaitKind, mode: OutOfHours) -> str:
    """The clock that counts."""
    return "elapsed_seconds" if kind is WaitKind.OUTBOUND else SAMPLES[mode].seconds


def counts(kind: WaitKind, mode: OutOfHours) -> str:
    """That a wait goes into the sample."""
    answered = "wait.outcome = 'ANSWERED'"
    return answered if kind is WaitKind.OUTBOUND else f"{SAMPLES[mode].condition} AND {answered}"


def exclusion_of(outcome: WaitOutcome, *, counted: bool, mode: OutOfHours) -> ExclusionReason | None:
    """Why a wait was left out; None when it went in."""
    if counted:
        return None
    return _LEFT_OUT[mode] if outcome is WaitOutcome.ANSWERED else ExclusionReason(outcome)


def response_time_statement(scope: Scope, kind: WaitKind, mode: OutOfHours, args: Args) -> str:
    sample = counts(kind, mode)
    answered = (f"wait.kind = '{kind}'", "wait.outcome = 'ANSWERED'")
    # wait_ended_idx, wait_run_idx
    return f"""
SELECT
    coalesce(array_agg({seconds_of(kind, mode)}) FILTER (WHERE {sample}), '{{}}'),
    count(*) FILTER (WHERE wait.reply_undelivered AND {sample})::integer,
    count(*)::integer
FROM {scope.facts("wait", DATED[kind], args, *answered)}
"""


async def response_time(
    connection: asyncpg.Connection, scope: Scope, kind: WaitKind, mode: OutOfHours
) -> ResponseTime:
    """How long answers took, pooled over all waits of the report."""
    args = scope.args()
    row = await connection.fetchrow(response_time_statement(scope, kind, mode, args), *args)
    assert row is not None
    sample, undelivered, answered = row
    return await aside(len(sample), _pooled, sample, undelivered, answered)


def _pooled(sample: list[float], undelivered: int, answered: int) -> ResponseTime:
    outcomes = WaitOutcomes(answered=answered)
    return EndedWaits(sorted(sample), fsum(sample), undelivered, outcomes).response_time
