"""A tenant's accounts, locations, people, tags and campaigns in memory: small, read often, changed seldom.

Every change of them is an event of the tenant's own scope, so that `seq` of that scope says whether a copy is
still exact; it is compared in the one statement that each request begins with (`Catalogues.of`).
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

import asyncpg

from localmessages.rules.access import ApiScope, Role, UserStatus, Viewer, grant
from localmessages.rules.account import SETTING_NAMES, Settings, resolve_settings
from localmessages.rules.hours import Hours
from localmessages.rules.hours_json import version_from_json
from localmessages.rules.location import LocationKind
from localmessages.rules.place import Number, Place
from localmessages.rules.scopes import role_of_key


@dataclass(frozen=True, slots=True)
class AccountEntry:
    """An account; `path` is itself and everything above it."""

    id: UUID
    external_id: str | None
    name: str
    parent_id: UUID | None
    path: tuple[UUID, ...]
    settings: Settings
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Grant:
    """One membership of a person."""

    role: Role
    account_id: UUID | None
    location_id: UUID | None


@dataclass(frozen=True, slots=True)
class Person:
    """A user with all memberships; `scope_id` is the scope of their own events."""

    id: UUID
    external_id: str | None
    scope_id: int
    name: str
    email: str
    status: UserStatus
    time_zone: str | None
    locale: str | None
    alert_texts: str
    alert_waiting_minutes: int | None
    alert_by_mail: bool
    created_at: datetime
    memberships: tuple[Grant, ...]


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """An API key that was not revoked; `grants` are its role on its account, or at its locations alone.

    `scope_id` is the scope of its own events.
    """

    id: UUID
    scope_id: int
    digest: str
    scopes: frozenset[ApiScope]
    grants: tuple[Grant, ...]
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class TagEntry:
    """A tag."""

    id: UUID
    external_id: str | None
    name: str
    color: str


@dataclass(frozen=True, slots=True)
class CampaignEntry:
    """A campaign, and the locations that it sends from."""

    id: UUID
    external_id: str | None
    account_id: UUID
    name: str
    status: str
    body: str
    link: str | None
    scheduled_at: datetime | None
    messages_per_minute: int | None
    by_user_id: UUID | None
    created_at: datetime
    launched_at: datetime | None
    finished_at: datetime | None
    location_ids: tuple[UUID, ...]


MOST_VIEWERS = 256
"""Whose rights a catalogue remembers."""


@dataclass(frozen=True)
class Catalogue:
    """Everything of one tenant as of `seq` of its own scope."""

    tenant_id: UUID
    scope_id: int
    seq: int
    accounts: Mapping[UUID, AccountEntry]
    places: Mapping[UUID, Place]
    people: Mapping[UUID, Person]
    tags: Mapping[UUID, TagEntry]
    campaigns: Mapping[UUID, CampaignEntry]
    api_keys: Mapping[UUID, KeyEntry]

    @cached_property
    def place_by_number(self) -> Mapping[str, Place]:
        """Each location by each of its numbers."""
        return {number.number: place for place in self.places.values() for number in place.numbers}

    def viewer(self, actor_id: UUID) -> Viewer | None:
        """The rights of a person or an API key; None unless they may sign in, or it was not revoked."""
        known = self._viewers.get(actor_id)
        if known is None:
            if (known := self._viewer(actor_id)) is None:
                return None
            # Rights at thousands of locations are not small.
            if len(self._viewers) == MOST_VIEWERS:
                self._viewers.clear()
            self._viewers[actor_id] = known
        return known

    @cached_property
    def _viewers(self) -> dict[UUID, Viewer]:
        return {}

    def _viewer(self, actor_id: UUID) -> Viewer | None:
        if (key := self.api_keys.get(actor_id)) is not None:
            accounts, locations = self._granted(key.grants)
            return Viewer(self.tenant_id, None, key.id, accounts, locations, key.scopes)
        person = self.people.get(actor_id)
        if person is None or person.status is not UserStatus.ACTIVE:
            return None
        return Viewer(self.tenant_id, person.id, None, *self._granted(person.memberships))

    def _granted(self, grants: Iterable[Grant]) -> tuple[dict[UUID, Role], dict[UUID, Role]]:
        return grant(
            ((held.role, held.account_id, held.location_id) for held in grants),
            {account.id: account.path for account in self.accounts.values()},
            {place.id: place.account_id for place in self.places.values()},
        )


class Catalogues:
    """The catalogues that this process holds, the least used leaving first."""

    def __init__(self, most: int = 200) -> None:
        self._most = most
        self._kept: OrderedDict[UUID, Catalogue] = OrderedDict()
        self._loading: dict[UUID, asyncio.Lock] = {}

    async def of(self, connection: asyncpg.Connection, tenant_id: UUID, seq: int) -> Catalogue:
        """The tenant's catalogue as of `seq` of its own scope, or newer."""
        kept = self._kept.get(tenant_id)
        if kept is None or kept.seq < seq:
            async with self._loading.setdefault(tenant_id, asyncio.Lock()):
                kept = self._kept.get(tenant_id)
                if kept is None or kept.seq < seq:
                    kept = self._kept[tenant_id] = await _snapshot(connection, tenant_id)
        self._kept.move_to_end(tenant_id)
        if len(self._kept) > self._most:
            dropped, _ = self._kept.popitem(last=False)
            self._loading.pop(dropped, None)
        return kept


