"""One line in the log for each request, an id that finds it, and an answer even to a bug."""

import re
from collections.abc import Generator, Iterable
from time import perf_counter, thread_time
from typing import Any
from uuid import uuid4

import structlog
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.spent import Spent, spent

# What a proxy in front may have called it; anything else is not ours to repeat in a log.
_GIVEN_ID = re.compile(rb"[A-Za-z0-9._-]{8,100}")

log = structlog.get_logger(__name__)


class Requests:
    """Around the application. What the GraphQL view knows of an operation it leaves in `scope["told"]`."""

    def __init__(self, app: ASGIApp, routes: Iterable[str]) -> None:
        """`routes` are the first parts of our paths; the rest, which may be a key, no line tells."""
        self._app = app
        self._routes = frozenset(routes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        request_id = _given_id(scope) or uuid4().hex
        structlog.contextvars.bind_contextvars(request_id=request_id)
        if scope["type"] == "websocket":
            await self._app(scope, receive, send)
            return
        status = 0

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {
                    **message,
                    "headers": [*message["headers"], (b"x-request-id", request_id.encode())],
                }
            await send(message)

        told = scope["told"] = {}
        account, work, started = Spent(), Work(self._app, scope, receive, noting), perf_counter()
        spent.set(account)
        try:
            await work
        except Exception:
            error_id = uuid4().hex
            log.exception("http.bug", error_id=error_id, route=self._route(scope))
            if not status:
                text = f"Something went wrong on our side. Its number is {error_id}.\n"
                await PlainTextResponse(text, 500)(scope, receive, noting)
        finally:
            log.info(
                "http.request",
                method=scope["method"],
                route=self._route(scope),
                status=status,
                ms=_ms(perf_counter() - started),
                cpu_ms=_ms(work.cpu_seconds),
                sql_ms=_ms(account.sql_seconds),
                statements=account.statements,
                wait_ms=_ms(account.wait_seconds),
                address=(scope.get("client") or ("",))[0],
                **told,
            )

    def _route(self, scope: Scope) -> str:
        first = "/" + scope["path"].split("/", 2)[1]
        return first if first in self._routes else "other"


class Work:
    """A request's own task, with the time that it keeps the processor; tasks that it starts are not in it."""

    __slots__ = ("_app", "_given", "cpu_seconds")

    def __init__(self, app: ASGIApp, *given: Any) -> None:
        self._app = app
        self._given = given
        self.cpu_seconds = 0.0

    def __await__(self) -> Generator[Any, Any, None]:
        steps = self._app(*self._given).__await__()
        step, value = steps.send, None
        while True:
            started = thread_time()
            try:
                waited_for = step(value)
            except StopIteration:
                return
            finally:
                self.cpu_seconds += thread_time() - started
            step = steps.send
            try:
                value = yield waited_for
            except BaseException as error:  # noqa: BLE001  (a cancellation is the inner one's)
                step, value = steps.throw, error


def _given_id(scope: Scope) -> str | None:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _GIVEN_ID.fullmatch(value):
            return str(value.decode())
    return None


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 2)
