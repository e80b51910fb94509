"""Each operation as metrics and traces see it: by a name of few, with its time and that of its statements."""

from __future__ import annotations

from functools import lru_cache
from time import perf_counter
from types import TracebackType
from typing import TYPE_CHECKING, Any

from prometheus_client import Counter, Histogram

from localmessages import metrics, tracing
from localmessages.metrics import Names
from models.spent import Spent, spent

if TYPE_CHECKING:
    from graph.execution import Operation


class Running:
    """One operation from its beginning to its answer, which is told here."""

    __slots__ = ("_account", "_name", "_span", "_sql", "_started", "_statements", "_type", "answer")

    def __init__(self, names: Names, operation: Operation, context: Any) -> None:
        given = operation.definition.name
        known = getattr(context, "bearer", None) is not None
        self._name = names.of(given.value if given else None, known_viewer=known)
        self._type = operation.type.value
        self._span = tracing.span("graphql.execute")
        self.answer: dict[str, Any] | None = None

    def __enter__(self) -> Running:
        account = spent.get()
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
