"""One line in the log for each request, an id that finds it, and an answer even to a bug."""

import logging
import re
import secrets
from collections.abc import Generator, Iterable
from functools import lru_cache
from itertools import count
from time import perf_counter, thread_time
from typing import Any
from uuid import uuid4

import structlog
from prometheus_client import Counter, Histogram
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from localmessages import metrics, tracing
from models.spent import Spent, spent

# What a proxy in front may have called it; anything else is not ours to repeat in a log.
_GIVEN_ID = re.compile(rb"[A-Za-z0-9._-]{8,100}")

# Random for the process, counted within it: each id costs next to nothing.
_PROCESS, _numbers = secrets.token_hex(8), count(1)

log = structlog.get_logger(__name__)
_standard_log = logging.getLogger(__name__)


@lru_cache(1_000)
def _counters(route: str, status: int) -> tuple[Counter, Histogram]:
    return metrics.HTTP_REQUESTS.labels(route, str(status)), metrics.HTTP_SECONDS.labels(route)


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
        request_id = _given_id(scope) or f"{_PROCESS}{next(_numbers):x}"
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

        scope["told"] = {}
        account, work, started = Spent(), Work(self._app, scope, receive, noting), perf_counter()
        spent.set(account)
        route = self._route(scope)
        try:
            with tracing.request_span(f"{scope['method']} {route}", scope):
                await work
                tracing.note(None, {"http.route": route, "http.response.status_code": status})
        except Exception:
            error_id = uuid4().hex
            log.exception("http.bug", error_id=error_id, route=route)
            if not status:
                text = f"Something went wrong on our side. Its number is {error_id}.\n"
                await PlainTextResponse(text, 500)(scope, receive, noting)
        finally:
            seconds = perf_counter() - started
            counter, times = _counters(route, status)
            counter.inc()
            times.observe(seconds)
            if _standard_log.isEnabledFor(logging.INFO):
                _tell(scope, route, status, seconds, work.cpu_seconds, account)

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


def _tell(scope: Scope, route: str, status: int, seconds: float, cpu: float, account: Spent) -> None:
    log.info(
        "http.request",
        method=scope["method"],
        route=route,
        status=status,
        ms=_ms(seconds),
        cpu_ms=_ms(cpu),
        sql_ms=_ms(account.sql_seconds),
        statements=account.statements,
        wait_ms=_ms(account.wait_seconds),
        address=(scope.get("client") or ("",))[0],
        **scope["told"],
    )


def _given_id(scope: Scope) -> str | None:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _GIVEN_ID.fullmatch(value):
            return str(value.decode())
    return None


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 2)
