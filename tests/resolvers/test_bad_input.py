"""Whatever is sent: a typed refusal or an error of the protocol, never a 500, and nothing is written."""

from collections.abc import AsyncIterator, Iterator
from copy import deepcopy
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import HTTPConnection
from starlette.routing import Route

from graph.context import Context, Faces
from graph.errors import RequestRefused
from graph.execution import refusal
from graph.ids import NODE_TYPES, global_id, parse_id
from graph.loaders import Loaders
from graph.view import GraphQLView
from localmessages.actions.payment_requests import Asked, ask_for_payment
from localmessages.auth import issue_token
from tests.support.company import CUSTOMER, ENGINE, NEIGHBOUR, SECRET, Company
from tests.support.every_mutation import MUTATIONS, given
from tests.support.exports import waiting_export
from tests.support.notifications import notified

FORESEEN = {"BAD_USER_INPUT", "BAD_REQUEST", "LIMIT_EXCEEDED", "GRAPHQL_VALIDATION_FAILED"}
BAD_TEXTS = ["", " ", "x" * 10_000, "\u0007", "a\u0000b", "\udc00", "' OR 1=1 --", "{unknown}", "🙂" * 900]
BAD_VALUES: list[Any] = [
    None,
    0,
    -1,
    2**31,
    1e308,
    True,
    [],
    {},
    *BAD_TEXTS,
    "2026-09-15T00:00:00",
    "+1",
    "24:01",
]

Path = tuple[str | int, ...]


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value in an input that holds no others."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = False
    for key, member in items:
        found = True
        yield from leaves(member, (*path, key))
    if not found and path:
        yield path, value


def put(value: Any, path: Path, leaf: Any) -> Any:
    """A copy of an input with another value at a path."""
    copy = deepcopy(value)
    at = copy
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = leaf
    return copy


async def neighbours(town: Company) -> dict[str, UUID]:
    """Something of each type that belongs to another tenant."""
    message = await town.text("Hello", to=NEIGHBOUR, from_=CUSTOMER)
    moved = uuid4()
    await town.fetch(
        """
        INSERT INTO transfer
            (tenant_id, id, conversation_id, contact_id, from_location_id, to_location_id, at, version)
        SELECT tenant_id, $1, id, contact_id, location_id, location_id, now(), 1
        FROM conversation
        WHERE tenant_id = $2
        """,
        moved,
        town.ids["the neighbours"],
    )
    await town.key("REPORTS", by="Nora")
    return {
        "Account": town.ids["the neighbours"],
        "ApiKey": town.ids["the key"],
        "Location": town.ids["Next Door"],
        "Place": town.ids["Next Door"],
        "User": town.ids["Nora"],
        "Tag": town.ids["their tag"],
        "Contact": message.contact_id,
        "Conversation": message.conversation_id,
        "Message": message.id,
        "Transfer": moved,
        "Export": await waiting_export(town, "Nora"),
        "Notification": await notified(town, "Nora"),
        "SavedReport": await their_report(town),
        "PaymentRequest": await their_bill(town, message.conversation_id),
    }


async def their_bill(town: Company, conversation_id: UUID) -> UUID:
    """What the neighbours ask a customer to pay."""
    asked = Asked("INV-1", Decimal(50), "USD")
    made = await ask_for_payment(await town.actor("Nora"), conversation_id, asked)
    assert made["payment_request"]
    return made["payment_request"]


async def their_report(town: Company) -> UUID:
    """A report that the neighbours share."""
    about = {"name": "Theirs", "filter": {"window": {"last": "DAYS_7"}}, "shared": True}
    made = await town.do("Nora", "createSavedReport", "savedReport { id }", **about)
    parsed = parse_id(made["savedReport"]["id"])
    assert parsed is not None
    return parsed[1]


async def answer_of(town: Company, mutation: str, what: dict[str, Any]) -> tuple[set[str], set[str]]:
    """The codes of top-level errors, and those of refusals."""
    kind = f"{mutation[0].upper()}{mutation[1:]}Input"
    document = f"mutation ($input: {kind}!) {{ {mutation}(input: $input) {{ userErrors {{ code }} }} }}"
    try:
        answer = await town.answer("Olive", document, input=what)
    except RequestRefused as refused:
        answer = refusal(refused)
    errors = {error["extensions"]["code"] for error in answer.get("errors", ())}
    payload = (answer.get("data") or {}).get(mutation) or {"userErrors": []}
    return errors, {error["code"] for error in payload["userErrors"]}


