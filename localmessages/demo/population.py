"""Who in the town texts next, and which shop."""

from collections.abc import Collection
from datetime import datetime
from random import Random
from uuid import UUID

import asyncpg

from localmessages.demo.clockwork import open_at
from localmessages.demo.places import SHOPS, Shop

_TO_AN_OPEN_SHOP, _KNOWN = 0.88, 0.9


class Population:
    """The customers: `named` are those whose names the shops have, `away` those who text here no more."""

    def __init__(self, rng: Random, named: set[str], away: set[str]) -> None:
        self._rng, self.named, self.away = rng, named, away

    def shop(self, at: datetime) -> Shop:
        """Mostly one that is open."""
        open_ones = [shop for shop in SHOPS if open_at(shop, at)]
        choice = open_ones if open_ones and self._rng.random() < _TO_AN_OPEN_SHOP else SHOPS
        return self._rng.choices(choice, [shop.busy for shop in choice])[0]

    def someone(self, shop: Shop, busy: Collection[str]) -> str | None:
        """Somebody near the shop who is not `busy`, mostly a known one; who is away comes back if need be."""
        idle = [phone for phone in shop.customers if phone not in busy]
        here = [phone for phone in idle if phone not in self.away]
        known = [phone for phone in here if phone in self.named]
        choice = known if known and self._rng.random() < _KNOWN else here or idle
        return self._rng.choice(choice) if choice else None


async def population(connection: asyncpg.Connection, tenant_id: UUID, rng: Random) -> Population:
    """The customers as the database has them. Who was passed on answers somewhere else now."""
    # contact_tenant_id_phone_key, transfer_contact_idx
    rows = await connection.fetch(
        """
        SELECT
            phone,
            first_name IS NOT NULL AS named,
            opted_out_at IS NOT NULL OR blocked_at IS NOT NULL OR EXISTS (
                SELECT FROM transfer
                WHERE transfer.tenant_id = $1 AND transfer.contact_id = contact.id
            ) AS away
        FROM contact
        WHERE tenant_id = $1
        """,
        tenant_id,
    )
    return Population(
        rng, {row["phone"] for row in rows if row["named"]}, {row["phone"] for row in rows if row["away"]}
    )
