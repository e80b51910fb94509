"""Customers who wait in a full inbox: overnight, or since the demo ran last."""

from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

from localmessages.actions.conversations import close_conversation
from localmessages.actions.messages import send_message
from localmessages.demo.clockwork import open_at
from localmessages.demo.colleagues import Colleagues
from localmessages.demo.places import SHOP_BY_ID
from localmessages.rules.refusal import Refused
from localmessages.services import Services

# Fewer may wait: an inbox in which nobody does has nothing to show.
_MAY_WAIT = 3
_SORRY = "Sorry to keep you waiting! We are on it, and text you within the hour."


async def answer_neglected(
    services: Services, tenant_id: UUID, colleagues: Colleagues, busy: Sequence[UUID]
) -> None:
    """Answer who waits longest where more than a few do, unless a talk goes on there (`busy`)."""
    catalogue = await colleagues.catalogue()
    now = services.clock()
    open_places = [
        place.id
        for place in catalogue.places.values()
        if place.external_id in SHOP_BY_ID and open_at(SHOP_BY_ID[place.external_id], now)
    ]
    async with services.database.connection() as connection:
        # conversation_waiting_idx
        row = await connection.fetchrow(
            """
            SELECT id, location_id
            FROM (
                SELECT id, location_id, waiting_since, assignee_id,
                    row_number() OVER (PARTITION BY location_id ORDER BY waiting_since DESC) AS place
                FROM conversation
                WHERE tenant_id = $1 AND location_id = ANY ($2::uuid[])
                    AND status = 'OPEN' AND waiting_since IS NOT NULL
            ) AS queue
            WHERE place > $4 AND assignee_id IS NULL AND id <> ALL ($3::uuid[])
            ORDER BY waiting_since
            LIMIT 1
            """,
            tenant_id,
            open_places,
            busy,
            _MAY_WAIT,
        )
    if row is None or (actor := await colleagues.at(row["location_id"])) is None:
        return
    # Somebody may have closed it in between.
    with suppress(Refused):
        await send_message(actor, row["id"], _SORRY)
        await close_conversation(actor, row["id"])
