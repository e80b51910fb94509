"""Locations as people make and change them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import asyncpg

from localmessages.actions.account_settings import account_at_hand
from localmessages.actions.actor import Actor, IdempotencyKey, Made, once
from localmessages.actions.audit import audit
from localmessages.actions.catalogue import catalogue_changed, lock_catalogue
from localmessages.actions.hours import HoursEdit, check_hours, edit_hours
from localmessages.actions.locations import create_location, put_numbers
from localmessages.rules.access import Role
from localmessages.rules.hours import Hours
from localmessages.rules.hours_json import holidays_to_json, weekly_to_json
from localmessages.rules.place import Number, Place
from localmessages.rules.refusal import AlreadyExists, NotFound, Refused, UserErrorCode
from localmessages.rules.texts import BODY_LIMIT, check_host, check_name, check_range, check_text
from localmessages.services import Transaction

# The columns that an edit may have: None turns an automatic reply off, and is no value of the others.
Edit = Mapping[str, Any]

_REPLIES = {"auto_reply_in_hours": "inHours", "auto_reply_out_of_hours": "outOfHours"}


async def add_location(
    actor: Actor,
    account_id: UUID,
    edit: Edit,
    numbers: Sequence[Number],
    hours: HoursEdit | None,
    *,
    key: IdempotencyKey | None = None,
) -> Made:
    """A new location of an account, for who manages that; `edit` has its name, kind and time zone."""
    columns = _checked(edit)
    _check_numbers(numbers)
    if hours is not None:
        check_hours(hours)

    async def do(tx: Transaction) -> Made:
        catalogue = await lock_catalogue(tx, actor.tenant_id)
        account_at_hand(actor, catalogue, account_id, Role.MANAGER, field="accountId")
        await _check_free(tx.connection, actor, numbers, None)
        location_id = await create_location(
            tx, tenant_id=actor.tenant_id, account_id=account_id, numbers=numbers, at=actor.now, **columns
        )
        if hours is not None:
            none_yet = Hours(columns["time_zone"])
            await edit_hours(tx, actor.tenant_id, location_id, hours, none_yet, actor.now)
        await audit(tx, actor, "createLocation", ("Location", location_id), columns["name"])
        return {"location": location_id}

    return await once(actor, key, do)


async def update_location(
    actor: Actor,
    location_id: UUID,
    edit: Edit,
    numbers: Sequence[Number] | None = None,
    hours: HoursEdit | None = None,
    *,
    key: IdempotencyKey | None = None,
) -> Made:
    """Change what `edit` has, all numbers, or the hours from now on; for who manages the location."""
    columns = _checked(edit)
    if numbers is not None:
        _check_numbers(numbers)
    if hours is not None:
        check_hours(hours)

    async def do(tx: Transaction) -> Made:
        before = (await lock_catalogue(tx, actor.tenant_id)).places.get(location_id)
        if before is None:
            raise NotFound("location", field=["locationId"])
        actor.needs(Role.MANAGER, location_id, what="location", field="locationId")
        if columns:
            await _write(tx.connection, before, columns)
        if numbers is not None:
            await _check_free(tx.connection, actor, numbers, location_id)
            await put_numbers(tx, actor.tenant_id, location_id, numbers, actor.now)
        if hours is not None:
            so_far = replace(before.hours, zone=columns.get("time_zone", before.zone))
            await edit_hours(tx, actor.tenant_id, location_id, hours, so_far, actor.now)
        after = (await lock_catalogue(tx, actor.tenant_id)).places[location_id]
        subject = ("Location", location_id)
        await audit(tx, actor, "updateLocation", subject, before.name, _changes(before, after))
        await catalogue_changed(tx, actor.tenant_id, actor.now, subject, location_id=location_id)
        return {"location": location_id}

    return await once(actor, key, do)


def _checked(edit: Edit) -> dict[str, Any]:
    columns = dict(edit)
    if "name" in columns:
        columns["name"] = check_name(columns["name"], field=["name"])
    if columns.get("link_domain") is not None:
        columns["link_domain"] = check_host(columns["link_domain"], field=["linkDomain"])
    for column, field in _REPLIES.items():
        if columns.get(column) is not None:
            check_text(columns[column], what="reply", limit=BODY_LIMIT, field=["autoReplies", field])
    return columns


def _check_numbers(numbers: Sequence[Number]) -> None:
    if not numbers:
        raise Refused(
            UserErrorCode.EMPTY, "A location has a number.", field=["numbers"], remedy="Give at least one."
        )
    if len({number.number for number in numbers}) < len(numbers):
        raise Refused(
            UserErrorCode.INVALID,
            "A number is there twice.",
            field=["numbers"],
            remedy="Give each number once.",
        )
    for number in numbers:
        path = ["numbers", "messagesPerSecond"]
        check_range(number.messages_per_second, 0.1, 100, what="texts a second", field=path)


async def _check_free(
    connection: asyncpg.Connection, actor: Actor, numbers: Sequence[Number], own: UUID | None
) -> None:
    """Raise `AlreadyExists` for a number that another location in the world has."""
    wanted = sorted(number.number for number in numbers)
    # One at a time for each number: the index alone would break the second transaction, not refuse it.
    for number in wanted:
        await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('number ' || $1, 0))", number)
    # location_number_number_key
    taken = await connection.fetchrow(
        """
        SELECT number, location_id
        FROM location_number
        WHERE number = ANY ($1::text[]) AND location_id IS DISTINCT FROM $2
        ORDER BY number
        """,
        wanted,
        own,
    )
    if taken is not None:
        seen = actor.viewer.sees(taken["location_id"])
        raise AlreadyExists(
            f"Another location has the number {taken['number']}.",
            existing=("Location", taken["location_id"]) if seen else None,
            field=["numbers"],
            remedy="Take the number away there first.",
        )


async def _write(connection: asyncpg.Connection, before: Place, columns: Edit) -> None:
    moves_clock = columns.get("time_zone", before.zone) != before.zone
    if moves_clock:
        # Whoever writes a message of the place waits until its hours are counted anew.
        await connection.execute("SELECT lock_message_hours($1, $2)", before.tenant_id, before.id)
    changed = ", ".join(f"{name} = ${position}" for position, name in enumerate(columns, 3))
    # location_pkey
    await connection.execute(
        f"UPDATE location SET {changed} WHERE tenant_id = $1 AND id = $2",
        before.tenant_id,
        before.id,
        *columns.values(),
    )
    if moves_clock:
        await connection.execute("SELECT rebuild_message_hours($1, $2)", before.tenant_id, before.id)


def _changes(before: Place, after: Place) -> dict[str, tuple[Any, Any]]:
    old, new = _shown(before), _shown(after)
    return {field: (old[field], new[field]) for field in old}


def _shown(place: Place) -> dict[str, Any]:
    return {
        "name": place.name,
        "kind": place.kind,
        "active": place.active,
        "timeZone": place.zone,
        "numbers": [number.number for number in place.numbers],
        "hours": _hours(place),
        "autoReplies": [place.auto_reply_in_hours, place.auto_reply_out_of_hours],
        "linkDomain": place.link_domain,
    }


def _hours(place: Place) -> dict[str, Any] | None:
    if not place.hours.versions:
        return None
    latest = place.hours.versions[-1]
    return {"weekly": weekly_to_json(latest.weekly), "holidays": holidays_to_json(latest.holidays)}
