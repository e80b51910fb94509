"""How many conversations went from where to where."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from localmessages.reports.metrics import TransferFlow
from localmessages.reports.spans import Span

# transfer_from_idx; transfer_to_idx for what comes from locations that were not chosen. A move lies in the
# window of the location that it left, like the wait's leg that it ended; of one not chosen, in the other's.
FLOWS = """
SELECT move.from_location_id, move.to_location_id, count(*)
FROM unnest($2::uuid[], $3::timestamptz[], $4::timestamptz[]) AS span (location_id, first, last)
CROSS JOIN LATERAL (
    SELECT from_location_id, to_location_id
    FROM transfer
    WHERE tenant_id = $1 AND from_location_id = span.location_id AND undone_at IS NULL
        AND at >= span.first AND at < span.last
    UNION ALL
    SELECT from_location_id, to_location_id
    FROM transfer
    WHERE tenant_id = $1 AND to_location_id = span.location_id AND undone_at IS NULL
        AND at >= span.first AND at < span.last
        AND from_location_id <> ALL ($2)
) AS move
GROUP BY 1, 2
ORDER BY 3 DESC, 1, 2
"""


async def transfer_flows(
    connection: asyncpg.Connection, tenant_id: UUID, spans: Sequence[Span]
) -> list[TransferFlow]:
    """The moves from or to the locations of `spans`, most frequent first; undone ones are none."""
    rows = await connection.fetch(
        FLOWS,
        tenant_id,
        [span.location_id for span in spans],
        [span.start for span in spans],
        [span.end for span in spans],
    )
    return [TransferFlow(*row) for row in rows]
