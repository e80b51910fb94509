"""Who else is in a conversation."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from graph.loaders.reads import Reads
from graph.types.presence import Presence
from localmessages.rules.presence import Present


class PresenceReads(Reads):
    """Of conversations that the viewer sees."""

    async def presence(self, key: UUID) -> list[Presence]:
        """Who else is there now, who came first first."""
        return await self.shown_presence(await self.batched(self._presence, key) or ())

    async def shown_presence(self, there: Iterable[Present]) -> list[Presence]:
        """All but the viewer, and but those who have left the company meanwhile."""
        nodes = await self.nodes()
        found = [(each, nodes.user(each.user_id)) for each in there if each.user_id != nodes.viewer.user_id]
        return [Presence(user=user, state=each.state, since=each.since) for each, user in found if user]

    async def _presence(self, keys: list[UUID]) -> dict[UUID, list[Present]]:
        return await self.context.services.presence.of(keys)
