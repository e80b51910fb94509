"""Waits that ended: how, and how long the answered ones took (metrics.md C4 to C6).

The samples come out of the database as they are, one array a span, and are merged here: a sort of each small
array and a merge of sorted ones cost a third of `percentile_cont` over every grouping.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from math import ceil, floor, fsum
from typing import NamedTuple
from uuid import UUID

import asyncpg

from localmessages.reports.aside import aside
from localmessages.reports.metrics import ResponseTime, WaitOutcomes
from localmessages.reports.spans import Span
from localmessages.rules.metrics import OutOfHours
from localmessages.rules.waits import WaitOutcome


class Sample(NamedTuple):
    """Which answered waits count, and which of their clocks."""

    seconds: str
    condition: str


SAMPLES = {
    OutOfHours.EXCLUDE: Sample("open_seconds", "NOT opened_out_of_hours"),
    OutOfHours.PAUSE: Sample("open_seconds", "open_seconds > 0"),
    OutOfHours.INCLUDE: Sample("elapsed_seconds", "true"),
}


def ended_waits_statement(out_of_hours: OutOfHours, *, samples: bool) -> str:
    """One row for each span in which a wait ended; without `samples`, how they ended alone.

    The flags are compared before the texts, and of the outcomes only the rare ones are looked at: texts are
    what such an aggregate spends its time on.
    """
    seconds, condition = SAMPLES[out_of_hours]
    sample = f"{condition} AND outcome = 'ANSWERED'" if samples else "false"
    # wait_ended_idx, alone
    return f"""
SELECT span.number, ended.*
FROM unnest($2::uuid[], $3::timestamptz[], $4::timestamptz[]) WITH ORDINALITY
    AS span (location_id, first, last, number)
CROSS JOIN LATERAL (
    SELECT array_agg({seconds}) FILTER (WHERE {sample}) AS sample,
        count(*) FILTER (WHERE reply_undelivered AND {sample}) AS reply_undelivered,
        count(*) AS ended,
        array_agg(outcome) FILTER (WHERE outcome <> 'ANSWERED') AS unanswered
    FROM wait
    WHERE tenant_id = $1 AND location_id = span.location_id AND kind = 'INBOUND'
        AND ended_at >= span.first AND ended_at < span.last
    HAVING count(*) > 0
) AS ended
"""


@dataclass(frozen=True, slots=True)
class EndedWaits:
    """The legs that ended in a span; `sample` holds the seconds that count, in order, and `sum` their sum."""

    sample: Sequence[float] = ()
    sum: float = 0.0
    reply_undelivered: int = 0
    outcomes: WaitOutcomes = field(default_factory=WaitOutcomes)

    @property
    def response_time(self) -> ResponseTime:
        """Of the sample; what of the answered is not in it was left out."""
        size = len(self.sample)
        return ResponseTime(
            median_seconds=percentile(self.sample, 0.5),
            mean_seconds=self.sum / size if size else None,
            p90_seconds=percentile(self.sample, 0.9),
            sample=size,
            excluded=self.outcomes.answered - size,
            reply_undelivered=self.reply_undelivered,
        )


def percentile(ordered: Sequence[float], fraction: float) -> float | None:
    """PostgreSQL's `percentile_cont(fraction)`; None of nothing."""
    if not ordered:
        return None
    rank = fraction * (len(ordered) - 1)
    below, above = ordered[floor(rank)], ordered[ceil(rank)]
    return below + (rank - floor(rank)) * (above - below)


def pooled(parts: Sequence[EndedWaits]) -> EndedWaits:
    """All waits of all parts as one sample, which a median of medians is not."""
    if len(parts) == 1:
        return parts[0]
    return EndedWaits(
        # Sorted runs one behind the other: the sort merges them.
        sorted(chain.from_iterable(part.sample for part in parts)),
        fsum(part.sum for part in parts),
        sum(part.reply_undelivered for part in parts),
        WaitOutcomes(*(sum(column) for column in zip(*(_row(part.outcomes) for part in parts), strict=True))),
    )


def _row(outcomes: WaitOutcomes) -> tuple[int, ...]:
    return (
        outcomes.answered,
        outcomes.transferred,
        outcomes.closed_unanswered,
        outcomes.opted_out,
        outcomes.blocked,
    )


async def ended_waits(
    connection: asyncpg.Connection,
    tenant_id: UUID,
    spans: Sequence[Span],
    out_of_hours: OutOfHours,
    *,
    samples: bool,
) -> list[EndedWaits]:
    """The waits that ended in each span."""
    rows = await connection.fetch(
        ended_waits_statement(out_of_hours, samples=samples),
        tenant_id,
        [span.location_id for span in spans],
        [span.start for span in spans],
        [span.end for span in spans],
    )
    return await aside(sum(row["ended"] for row in rows), _of_spans, rows, len(spans))


def _of_spans(rows: Sequence[asyncpg.Record], spans: int) -> list[EndedWaits]:
    found = [EndedWaits()] * spans
    for number, sample, undelivered, ended, unanswered in rows:
        outcomes = _outcomes(ended, unanswered or ())
        found[number - 1] = EndedWaits(sorted(sample or ()), fsum(sample or ()), undelivered, outcomes)
    return found


def _outcomes(ended: int, unanswered: Sequence[str]) -> WaitOutcomes:
    return WaitOutcomes(
        answered=ended - len(unanswered),
        transferred=unanswered.count(WaitOutcome.TRANSFERRED),
        closed_unanswered=unanswered.count(WaitOutcome.CLOSED_UNANSWERED),
        opted_out=unanswered.count(WaitOutcome.OPTED_OUT),
        blocked=unanswered.count(WaitOutcome.BLOCKED),
    )
