"""Each operation as metrics and traces see it: by a name of few, with its time and that of its statements."""

from __future__ import annotations

import logging
from functools import lru_cache
from time import perf_counter
from types import TracebackType
from typing import TYPE_CHECKING, Any

import structlog
from prometheus_client import Counter, Histogram

from localmessages import metrics, tracing
from localmessages.metrics import Names
from models.spent import Spent, spent

if TYPE_CHECKING:
    from graph.execution import Operation

log = structlog.get_logger(__name__)
_standard_log = logging.getLogger(__name__)


class Running:
    """One operation from its beginning to its answer, which is told here."""

    __slots__ = (
        *("_account", "_context", "_is_of_a_socket", "_name", "_operation", "_span"),
        *("_sql", "_started", "_statements", "_type", "answer"),
    )

    def __init__(self, names: Names, operation: Operation, context: Any) -> None:
        given = operation.definition.name
        known = getattr(context, "bearer", None) is not None
        self._operation, self._context = operation, context
        self._name = names.of(given.value if given else None, known_viewer=known)
        self._type = operation.type.value
        self._span = tracing.span("graphql.execute")
        self.answer: dict[str, Any] | None = None

    def __enter__(self) -> Running:
        account = spent.get()
        self._is_of_a_socket = account is None
        if account is None:
            account = Spent()
            spent.set(account)
        self._account, self._sql, self._statements = account, account.sql_seconds, account.statements
        self._span.__enter__()
        self._started = perf_counter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        seconds, account = perf_counter() - self._started, self._account
        outcome = _outcome(self.answer)
        tracing.note(None, {"graphql.outcome": outcome})
        self._span.__exit__(kind, error, trace)
        ran, times, sql_seconds, statements = _counters(self._name, self._type, outcome)
        ran.inc()
        times.observe(seconds)
        sql_seconds.inc(account.sql_seconds - self._sql)
        statements.inc(account.statements - self._statements)
        if self._is_of_a_socket and _standard_log.isEnabledFor(logging.INFO):
            self._tell(outcome, seconds)

    def _tell(self, outcome: str, seconds: float) -> None:
        """A line in the log; over HTTP the request has one."""
        log.info(
            "socket.operation",
            **about(self._operation, self._context),
            outcome=outcome,
            ms=round(seconds * 1000, 2),
            sql_ms=round((self._account.sql_seconds - self._sql) * 1000, 2),
            statements=self._account.statements - self._statements,
        )


def about(operation: Operation, context: Any) -> dict[str, str | None]:
    """What a log says of an operation: its name and whose it is, never a value that was sent."""
    name, bearer = operation.definition.name, getattr(context, "bearer", None)
    return {"operation": name.value if name else None, "viewer": str(bearer.actor_id) if bearer else None}


@lru_cache(5_000)
def _counters(name: str, type_: str, outcome: str) -> tuple[Counter, Histogram, Counter, Counter]:
    return (
        metrics.OPERATIONS.labels(name, type_, outcome),
        metrics.OPERATION_SECONDS.labels(name, type_),
        metrics.OPERATION_SQL_SECONDS.labels(name),
        metrics.OPERATION_STATEMENTS.labels(name),
    )


def _outcome(answer: dict[str, Any] | None) -> str:
    if answer is None:
        return "canceled"
    errors = answer.get("errors")
    return str(errors[0]["extensions"]["code"]) if errors else "ok"
