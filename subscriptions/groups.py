"""The groups of a process: who is told the same finds each other here."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import partial

from graph.context import Context, Faces
from graph.execution import Answer, Engine, Operation
from localmessages.rules.access import AnyViewer
from localmessages.services import Services
from subscriptions.event_group import EventGroup
from subscriptions.group import Group, Source
from subscriptions.outlet import Outlet
from subscriptions.plan import Kind, Plans
from subscriptions.rights import Change, Rights
from subscriptions.seat import Seat
from subscriptions.state_group import StateGroup

_GROUPS: dict[Kind, type[Group]] = {Kind.EVENTS: EventGroup, Kind.STATES: StateGroup}


class Groups:
    """One per process."""

    def __init__(self, services: Services, faces: Faces) -> None:
        self._services = services
        self._faces = faces
        self._plans = Plans()
        self.rights = Rights(services, self._sort_out)
        self._groups: dict[Hashable, Group] = {}

    @property
    def count(self) -> int:
        """How many subscriptions run for those who share them."""
        return len(self._groups)

    @property
    def seated(self) -> int:
        """How many are told by them."""
        return sum(len(group.seats) for group in self._groups.values())

    def place(
        self,
        engine: Engine,
        operation: Operation,
        context: Context,
        *,
        id: str,
        outlet: Outlet,
        check: Callable[[Answer], None],
    ) -> Seat | None:
        """A seat for a subscription, to be run; None where it must not be shared."""
        plan = self._plans.of(engine.schema, operation)
        if plan is None or context.bearer is None:
            return None
        return Seat(self, engine, operation, plan, context, id=id, outlet=outlet, check=check)

    async def seat(self, seat: Seat) -> bool:
        """Have it told by a group; False where it must go alone."""
        if self._plans.of(seat.engine.schema, seat.operation) is None:
            return False
        group = seat.group = self._group_of(seat)
        return await group.join(seat)

    async def reaches(self, seat: Seat) -> bool:
        """Whether a group could go on telling it from where it is."""
        if self._plans.of(seat.engine.schema, seat.operation) is None:
            return False
        return await self._group_of(seat).reaches(seat)

    async def close(self) -> None:
        """End all groups."""
        for group in list(self._groups.values()):
            group.close()

    def _group_of(self, seat: Seat) -> Group:
        viewer = seat.beginning.viewer
        key = seat.plan.key(seat.operation, viewer.access)
        group = self._groups.get(key)
        if group is None:
            operation = seat.plan.without_after(seat.operation)
            source = Source(
                self._services,
                self._faces,
                self.rights,
                seat.engine,
                operation,
                AnyViewer(viewer),
                seat.plan.kind is Kind.EVENTS,
                partial(self._plans.has_failed, operation),
            )
            group = _GROUPS[seat.plan.kind](key, source, seat.start(), self._forget)
            self._groups[key] = group
        return group

    def _forget(self, group: Group) -> None:
        if self._groups.get(group.key) is group:
            del self._groups[group.key]

    def _sort_out(self, change: Change) -> None:
        for group in list(self._groups.values()):
            if group.tenant_id == change.catalogue.tenant_id:
                group.sort_out(change)
