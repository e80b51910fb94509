"""Spans of an operation, where OpenTelemetry's SDK takes them; and what they cost where it does not."""

from __future__ import annotations

from collections.abc import Iterator
from time import thread_time

import httpx
import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from localmessages import tracing
from models import spent
from models.database import Database
from tests.support.desk import open_desk
from tests.support.live_server import live_server


@pytest.fixture
def exported(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: provider)
    yield exporter
    monkeypatch.undo()
    assert not tracing.start_tracing()


def named(spans: tuple[ReadableSpan, ...], name: str) -> ReadableSpan:
    [found] = [span for span in spans if span.name == name]
    return found


async def test_an_operation_is_a_span_with_its_steps_and_statements(
    exported: InMemorySpanExporter, database: Database, database_url: str, redis_url: str
) -> None:
    await open_desk(database)
    async with live_server(database_url, redis_url) as server:
        token = await server.token("ann@acme.example")
        exported.clear()
        sender = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        async with httpx.AsyncClient(base_url=server.url) as client:
            await client.post(
                "/graphql",
                json={"query": "query Traced { viewer { user { name } } }"},
                headers={"authorization": f"Bearer {token}", "traceparent": sender},
            )
        spans = exported.get_finished_spans()

    request = [span for span in spans if span.name == "POST /graphql"][-1]
    operation = named(spans, "query Traced")
    execute = named(spans, "graphql.execute")
    assert f"{request.context.trace_id:x}" == "af7651916cd43dd8448eb211c80319c"
    assert request.attributes is not None
    assert request.attributes["http.response.status_code"] == 200
    for child, parent in ((operation, request), (execute, operation)):
        assert child.parent is not None
        assert child.parent.span_id == parent.context.span_id
    steps = {span.name for span in spans if span.parent and span.parent.span_id == operation.context.span_id}
    assert steps == {"graphql.parse", "graphql.validate", "graphql.execute"}
    asked = [s for s in spans if s.name == "SQL" and s.parent and s.parent.span_id == execute.context.span_id]
    assert asked
    assert all(token not in str(span.attributes) for span in spans)


def test_without_an_sdk_there_is_nothing_to_pay_for() -> None:
    assert not tracing.start_tracing()
    assert spent.on_statement is None

    started = thread_time()
    for _ in range(10_000):
        with tracing.span("step"):
            tracing.note("name", {})
    assert (thread_time() - started) / 10_000 < 20e-6
