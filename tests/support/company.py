"""A small company that people and customers act in: two time zones, a head office, a neighbour."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from graph.context import Context, Faces
from graph.errors import RequestRefused
from graph.execution import Engine, refusal
from graph.ids import expect_id, global_id
from graph.loaders import Loaders
from graph.request import GraphQLRequest
from graph.schema import schema
from localmessages.actions.accounts import create_account, create_root_account
from localmessages.actions.actor import Actor
from localmessages.actions.labels import create_tag
from localmessages.actions.locations import create_location
from localmessages.actions.messages import receive_message
from localmessages.actions.users import create_user
from localmessages.auth import Bearer
from localmessages.gateways.simulated_payments import SimulatedPayments
from localmessages.rules.access import Role
from localmessages.rules.location import LocationKind
from localmessages.rules.place import Number
from localmessages.rules.records import Message
from localmessages.rules.texting import InboundText
from localmessages.services import Services, Transaction
from models.catalogue import Catalogues, load_catalogue
from models.database import Database

SECRET = "a secret of more than thirty-two characters"
ENGINE = Engine(schema.core)
# A Monday, ten in the morning in New York.
MORNING = datetime(2026, 9, 14, 14, 0, tzinfo=UTC)
NINE_TO_FIVE = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
CUSTOMER, OTHER = "+19175550123", "+19175550124"
STORE_A, STORE_B, HEAD_OFFICE, NEIGHBOUR = "+12125550100", "+13125550100", "+12125550199", "+14155550100"

ERRORS = """
userErrors {
    __typename code message field remedy
    ... on LimitError { limit given }
    ... on AlreadyExistsError { existing { id } }
    ... on StaleVersionError { conversation { version } newEntries { id } }
    ... on OptedOutError { since change { method } }
    ... on AlreadyTransferredError { to { name } transferredAt }
    ... on PlaceholderError { unknown known }
}
"""


class Clock:
    """The time, as a test turns it."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **length: float) -> datetime:
        self.now += timedelta(**length)
        return self.now


