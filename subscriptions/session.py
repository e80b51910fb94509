"""One socket: what it may say when, and the operations that run on it."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError, OperationType
from starlette.requests import HTTPConnection
from starlette.types import Receive, Send

from graph.errors import ErrorCode, RequestRefused, formatted, too_much
from graph.execution import Answer, Engine, refusal
from graph.request import GraphQLRequest, refuse_nul
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

OpenContext = Callable[[HTTPConnection, str | None], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Settings:
    """What all sockets have in common; see `GraphQLSocket`."""

    engine: Engine
    open_context: OpenContext
    init_seconds: float
    max_operations: int
    max_frame_bytes: int


class Session:
    """One socket, from its acceptance to its end."""

    def __init__(self, settings: Settings, connection: HTTPConnection, receive: Receive, send: Send) -> None:
        self._settings = settings
        self._connection = connection
        self._receive = receive
        self._send = send
        self._authorization: str | None = connection.headers.get("authorization")
        self._is_initialised = False
        self._is_acknowledged = False
        self._operations: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_closing = False
        self._closed = asyncio.Event()

    async def run(self) -> None:
        """Serve until either side closes; nothing of it goes on after that."""
        self._begin(self._read())
        self._begin(self._expect_init())
        try:
            await self._closed.wait()
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(self._or_close(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _or_close(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except SocketRefused as refused:
            await self._close(refused.code, refused.reason)
        except OSError:
            # The client is gone; that is not ours to report.
            self._closed.set()

    async def _close(self, code: int, reason: str) -> None:
        if not self._is_closing:
            self._is_closing = True
            with suppress(OSError):
                await self._send({"type": "websocket.close", "code": code, "reason": reason})
            self._closed.set()

    async def _write(self, text: str) -> None:
        if not self._is_closing:
            await self._send({"type": "websocket.send", "text": text})

    async def _read(self) -> None:
        while (event := await self._receive())["type"] == "websocket.receive":
            await self._take(message_in(event, self._settings.max_frame_bytes))
        self._closed.set()

    async def _take(self, message: Message) -> None:
        match message:
            case ConnectionInit():
                if self._is_initialised:
                    raise SocketRefused(4429, "Too many initialisation requests")
                self._is_initialised = True
                self._begin(self._acknowledge(message))
            case Ping(payload):
                await self._write(frame("pong", payload=payload))
            case Pong():
                pass
            case Subscribe():
                await self._subscribe(message)
            case Complete(id):
                if (task := self._operations.pop(id, None)) is not None:
                    task.cancel()

    async def _expect_init(self) -> None:
        await asyncio.sleep(self._settings.init_seconds)
        if not self._is_initialised:
            raise SocketRefused(4408, "Connection initialisation timeout")

    async def _acknowledge(self, init: ConnectionInit) -> None:
        given = init.payload.get("Authorization", self._authorization)
        if not isinstance(given, str | None):
            raise SocketRefused(4403, "Forbidden")
        self._authorization = given
        await self._context()
        self._is_acknowledged = True
        await self._write(frame("connection_ack"))

    async def _context(self) -> Any:
        """A context for one operation, which finds out anew whether the token still counts."""
        try:
            return await self._settings.open_context(self._connection, self._authorization)
        except GraphQLError as error:
            raise SocketRefused(4403, error.message) from error

    async def _subscribe(self, message: Subscribe) -> None:
        if not self._is_acknowledged:
            raise SocketRefused(4401, "Unauthorized")
        if message.id in self._operations:
            raise SocketRefused(4409, f"Subscriber for {message.id} already exists")
        most, running = self._settings.max_operations, len(self._operations)
        if running >= most:
            text = f"This socket has {running} operations running; at most {most} are."
            refused = too_much(text, limit=most, value=running + 1)
            await self._write(frame("error", message.id, refusal(refused)["errors"]))
            return
        self._operations[message.id] = self._begin(self._operate(message.id, message.request))

    async def _operate(self, id: str, request: GraphQLRequest) -> None:
        try:
            async with aclosing(self._answers(request)) as answers:
                async for answer in answers:
                    self._close_if_signed_out(answer)
                    await self._write(frame("next", id, answer))
            last = frame("complete", id)
        except RequestRefused as refused:
            last = frame("error", id, refusal(refused)["errors"])
        except (OSError, SocketRefused):
            raise
        except Exception as error:  # noqa: BLE001  (a bug ends this operation, not the socket)
            last = frame("error", id, [formatted(GraphQLError(str(error), original_error=error))])
        # First: with the last message the client may use the id again.
        self._operations.pop(id, None)
        await self._write(last)

    async def _answers(self, request: GraphQLRequest) -> AsyncGenerator[Answer, None]:
        engine = self._settings.engine
        refuse_nul(request.variables)
        operation = engine.operation(request)
        context = await self._context()
        if operation.type is not OperationType.SUBSCRIPTION:
            yield await engine.execute(operation, context)
            return
        async with aclosing(await engine.subscribe(operation, context)) as answers:
            async for answer in answers:
                yield answer

    def _close_if_signed_out(self, answer: Answer) -> None:
        """An answer without `data` is the last one: where the token ended it, the socket ends too."""
        if "data" not in answer and self._authorization is not None:
            for error in answer["errors"]:
                if error["extensions"]["code"] == ErrorCode.UNAUTHENTICATED:
                    raise SocketRefused(4403, error["message"])
