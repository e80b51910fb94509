"""What Prometheus is told, and whom it is told to."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from localmessages.metrics import Names
from models.database import Database
from tests.support.desk import open_desk
from tests.support.live_server import live_server

WHO = "ann@acme.example"


async def told(url: str, **headers: str) -> dict[tuple[Any, ...], float]:
    """Each sample by its name and labels."""
    async with httpx.AsyncClient(base_url=url, headers=headers) as client:
        answer = await client.get("/metrics")
    assert answer.status_code == 200, answer.text
    families = text_string_to_metric_families(answer.text)
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }


async def test_an_operation_is_counted_by_its_name_with_its_statements(
    database: Database, database_url: str, redis_url: str
) -> None:
    await open_desk(database)
    async with live_server(database_url, redis_url) as server:
        before = await told(server.url)
        await server.ask(WHO, "query CountedHere { viewer { user { name } } }")
        async with server.watch(WHO, "subscription { viewerEvents { __typename } }"):
            await server.ask(WHO, "query CountedHere { viewer { user { name } } }")
            after = await told(server.url)

    name = ("operation", "CountedHere")
    assert after["localmessages_operations_total", name, ("outcome", "ok"), ("type", "query")] == 2
    assert after["localmessages_operation_seconds_count", name, ("type", "query")] == 2
    assert after["localmessages_operation_statements_total", name] >= 2
    assert after["localmessages_operation_sql_seconds_total", name] > 0
    assert after["localmessages_statement_seconds_count",] > before["localmessages_statement_seconds_count",]
    assert after["localmessages_pool_wait_seconds_count",] > before["localmessages_pool_wait_seconds_count",]
    assert after["localmessages_http_requests_total", ("route", "/graphql"), ("status", "200")] >= 2
    assert after["localmessages_sockets",] == 1
    assert after["localmessages_pool_connections", ("state", "idle")] >= 1
    assert after["localmessages_rollup_deltas",] == 0
    assert after["localmessages_jobs_oldest_seconds",] == 0


async def test_the_consoles_operations_keep_their_names_whoever_asks(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    documents = tmp_path / "documents.json"
    documents.write_text('{"sha256:1": "query OfTheConsole { identityProviders { name } }"}')
    asked = [f"query {name} {{ identityProviders {{ name }} }}" for name in ("OfTheConsole", "OfAStranger")]
    async with (
        live_server(database_url, redis_url, trusted_documents=documents) as server,
        httpx.AsyncClient(base_url=server.url) as client,
    ):
        for query in asked:
            assert "errors" not in (await client.post("/graphql", json={"query": query})).json()
        after = await told(server.url)

    counted = {
        dict(labels)["operation"] for name, *labels in after if name == "localmessages_operations_total"
    }
    assert "OfTheConsole" in counted
    assert "OfAStranger" not in counted


async def test_refusals_and_bugs_are_counted(database_url: str, redis_url: str) -> None:
    refused = ("localmessages_operations_refused_total", ("code", "GRAPHQL_PARSE_FAILED"))
    limited = ("localmessages_rate_limited_total", ("kind", "address"))
    async with live_server(database_url, redis_url, requests_per_address=1) as server:
        before = await told(server.url)
        async with httpx.AsyncClient(base_url=server.url) as client:
            for _ in range(2):
                await client.post("/graphql", json={"query": "{"})
        after = await told(server.url)

    assert after[refused] == before.get(refused, 0) + 1
    assert after[limited] == before.get(limited, 0) + 1


async def test_who_has_no_token_is_told_nothing(database_url: str, redis_url: str) -> None:
    async with live_server(database_url, redis_url, metrics_token="a token of some length") as server:
        async with httpx.AsyncClient(base_url=server.url) as client:
            without = await client.get("/metrics")
            wrong = await client.get("/metrics", headers={"authorization": "Bearer another"})
        right = await told(server.url, authorization="Bearer a token of some length")

    assert without.status_code == wrong.status_code == 401
    assert "localmessages" not in without.text + wrong.text
    assert ("localmessages_sockets",) in right


async def test_in_production_there_are_none_without_a_token(database_url: str, redis_url: str) -> None:
    async with (
        live_server(database_url, redis_url, environment="production") as server,
        httpx.AsyncClient(base_url=server.url) as client,
    ):
        answer = await client.get("/metrics")

    assert answer.status_code == 404


def test_names_are_bounded_whoever_makes_them_up() -> None:
    names = Names(frozenset({"Inbox"}), most=2)

    assert names.of("Inbox", known_viewer=False) == "Inbox"
    assert names.of("Stranger", known_viewer=False) == "other"
    assert [names.of(name, known_viewer=True) for name in ("A", "B", "C", "A", "Inbox")] == [
        *("A", "B", "other", "A", "Inbox")
    ]
    assert names.of("A", known_viewer=False) == "A"
    assert names.of(None, known_viewer=True) == "unnamed"


@pytest.mark.parametrize("path", ["/metrics"])
async def test_no_address_or_text_of_anybody_is_in_there(
    database: Database, database_url: str, redis_url: str, path: str
) -> None:
    await open_desk(database)
    async with live_server(database_url, redis_url) as server:
        await server.ask(WHO, "{ viewer { user { name email } } }")
        async with httpx.AsyncClient(base_url=server.url) as client:
            await client.get("/l/a-secret-slug?signature=abc")
            text = (await client.get(path)).text

    assert not re.search(r"@acme|a-secret-slug|signature|Bearer|127\.0\.0\.1", text)
