"""What an API key may ask for: each root field and type is declared, and nothing else is let through."""

from collections.abc import Mapping

import pytest
from graphql import GraphQLInterfaceType, GraphQLObjectType

from graph.ids import NODE_TYPES
from graph.schema import schema
from localmessages.rules.access import ApiScope, Role
from localmessages.rules.scopes import MUTATIONS, QUERIES, SUBSCRIPTIONS, TYPES, Need, role_of_key
from tests.support.company import Company
from tests.support.every_mutation import given

ROOTS = [
    (schema.core.query_type, QUERIES),
    (schema.core.mutation_type, MUTATIONS),
    (schema.core.subscription_type, SUBSCRIPTIONS),
]
READ = "{ conversations { nodes { id } } }"


@pytest.mark.parametrize(("root", "declared"), ROOTS, ids=["query", "mutation", "subscription"])
def test_every_root_field_says_which_scope_it_needs(
    root: GraphQLObjectType, declared: Mapping[str, Need]
) -> None:
    assert set(root.fields) - set(declared) == set(), "declare them in localmessages/rules/scopes.py"


def test_every_type_with_an_id_says_which_scope_it_needs() -> None:
    interfaces = {
        name
        for name, type_ in schema.core.type_map.items()
        if isinstance(type_, GraphQLInterfaceType)
        and any(each.name in NODE_TYPES for each in schema.core.get_possible_types(type_))
    }
    assert {*NODE_TYPES, *interfaces} - set(TYPES) == set(), "declare them in localmessages/rules/scopes.py"


def test_no_key_is_an_owner() -> None:
    assert role_of_key(ApiScope) is Role.MANAGER
    assert role_of_key([ApiScope.READ_CONVERSATIONS]) is Role.VIEWER


@pytest.mark.parametrize(
    ("scopes", "document", "what", "missing"),
    [
        (["REPORTS"], READ, "conversations", ["READ_CONVERSATIONS"]),
        (["READ_CONVERSATIONS"], "{ savedReports { nodes { id } } }", "savedReports", ["REPORTS"]),
        (["REPORTS"], "{ node(id: \"x\") { ... on Contact { name } } }", "Contact", ["READ_CONVERSATIONS"]),
        (["REPORTS"], '{ node(id: "x") { ...F } } fragment F on Note { at }', "Note", ["READ_CONVERSATIONS"]),
        (["REPORTS"], "{ viewer { inbox { open } } }", "InboxCounts", ["READ_CONVERSATIONS"]),
        (["PEOPLE"], "{ transfers { nodes { id } } }", "transfers", ["READ_CONVERSATIONS", "TRANSFER"]),
        (["SETTINGS"], "{ apiKeys { nodes { id } } }", "apiKeys", []),
        (["SETTINGS"], "{ auditLog { nodes { id } } }", "auditLog", []),
    ],
)  # fmt: skip
async def test_a_missing_scope_is_named(
    town: Company, scopes: list[str], document: str, what: str, missing: list[str]
) -> None:
    secret = await town.key(*scopes)

    (error,) = (await town.answer_key(secret, document))["errors"]

    assert error["extensions"] == {"code": "FORBIDDEN", "scopes": missing}
    assert f"`{what}`" in error["message"]
    assert all(scope in error["message"] for scope in missing)


async def test_a_name_or_an_alias_gets_around_nothing(town: Company) -> None:
    secret = await town.key("REPORTS")

    for document in (
        "{ a: viewer { account { id } } b: conversations { nodes { id } } }",
        "query ($no: Boolean = false) { conversations @include(if: $no) { nodes { id } } eventCursor }",
        "{ ... on Query { conversations { nodes { id } } } }",
    ):
        (error,) = (await town.answer_key(secret, document))["errors"]
        assert error["extensions"]["code"] == "FORBIDDEN"


async def test_ids_and_names_of_places_and_people_need_none(town: Company) -> None:
    secret = await town.key("REPORTS")

    data = await town.ask_key(
        secret,
        '{ users { nodes { name email } } locations { nodes { name } } node(id: "x") { id } __typename }',
    )

    assert {"name": "Ann", "email": None} in data["users"]["nodes"]
    assert data["__typename"] == "Query"


async def test_who_manages_settings_reads_no_addresses_of_people(town: Company) -> None:
    settings, people = await town.key("SETTINGS"), await town.key("PEOPLE")
    document = '{ users(filter: {search: "acme.example"}) { nodes { email } } }'

    assert (await town.ask_key(settings, document))["users"]["nodes"] == []
    assert {"email": "ann@acme.example"} in (await town.ask_key(people, document))["users"]["nodes"]


async def test_a_key_without_the_scope_of_a_mutation_changes_nothing(town: Company) -> None:
    """Every mutation that is for keys at all, with an input that is taken."""
    inputs = await given(town)
    keys = {scope: await town.key(scope) for scope in ApiScope}
    for secret in keys.values():
        await town.ask_key(secret, "{ viewer { account { id } } }")
    before = await town.everything()

    for name, (_, what, _) in inputs.items():
        need = MUTATIONS[name]
        kind = f"{name[0].upper()}{name[1:]}Input"
        document = f"mutation ($input: {kind}!) {{ {name}(input: $input) {{ __typename }} }}"
        for scope, secret in keys.items():
            if need is not None and (not need or scope in need):
                continue
            town.clock.now = town.clock.now.replace(second=0)
            (error,) = (await town.answer_key(secret, document, input=what))["errors"]
            assert error["extensions"]["code"] == "FORBIDDEN", (name, scope)

    assert await town.everything() == before
