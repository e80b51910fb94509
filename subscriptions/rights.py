"""Who may see what, looked at again for each event: one small statement for all who wait for it."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable
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

    def __init__(self, services: Services, changed: Callable[[Change], None], most: int = 200) -> None:
        self._services = services
        self._changed = changed
        self._most = most
        self._known: OrderedDict[UUID, _Known] = OrderedDict()
        self._asking: dict[UUID, asyncio.Task[None]] = {}

    async def as_of(self, tenant_id: UUID, instant: float) -> Catalogue:
        """The catalogue as PostgreSQL has it at `instant` or later."""
        while (known := self._known.get(tenant_id)) is None or known.asked_at < instant:
            # What is under way may have been asked too early; then it is asked once more, for all who wait.
            task = self._asking.get(tenant_id)
            if task is None:
                task = self._asking[tenant_id] = asyncio.create_task(self._ask(tenant_id))
            await asyncio.shield(task)
        return known.catalogue

    def latest(self, tenant_id: UUID) -> Catalogue | None:
        """The newest that is known."""
        known = self._known.get(tenant_id)
        return None if known is None else known.catalogue

    async def _ask(self, tenant_id: UUID) -> None:
        try:
            await self._look(tenant_id)
        finally:
            # Here, not in a callback: to wait for a task that is done never lets the callback run.
            del self._asking[tenant_id]

    async def _look(self, tenant_id: UUID) -> None:
        asked_at = asyncio.get_running_loop().time()
        catalogues, before = self._services.catalogues, self._known.get(tenant_id)
        async with self._services.database.connection() as connection:
            catalogue = await catalogues.of(connection, tenant_id, 0)
            seq = await connection.fetchval(_SEQ, catalogue.scope_id)
            catalogue = await catalogues.of(connection, tenant_id, seq)
        self._known[tenant_id] = _Known(catalogue, asked_at)
        self._known.move_to_end(tenant_id)
        if len(self._known) > self._most:
            self._known.popitem(last=False)
        if before is None or before.catalogue is not catalogue:
            self._changed(Change(catalogue))


class Change:
    """A catalogue is another one."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._tree = _tree(catalogue)
        self._compared: dict[int, tuple[Catalogue, bool]] = {}

    def keeps_rights(self, actor_id: UUID, before: Catalogue) -> bool:
        """Whether somebody's rights come from the same roles in the same tree; else they may be others."""
        was, now = _source(before, actor_id), _source(self.catalogue, actor_id)
        return was is not None and was == now and self._has_same_tree(before)

    def _has_same_tree(self, before: Catalogue) -> bool:
        # Most of those who ask have the same one, and trees are large.
        if id(before) not in self._compared:
            self._compared[id(before)] = before, _tree(before) == self._tree
        return self._compared[id(before)][1]


def _source(catalogue: Catalogue, actor_id: UUID) -> Hashable:
    """What the rights of a person or an API key come from; None where there are none."""
    person = catalogue.people.get(actor_id)
    return catalogue.api_keys.get(actor_id) if person is None else (person.status, person.memberships)


def _tree(catalogue: Catalogue) -> tuple[dict[UUID, tuple[UUID, ...]], dict[UUID, UUID]]:
    return (
        {account.id: account.path for account in catalogue.accounts.values()},
        {place.id: place.account_id for place in catalogue.places.values()},
    )


# live_scope_id_key
_SEQ = "SELECT seq FROM live_scope WHERE id = $1"
