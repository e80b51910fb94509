"""Spans for OpenTelemetry, where the process was started with its SDK; else they cost nothing."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from time import time_ns
from typing import Any

from asyncpg.connection import LoggedQuery
from opentelemetry import propagate, trace
from opentelemetry.trace import NoOpTracerProvider, ProxyTracerProvider, SpanKind, Tracer
from starlette.datastructures import Headers
from starlette.types import Scope

from models import spent

_NOTHING: AbstractContextManager[None] = nullcontext()
_tracer: Tracer | None = None


def start_tracing() -> bool:
    """Look whether anybody takes spans, as `opentelemetry-instrument` arranges before the process begins."""
    global _tracer  # noqa: PLW0603  (one per process, like the SDK's own)
    provider = trace.get_tracer_provider()
    is_on = not isinstance(provider, ProxyTracerProvider | NoOpTracerProvider)
    _tracer = provider.get_tracer("localmessages") if is_on else None
    spent.on_statement = _statement if is_on else None
    return is_on


def span(name: str, **attributes: Any) -> AbstractContextManager[Any]:
    """A step of the work."""
    return _NOTHING if _tracer is None else _tracer.start_as_current_span(name, attributes=attributes)


def request_span(name: str, scope: Scope) -> AbstractContextManager[Any]:
    """An HTTP request, within the trace of whoever sent it."""
    if _tracer is None:
        return _NOTHING
    context = propagate.extract(Headers(scope=scope))
    return _tracer.start_as_current_span(name, context=context, kind=SpanKind.SERVER)


def note(name: str | None, attributes: Mapping[str, str | int]) -> None:
    """Say more of the step that runs: its name, once it is known, and what it was about."""
    if _tracer is not None:
        current = trace.get_current_span()
        if name is not None:
            current.update_name(name)
        current.set_attributes(attributes)


def _statement(query: LoggedQuery) -> None:
    """A statement, which has ended; its parameters are nobody's business."""
    assert _tracer is not None
    ended = time_ns()
    began = ended - int(query.elapsed * 1e9)
    attributes = {"db.system.name": "postgresql", "db.query.text": query.query}
    made = _tracer.start_span("SQL", start_time=began, kind=SpanKind.CLIENT, attributes=attributes)
    if query.exception is not None:
        made.set_attribute("error.type", type(query.exception).__name__)
    made.end(ended)