@pytest.mark.parametrize("mutation", MUTATIONS)
async def test_an_id_of_nothing_of_another_tenant_or_of_another_kind_is_not_found(
    town: Company, mutation: str
) -> None:
    theirs = await neighbours(town)
    _, what, _ = (await given(town))[mutation]
    ids = [(path, leaf) for path, leaf in leaves(what) if isinstance(leaf, str) and parse_id(leaf)]
    if mutation == "transferConversations":
        # Each of the many is refused in the results of its job.
        ids = [(path, leaf) for path, leaf in ids if path == ("to",)]
    before = await town.everything()

    for path, leaf in ids:
        type_name, key = parse_id(leaf) or ("", UUID(int=0))
        others = [name for name in NODE_TYPES if name not in (type_name, "Place", "Location")]
        wrong = [global_id(type_name, theirs[type_name]), global_id(type_name, uuid4()), leaf[:-1], "", "ü"]
        for bad in [*wrong, *(global_id(name, key) for name in others)]:
            errors, refusals = await answer_of(town, mutation, put(what, path, bad))
            assert not errors
            # Roles are given at places that one manages: what is no place is none of these.
            hidden = "NOT_ALLOWED" if path[0] == "memberships" else "NOT_FOUND"
            assert refusals == {hidden}, (path, bad)
            assert await town.everything() == before, (path, bad)


@pytest.mark.parametrize("mutation", MUTATIONS)
async def test_no_value_of_any_argument_is_a_bug(town: Company, mutation: str) -> None:
    _, what, _ = (await given(town))[mutation]
    before = await town.everything()

    for path, _ in list(leaves(what)):
        for bad in BAD_VALUES:
            errors, refusals = await answer_of(town, mutation, put(what, path, bad))
            assert errors <= FORESEEN, (path, bad, errors)
            after = await town.everything()
            if errors or refusals:
                written = {table for table, digest in after.items() if digest != before[table]}
                # A password that was tried in vain is noted.
                may_be = {"failed_attempt", "audit_entry"} if path == ("password",) else set()
                assert written <= may_be, (path, bad)
            before = after


@pytest.fixture
async def http(town: Company) -> AsyncIterator[httpx.AsyncClient]:
    async def context_for(connection: HTTPConnection) -> Context:
        return Context.for_token(
            town.services, Faces(Loaders, live=Loaders), connection.headers.get("authorization")
        )

    app = Starlette(routes=[Route("/graphql", GraphQLView(ENGINE, context_for))])
    token, _ = issue_token(
        SECRET, town.tenant_id, town.ids["Ann"], now=town.clock(), lasts=timedelta(hours=1)
    )
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://texts.example",
        headers={"authorization": f"Bearer {token}", "accept": "application/graphql-response+json"},
    ) as client:
        yield client


CLOSE = "mutation ($id: ID!) { closeConversation(input: {conversationId: $id}) { userErrors { code } } }"


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        ({"query": "mutation A { __typename } mutation B { __typename }"}, 400, "BAD_REQUEST"),
        ({"query": CLOSE.replace("userErrors { code }", "nothing")}, 400, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": CLOSE[:-1]}, 400, "GRAPHQL_PARSE_FAILED"),
        ({"query": CLOSE, "variables": {}}, 400, "BAD_USER_INPUT"),
        ({"query": CLOSE, "variables": {"id": {"a": 1}}}, 400, "BAD_USER_INPUT"),
        ({"query": CLOSE, "variables": {"id": "a\u0000"}}, 400, "BAD_USER_INPUT"),
        ({"query": CLOSE, "variables": []}, 400, "BAD_REQUEST"),
        ({"query": '{ conversations(after: "stale") { nodes { id } } }'}, 200, "BAD_USER_INPUT"),
        ({"query": "{ conversations(first: 1000) { nodes { id } } }"}, 200, "LIMIT_EXCEEDED"),
        (
            {
                "query": "mutation ($i: SnoozeConversationInput!) { snoozeConversation(input: $i) "
                "{ userErrors { code } } }",
                "variables": {"i": {"conversationId": "x", "until": "2026-09-15T00:00:00"}},
            },
            400,
            "BAD_USER_INPUT",
        ),
        (
            {
                "query": "mutation ($i: StartConversationInput!) { startConversation(input: $i) "
                "{ userErrors { code } } }",
                "variables": {"i": {"locationId": "x", "to": {"phone": "12345"}, "body": "x"}},
            },
            400,
            "BAD_USER_INPUT",
        ),
        (
            {
                "query": "mutation ($i: StartConversationInput!) { startConversation(input: $i) "
                "{ userErrors { code } } }",
                "variables": {"i": {"locationId": "x", "to": {"phone": CUSTOMER, "contactId": "x"}}},
            },
            400,
            "BAD_USER_INPUT",
        ),
    ],
)
async def test_a_bad_request_is_an_error_that_says_so(
    town: Company, http: httpx.AsyncClient, request_: dict[str, Any], status: int, code: str
) -> None:
    await town.conversation()
    before = await town.everything()

    response = await http.post("/graphql", json=request_)

    assert response.status_code == status
    assert {error["extensions"]["code"] for error in response.json()["errors"]} == {code}
    assert await town.everything() == before


async def test_a_refusal_over_http_is_an_answer(town: Company, http: httpx.AsyncClient) -> None:
    response = await http.post("/graphql", json={"query": CLOSE, "variables": {"id": "nothing"}})

    assert response.status_code == 200
    assert response.json() == {"data": {"closeConversation": {"userErrors": [{"code": "NOT_FOUND"}]}}}
