"""The people of the demo whom nobody is signed in as: they work through the same actions as everybody."""

from random import Random
from uuid import UUID

from localmessages.actions.actor import Actor
from localmessages.demo.people import COLLEAGUES
from localmessages.rules.access import Role
from localmessages.services import Services
from models.catalogue import Catalogue, Person

_IDS = {worker.id for worker in COLLEAGUES}


class Colleagues:
    """Who of them may act where, as things are now."""

    def __init__(self, services: Services, tenant_id: UUID, rng: Random) -> None:
        self._services, self._tenant_id, self._rng = services, tenant_id, rng

    async def catalogue(self) -> Catalogue:
        """The company as it is now."""
        async with self._services.database.connection() as connection:
            # live_scope_tenant_id_kind_lane_user_id_key
            seq = await connection.fetchval(
                "SELECT seq FROM live_scope WHERE tenant_id = $1 AND kind = 'TENANT'", self._tenant_id
            )
            return await self._services.catalogues.of(connection, self._tenant_id, seq)

    async def at(self, location_id: UUID, *, same: UUID | None = None) -> Actor | None:
        """One who works there, the `same` as before if possible; None where no colleague does."""
        catalogue = await self.catalogue()
        team = [
            viewer
            for person in catalogue.people.values()
            if is_colleague(person)
            and (viewer := catalogue.viewer(person.id)) is not None
            and viewer.may(Role.AGENT, location_id)
        ]
        if not team:
            return None
        chosen = next((viewer for viewer in team if viewer.user_id == same), None) or self._rng.choice(team)
        return Actor(self._services, chosen, catalogue, self._services.clock())


def is_colleague(person: Person) -> bool:
    """Whether they answer by themselves."""
    return person.external_id in _IDS
