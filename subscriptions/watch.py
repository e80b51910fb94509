"""What one viewer may see of the log, from where they left off, as their rights come and go."""

from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing
from uuid import UUID

from graph import scalars
from graph.context import Beginning, Context
from graph.errors import ErrorCode, coded, forbidden
from localmessages.rules.live import EventKind, ResyncReason
from subscriptions.cursor import BadCursor, Cursor
from subscriptions.events import Event
from subscriptions.hub import Hub
from subscriptions.patience import insist
from subscriptions.stream import Gone

Change = Event | ResyncReason

_CHANGES_RIGHTS = (EventKind.VIEWER_CHANGED, EventKind.CATALOGUE_CHANGED)


class Watch:
    """Follows the lanes of `locations`, the tenant's scope and the viewer's own.

    `locations` says from rights and catalogue whose events are wanted. A list (`is_list`) has to be fetched
    anew when more of what existed already comes into sight.
    """

    beginning: Beginning
    """The viewer and the catalogue as of the last change of them in the stream."""
    locations: frozenset[UUID]
    """Whose events are wanted, and may be seen."""

    def __init__(
        self,
        hub: Hub,
        context: Context,
        beginning: Beginning,
        locations: Callable[[Beginning], Iterable[UUID]],
        is_list: bool,
    ) -> None:
        self._hub = hub
        self._context = context
        self._locations_of = locations
        self._is_list = is_list
        self._scopes: frozenset[int] = frozenset()
        self._begin(beginning)

    @classmethod
    async def open(
        cls,
        hub: Hub,
        context: Context,
        locations: Callable[[Beginning], Iterable[UUID]],
        *,
        is_list: bool = False,
    ) -> "Watch":
        """A watch whose "now" is the beginning of the operation."""
        return cls(hub, context, await context.begin(), locations, is_list)

    @property
    def cursor(self) -> scalars.Cursor:
        """The position after the last change."""
        here = self.beginning.cursor
        return scalars.Cursor(Cursor(here.epoch, here.access, self._positions).encode())

    async def changes(self, after: str | None) -> AsyncGenerator[Change, None]:
        """Every event of the followed scopes after a cursor, or from now on.

        Or a reason to fetch everything anew: then it goes on from the `cursor` of that moment.
        """
        given = _decoded(after)
        if given is not None and (reason := self._cannot_continue(given)) is not None:
            yield reason
        elif given is not None:
            self._positions |= {key: seq for key, seq in given.positions.items() if key in self._positions}
        while True:
            try:
                async with aclosing(self._followed()) as changes:
                    async for change in changes:
                        yield change
            except Gone as gone:
                self._begin(await insist(self._context.fork().begin))
                yield gone.reason

    def go_on_at(self, scope_id: int, seq: int) -> None:
        """Look at `locations` again; the lane `scope_id` is followed from `seq` on, if it was not yet."""
        if scope_id not in self._scopes:
            self._positions[scope_id] = seq - 1
        self._settle()

    def _begin(self, beginning: Beginning) -> None:
        self.beginning = beginning
        self._positions = dict(beginning.cursor.positions)
        self._settle()

    def _settle(self) -> None:
        viewer, catalogue = self.beginning.viewer, self.beginning.catalogue
        self.locations = frozenset(self._locations_of(self.beginning)).intersection(viewer.location_roles)
        lanes = {catalogue.places[location_id].scope_id for location_id in self.locations}
        own = {catalogue.scope_id, *self._user_scope()}
        self._scopes = frozenset(lanes | own)

    def _user_scope(self) -> list[int]:
        person = self.beginning.catalogue.people.get(self.beginning.viewer.actor_id)
        return [] if person is None else [person.scope_id]

    def _cannot_continue(self, given: Cursor) -> ResyncReason | None:
        here = self.beginning.cursor
        is_ahead = any(seq > here.positions.get(key, seq) for key, seq in given.positions.items())
        if given.epoch != here.epoch or is_ahead:
            return ResyncReason.UNKNOWN_EPOCH
        if not self._scopes.issubset(given.positions) or (self._is_list and given.access != here.access):
            return ResyncReason.ACCESS_CHANGED
        return None

    async def _followed(self) -> AsyncGenerator[Change, None]:
        """The changes for as long as the scopes are the same."""
        scopes = self._scopes
        tenant_id = self.beginning.viewer.tenant_id
        after = {scope_id: self._positions[scope_id] for scope_id in scopes}
        async with self._hub.subscribe(tenant_id, after) as stream, aclosing(aiter(stream)) as events:
            async for event in events:
                self._positions[event.scope_id] = event.seq
                if event.kind in _CHANGES_RIGHTS and await self._has_more_in_sight():
                    yield ResyncReason.ACCESS_CHANGED
                    return
                yield event
                if self._scopes != scopes:
                    return

    async def _has_more_in_sight(self) -> bool:
        """Look at rights and catalogue again; whether a list lacks what it had no events of."""
        before, seen = self.beginning, self.locations
        self.beginning = await insist(self._context.fork().begin)
        self._settle()
        if seen and not self.locations:
            raise forbidden("You may no longer look here. Ask whoever manages this place.")
        gained = [key for key in self.locations - seen if key in before.catalogue.places]
        if self._is_list and gained:
            self._positions = dict(self.beginning.cursor.positions)
            return True
        return False


def nowhere(beginning: Beginning) -> tuple[UUID, ...]:
    """The locations of who follows the tenant's and the viewer's own scope alone."""
    return ()


def _decoded(after: str | None) -> Cursor | None:
    try:
        return None if after is None else Cursor.decode(after)
    except BadCursor as error:
        raise coded(ErrorCode.BAD_USER_INPUT, str(error)) from error
