"""Reads of who asks."""

from __future__ import annotations

from strawberry import Info

from graph.loaders.reads import Reads
from graph.scalars import Cursor
from graph.types.user import Membership
from graph.types.viewer import AlertSettings, Viewer
from localmessages.rules.alerts import AlertTexts


class ViewerReads(Reads):
    """The viewer, and where the log stands."""

    async def query_viewer(self, *, info: Info) -> Viewer:
        """Who asks."""
        nodes = await self.nodes()
        person = nodes.catalogue.people[nodes.viewer.actor_id]
        return Viewer(
            user=nodes.user(person.id),
            api_key=None,
            account=nodes.account(nodes.viewer.tenant_id),
            alerts=AlertSettings(
                texts=AlertTexts(person.alert_texts),
                waiting_minutes=person.alert_waiting_minutes,
                by_mail=person.alert_by_mail,
            ),
        )

    async def viewer_memberships(self, viewer: Viewer, *, info: Info) -> list[Membership]:
        """The viewer's roles."""
        nodes = await self.nodes()
        return nodes.memberships(nodes.catalogue.people[nodes.viewer.actor_id].memberships)

    async def query_event_cursor(self, *, info: Info) -> Cursor:
        """Where the log stood before anything of this operation was read."""
        return self.context.written((await self.context.begin()).cursor)
