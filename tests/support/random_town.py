"""A random town in the database: small, with ties, hidden corners and a neighbour that looks the same."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from localmessages.rules.keys import new_key
from models.catalogue import Catalogue, load_catalogue
from models.database import Database

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
WORDS = ("pizza", "oven", "late", "thanks", "order", "Grüße", "tomorrow", "refund")
FIRST_NAMES = ("Ada", "Björn", "Chloë", "Dan", None)
LAST_NAMES = ("Lovelace", "Ödegaard", "O'Hara", None)
LANES = 4

Row = dict[str, Any]


@dataclass
class RandomTown:
    """Everything that was put into the tables of one tenant."""

    tenant_id: UUID
    rows: dict[str, list[Row]] = field(default_factory=dict)

    def __getitem__(self, table: str) -> list[Row]:
        return self.rows.setdefault(table, [])

    def add(self, table: str, **row: Any) -> Row:
        self[table].append({"tenant_id": self.tenant_id, **row})
        return self[table][-1]

    def user(self, name: str) -> UUID:
        found: UUID = next(row["id"] for row in self["app_user"] if row["name"] == name)
        return found

    def location_named(self, name: str) -> UUID:
        found: UUID = next(row["id"] for row in self["location"] if row["name"] == name)
        return found

    async def catalogue(self, database: Database) -> Catalogue:
        async with database.connection() as connection:
            return await load_catalogue(connection, self.tenant_id)


ORDER = (
    "account",
    "live_scope",
    "location",
    "location_number",
    "app_user",
    "membership",
    "tag",
    "campaign",
    "contact",
    "conversation",
    "conversation_read",
    "payment_request",
    "message",
    "message_status",
    "media",
    "note",
    "conversation_change",
    "transfer",
    "consent_change",
    "tracked_link",
    "link_click",
    "payment_event",
)


async def save(database: Database, town: RandomTown) -> None:
    async with database.transaction() as connection:
        for table in ORDER:
            for row in town[table]:
                names = ", ".join(row)
                places = ", ".join(f"${n}" for n in range(1, len(row) + 1))
                override = " OVERRIDING SYSTEM VALUE" if table == "live_scope" else ""
                await connection.execute(
                    f"INSERT INTO {table} ({names}){override} VALUES ({places})", *row.values()
                )


def random_town(seed: int, *, tenant: int = 1, locations: int = 4, conversations: int = 60) -> RandomTown:
    """The town of `seed`; another `tenant` has the same life under ids of its own."""
    chance = random.Random(seed)
    root = UUID(int=tenant << 64 | chance.getrandbits(32))
    town = RandomTown(root)
    _people_and_places(town, tenant, locations)
    _contacts(town, chance)
    for number in range(conversations):
        _conversation(town, chance, number)
    return town


def key() -> UUID:
    return new_key(NOON)


def _people_and_places(town: RandomTown, tenant: int, locations: int) -> None:
    root = town.tenant_id
    town.add("account", id=root, name="Parent", external_id=f"parent-{tenant}", created_at=NOON)
    child = town.add("account", id=key(), parent_id=root, name="Child", created_at=NOON)
    scopes = [town.add("live_scope", id=tenant * 1000 + n, kind="LANE", lane=n) for n in range(LANES)]
    town.add("live_scope", id=tenant * 1000 + 500, kind="TENANT")
    for n in range(locations):
        place = town.add(
            "location",
            id=key(),
            account_id=root if n % 2 else child["id"],
            scope_id=scopes[n % LANES]["id"],
            name=f"Place {n}",
            kind="HEAD_OFFICE" if n == 1 else "STORE",
            time_zone="America/Chicago",
            created_at=NOON,
        )
        number = f"+1312555{tenant:01d}{n:03d}"
        town.add("location_number", id=key(), location_id=place["id"], number=number, position=0)
    first, second = town["location"][0]["id"], town["location"][1]["id"]
    _person(town, "Olga", "OWNER", account_id=root)
    _person(town, "Manu", "MANAGER", account_id=child["id"])
    _person(town, "Agnes", "AGENT", location_id=first)
    _person(town, "Vito", "VIEWER", location_id=second)
    for name in ("green", "blue", "amber"):
        town.add("tag", id=key(), name=name, created_at=NOON)
    town.add("campaign", id=key(), account_id=root, name="Spring", created_at=NOON)


def _person(town: RandomTown, name: str, role: str, **where: UUID) -> None:
    email = f"{name}@{town.tenant_id}.example".lower()
    person = town.add(
        "app_user", id=key(), name=name, email=email, created_at=NOON, last_seen_at=NOON, locale="en-US"
    )
    town.add(
        "live_scope",
        id=town["live_scope"][0]["id"] + 600 + len(town["app_user"]),
        kind="USER",
        user_id=person["id"],
    )
    town.add("membership", id=key(), user_id=person["id"], role=role, created_at=NOON, **where)


def _contacts(town: RandomTown, chance: random.Random) -> None:
    for n in range(12):
        town.add(
            "contact",
            id=key(),
            phone=f"+1212555{n:04d}",
            first_name=chance.choice(FIRST_NAMES),
            last_name=chance.choice(LAST_NAMES),
            opted_out_at=NOON if n % 5 == 0 else None,
            blocked_at=NOON if n % 7 == 0 else None,
            # Pairs of equal instants.
            created_at=NOON + timedelta(minutes=n // 2),
        )


def _conversation(town: RandomTown, chance: random.Random, number: int) -> None:
    place = chance.choice(town["location"])
    contact = chance.choice(town["contact"])
    at = NOON + timedelta(minutes=chance.randrange(12))
    live = {
        (row["location_id"], row["contact_id"]) for row in town["conversation"] if row["status"] != "CLOSED"
    }
    is_free = (place["id"], contact["id"]) not in live
    status = chance.choice(("OPEN", "OPEN", "SNOOZED", "CLOSED")) if is_free else "CLOSED"
    tags = chance.sample(town["tag"], chance.randrange(3))
    talk = town.add(
        "conversation",
        id=key(),
        location_id=place["id"],
        contact_id=contact["id"],
        status=status,
        version=number + 1,
        created_at=at,
        last_activity_at=at,
        waiting_since=at - timedelta(minutes=chance.randrange(3))
        if status != "CLOSED" and chance.random() < 0.5
        else None,
        answered=chance.random() < 0.5,
        active=chance.random() < 0.7,
        entry_count=chance.randrange(4),
        assignee_id=chance.choice([None, *(person["id"] for person in town["app_user"])]),
        tag_ids=[tag["id"] for tag in tags],
        snoozed_until=at + timedelta(days=1) if status == "SNOOZED" else None,
        closed_at=at if status == "CLOSED" else None,
    )
    for person in chance.sample(town["app_user"], 2):
        seen = chance.randint(0, talk["entry_count"])
        town.add(
            "conversation_read", user_id=person["id"], conversation_id=talk["id"], entry_count=seen, at=at
        )
    for n in range(chance.randrange(4)):
        message = _message(town, chance, talk, n)
        talk["last_message_id"] = message["id"]


def _message(town: RandomTown, chance: random.Random, talk: Row, n: int) -> Row:
    # Some texts were said elsewhere, before the conversation came here.
    said_at = chance.choice(town["location"])["id"] if chance.random() < 0.2 else talk["location_id"]
    if said_at != talk["location_id"]:
        add_transfer(town, talk, said_at, talk["created_at"])
    contact = next(row for row in town["contact"] if row["id"] == talk["contact_id"])
    number = next(row["number"] for row in town["location_number"] if row["location_id"] == said_at)
    inbound = chance.random() < 0.5
    return add_message(
        town,
        talk,
        location_id=said_at,
        at=talk["created_at"] + timedelta(seconds=n // 2),
        direction="INBOUND" if inbound else "OUTBOUND",
        origin=None if inbound else "AGENT",
        from_number=contact["phone"] if inbound else number,
        to_number=number if inbound else contact["phone"],
        agent_id=None if inbound else town["app_user"][0]["id"],
        body=" ".join(chance.sample(WORDS, 3)),
    )


def add_message(town: RandomTown, talk: Row, **given: Any) -> Row:
    at = given.get("at", NOON)
    row = {
        "id": key(),
        "conversation_id": talk["id"],
        "location_id": talk["location_id"],
        "contact_id": talk["contact_id"],
        "at": at,
        "direction": "INBOUND",
        "origin": None,
        "body": "hello",
        "from_number": "+12125550000",
        "to_number": "+13125551000",
        "status": "RECEIVED" if given.get("direction", "INBOUND") == "INBOUND" else "DELIVERED",
        "status_at": at,
        "eligible": given.get("direction", "INBOUND") == "INBOUND",
        "encoding": "GSM_7",
        "segments": 1,
        "version": talk["version"],
        **given,
    }
    return town.add("message", **row)


def add_transfer(town: RandomTown, talk: Row, came_from: UUID, at: datetime, **given: Any) -> Row:
    return town.add(
        "transfer",
        id=key(),
        conversation_id=talk["id"],
        contact_id=talk["contact_id"],
        from_location_id=came_from,
        to_location_id=talk["location_id"],
        at=at,
        by_user_id=town["app_user"][0]["id"],
        version=talk["version"],
        **given,
    )
