"""Operations that schemathesis makes out of the schema, sent to the API as it is served, by owner and agent.

Whatever they hold, they are answered: no bug, no error that says more than it should, no statement that takes
long. Ids are real ones half of the time, since made-up ones end at the first look.
"""

from __future__ import annotations

import asyncio
import os
import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from random import Random
from time import monotonic
from typing import Any, cast

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis_graphql import nodes

from graph.errors import ErrorCode
from tests.crawl.actors import OWNER, ROLES, TYPES, Role
from tests.crawl.conftest import Made
from tests.crawl.markers import Whose
from tests.crawl.world import World
from tests.support.live_server import SECRET, live_server

# Both roles together take the 30 seconds of a test run, and the ten minutes of a long one.
SECONDS = 30 * float(os.environ.get("SOAK_MINUTES", "10")) if os.environ.get("SOAK") else 15
SEED = int(os.environ.get("SOAK_SEED", Random().randrange(2**32) if os.environ.get("SOAK") else "20260302"))
# A statement that takes longer has no index, whatever else the machine does.
SLOW_SECONDS = 3
AGENT = next(role for role in ROLES if role.name.startswith("agent"))
# After these the rest would be told to sign in.
FAREWELLS = {"signOut", "revokeSession", "removeUser", "transferOwnership", "updateUser"}
_ID = re.compile(r'(\b\w*[iI]ds?: \[?)"([^"\\]*)"')
_LEAKS = re.compile(
    r"Traceback|asyncpg|NoneType|object has no attribute|site-packages|psycopg|SELECT .* FROM"
)
_MEANT = {code.value for code in ErrorCode} - {"INTERNAL_SERVER_ERROR", "TIMEOUT"}

SCALARS: dict[str, st.SearchStrategy[str]] = {
    "CurrencyCode": st.sampled_from(["USD", "EUR", "XXX", "usd"]),
    "Cursor": st.sampled_from(["", "AAAA", "not a cursor", "x" * 400]),
    "Date": st.dates().map(str) | st.sampled_from(["2026-02-30", "0000-01-01"]),
    "DateTime": st.datetimes().map(lambda at: f"{at.isoformat()}Z")
    | st.sampled_from(["2026-03-02", "9999-12-31T23:59:60Z"]),
    "Decimal": st.decimals(-(10**9), 10**9, places=2).map(str) | st.sampled_from(["1e400", "-0", "NaN"]),
    "EmailAddress": st.sampled_from(["olive@acme.example", "x@y", "@", "a" * 300 + "@b.example"]),
    "Locale": st.sampled_from(["en-US", "de", "xx-XX-nothing"]),
    "PhoneNumber": st.sampled_from(["+15125550100", "512 555 0100", "+1", "+999999999999999999"]),
    "TimeOfDay": st.times().map(lambda at: at.strftime("%H:%M")) | st.sampled_from(["24:00", "25:61"]),
    "TimeZone": st.sampled_from(["America/Chicago", "Europe/Berlin", "Mars/Olympus"]),
    "URL": st.sampled_from(["https://example.com/a?b=c", "javascript:alert(1)", "http://[::1"]),
}


@dataclass
class Asked:
    """What was sent so far, and what came of it."""

    answers: Counter[str] = field(default_factory=Counter)
    fields: set[str] = field(default_factory=set)

    def __str__(self) -> str:
        return f"{self.answers.total()} operations on {len(self.fields)} fields: {dict(self.answers)}"


@contextmanager
def served(database_url: str, redis_url: str, world: World) -> Iterator[str]:
    """The API in a thread of its own, since schemathesis waits."""
    terms = {
        "now": world.now,
        "statement_seconds": SLOW_SECONDS,
        "requests_per_viewer": 10**9,
        "requests_per_address": 10**9,
        "graphql_document_bytes": 190_000,
        "graphql_tokens": 10_000,
        "graphql_aliases": 10_000,
        "graphql_overlaps": 5_000,
    }
    started, ended = threading.Event(), threading.Event()
    found: list[Any] = []

    async def serve() -> None:
        async with live_server(database_url, redis_url, **terms) as server:
            found.append(server.url)
            started.set()
            await asyncio.to_thread(ended.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert started.wait(30)
    try:
        yield found[0]
    finally:
        ended.set()
        thread.join(30)


def real_ids(world: World, text: str, random: Random) -> str:
    """A document in which half of the ids are those of something."""

    def put(found: re.Match[str]) -> str:
        if random.random() < 0.5:
            return found[0]
        ids = world.ids(random.choice(list(Whose)), random.choice(TYPES))
        return f'{found[1]}"{random.choice(ids)}"' if ids else found[0]

    return _ID.sub(put, text)


def check(answer: httpx.Response, document: str, asked: Asked) -> None:
    """Fail unless an answer is what any answer may be."""
    told = f"{answer.status_code}: {answer.text[:2000]}\n{document}"
    assert answer.status_code < 500, told
    errors = answer.json().get("errors", [])
    for error in errors:
        assert error["extensions"]["code"] in _MEANT, told
        assert not _LEAKS.search(error["message"]), told
    asked.answers[errors[0]["extensions"]["code"] if errors else "ok"] += 1


def try_all(client: httpx.Client, world: World, until: float) -> Asked:
    """Go round the fields at the root, a few operations of each, until the time is over."""
    asked, random = Asked(), Random(SEED)
    for name, values in SCALARS.items():
        schemathesis.graphql.scalar(name, values.map(nodes.String))
    schema = schemathesis.graphql.from_url(f"{client.base_url}/graphql")
    operations = [cast(Any, result).ok() for result in schema.get_all_operations()]
    operations = [each for each in operations if each.label.partition(".")[2] not in FAREWELLS]
    random.shuffle(operations)
    for turn in range(1_000):
        for operation in operations:
            if monotonic() > until:
                return asked

            @seed(SEED + turn)
            @settings(
                max_examples=3 + turn,
                deadline=None,
                derandomize=False,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy())
            def ask(case: Any) -> None:
                if monotonic() < until:
                    document = real_ids(world, case.body, random)
                    check(client.post("/graphql", json={"query": document}), document, asked)

            ask()
            asked.fields.add(operation.label)
    return asked


@pytest.mark.parametrize("role", [OWNER, AGENT], ids=str)
def test_whatever_is_asked_is_answered(copied: Made, redis_url: str, role: Role) -> None:
    url, world = copied
    print(f"SOAK_SEED={SEED}")
    company = replace(world.company, services=replace(world.company.services, secret=SECRET))
    token = role.token(replace(world, company=company))
    with served(url, redis_url, world) as address:
        headers = {"authorization": f"Bearer {token}"}
        with httpx.Client(base_url=address, headers=headers, timeout=60) as client:
            asked = try_all(client, world, monotonic() + SECONDS)

    print(asked)
    assert asked.answers["ok"] > asked.answers.total() / 10, asked
    assert len(asked.fields) > 10
