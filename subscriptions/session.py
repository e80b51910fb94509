"""One socket: what it may say when, and the operations that run on it."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from contextlib import suppress
from typing import Any
from uuid import UUID

from graphql import GraphQLError
from starlette.requests import HTTPConnection
from starlette.types import Receive, Send

from localmessages.http.origin import is_foreign
from subscriptions.limits import MessageRate
from subscriptions.line import stop
from subscriptions.messages import (
    Complete,
    ConnectionInit,
    Message,
    Ping,
    Pong,
    SocketRefused,
    Subscribe,
    frame,
    message_in,
)
from subscriptions.operations import Operations, Settings, SocketContext
from subscriptions.outlet import OUTLET

# A token's end is looked for this often too: timers stand still while a machine sleeps.
LONGEST_LOOK = 60.0


class Session:
    """One socket, from its acceptance to its end."""

    def __init__(self, settings: Settings, connection: HTTPConnection, receive: Receive, send: Send) -> None:
        self._settings = settings
        self._connection = connection
        self._receive = receive
        self._send = send
        self._authorization: str | None = None
        self._session: tuple[UUID, UUID] | None = None
        self._rate = MessageRate(settings.limits)
        self._is_initialised = False
        self._is_acknowledged = False
        self._tasks: set[asyncio.Task[None]] = set()
        outlet = connection.scope.get("extensions", {}).get(OUTLET)
        self._operations = Operations(settings, self._context, self._write, self._begin, outlet)
        self._timer: asyncio.TimerHandle | None = None
        self._is_closing = False

    async def run(self) -> None:
        """Serve until either side closes; nothing of it goes on after that."""
        self._wait(self._settings.limits.init_seconds, self.end, 4408, "Connection initialisation timeout")
        try:
            self._settings.sockets.enter(self)
            await self._read()
        except SocketRefused as refused:
            await self._close(refused.code, refused.reason)
        except OSError:
            # The client is gone; that is not ours to report.
            pass
        finally:
            self._is_closing = True
            self._stop_waiting()
            await asyncio.gather(*(stop(task, patience=2) for task in self._tasks))
            self._settings.sockets.leave(self)
            if self._session is not None:
                self._settings.sockets.sessions.leave(self, *self._session)

    def end(self, code: int, reason: str) -> None:
        """Have it closed."""
        self._begin(self._close, code, reason)

    def _wait(self, seconds: float, then: Callable[..., None], *given: Any) -> None:
        self._stop_waiting()
        self._timer = asyncio.get_running_loop().call_later(seconds, then, *given)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _begin(self, work: Callable[..., Awaitable[None]], *given: Any) -> asyncio.Task[None]:
        task = asyncio.create_task(self._or_close(work, *given))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _or_close(self, work: Callable[..., Awaitable[None]], *given: Any) -> None:
        # A client that is gone is not ours to report.
        with suppress(OSError):
            try:
                await work(*given)
            except SocketRefused as refused:
                await self._close(refused.code, refused.reason)

    async def _close(self, code: int, reason: str) -> None:
        """Close, once. The server then lets `_read` end."""
        if not self._is_closing:
            self._is_closing = True
            with suppress(OSError):
                await self._send({"type": "websocket.close", "code": code, "reason": reason})

    async def _write(self, text: str) -> None:
        if not self._is_closing:
            await self._send({"type": "websocket.send", "text": text})

    async def _read(self) -> None:
        now = asyncio.get_running_loop().time
        while (event := await self._receive())["type"] == "websocket.receive" and not self._is_closing:
            self._rate.count(now())
            await self._take(message_in(event, self._settings.limits.frame_bytes))

    async def _take(self, message: Message) -> None:
        match message:
            case ConnectionInit():
                if self._is_initialised:
                    raise SocketRefused(4429, "Too many initialisation requests")
                self._is_initialised = True
                self._stop_waiting()
                await self._acknowledge(message)
            case Ping(payload):
                await self._write(frame("pong", payload=payload))
            case Pong():
                pass
            case Subscribe():
                if not self._is_acknowledged:
                    raise SocketRefused(4401, "Unauthorized")
                await self._operations.start(message)
            case Complete(id):
                self._operations.stop(id)

    async def _acknowledge(self, init: ConnectionInit) -> None:
        self._authorization = self._authorization_of(init)
        context = await self._context()
        if context.bearer is not None and context.bearer.key_digest is not None:
            await self._check_key(context)
        await self._settings.sockets.claim(self, self._who(context))
        if context.bearer is not None and context.bearer.ends_by is not None:
            self._session = context.bearer.tenant_id, context.bearer.ends_by
            self._settings.sockets.sessions.enter(self, *self._session)
        self._watch_token(context)
        self._is_acknowledged = True
        self._operations.are_signed_in = self._authorization is not None or context.bearer is not None
        await self._write(frame("connection_ack"))

    async def _check_key(self, context: SocketContext) -> None:
        """Unlike a token, a key does not say itself whether and until when it counts."""
        try:
            await self._operations.begin(context)
        except GraphQLError as error:
            raise SocketRefused(4403, error.message) from error

    def _authorization_of(self, init: ConnectionInit) -> str | None:
        for name in ("Authorization", "authorization"):
            if name in init.payload:
                given = init.payload[name]
                if not isinstance(given, str | None):
                    raise SocketRefused(4403, "Forbidden")
                return given
        headers = self._connection.headers
        if is_foreign(headers, self._settings.url, self._settings.origins):
            # What a browser adds by itself says nothing of what its user wants.
            raise SocketRefused(4403, "Forbidden: a page of another site must send its token")
        return headers.get("authorization")

    def _who(self, context: SocketContext) -> Hashable:
        if context.bearer is not None:
            return f"{context.bearer.tenant_id}/{context.bearer.actor_id}"
        return self._connection.client and self._connection.client.host

    def _watch_token(self, context: SocketContext) -> None:
        """Close when the token ends, also if nothing ever happens on the socket."""
        left = context.seconds_left
        if left is None:
            return
        if left <= 0:
            self.end(4403, "The token has expired. Sign in again.")
        else:
            self._wait(min(left, LONGEST_LOOK), self._watch_token, context)

    async def _context(self) -> SocketContext:
        """A context for one operation, which finds out anew whether the token still counts."""
        try:
            return await self._settings.open_context(self._connection, self._authorization)
        except GraphQLError as error:
            raise SocketRefused(4403, error.message) from error
