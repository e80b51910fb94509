"""Who tries too often waits, whoever they try to be."""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Awaitable
from datetime import datetime, timedelta
from time import perf_counter
from typing import Any

import pytest

from tests.support.company import Company
from tests.support.visitor import PASSWORD, Visitor, application, give_passwords


@pytest.fixture
async def town(town: Company) -> Company:
    await give_passwords(town, "Ann", "Bob")
    return town


async def fail(visitor: Visitor, name: str = "ann") -> Any:
    return await visitor.refusal("signIn", email=f"{name}@acme.example", password="wrong")


async def statements_of(town: Company, work: Awaitable[Any]) -> list[str]:
    """What is said to the database meanwhile, over the connection that everybody is given."""
    said: list[str] = []

    def note(query: Any) -> None:
        said.append(query.query)

    async with town.services.database.connection() as connection:
        connection.add_query_logger(note)
    await work
    async with town.services.database.connection() as connection:
        connection.remove_query_logger(note)
    return said


@pytest.mark.parametrize("name", ["ann", "nobody"])
async def test_after_five_wrong_passwords_one_waits_also_with_the_right_one(town: Company, name: str) -> None:
    visitor = Visitor(town)
    for _ in range(5):
        assert (await fail(visitor, name))["code"] == "INVALID_CREDENTIALS"

    error = await visitor.refusal("signIn", email=f"{name.upper()}@acme.example", password=PASSWORD)

    assert error["code"] == "TOO_MANY_ATTEMPTS"
    assert error["__typename"] == "RetryLaterError"
    assert datetime.fromisoformat(error["until"]) == town.clock() + timedelta(seconds=30)


async def test_the_pause_ends_and_the_next_one_is_twice_as_long(town: Company) -> None:
    visitor = Visitor(town)
    for _ in range(5):
        await fail(visitor)
    town.clock.passes(seconds=30)
    assert (await fail(visitor))["code"] == "INVALID_CREDENTIALS"

    error = await fail(visitor)

    assert datetime.fromisoformat(error["until"]) == town.clock() + timedelta(seconds=60)
    town.clock.passes(seconds=60)
    assert (await visitor.sign_in())["userErrors"] == []


async def test_who_got_in_begins_from_nothing(town: Company) -> None:
    visitor = Visitor(town)
    for _ in range(2):
        for _ in range(4):
            await fail(visitor)
        assert (await visitor.sign_in())["userErrors"] == []


async def test_others_get_in_meanwhile_and_so_does_the_same_person_from_elsewhere(town: Company) -> None:
    app = application(town)
    visitor = Visitor(town, app=app)
    for _ in range(5):
        await fail(visitor)

    assert (await visitor.sign_in("Bob"))["userErrors"] == []
    assert (await Visitor(town, address="203.0.113.9", app=app).sign_in())["userErrors"] == []


async def test_a_network_that_tries_one_account_after_another_waits(town: Company) -> None:
    at = town.clock()
    await town.fetch(
        """
        INSERT INTO failed_attempt (id, subject, address, at)
        SELECT gen_random_uuid(), decode(md5(n::text), 'hex'), sha256(E'from\\n2001:db8::/64'::bytea), $1
        FROM generate_series(1, 49) AS n
        """,
        at,
    )
    visitor, neighbour = Visitor(town, address="2001:db8::1"), Visitor(town, address="2001:db8::2")
    assert (await fail(visitor))["code"] == "INVALID_CREDENTIALS"

    error = await neighbour.refusal("signIn", email="bob@acme.example", password=PASSWORD)

    assert error["code"] == "TOO_MANY_ATTEMPTS"
    assert datetime.fromisoformat(error["until"]) == at + timedelta(seconds=60)
    assert (await Visitor(town, address="2001:db8:1::1").sign_in())["userErrors"] == []


async def test_many_at_once_gain_nothing(town: Company) -> None:
    app = application(town)
    visitors = [Visitor(town, app=app) for _ in range(12)]

    errors = await asyncio.gather(*(fail(visitor) for visitor in visitors))

    assert [error["code"] for error in errors].count("INVALID_CREDENTIALS") == 5


async def test_nothing_that_is_kept_tells_which_address_was_tried(town: Company) -> None:
    await fail(Visitor(town), "secretive")

    rows = await town.fetch("SELECT failed_attempt::text AS text FROM failed_attempt")

    assert rows
    assert not any("secretive" in row["text"] or "198.51.100" in row["text"] for row in rows)


async def test_a_known_address_and_an_unknown_one_take_the_same_statements_and_about_the_same_time(
    town: Company,
) -> None:
    app = application(town)
    told: dict[str, list[str]] = {}
    took: dict[str, list[float]] = {"ann": [], "nobody": []}
    await fail(Visitor(town, app=app, address="192.0.2.250"), "bob")
    for number in range(6):
        for name in ("ann", "nobody"):
            visitor = Visitor(town, address=f"192.0.2.{number}", app=app)
            begun = perf_counter()
            told[name] = await statements_of(town, fail(visitor, name))
            took[name].append(perf_counter() - begun)

    assert told["ann"] == told["nobody"] != []
    # Most of it is the hash, which is made for nobody too; without, it would be a tenth.
    assert statistics.median(took["nobody"]) > statistics.median(took["ann"]) / 2
