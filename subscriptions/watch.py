"""What one viewer may see of the log, from where they left off, as their rights come and go."""

from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing
from uuid import UUID

from graph import scalars
from graph.context import Beginning, Context
from graph.errors import ErrorCode, coded
from localmessages import metrics
from localmessages.rules.live import EventKind, ResyncReason
from subscriptions.cursor import BadCursor, Cursor
from subscriptions.events import Event
from subscriptions.hub import Hub
from subscriptions.patience import insist
from subscriptions.sight import Sight, looked_enough
from subscriptions.stream import Gone, Stream

Change = Event | ResyncReason

_CHANGES_RIGHTS = (EventKind.VIEWER_CHANGED, EventKind.CATALOGUE_CHANGED)


class Watch:
    """Follows the lanes of `locations`, the tenant's scope and the viewer's own.

    `locations` says from rights and catalogue whose events are wanted. A list (`is_list`) has to be fetched
    anew when more of what existed already comes into sight. `beyond` follows all lanes of the tenant: whoever
    looks at changes of other locations must say nothing of them.
    """

    beginning: Beginning
    """The viewer and the catalogue as of the last change of them in the stream."""
    locations: frozenset[UUID]
    """Whose events are wanted, and may be seen."""
    scopes: frozenset[int]
    """What is followed."""
    positions: dict[int, int]
    """How far each scope was seen."""
    last: Change | None = None
    """The change just given."""

    def __init__(
        self,
        hub: Hub,
        context: Context,
        beginning: Beginning,
        locations: Callable[[Beginning], Iterable[UUID]],
        *,
        is_list: bool,
        beyond: bool,
    ) -> None:
        self._hub = hub
        self._context = context
        self._locations_of = locations
        self.is_list = is_list
        self._beyond = beyond
        self._stream: Stream | None = None
        self._begin(beginning)
        context.follow(self)

    @classmethod
    async def open(
        cls,
        hub: Hub,
        context: Context,
        locations: Callable[[Beginning], Iterable[UUID]],
        *,
        is_list: bool = False,
        beyond: bool = False,
    ) -> "Watch":
        """A watch whose "now" is the beginning of the operation."""
        return cls(hub, context, await context.begin(), locations, is_list=is_list, beyond=beyond)

    @property
    def cursor(self) -> scalars.Cursor:
        """The position after the last change."""
        return self._context.written(self.position)

    @property
    def position(self) -> Cursor:
        """How far it is, under which rights."""
        here = self.beginning.cursor
        return Cursor(here.epoch, here.access, dict(self.positions), here.own)

    @property
    def heard_at(self) -> float | None:
        """When the event just given was here at the latest, by the event loop's clock."""
        return (self._stream and self._stream.heard_at) or None

    @property
    def is_busy(self) -> bool:
        """Whether more waits to be given."""
        return self._stream is not None and self._stream.is_busy

    async def changes(self, after: str | None) -> AsyncGenerator[Change, None]:
        """Every event of the followed scopes after a cursor, or from now on.

        Or a reason to fetch everything anew: then it goes on from the `cursor` of that moment.
        """
        given = _decoded(after)
        if given is not None and (reason := self.cannot_continue(given, self.beginning)) is not None:
            self.last = reason
            yield reason
        elif given is not None:
            self.positions |= {key: seq for key, seq in given.positions.items() if key in self.positions}
        while True:
            try:
                async with aclosing(self._followed()) as changes:
                    async for change in changes:
                        self.last = change
                        yield change
            except Gone as gone:
                metrics.RESYNCS.labels(gone.reason).inc()
                self._begin(await insist(self._context.anew().begin))
                self.last = gone.reason
                yield gone.reason

    def go_on_at(self, scope_id: int, seq: int) -> None:
        """Look at `locations` again; the lane `scope_id` is followed from `seq` on, if it was not yet."""
        if scope_id not in self.scopes:
            self.positions[scope_id] = seq - 1
        self._settle()

    def _begin(self, beginning: Beginning) -> None:
        self.beginning = beginning
        self.positions = dict(beginning.cursor.positions)
        self._settle()

    def _settle(self) -> None:
        catalogue, own = self.beginning.catalogue, self.beginning.cursor.own
        self.locations = self._in_sight(self.beginning)
        followed = catalogue.places if self._beyond else self.locations
        lanes = {catalogue.places[location_id].scope_id for location_id in followed}
        self.scopes = frozenset(lanes | {catalogue.scope_id} | ({own} if own is not None else set()))

    def _in_sight(self, beginning: Beginning) -> frozenset[UUID]:
        return frozenset(self._locations_of(beginning)).intersection(beginning.viewer.location_roles)

    def cannot_continue(self, given: Cursor, beginning: Beginning) -> ResyncReason | None:
        """Why somebody who begins so cannot go on from a cursor; None if they can."""
        here = beginning.cursor
        is_ahead = any(seq > here.positions.get(key, seq) for key, seq in given.positions.items())
        if given.epoch != here.epoch or is_ahead:
            return ResyncReason.UNKNOWN_EPOCH
        if not self.scopes.issubset(given.positions) or (self.is_list and given.access != here.access):
            return ResyncReason.ACCESS_CHANGED
        return None

    async def _followed(self) -> AsyncGenerator[Change, None]:
        """The changes for as long as the scopes are the same."""
        scopes = self.scopes
        tenant_id = self.beginning.viewer.tenant_id
        after = {scope_id: self.positions[scope_id] for scope_id in scopes}
        following = self._hub.subscribe(tenant_id, after, epoch=self.beginning.cursor.epoch)
        async with following as stream, aclosing(aiter(stream)) as events:
            self._stream = stream
            async for event in events:
                self.positions[event.scope_id] = event.seq
                if event.kind in _CHANGES_RIGHTS and await self._has_more_in_sight():
                    yield ResyncReason.ACCESS_CHANGED
                    return
                yield event
                if self.scopes != scopes:
                    return

    async def _has_more_in_sight(self) -> bool:
        """Look at rights and catalogue again; whether a list lacks what it had no events of."""
        before = self.beginning
        self.beginning = await insist(self._context.anew().begin)
        self._settle()
        sight = self.sight(before, self.beginning)
        if sight is Sight.IS_OVER:
            raise looked_enough()
        if sight is Sight.HAS_MORE:
            self.positions = dict(self.beginning.cursor.positions)
        return sight is Sight.HAS_MORE

    def sight(self, before: Beginning, now: Beginning) -> Sight:
        """What it means for somebody who watches the same that they begin another way."""
        seen, locations = self._in_sight(before), self._in_sight(now)
        if seen and not locations:
            return Sight.IS_OVER
        gained = any(key in before.catalogue.places for key in locations - seen)
        return Sight.HAS_MORE if self.is_list and gained else Sight.GOES_ON


def nowhere(beginning: Beginning) -> tuple[UUID, ...]:
    """The locations of who follows the tenant's and the viewer's own scope alone."""
    return ()


def _decoded(after: str | None) -> Cursor | None:
    try:
        return None if after is None else Cursor.decode(after)
    except BadCursor as error:
        raise coded(ErrorCode.BAD_USER_INPUT, str(error)) from error
