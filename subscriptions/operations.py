"""The operations of one socket: begun, answered, stopped."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog
from graphql import GraphQLError, OperationType
from starlette.requests import HTTPConnection

from graph.errors import ErrorCode, RequestRefused, formatted, too_much, too_often
from graph.execution import Answer, Engine, Operation, refusal
from graph.observing import about
from graph.persisted import Persisted
from graph.request import GraphQLRequest, refuse_nul
from localmessages import metrics, tracing
from localmessages.auth import Bearer
from localmessages.rates import RateLimited, Rates
from subscriptions.admission import Admission
from subscriptions.limits import SocketLimits
from subscriptions.messages import SocketRefused, Subscribe, frame
from subscriptions.outlet import Outlet
from subscriptions.patience import DATABASE_AWAY, insist
from subscriptions.seat import Seat
from subscriptions.sockets import Sockets

log = structlog.get_logger(__name__)


class SocketContext(Protocol):
    """What a socket has to know of who asks."""

    @property
    def bearer(self) -> Bearer | None: ...

    @property
    def seconds_left(self) -> float | None: ...

    @property
    def groups(self) -> Any: ...

    async def begin(self) -> Any: ...

    def forget(self) -> None: ...


OpenContext = Callable[[HTTPConnection, str | None], Awaitable[SocketContext]]


@dataclass(frozen=True, slots=True)
class Settings:
    """What all sockets have in common; see `GraphQLSocket`."""

    engine: Engine
    open_context: OpenContext
    limits: SocketLimits
    sockets: Sockets
    admission: Admission
    url: str
    origins: Collection[str] = ()
    rates: Rates | None = None
    persisted: Persisted = field(default_factory=Persisted)


class Operations:
    """Of one socket, by the ids that the client has given them."""

    def __init__(
        self,
        settings: Settings,
        open_context: Callable[[], Awaitable[SocketContext]],
        write: Callable[[str], Awaitable[None]],
        begin: Callable[..., asyncio.Task[None]],
        outlet: Outlet | None,
    ) -> None:
        """`begin` starts what ends with the socket, and closes it at a `SocketRefused`.

        By the `outlet` subscriptions are told that are shared; without it, none is.
        """
        self.are_signed_in = False
        self._settings = settings
        self._context = open_context
        self._write = write
        self._begin = begin
        self._outlet = outlet
        self._running: dict[str, asyncio.Task[None]] = {}

    async def start(self, message: Subscribe) -> None:
        """Run an operation, unless its id is taken or it is one too many."""
        if message.id in self._running:
            raise SocketRefused(4409, f"Subscriber for {message.id} already exists")
        most, running = self._settings.limits.operations, len(self._running)
        if running >= most:
            text = f"This socket has {running} operations running; at most {most} are."
            refused = too_much(text, limit=most, value=running + 1)
            await self._write(frame("error", message.id, refusal(refused)["errors"]))
            return
        self._running[message.id] = self._begin(self._operate, message.id, message.request)

    def stop(self, id: str) -> None:
        """Stop one, if it runs."""
        if (task := self._running.pop(id, None)) is not None:
            task.cancel()

    async def _operate(self, id: str, request: GraphQLRequest) -> None:
        try:
            await self._run(id, request)
            last = frame("complete", id)
        except RequestRefused as refused:
            answer = refusal(refused)
            self._close_if_signed_out(answer)
            last = frame("error", id, answer["errors"])
        except (OSError, SocketRefused):
            raise
        except Exception as error:  # noqa: BLE001  (a bug ends this operation, not the socket)
            last = frame("error", id, [formatted(GraphQLError(str(error), original_error=error))])
        # First: with the last message the client may use the id again.
        self._running.pop(id, None)
        await self._write(last)

    async def _run(self, id: str, request: GraphQLRequest) -> None:
        engine = self._settings.engine
        refuse_nul(request.variables)
        context = await self._context()
        self._count(context)
        request = await self._settings.persisted.meant(request)
        operation = engine.operation(request)
        await self._settings.persisted.keep(request, shared=context.bearer is not None)
        if operation.type is not OperationType.SUBSCRIPTION:
            with tracing.span("graphql.operation"):
                answer = await engine.execute(operation, context)
            await self._tell(id, answer)
            return
        log.info("socket.subscribed", **about(operation, context))
        # Whatever is wrong with who asks, the operation meets it again and says it.
        with suppress(GraphQLError):
            await self.begin(context)
        await engine.admit(operation, context)
        with metrics.SUBSCRIPTIONS.track_inprogress():
            if (seat := self._seat(id, operation, context)) is not None:
                await seat.run()
                return
            async with aclosing(await engine.subscribe(operation, context)) as answers:
                async for answer in answers:
                    await self._tell(id, answer)

    def _count(self, context: SocketContext) -> None:
        """What runs on a socket counts like what comes by itself."""
        rates = self._settings.rates
        if rates is None or context.bearer is None:
            return
        try:
            rates.count_viewer(f"{context.bearer.tenant_id}/{context.bearer.actor_id}")
        except RateLimited as limited:
            raise too_often(limited) from None

    def _seat(self, id: str, operation: Operation, context: SocketContext) -> Seat | None:
        if context.groups is None or self._outlet is None:
            return None
        seat: Seat | None = context.groups.place(
            self._settings.engine,
            operation,
            context,
            id=id,
            outlet=self._outlet,
            check=self._close_if_signed_out,
        )
        return seat

    async def _tell(self, id: str, answer: Answer) -> None:
        self._close_if_signed_out(answer)
        await self._write(frame("next", id, answer))

    def _close_if_signed_out(self, answer: Answer) -> None:
        """Where the token does not count any more, the socket ends with what found it out."""
        if "errors" in answer and self.are_signed_in:
            for error in answer["errors"]:
                if error["extensions"]["code"] == ErrorCode.UNAUTHENTICATED:
                    raise SocketRefused(4403, error["message"])

    async def begin(self, context: SocketContext) -> None:
        """Find out who asks, in their turn; a database that is away is waited for."""

        async def ask() -> None:
            try:
                await context.begin()
            except DATABASE_AWAY:
                context.forget()
                raise

        async with self._settings.admission:
            await insist(ask)