async def _snapshot(connection: asyncpg.Connection, tenant_id: UUID) -> Catalogue:
    if connection.is_in_transaction():
        return await load_catalogue(connection, tenant_id)
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        return await load_catalogue(connection, tenant_id)


async def load_catalogue(connection: asyncpg.Connection, tenant_id: UUID) -> Catalogue:
    """Read a tenant's catalogue as the transaction of `connection` sees it, its own changes included."""
    scopes = await connection.fetch(
        "SELECT id, kind, user_id, seq FROM live_scope WHERE tenant_id = $1", tenant_id
    )
    own_scopes = {scope["user_id"]: scope["id"] for scope in scopes}
    own = next(scope for scope in scopes if scope["kind"] == "TENANT")
    accounts = _accounts(await _rows(connection, "SELECT * FROM account WHERE tenant_id = $1", tenant_id))
    return Catalogue(
        tenant_id=tenant_id,
        scope_id=own["id"],
        seq=own["seq"],
        accounts=accounts,
        places=await _places(connection, tenant_id, accounts),
        people=await _people(connection, tenant_id, own_scopes),
        tags={
            row["id"]: TagEntry(row["id"], row["external_id"], row["name"], row["color"])
            for row in await _rows(connection, "SELECT * FROM tag WHERE tenant_id = $1", tenant_id)
        },
        campaigns=await _campaigns(connection, tenant_id),
        api_keys=await _api_keys(connection, tenant_id, own_scopes),
    )


async def _rows(connection: asyncpg.Connection, statement: str, tenant_id: UUID) -> list[asyncpg.Record]:
    return await connection.fetch(statement, tenant_id)


def _accounts(rows: Iterable[asyncpg.Record]) -> dict[UUID, AccountEntry]:
    by_id = {row["id"]: row for row in rows}

    def path(row: asyncpg.Record) -> tuple[UUID, ...]:
        return (row["id"],) if row["parent_id"] is None else (row["id"], *path(by_id[row["parent_id"]]))

    return {
        row["id"]: AccountEntry(
            id=row["id"],
            external_id=row["external_id"],
            name=row["name"],
            parent_id=row["parent_id"],
            path=path(row),
            settings=resolve_settings(
                {name: by_id[key][name] for name in SETTING_NAMES} for key in path(row)
            ),
            created_at=row["created_at"],
        )
        for row in by_id.values()
    }


