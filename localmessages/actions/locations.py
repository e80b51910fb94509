"""Locations with their numbers and hours."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zlib import crc32

from localmessages.actions.accounts import LANES
from localmessages.actions.catalogue import catalogue_changed
from localmessages.rules.keys import new_key
from localmessages.rules.location import LocationKind
from localmessages.rules.place import Number
from localmessages.services import Transaction

FROM_THE_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


async def create_location(
    tx: Transaction,
    *,
    tenant_id: UUID,
    account_id: UUID,
    name: str,
    kind: LocationKind,
    time_zone: str,
    numbers: Sequence[Number],
    at: datetime,
    external_id: str | None = None,
    weekly: Any = None,
    holidays: Any = None,
    hours_since: datetime | None = None,
    auto_reply_in_hours: str | None = None,
    auto_reply_out_of_hours: str | None = None,
    link_domain: str | None = None,
) -> UUID:
    """A new location, active, with an empty inbox; the first of `numbers` is the primary one."""
    location_id = new_key(at)
    # live_scope_tenant_id_kind_lane_user_id_key
    await tx.connection.execute(
        """
        INSERT INTO location
            (tenant_id, id, external_id, account_id, scope_id, name, kind, time_zone,
             auto_reply_in_hours, auto_reply_out_of_hours, link_domain, created_at)
        SELECT $1, $2, $3, $4, id, $5, $6, $7, $8, $9, $10, $11
        FROM live_scope
        WHERE tenant_id = $1 AND kind = 'LANE' AND lane = $12
        """,
        tenant_id,
        location_id,
        external_id,
        account_id,
        name,
        kind,
        time_zone,
        auto_reply_in_hours,
        auto_reply_out_of_hours,
        link_domain,
        at,
        crc32(location_id.bytes) % LANES,
    )
    await put_numbers(tx, tenant_id, location_id, numbers, at)
    if weekly is not None or holidays:
        await put_hours(tx, tenant_id, location_id, weekly, holidays or {}, hours_since or at)
    await catalogue_changed(tx, tenant_id, at, ("Location", location_id), location_id=location_id)
    return location_id


async def put_numbers(
    tx: Transaction, tenant_id: UUID, location_id: UUID, numbers: Sequence[Number], at: datetime
) -> None:
    """Give a location these numbers and no others, the primary one first."""
    # location_number_location_idx
    await tx.connection.execute(
        "DELETE FROM location_number WHERE tenant_id = $1 AND location_id = $2", tenant_id, location_id
    )
    await tx.connection.executemany(
        """
        INSERT INTO location_number (tenant_id, id, location_id, number, position, messages_per_second)
        VALUES ($1, $2, $3, $4, $5, $6)
        """,
        [
            (tenant_id, new_key(at), location_id, number.number, position, number.messages_per_second)
            for position, number in enumerate(numbers)
        ],
    )


async def put_hours(
    tx: Transaction, tenant_id: UUID, location_id: UUID, weekly: Any, holidays: Any, since: datetime
) -> None:
    """Business hours from an instant on, in the shapes of rules/hours_json.py; what was before stays so."""
    # The first version of a place holds from the beginning of time, so what had none gets "always open".
    # location_hours_tenant_id_location_id_effective_at_key
    await tx.connection.execute(
        """
        INSERT INTO location_hours (tenant_id, id, location_id, effective_at)
        SELECT $1, $2, $3, $4
        WHERE NOT EXISTS (SELECT FROM location_hours WHERE tenant_id = $1 AND location_id = $3)
        """,
        tenant_id,
        new_key(FROM_THE_BEGINNING),
        location_id,
        FROM_THE_BEGINNING,
    )
    # location_hours_tenant_id_location_id_effective_at_key
    await tx.connection.execute(
        """
        INSERT INTO location_hours (tenant_id, id, location_id, effective_at, weekly, holidays)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (tenant_id, location_id, effective_at)
            DO UPDATE SET weekly = excluded.weekly, holidays = excluded.holidays
        """,
        tenant_id,
        new_key(since),
        location_id,
        since,
        weekly,
        holidays,
    )
