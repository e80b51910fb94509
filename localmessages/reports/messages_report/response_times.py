"""Response times in a report: the sample, and which waits were left out of it and why."""

from __future__ import annotations

import asyncpg

from localmessages.reports.messages_report.scope import Scope
from localmessages.reports.metrics import ResponseTime
from localmessages.reports.response_time import SAMPLES
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
    seconds = f"wait.{seconds_of(kind, mode)}"
    answered = (f"wait.kind = '{kind}'", "wait.outcome = 'ANSWERED'")
    # wait_ended_idx or wait_run_idx, alone. Microseconds add up to the same mean in whatever order.
    return f"""
SELECT
    percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY {seconds}) FILTER (WHERE {sample}),
    (sum(({seconds} * 1000000)::bigint) FILTER (WHERE {sample})
        / (1000000.0 * count(*) FILTER (WHERE {sample})))::double precision,
    count(*) FILTER (WHERE {sample})::integer,
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
    percentiles, mean, size, undelivered, answered = row
    median, p90 = percentiles or (None, None)
    return ResponseTime(median, mean, p90, size, answered - size, undelivered)
