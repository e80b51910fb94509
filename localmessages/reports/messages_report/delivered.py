"""Texts delivered by local hour, weekday and day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

import asyncpg

from localmessages.reports.messages_report.scope import ReportScopes, Scope, together
from localmessages.reports.messages_report.texts import DELIVERED
from localmessages.reports.rows import Args
from localmessages.rules.windows import local_day


@dataclass(frozen=True, slots=True)
class DeliveredTimes:
    """How many were delivered when; all three add up to the tile."""

    by_hour: list[int]
    by_day: list[tuple[date, int]]
    by_weekday_and_hour: list[list[int]]


def delivered_hours_statement(scope: Scope, args: Args) -> str:
    """Delivered texts by the local hour in which they were sent, each hour with the first of its texts."""
    zones = args.add([scope.filter.zone or span.zone for span in scope.spans])
    # message_location_idx, alone
    return f"""
SELECT span.zone, min(message.at), count(*)::integer
FROM unnest($2::uuid[], $3::timestamptz[], $4::timestamptz[], {zones}::text[])
    AS span (location_id, first, last, zone)
JOIN message
    ON {together([*scope.conditions("message", "at", args), DELIVERED])}
GROUP BY span.zone, local_hour(message.at, span.zone)
"""


async def delivered_times(connection: asyncpg.Connection, scopes: ReportScopes) -> DeliveredTimes:
    """When the delivered texts of the window were sent, by the clocks of their locations."""
    args = scopes.window.args()
    rows = await connection.fetch(delivered_hours_statement(scopes.window, args), *args)
    return _times(rows, scopes.days)


def _times(rows: Sequence[asyncpg.Record], days: Sequence[date]) -> DeliveredTimes:
    by_day: Counter[date] = Counter()
    table = [[0] * 24 for _ in range(7)]
    for zone, at, count in rows:
        day = local_day(at, zone)
        by_day[day] += count
        table[day.weekday()][at.astimezone(ZoneInfo(zone)).hour] += count
    return DeliveredTimes(
        by_hour=[sum(hours) for hours in zip(*table, strict=True)],
        by_day=[(day, by_day[day]) for day in days],
        by_weekday_and_hour=table,
    )