async def _places(
    connection: asyncpg.Connection, tenant_id: UUID, accounts: Mapping[UUID, AccountEntry]
) -> dict[UUID, Place]:
    numbers: dict[UUID, list[Number]] = {}
    for row in await _rows(
        connection,
        "SELECT * FROM location_number WHERE tenant_id = $1 ORDER BY location_id, position, id",
        tenant_id,
    ):
        numbers.setdefault(row["location_id"], []).append(Number(row["number"], row["messages_per_second"]))
    versions: dict[UUID, list[Any]] = {}
    for row in await _rows(connection, "SELECT * FROM location_hours WHERE tenant_id = $1", tenant_id):
        versions.setdefault(row["location_id"], []).append(
            version_from_json(row["effective_at"], row["weekly"], row["holidays"])
        )
    return {
        row["id"]: Place(
            id=row["id"],
            tenant_id=tenant_id,
            account_id=row["account_id"],
            scope_id=row["scope_id"],
            external_id=row["external_id"],
            name=row["name"],
            kind=LocationKind(row["kind"]),
            active=row["active"],
            hours=Hours(row["time_zone"], tuple(versions.get(row["id"], ()))),
            numbers=tuple(numbers[row["id"]]),
            settings=accounts[row["account_id"]].settings,
            business=accounts[tenant_id].name,
            auto_reply_in_hours=row["auto_reply_in_hours"],
            auto_reply_out_of_hours=row["auto_reply_out_of_hours"],
            link_domain=row["link_domain"],
            created_at=row["created_at"],
        )
        for row in await _rows(connection, "SELECT * FROM location WHERE tenant_id = $1", tenant_id)
    }


async def _people(
    connection: asyncpg.Connection, tenant_id: UUID, scope_ids: Mapping[UUID, int]
) -> dict[UUID, Person]:
    held: dict[UUID, list[Grant]] = {}
    for row in await _rows(
        connection, "SELECT * FROM membership WHERE tenant_id = $1 ORDER BY id", tenant_id
    ):
        held.setdefault(row["user_id"], []).append(
            Grant(Role(row["role"]), row["account_id"], row["location_id"])
        )
    return {
        row["id"]: Person(
            id=row["id"],
            external_id=row["external_id"],
            scope_id=scope_ids[row["id"]],
            name=row["name"],
            email=row["email"],
            status=UserStatus(row["status"]),
            time_zone=row["time_zone"],
            locale=row["locale"],
            alert_texts=row["alert_texts"],
            alert_waiting_minutes=row["alert_waiting_minutes"],
            alert_by_mail=row["alert_by_mail"],
            created_at=row["created_at"],
            memberships=tuple(held.get(row["id"], ())),
        )
        for row in await _rows(connection, "SELECT * FROM app_user WHERE tenant_id = $1", tenant_id)
    }


async def _campaigns(connection: asyncpg.Connection, tenant_id: UUID) -> dict[UUID, CampaignEntry]:
    rows = await _rows(
        connection,
        """
        SELECT campaign.*, array_remove(array_agg(campaign_location.location_id), NULL) AS location_ids
        FROM campaign
        LEFT JOIN campaign_location
            ON campaign_location.tenant_id = campaign.tenant_id
            AND campaign_location.campaign_id = campaign.id
        WHERE campaign.tenant_id = $1
        GROUP BY campaign.tenant_id, campaign.id
        """,
        tenant_id,
    )
    names = CampaignEntry.__dataclass_fields__
    return {
        row["id"]: CampaignEntry(
            **{name: row[name] for name in names if name != "location_ids"},
            location_ids=tuple(row["location_ids"]),
        )
        for row in rows
    }


async def _api_keys(
    connection: asyncpg.Connection, tenant_id: UUID, scope_ids: Mapping[UUID, int]
) -> dict[UUID, KeyEntry]:
    rows = await _rows(
        connection, "SELECT * FROM api_key WHERE tenant_id = $1 AND revoked_at IS NULL", tenant_id
    )
    return {row["id"]: _api_key(row, scope_ids[row["id"]]) for row in rows}


def _api_key(row: asyncpg.Record, scope_id: int) -> KeyEntry:
    scopes = frozenset(map(ApiScope, row["scopes"]))
    role = role_of_key(scopes)
    grants = [Grant(role, None, location_id) for location_id in row["location_ids"]]
    return KeyEntry(
        id=row["id"],
        scope_id=scope_id,
        digest=row["secret_hash"],
        scopes=scopes,
        grants=tuple(grants) or (Grant(role, row["account_id"], None),),
        expires_at=row["expires_at"],
    )