@dataclass
class Company:
    """Ids by name, and what people do, as actions and through GraphQL."""

    services: Services
    clock: Clock
    tenant_id: UUID
    ids: dict[str, UUID] = field(default_factory=dict)

    def id(self, type_name: str, name: str | UUID) -> str:
        """The global id of something by its name here, or by its key."""
        return global_id(type_name, self.ids[name] if isinstance(name, str) else name)

    async def actor(self, name: str) -> Actor:
        """A person at work now."""
        tenant = self.ids["the neighbours"] if name == "Nora" else self.tenant_id
        async with self.services.database.connection() as connection:
            catalogue = await load_catalogue(connection, tenant)
        viewer = catalogue.viewer(self.ids[name])
        assert viewer is not None
        return Actor(self.services, viewer, catalogue, self.clock())

    async def text(self, body: str, *, to: str = STORE_A, from_: str = CUSTOMER) -> Message:
        """A customer texts."""
        message = await receive_message(
            self.services, InboundText(None, from_, to, body), self.clock.passes(seconds=1)
        )
        assert message is not None
        return message

    async def conversation(self, body: str = "Are you open?", **how: str) -> UUID:
        """The conversation that a customer's text is in."""
        return (await self.text(body, **how)).conversation_id

    async def answer(self, name: str | None, document: str, **variables: Any) -> dict[str, Any]:
        """What a person gets for a document; None is nobody."""
        bearer = None
        if name is not None:
            tenant = self.ids["the neighbours"] if name == "Nora" else self.tenant_id
            bearer = Bearer(tenant, self.ids[name], self.clock() + timedelta(minutes=15))
        self.clock.passes(seconds=1)
        context = Context(self.services, Faces(Loaders, live=_watches), bearer)
        operation = ENGINE.operation(GraphQLRequest(document, variables=variables))
        return await ENGINE.execute(operation, context)

    async def key(self, *scopes: str, at: list[str] | None = None, by: str = "Olive", **more: Any) -> str:
        """The secret of a new API key, for some locations or all of an owner's tree."""
        account = "the neighbours" if by == "Nora" else "Acme"
        about = {
            "name": "A program",
            "accountId": self.id("Account", account),
            "scopes": scopes,
            "locationIds": [self.id("Location", place) for place in at or ()],
        }
        made = await self.do(by, "createApiKey", "secret apiKey { id }", **(about | more))
        assert made["userErrors"] == []
        self.ids["the key"] = expect_id("ApiKey", made["apiKey"]["id"])
        secret: str = made["secret"]
        return secret

    async def answer_key(self, secret: str, document: str, **variables: Any) -> dict[str, Any]:
        """What a program gets for a document."""
        self.clock.passes(seconds=1)
        context = Context.for_token(self.services, Faces(Loaders, live=_watches), f"Bearer {secret}")
        operation = ENGINE.operation(GraphQLRequest(document, variables=variables))
        try:
            return await ENGINE.execute(operation, context)
        except RequestRefused as refused:
            return refusal(refused)

    async def ask_key(self, secret: str, document: str, **variables: Any) -> Any:
        """The data of a program's answer without errors."""
        answer = await self.answer_key(secret, document, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    async def do_key(self, secret: str, mutation: str, select: str, /, **input: Any) -> Any:
        """The payload of a program's mutation."""
        data = await self.ask_key(secret, mutation_of(mutation, select), input=input)
        return data[mutation]

    async def ask(self, name: str, document: str, **variables: Any) -> Any:
        """The data of an answer without errors."""
        answer = await self.answer(name, document, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    async def do(self, name: str | None, mutation: str, select: str, /, **input: Any) -> Any:
        """The payload of a mutation, with everything that a refusal says."""
        answer = await self.answer(name, mutation_of(mutation, select), input=input)
        assert "errors" not in answer, answer["errors"]
        return answer["data"][mutation]

    async def refusal(self, name: str | None, mutation: str, /, **input: Any) -> Any:
        """The one refusal of a mutation that wrote nothing."""
        before = await self.everything()
        payload = await self.do(name, mutation, "__typename", **input)
        assert await self.everything() == before
        (error,) = payload["userErrors"]
        assert error["message"].endswith(".")
        return error

    async def fetch(self, statement: str, *args: Any) -> list[asyncpg.Record]:
        async with self.services.database.connection() as connection:
            return await connection.fetch(statement, *args)

    async def row(self, table: str, key: UUID) -> dict[str, Any]:
        """A row by its id."""
        (row,) = await self.fetch(f"SELECT * FROM {table} WHERE id = $1", key)
        return dict(row)

    async def waits(self) -> list[dict[str, Any]]:
        """All legs, oldest first."""
        rows = await self.fetch("SELECT * FROM wait WHERE kind = 'INBOUND' ORDER BY started_at, id")
        return [dict(row) for row in rows]

    async def everything(self) -> dict[str, int]:
        """A digest of every table: equal before and after where nothing was written."""
        tables = await self.fetch(
            "SELECT table_name FROM information_schema.tables "
            "WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1"
        )
        counted = " UNION ALL ".join(
            f"SELECT '{name}', coalesce(sum(hashtextextended(t::text, 0)), 0) FROM {name} AS t"
            for (name,) in tables
        )
        return {name: int(digest) for name, digest in await self.fetch(counted)}


def mutation_of(name: str, select: str) -> str:
    """The document of a mutation, with everything that a refusal says."""
    kind = f"{name[0].upper()}{name[1:]}Input"
    return f"mutation ($input: {kind}!) {{ {name}(input: $input) {{ {select} {ERRORS} }} }}"


def _watches(context: Context) -> Any:
    raise AssertionError("nobody watches here")


async def open_company(database: Database) -> Company:
    """The company, as it opens on a Monday morning."""
    clock = Clock(MORNING)
    payments = SimulatedPayments([SECRET], clock)
    services = Services(database, Catalogues(), clock=clock, secret=SECRET, payments=payments)
    async with services.transaction() as tx:
        long_ago = MORNING - timedelta(days=400)
        company = Company(services, clock, await create_root_account(tx, name="Acme", at=long_ago))
        company.ids["Acme"] = company.tenant_id
        await _places(tx, company, long_ago)
        await _people(tx, company, long_ago)
        company.ids["VIP"] = await create_tag(tx, tenant_id=company.tenant_id, name="VIP", at=long_ago)
        await _neighbours(tx, company, long_ago)
    return company


async def _places(tx: Transaction, company: Company, at: datetime) -> None:
    ids, tenant = company.ids, company.tenant_id
    ids["Acme West"] = await create_account(tx, tenant_id=tenant, parent_id=tenant, name="Acme West", at=at)
    for name, account, number, zone in (
        ("Store A", "Acme", STORE_A, "America/New_York"),
        ("Store B", "Acme West", STORE_B, "America/Chicago"),
        ("Head Office", "Acme", HEAD_OFFICE, "America/New_York"),
    ):
        ids[name] = await create_location(
            tx,
            tenant_id=tenant,
            account_id=ids[account],
            name=name,
            kind=LocationKind.HEAD_OFFICE if name == "Head Office" else LocationKind.STORE,
            time_zone=zone,
            numbers=[Number(number)],
            at=at,
            weekly=NINE_TO_FIVE,
            hours_since=at,
        )


async def _people(tx: Transaction, company: Company, at: datetime) -> None:
    ids, tenant = company.ids, company.tenant_id
    roles: dict[str, list[tuple[Role, UUID | None, UUID | None]]] = {
        "Olive": [(Role.OWNER, tenant, None)],
        "Max": [(Role.MANAGER, None, ids["Store A"])],
        "Wes": [(Role.MANAGER, ids["Acme West"], None)],
        "Ann": [(Role.AGENT, None, ids["Store A"])],
        "Bob": [(Role.AGENT, None, ids["Store B"])],
        "Vic": [(Role.VIEWER, None, ids["Store A"])],
        "Abe": [(Role.AGENT, None, ids["Store A"]), (Role.AGENT, None, ids["Store B"])],
    }
    for name, memberships in roles.items():
        ids[name] = await create_user(
            tx,
            tenant_id=tenant,
            name=name,
            email=f"{name.lower()}@acme.example",
            memberships=memberships,
            at=at,
        )


async def _neighbours(tx: Transaction, company: Company, at: datetime) -> None:
    ids = company.ids
    tenant = ids["the neighbours"] = await create_root_account(tx, name="Neighbours", at=at)
    ids["Next Door"] = await create_location(
        tx,
        tenant_id=tenant,
        account_id=tenant,
        name="Next Door",
        kind=LocationKind.STORE,
        time_zone="America/Los_Angeles",
        numbers=[Number(NEIGHBOUR)],
        at=at,
    )
    ids["Nora"] = await create_user(
        tx,
        tenant_id=tenant,
        name="Nora",
        email="nora@neighbours.example",
        memberships=[(Role.OWNER, tenant, None)],
        at=at,
    )
    ids["their tag"] = await create_tag(tx, tenant_id=tenant, name="VIP", at=at)
