"""Reads of where and how the viewer signs in."""

from __future__ import annotations

from uuid import UUID

from strawberry import Info

from graph.loaders.place_nodes import node_id
from graph.loaders.reads import Reads, shown
from graph.types.session import Session, SessionConnection
from graph.types.viewer import Viewer
from localmessages.actions.codes import needs_code
from localmessages.reports.keyset import Page, Slice
from localmessages.reports.sessions import LAST_USED_FIRST, SessionRow, sessions_by_id, sessions_page


class SessionReads(Reads):
    """The viewer's own; an API key has none."""

    async def viewer_sessions(self, viewer: Viewer, *, page: Page, info: Info) -> SessionConnection:
        """Where the viewer is signed in."""
        who = (await self.nodes()).viewer
        found: Slice[SessionRow] = Slice([], has_next=False, has_previous=False)
        if who.user_id is not None:
            async with self.connection() as connection:
                found = await sessions_page(connection, who.tenant_id, who.user_id, page, now=self.now)
        return SessionConnection.of(
            shown(found, self._session_node),
            lambda node: LAST_USED_FIRST.cursor(node.last_used_at, node.key),
        )

    async def viewer_second_factor_enabled(self, viewer: Viewer, *, info: Info) -> bool:
        """Whether sign-in asks for a code."""
        who = (await self.nodes()).viewer
        if who.user_id is None:
            return False
        async with self.connection() as connection:
            return await needs_code(connection, who.tenant_id, who.user_id)

    async def session(self, key: UUID) -> Session | None:
        """One by its key."""
        row = await self.batched(self._sessions, key)
        return None if row is None else self._session_node(row)

    async def _sessions(self, keys: list[UUID]) -> dict[UUID, SessionRow]:
        who = (await self.nodes()).viewer
        async with self.connection() as connection:
            return await sessions_by_id(connection, who.tenant_id, who.user_id, keys)

    def _session_node(self, row: SessionRow) -> Session:
        bearer = self.context.bearer
        return Session(
            key=row.id,
            id=node_id("Session", row.id),
            current=bearer is not None and bearer.session_id == row.id,
            address=row.address,
            user_agent=row.user_agent,
            created_at=row.created_at,
            last_used_at=row.last_used_at,
        )
