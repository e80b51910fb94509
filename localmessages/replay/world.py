"""The ids of a log, and what they stand for in the database."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from localmessages.actions.accounts import create_account, create_root_account
from localmessages.actions.catalogue import catalogue_changed
from localmessages.actions.labels import create_tag, import_campaign
from localmessages.actions.locations import FROM_THE_BEGINNING, create_location, put_hours
from localmessages.actions.users import create_user, mark_former
from localmessages.replay.lines import (
    AccountLine,
    CampaignLine,
    HoursLine,
    LeaveLine,
    LocationLine,
    SetUpLine,
    TagLine,
    UserLine,
)
from localmessages.rules.access import UserStatus
from localmessages.rules.hours_json import holidays_to_json
from localmessages.rules.place import Number, Place
from localmessages.services import Transaction
from models.catalogue import Catalogue, load_catalogue


class World:
    """Tenants of a log, their catalogues as the transaction sees them, and look-ups by the log's ids."""

    def __init__(self, tx: Transaction, tenants: Iterable[UUID] = ()) -> None:
        self.tx = tx
        self._before = tuple(tenants)
        self.catalogues: dict[UUID, Catalogue] = {}
        self._stale: set[UUID] = set()
        self._ids: dict[tuple[UUID, str], dict[str, UUID]] = {}
        # Places by number and by the log's id: asked for by every line, forgotten with each change.
        self._places: dict[str, Place] = {}

    # ---------------------------------------------------------------------------------------- look-ups

    async def place_of_number(self, number: str) -> Place:
        """The location that has a number."""
        if not self._stale and (known := self._places.get(number)) is not None:
            return known
        for catalogue in await self._fresh():
            if (place := catalogue.place_by_number.get(number)) is not None:
                self._places[number] = place
                return place
        # location_number_number_key
        tenant_id = await self.tx.connection.fetchval(
            "SELECT tenant_id FROM location_number WHERE number = $1", number
        )
        if tenant_id is None:
            raise ValueError(f"no location has the number {number}")
        return (await self._load(tenant_id)).place_by_number[number]

    async def place(self, external_id: str) -> Place:
        """The location with an id of the log."""
        if not self._stale and (known := self._places.get(f"id {external_id}")) is not None:
            return known
        tenant_id, location_id = await self._find("location", external_id)
        place = self._places[f"id {external_id}"] = self.catalogues[tenant_id].places[location_id]
        return place

    async def user(self, tenant_id: UUID, external_id: str | None) -> UUID | None:
        """The person with an id of the log; None for None."""
        return await self._within(tenant_id, "user", external_id)

    async def campaign(self, tenant_id: UUID, external_id: str | None) -> UUID | None:
        """The campaign with an id of the log; None for None."""
        return await self._within(tenant_id, "campaign", external_id)

    async def tag(self, tenant_id: UUID, external_id: str) -> UUID:
        """The tag with an id of the log."""
        found = await self._within(tenant_id, "tag", external_id)
        assert found is not None
        return found

    async def meet(self) -> None:
        """Know the organisations that earlier lines spoke of; of none, all: for lines that name no place."""
        if not self.catalogues:
            rows = await self.tx.connection.fetch(
                "SELECT id FROM account WHERE parent_id IS NULL ORDER BY id"
            )
            for tenant_id in self._before or [row["id"] for row in rows]:
                await self._load(tenant_id)

    def place_by_id(self, location_id: UUID) -> Place:
        """A location of any tenant of the log."""
        for catalogue in self.catalogues.values():
            if location_id in catalogue.places:
                return catalogue.places[location_id]
        raise KeyError(location_id)

    async def _within(self, tenant_id: UUID, what: str, external_id: str | None) -> UUID | None:
        if external_id is None:
            return None
        if self._stale:
            await self._fresh()
        found = self._table(self.catalogues[tenant_id], what).get(external_id)
        if found is None:
            raise ValueError(f"there is no {what} {external_id!r}")
        return found

    async def _find(self, what: str, external_id: str) -> tuple[UUID, UUID]:
        found = [
            (catalogue.tenant_id, table[external_id])
            for catalogue in await self._fresh()
            if external_id in (table := self._table(catalogue, what))
        ]
        if not found:
            found = await self._find_elsewhere(what, external_id)
        if len(found) != 1:
            raise ValueError(f"there {'is no' if not found else 'is more than one'} {what} {external_id!r}")
        return found[0]

    async def _find_elsewhere(self, what: str, external_id: str) -> list[tuple[UUID, UUID]]:
        table = {"location": "location", "account": "account", "user": "app_user"}[what]
        rows = await self.tx.connection.fetch(
            f"SELECT tenant_id, id FROM {table} WHERE external_id = $1 AND tenant_id <> ALL ($2::uuid[])",
            external_id,
            list(self.catalogues),
        )
        if len(rows) == 1:
            await self._load(rows[0]["tenant_id"])
        return [(row["tenant_id"], row["id"]) for row in rows]

    def _table(self, catalogue: Catalogue, what: str) -> dict[str, UUID]:
        table = self._ids.get((catalogue.tenant_id, what))
        if table is None:
            entries: Any = {
                "account": catalogue.accounts,
                "location": catalogue.places,
                "user": catalogue.people,
                "campaign": catalogue.campaigns,
                "tag": catalogue.tags,
            }[what]
            table = {
                entry.external_id: entry.id for entry in entries.values() if entry.external_id is not None
            }
            self._ids[catalogue.tenant_id, what] = table
        return table

    async def _fresh(self) -> list[Catalogue]:
        for tenant_id in list(self._stale):
            await self._load(tenant_id)
        return list(self.catalogues.values())

    async def _load(self, tenant_id: UUID) -> Catalogue:
        self._stale.discard(tenant_id)
        self._places.clear()
        for key in [key for key in self._ids if key[0] == tenant_id]:
            del self._ids[key]
        catalogue = self.catalogues[tenant_id] = await load_catalogue(self.tx.connection, tenant_id)
        return catalogue

    # ----------------------------------------------------------------------------------------- set-up

    async def set_up(self, line: SetUpLine, at: datetime) -> bool:
        """Make what a set-up line names; False when it is there already."""
        match line:
            case AccountLine():
                return await self._account(line, at)
            case LocationLine():
                return await self._location(line, at)
            case UserLine():
                return await self._user(line, at)
            case CampaignLine() | TagLine():
                return await self._label(line, at)

    async def _account(self, line: AccountLine, at: datetime) -> bool:
        if line.parent is None:
            # account_root_external_id_key
            tenant_id = await self.tx.connection.fetchval(
                "SELECT id FROM account WHERE external_id = $1 AND parent_id IS NULL", line.id
            )
            new = tenant_id is None
            if new:
                tenant_id = await create_root_account(self.tx, name=line.name, at=at, external_id=line.id)
            await self._load(tenant_id)
            return new
        tenant_id, parent_id = await self._find("account", line.parent)
        if line.id in self._table(self.catalogues[tenant_id], "account"):
            return False
        await create_account(
            self.tx, tenant_id=tenant_id, parent_id=parent_id, name=line.name, at=at, external_id=line.id
        )
        self._stale.add(tenant_id)
        return True

    async def _location(self, line: LocationLine, at: datetime) -> bool:
        tenant_id, account_id = await self._find("account", line.account)
        if line.id in self._table(self.catalogues[tenant_id], "location"):
            return False
        taken = await self.tx.connection.fetchval(
            "SELECT 1 FROM location_number WHERE number = $1", line.phone
        )
        if taken:
            raise ValueError(f"another location has the number {line.phone}")
        await create_location(
            self.tx,
            tenant_id=tenant_id,
            account_id=account_id,
            name=line.name,
            kind=line.kind,
            time_zone=line.timezone,
            numbers=[Number(line.phone)],
            at=at,
            external_id=line.id,
            weekly=line.hours,
            holidays=line.holidays,
            hours_since=FROM_THE_BEGINNING,
            auto_reply_out_of_hours=line.auto_reply,
        )
        self._stale.add(tenant_id)
        return True

    async def _user(self, line: UserLine, at: datetime) -> bool:
        if line.account is not None:
            tenant_id, account_id = await self._find("account", line.account)
            memberships: list[tuple[Any, UUID | None, UUID | None]] = [(line.role, account_id, None)]
        else:
            places = [await self.place(location) for location in line.locations or []]
            if len({place.tenant_id for place in places}) != 1:
                raise ValueError("the locations belong to different organisations")
            tenant_id = places[0].tenant_id
            memberships = [(line.role, None, place.id) for place in places]
        if line.id in self._table(self.catalogues[tenant_id], "user"):
            return False
        # app_user_email_key
        taken = await self.tx.connection.fetchval(
            "SELECT 1 FROM app_user WHERE lower(email) = lower($1) AND status <> 'FORMER'", line.email
        )
        if taken:
            raise ValueError(f"another person has the address {line.email}")
        await create_user(
            self.tx,
            tenant_id=tenant_id,
            name=line.name,
            email=line.email,
            memberships=memberships,
            at=at,
            external_id=line.id,
        )
        self._stale.add(tenant_id)
        return True

    async def _label(self, line: CampaignLine | TagLine, at: datetime) -> bool:
        tenant_id, account_id = await self._find("account", line.account)
        if line.id in self._table(self.catalogues[tenant_id], line.do):
            return False
        if isinstance(line, TagLine):
            await create_tag(self.tx, tenant_id=tenant_id, name=line.name, at=at, external_id=line.id)
        else:
            await import_campaign(
                self.tx,
                tenant_id=tenant_id,
                account_id=account_id,
                name=line.name,
                at=at,
                external_id=line.id,
            )
        self._stale.add(tenant_id)
        return True

    async def tenant_of(self, line: HoursLine | LeaveLine) -> UUID:
        """Whose place or person the line names."""
        if isinstance(line, HoursLine):
            return (await self.place(line.location)).tenant_id
        return (await self._find("user", line.user))[0]

    async def change_hours(self, line: HoursLine) -> None:
        """New hours from the line's instant on; without `holidays` the old ones stay."""
        place = await self.place(line.location)
        holidays = line.holidays
        if "holidays" not in line.model_fields_set and place.hours.versions:
            before = [version for version in place.hours.versions if version.effective_at <= line.at]
            holidays = holidays_to_json((before or place.hours.versions)[-1].holidays)
        await put_hours(self.tx, place.tenant_id, place.id, line.hours, holidays or {}, line.at)
        await catalogue_changed(
            self.tx, place.tenant_id, line.at, ("Location", place.id), location_id=place.id
        )
        self._stale.add(place.tenant_id)

    async def leave(self, line: LeaveLine) -> None:
        """The person is a former user from now on."""
        tenant_id, user_id = await self._find("user", line.user)
        if self.catalogues[tenant_id].people[user_id].status is not UserStatus.FORMER:
            await mark_former(self.tx, tenant_id=tenant_id, user_id=user_id, at=line.at)
            self._stale.add(tenant_id)
