"""Non-deliverable texts by the carrier's code."""

from __future__ import annotations

from dataclasses import dataclass

import asyncpg

from localmessages.reports.messages_report.scope import Scope
from localmessages.reports.messages_report.texts import NON_DELIVERABLE
from localmessages.reports.rows import Args


@dataclass(frozen=True, slots=True)
class FailureCount:
    """How many failed with a code; None is no code."""

    code: str | None
    count: int


def failures_statement(scope: Scope, args: Args) -> str:
    # message_location_idx, alone
    return f"""
SELECT message.failure_code, count(*)::integer
FROM {scope.facts("message", "at", args, NON_DELIVERABLE)}
GROUP BY 1
ORDER BY 2 DESC, 1 NULLS LAST
"""


async def failures(connection: asyncpg.Connection, scope: Scope) -> list[FailureCount]:
    """How many failed with which code, commonest first."""
    args = scope.args()
    rows = await connection.fetch(failures_statement(scope, args), *args)
    return [FailureCount(*row) for row in rows]
