"""Who may see what, looked at again for each event: one small statement for all who wait for it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from localmessages.services import Services
from models.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class _Known:
    """A catalogue that was the newest one when it was asked for."""

    catalogue: Catalogue
    asked_at: float


class Rights:
    """The catalogues of tenants as of an instant of the event loop's clock.

    `changed` is called with each new one, before anybody goes on with it: those who lost a right are sent
    away before the first event that was committed after it.
    """

    def __init__(self, services: Services, changed: Callable[[Catalogue], None]) -> None:
        self._services = services
        self._changed = changed
        self._known: dict[UUID, _Known] = {}
        self._asking: dict[UUID, asyncio.Task[None]] = {}

    async def as_of(self, tenant_id: UUID, instant: float) -> Catalogue:
        """The catalogue as PostgreSQL has it at `instant` or later."""
        while (known := self._known.get(tenant_id)) is None or known.asked_at < instant:
            # What is under way may have been asked too early; then it is asked once more, for all who wait.
            task = self._asking.get(tenant_id)
            if task is None:
                task = self._asking[tenant_id] = asyncio.create_task(self._ask(tenant_id))
                task.add_done_callback(lambda _: self._asking.pop(tenant_id, None))
            await asyncio.shield(task)
        return known.catalogue

    def latest(self, tenant_id: UUID) -> Catalogue | None:
        """The newest that is known."""
        known = self._known.get(tenant_id)
        return None if known is None else known.catalogue

    def forget(self, tenant_id: UUID) -> None:
        """Nobody asks any more."""
        self._known.pop(tenant_id, None)

    async def _ask(self, tenant_id: UUID) -> None:
        asked_at = asyncio.get_running_loop().time()
        catalogues, before = self._services.catalogues, self._known.get(tenant_id)
        async with self._services.database.connection() as connection:
            catalogue = await catalogues.of(connection, tenant_id, 0)
            seq = await connection.fetchval(_SEQ, catalogue.scope_id)
            catalogue = await catalogues.of(connection, tenant_id, seq)
        self._known[tenant_id] = _Known(catalogue, asked_at)
        if before is None or before.catalogue is not catalogue:
            self._changed(catalogue)


# live_scope_id_key
_SEQ = "SELECT seq FROM live_scope WHERE id = $1"
