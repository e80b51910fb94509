"""The demo's company in the database: made once, found again at the next start."""

import asyncio
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from localmessages.actions.accounts import create_account, create_root_account
from localmessages.actions.labels import create_tag, import_campaign
from localmessages.actions.locations import FROM_THE_BEGINNING, create_location
from localmessages.actions.users import create_user
from localmessages.auth import hash_password
from localmessages.demo.people import PASSWORD, WORKERS, Worker
from localmessages.demo.places import BUSINESS, CHILD, PARENT, SHOPS, Shop
from localmessages.rules.access import Role
from localmessages.rules.place import Number
from localmessages.services import Services, Transaction

CAMPAIGN = "bulb-weekend"
# How long it has been texting when the demo starts first: more than the longest window of the Locations page.
AGE = timedelta(days=35)
TAGS = {
    "order": "#2f9e44",
    "delivery": "#1971c2",
    "quote": "#9c36b5",
    "appointment": "#f08c00",
    "payment": "#0c8599",
    "complaint": "#e03131",
    "plant advice": "#66a80f",
    "trade": "#5f3dc4",
}
CLOSED_NOW = "Thank you for texting {business}, {location}. We are closed now, and answer as soon as we open."


class Company(NamedTuple):
    """Whose demo it is; `new` until its history is loaded."""

    tenant_id: UUID
    new: bool


async def open_company(services: Services) -> Company:
    """The demo's company, made if it is not there yet."""
    async with services.database.connection() as connection:
        # account_root_external_id_key, message_pkey
        row = await connection.fetchrow(
            """
            SELECT id, NOT EXISTS (SELECT FROM message WHERE tenant_id = account.id) AS new
            FROM account
            WHERE external_id = $1 AND parent_id IS NULL
            """,
            PARENT,
        )
    if row is not None:
        return Company(row["id"], row["new"])
    # It takes a while on purpose.
    password_hash = await asyncio.to_thread(hash_password, PASSWORD)
    async with services.transaction() as tx:
        return Company(await _found(tx, services.clock() - AGE, password_hash), new=True)


async def _found(tx: Transaction, at: datetime, password_hash: str) -> UUID:
    tenant_id = await create_root_account(tx, name=BUSINESS, at=at, external_id=PARENT)
    north_america = await create_account(
        tx,
        tenant_id=tenant_id,
        parent_id=tenant_id,
        name=f"{BUSINESS} North America",
        at=at,
        external_id=CHILD,
    )
    accounts = {PARENT: tenant_id, CHILD: north_america}
    shops = {shop.id: await _open_shop(tx, tenant_id, accounts[shop.account], shop, at) for shop in SHOPS}
    for worker in WORKERS:
        await _hire(tx, tenant_id, accounts, shops, worker, at, password_hash)
    for name, color in TAGS.items():
        await create_tag(tx, tenant_id=tenant_id, name=name, color=color, at=at, external_id=name)
    await import_campaign(
        tx, tenant_id=tenant_id, account_id=tenant_id, name="Bulb weekend", at=at, external_id=CAMPAIGN
    )
    return tenant_id


async def _open_shop(tx: Transaction, tenant_id: UUID, account_id: UUID, shop: Shop, at: datetime) -> UUID:
    return await create_location(
        tx,
        tenant_id=tenant_id,
        account_id=account_id,
        name=shop.name,
        kind=shop.kind,
        time_zone=shop.zone,
        numbers=[Number(shop.number)],
        at=at,
        external_id=shop.id,
        weekly=shop.week,
        holidays=shop.holidays_around(at.date()),
        hours_since=FROM_THE_BEGINNING,
        auto_reply_out_of_hours=CLOSED_NOW,
    )


async def _hire(
    tx: Transaction,
    tenant_id: UUID,
    accounts: dict[str, UUID],
    shops: dict[str, UUID],
    worker: Worker,
    at: datetime,
    password_hash: str,
) -> None:
    memberships: list[tuple[Role, UUID | None, UUID | None]] = [
        (worker.role, None, shops[shop]) for shop in worker.shops
    ]
    if worker.account is not None:
        memberships.append((worker.role, accounts[worker.account], None))
    await create_user(
        tx,
        tenant_id=tenant_id,
        name=worker.name,
        email=worker.email,
        memberships=memberships,
        at=at,
        external_id=worker.id,
        password_hash=password_hash if worker.signs_in else None,
    )
