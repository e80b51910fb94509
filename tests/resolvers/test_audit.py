"""The audit log: every mutation that changes something says so once, with who, from where and what."""

from __future__ import annotations

from typing import Any

import pytest

from graph.context import Context, Faces
from graph.loaders import Loaders
from graph.request import GraphQLRequest
from graph.schema import schema
from localmessages.actions.audit_made import UNSAID
from localmessages.actions.sessions import Device
from localmessages.auth import Bearer
from localmessages.http.visit import Visit
from tests.support.company import ENGINE, Company, mutation_of
from tests.support.every_mutation import MUTATIONS, PASSWORD, given

# What says by itself that something was done, and what changes with the clock alone.
NOTHING = {"audit_entry", "idempotency_key"}


async def ask_from(town: Company, address: str, document: str, **variables: Any) -> dict[str, Any]:
    """What Olive gets for a document that came from an address."""
    bearer = Bearer(town.tenant_id, town.ids["Olive"], town.clock.now.replace(year=2030))
    town.clock.passes(seconds=1)
    context = Context(town.services, Faces(Loaders, live=Loaders), bearer, Visit(Device(address)))
    operation = ENGINE.operation(GraphQLRequest(document, variables=variables))
    return await ENGINE.execute(operation, context)


@pytest.mark.parametrize("mutation", MUTATIONS)
async def test_what_changes_something_says_so_with_who_and_from_where(town: Company, mutation: str) -> None:
    select, what, _ = (await given(town))[mutation]
    before, rows = await town.everything(), await town.fetch("SELECT id FROM audit_entry")

    answer = await ask_from(town, "198.51.100.7", mutation_of(mutation, select), input=what)

    assert answer["data"][mutation]["userErrors"] == []
    entries = await town.fetch(
        "SELECT * FROM audit_entry WHERE id <> ALL ($1::uuid[])", [row["id"] for row in rows]
    )
    after = await town.everything()
    has_changed = any(before[table] != after[table] for table in before.keys() - NOTHING)
    if mutation in UNSAID or not has_changed:
        assert entries == []
        return
    assert {entry["action"] for entry in entries} == {mutation}
    for entry in entries:
        assert (entry["user_id"], entry["api_key_id"]) == (town.ids["Olive"], None)
        assert entry["address"] == "198.51.100.7"
        assert entry["subject_type"] in schema.core.type_map
        assert entry["subject_name"]
        assert PASSWORD not in str(dict(entry))
