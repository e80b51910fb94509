"""Customers' whole waits: the legs of a chain together (metrics.md C4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg

from localmessages.rules.hours import open_seconds
from localmessages.rules.place import Place
from localmessages.rules.waits import seconds_between

# wait_chain_idx
LEGS = """
SELECT chain_id, location_id, started_at, ended_at, elapsed_seconds, open_seconds
FROM wait
WHERE tenant_id = $1 AND chain_id = ANY ($2::uuid[])
"""


class WholeWait(NamedTuple):
    """Since when a customer waits or waited, how long in all so far, and in how many legs."""

    since: datetime
    elapsed_seconds: float
    open_seconds: float
    legs: int


class _Leg(NamedTuple):
    chain_id: UUID
    location_id: UUID
    started_at: datetime
    ended_at: datetime | None
    elapsed_seconds: float | None
    open_seconds: float | None


async def whole_waits(
    connection: asyncpg.Connection,
    tenant_id: UUID,
    chain_ids: Sequence[UUID],
    *,
    now: datetime,
    place_of: Callable[[UUID], Place],
) -> dict[UUID, WholeWait]:
    """The whole wait of each chain; a leg that goes on counts until now."""
    if not chain_ids:
        return {}
    chains: dict[UUID, list[_Leg]] = {}
    for record in await connection.fetch(LEGS, tenant_id, chain_ids):
        leg = _Leg(*record)
        chains.setdefault(leg.chain_id, []).append(_until(now, leg, place_of))
    return {chain_id: _whole(legs) for chain_id, legs in chains.items()}


def _until(now: datetime, leg: _Leg, place_of: Callable[[UUID], Place]) -> _Leg:
    if leg.ended_at is not None:
        return leg
    end = max(now, leg.started_at)
    return leg._replace(
        elapsed_seconds=seconds_between(leg.started_at, end),
        open_seconds=open_seconds(leg.started_at, end, place_of(leg.location_id).hours),
    )


def _whole(legs: Iterable[_Leg]) -> WholeWait:
    legs = list(legs)
    return WholeWait(
        min(leg.started_at for leg in legs),
        sum(leg.elapsed_seconds or 0.0 for leg in legs),
        sum(leg.open_seconds or 0.0 for leg in legs),
        len(legs),
    )
