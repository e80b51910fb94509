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
        person = nodes.catalogue.people.get(nodes.viewer.actor_id)
        return Viewer(
            user=None if person is None else nodes.user(person.id),
            api_key=None if person else await self.context.load.api_key(nodes.viewer.actor_id),
            account=nodes.account(nodes.viewer.tenant_id),
            alerts=None
            if person is None
            else AlertSettings(
                texts=AlertTexts(person.alert_texts),
                waiting_minutes=person.alert_waiting_minutes,
                by_mail=person.alert_by_mail,
            ),
        )

    async def viewer_memberships(self, viewer: Viewer, *, info: Info) -> list[Membership]:
        """The viewer's roles."""
        nodes = await self.nodes()
        catalogue, actor_id = nodes.catalogue, nodes.viewer.actor_id
        key = catalogue.api_keys.get(actor_id)
        return nodes.memberships(key.grants if key else catalogue.people[actor_id].memberships)

    async def query_event_cursor(self, *, info: Info) -> Cursor:
        """Where the log stood before anything of this operation was read."""
        return self.context.written((await self.context.begin()).cursor)
