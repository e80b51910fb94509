"""Two businesses full of things that somebody must not see, and whose each of them is."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from graph.ids import global_id
from localmessages.actions.labels import import_campaign
from localmessages.actions.locations import create_location
from localmessages.actions.sessions import Device, begin_session, end_sessions
from localmessages.actions.users import create_user, mark_former
from localmessages.gateways.openid import OpenIdProvider
from localmessages.rules.access import ApiScope, Role, UserStatus
from localmessages.rules.location import LocationKind
from localmessages.rules.place import Number
from models.catalogue import Catalogues
from models.database import Database
from tests.crawl.markers import Whose
from tests.crawl.story import Place, Teller
from tests.support.company import NEIGHBOUR, STORE_A, STORE_B, Company, open_company
from tests.support.exports import keep_files
from tests.support.issuer import SmallIssuer

# Types whose rows are in a table of another name.
TABLES = {
    "User": "app_user",
    "Place": "location",
    "ReportRow": "message",
    "ReportConversation": "conversation",
}
BRANCH = "Store B"
Key = tuple[str, UUID]


@dataclass
class World:
    """What was made: keys of rows by whose they are, texts by the column that they stand in.

    `unique` are the names of columns in which no two texts may be the same, somewhere. `secrets` are those of
    the API keys of programs, by name.
    """

    company: Company
    now: datetime
    keys: dict[Whose, set[Key]]
    texts: dict[Whose, dict[str, list[str]]]
    unique: frozenset[str]
    secrets: dict[str, str]

    def ids(self, whose: Whose, type_name: str) -> list[str]:
        """The global ids of theirs, of a type."""
        table = TABLES.get(type_name, _snake(type_name))
        return sorted(global_id(type_name, key) for name, key in self.keys[whose] if name == table)


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).strip("_")


async def make_world(database: Database, directory: Path) -> World:
    """Everything, in an empty database."""
    maker = _Maker(await open_company(database))
    keep_files(maker.company, directory)
    await maker.names()
    await maker.stories()
    company = maker.company
    unique = frozenset(row["attname"] for row in await company.fetch(_UNIQUE_COLUMNS))
    secrets = await maker.programs()
    return World(company, company.clock(), maker.keys, await maker.texts(), unique, secrets)


class _Maker:
    def __init__(self, company: Company) -> None:
        self.company = company
        self.keys: dict[Whose, set[Key]] = defaultdict(set)

    async def names(self) -> None:
        """People and places, under names that are nowhere else."""
        await self._more_people()
        company, ids = self.company, self.company.ids
        await company.fetch("UPDATE app_user SET name = $1 || id, email = $1 || id || '@people.example'", "")
        people = {name: key for name, key in ids.items() if name in _EMAILS or name in _PEOPLE}
        for name, key in people.items():
            whose = _EMAILS.get(name, Whose.OFFICE)
            shown = Whose.NEIGHBOUR if whose is Whose.NEIGHBOUR else Whose.TREE
            mail = f"{whose.word('mail')}@people.example"
            await company.fetch(
                "UPDATE app_user SET name = $2, email = $3, external_id = $4 WHERE id = $1",
                key, shown.word(name), mail, shown.word("hr"),
            )  # fmt: skip
        for table in ("account", "location"):
            for row in await company.fetch(f"SELECT tenant_id, id FROM {table}"):
                whose = Whose.TREE if row["tenant_id"] == company.tenant_id else Whose.NEIGHBOUR
                name = whose.word(table)
                await company.fetch(f"UPDATE {table} SET name = $2 WHERE id = $1", row["id"], name)
        issuer = SmallIssuer()
        providers = {issuer.issuer.slug: OpenIdProvider(issuer.issuer, issuer.client)}
        company.services = replace(company.services, catalogues=Catalogues(), identity_providers=providers)
        await self._count(Whose.TREE, company.tenant_id)
        await self._count(Whose.NEIGHBOUR, ids["the neighbours"])

    async def _more_people(self) -> None:
        company, ids, at = self.company, self.company.ids, self.company.clock() - timedelta(days=300)
        neighbours = ids["the neighbours"]
        people: dict[str, tuple[Role, UUID | None, UUID | None]] = {
            "Vera": (Role.VIEWER, None, ids[BRANCH]),
            "Fred": (Role.OWNER, company.tenant_id, None),
        }
        async with company.services.transaction() as tx:
            for name, membership in people.items():
                ids[name] = await create_user(
                    tx, tenant_id=company.tenant_id, name=name, email=f"{name}@acme.example",
                    memberships=[membership], at=at,
                )  # fmt: skip
            await mark_former(tx, tenant_id=company.tenant_id, user_id=ids["Fred"], at=at)
            ids["Ivy"] = await create_user(
                tx, tenant_id=company.tenant_id, name="Ivy", email="ivy@acme.example", at=at,
                memberships=[(Role.VIEWER, None, ids["Store A"])], status=UserStatus.INVITED,
            )  # fmt: skip
            ids["Far Away"] = await create_location(
                tx, tenant_id=neighbours, account_id=neighbours, name="Far Away",
                kind=LocationKind.HEAD_OFFICE,
                time_zone="America/Los_Angeles", numbers=[Number("+14155550101")], at=at,
            )  # fmt: skip
            for tenant, whose in ((company.tenant_id, Whose.TREE), (neighbours, Whose.NEIGHBOUR)):
                key = f"campaign of {tenant}"
                await import_campaign(
                    tx, tenant_id=tenant, account_id=tenant, name=whose.word("campaign"), at=at,
                    external_id=whose.word("sold"),
                )  # fmt: skip
                ids[key] = await tx.connection.fetchval(
                    "SELECT id FROM campaign WHERE tenant_id = $1", tenant
                )

    async def stories(self) -> None:
        """What happens at each place."""
        company, ids = self.company, self.company.ids
        tree, neighbours = company.tenant_id, ids["the neighbours"]
        office = Place(
            tree, Whose.OFFICE, "Store A", STORE_A, "Acme", "Head Office", "VIP",
            "Olive", Whose.OFFICE, "Olive", Whose.OFFICE,
        )  # fmt: skip
        branch = Place(
            tree, Whose.BRANCH, BRANCH, STORE_B, "Acme West", "Head Office", "VIP",
            "Olive", Whose.OFFICE, "Bob", Whose.BOB,
        )  # fmt: skip
        next_door = Place(
            neighbours, Whose.NEIGHBOUR, "Next Door", NEIGHBOUR, "the neighbours", "Far Away", "their tag",
            "Nora", Whose.NEIGHBOUR, "Nora", Whose.NEIGHBOUR,
        )  # fmt: skip
        for place in (branch, office, next_door):
            teller = Teller(company, place)
            await teller.settings()
            await teller.keys()
            await self._count(place.manages, place.tenant_id)
            talk = await teller.tell()
            await self._count(place.whose, place.tenant_id)
            await teller.files(talk)
            await self._count(place.own, place.tenant_id)
        await self._one_that_left()
        await self._signed_out()

    async def _signed_out(self) -> None:
        """A session of the owner that has ended."""
        company, at = self.company, self.company.clock()
        who = company.tenant_id, company.ids["Olive"]
        async with company.services.transaction() as tx:
            ended = await begin_session(tx, *who, Device(Whose.OFFICE.word("address")), at=at)
            await end_sessions(tx, *who, only=ended, at=at)
        company.ids["ended session"] = ended
        await self._count(Whose.OFFICE, company.tenant_id)

    async def programs(self) -> dict[str, str]:
        """Programs that try to get in; they see themselves."""
        company, name = self.company, Whose.TREE.word
        # It would see the addresses of who works there.
        most = [scope for scope in ApiScope if scope is not ApiScope.PEOPLE]
        return {
            "one scope": await company.key("CAMPAIGNS", name=name("key")),
            "one store": await company.key(*most, at=[BRANCH], name=name("key")),
        }

    async def _one_that_left(self) -> None:
        """A customer of Store B who went on to Store A, and is answered there from then on."""
        company, word = self.company, Whose.OFFICE.word
        phone = Whose.BRANCH.phone()
        message = await company.text(Whose.BRANCH.word("question"), to=STORE_B, from_=phone)
        talk = company.id("Conversation", message.conversation_id)
        there = company.id("Place", "Store A")
        await company.do(
            "Olive", "transferConversation", "__typename", conversationId=talk, to=there,
            note=Whose.BRANCH.word("handover"), notice=Whose.BRANCH.word("notice"),
        )  # fmt: skip
        await self._count(Whose.BRANCH, company.tenant_id)
        await company.text(word("later"), to=STORE_B, from_=phone)
        await company.do("Olive", "addNote", "__typename", conversationId=talk, body=word("note"))
        await company.do("Olive", "sendMessage", "__typename", conversationId=talk, body=word("answer"))
        await self._count(Whose.OFFICE, company.tenant_id)

    async def _count(self, whose: Whose, tenant_id: UUID) -> None:
        """What is new in the tenant's tables is theirs."""
        known = set().union(*self.keys.values())
        for (table,) in await self.company.fetch(_TABLES_WITH_KEYS):
            rows = await self.company.fetch(f"SELECT id FROM {table} WHERE tenant_id = $1", tenant_id)
            self.keys[whose] |= {(table, row["id"]) for row in rows} - known

    async def texts(self) -> dict[Whose, dict[str, list[str]]]:
        """The texts of each, by the name of the column."""
        found: dict[Whose, dict[str, list[str]]] = {whose: defaultdict(list) for whose in Whose}
        for table, column in await self.company.fetch(_TEXT_COLUMNS):
            rows = await self.company.fetch(
                f"SELECT id, {column} AS text FROM {table} WHERE {column} IS NOT NULL"
            )
            for row in rows:
                for whose, keys in self.keys.items():
                    if (table, row["id"]) in keys:
                        found[whose][column].append(row["text"])
        return found


# Whose the addresses are; the rest of the tree's people belong to the head office.
_EMAILS = {"Bob": Whose.BOB, "Vera": Whose.VERA, "Nora": Whose.NEIGHBOUR}
_PEOPLE = ("Olive", "Max", "Wes", "Ann", "Vic", "Abe", "Fred", "Ivy")

_TABLES_WITH_KEYS = """
SELECT table_name
FROM information_schema.columns
WHERE table_schema = 'public' AND column_name = 'id' AND data_type = 'uuid' AND table_name IN (
    SELECT table_name FROM information_schema.columns WHERE column_name = 'tenant_id'
)
ORDER BY 1
"""
_TEXT_COLUMNS = """
SELECT table_name, column_name
FROM information_schema.columns
WHERE table_schema = 'public' AND data_type = 'text' AND table_name IN (
    SELECT table_name FROM information_schema.columns WHERE column_name = 'id' AND data_type = 'uuid'
)
ORDER BY 1, 2
"""
_UNIQUE_COLUMNS = """
SELECT DISTINCT attname::text
FROM pg_index
JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY(indkey)
WHERE indisunique AND atttypid = 'text'::regtype
"""
