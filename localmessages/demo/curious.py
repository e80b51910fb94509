"""Customers who open what they were texted, and the previews of their telephones."""

from datetime import timedelta
from random import Random
from uuid import UUID

from localmessages.actions.clicks import Visit, visit_link
from localmessages.demo.visit import BROWSER
from localmessages.rules.keys import new_key
from localmessages.services import Services

_PREVIEW = "WhatsApp/2.24.20"
_PREVIEWED = 0.3
_FOR = timedelta(minutes=15)


async def follow_a_link(services: Services, tenant_id: UUID, rng: Random) -> None:
    """Open a link that arrived lately and that nobody has opened, if there is one; or preview it."""
    async with services.database.connection() as connection:
        # tracked_link_pkey, whose keys rise with the instant; message_pkey
        rows = await connection.fetch(
            """
            SELECT tracked_link.slug
            FROM tracked_link
            JOIN message ON message.tenant_id = $1 AND message.id = tracked_link.message_id
            WHERE tracked_link.tenant_id = $1 AND tracked_link.id > $2 AND tracked_link.clicks = 0
                AND message.status IN ('SENT', 'DELIVERED')
            ORDER BY tracked_link.id
            """,
            tenant_id,
            new_key(services.clock() - _FOR),
        )
    if rows:
        user_agent = _PREVIEW if rng.random() < _PREVIEWED else BROWSER
        await visit_link(services, rng.choice(rows)["slug"], Visit(user_agent=user_agent))
