"""What people say of themselves: their name, zone, language and what to alert them to."""

from collections.abc import Mapping
from typing import Any

from localmessages.actions.actor import Actor, IdempotencyKey, Made, once
from localmessages.actions.audit import audit
from localmessages.actions.catalogue import catalogue_changed, lock_catalogue, tell_person
from localmessages.rules.live import EventKind
from localmessages.rules.refusal import NotAllowed
from localmessages.rules.texts import check_name, check_range
from localmessages.services import Transaction

# Columns by the fields of the API.
_FIELDS = {
    "name": "name",
    "time_zone": "timeZone",
    "locale": "locale",
    "alert_texts": "alertTexts",
    "alert_waiting_minutes": "alertWaitingMinutes",
    "alert_by_mail": "alertByMail",
}


async def update_profile(
    actor: Actor, values: Mapping[str, Any], *, key: IdempotencyKey | None = None
) -> Made:
    """Change what `values` has, by the columns' names; None clears what can be cleared."""
    user_id = actor.user_id
    if user_id is None:
        raise NotAllowed("An API key has no profile.")
    values = _checked(values)

    async def do(tx: Transaction) -> Made:
        before = (await lock_catalogue(tx, actor.tenant_id)).people[user_id]
        changes = {_FIELDS[name]: (getattr(before, name), value) for name, value in values.items()}
        if any(was != now for was, now in changes.values()):
            await _write(tx, actor, values)
            await audit(tx, actor, "updateProfile", ("User", user_id), before.name, changes)
            await catalogue_changed(tx, actor.tenant_id, actor.now, ("User", user_id))
            await tell_person(tx, actor.tenant_id, user_id, EventKind.VIEWER_CHANGED, actor.now)
        return {"user": user_id}

    return await once(actor, key, do)


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    checked = dict(values)
    if "name" in checked:
        checked["name"] = check_name(checked["name"], field=["name"])
    if (minutes := checked.get("alert_waiting_minutes")) is not None:
        check_range(minutes, 1, 1440, what="number of minutes", field=["alertWaitingMinutes"])
    return checked


async def _write(tx: Transaction, actor: Actor, values: Mapping[str, Any]) -> None:
    changed = ", ".join(f"{name} = ${position}" for position, name in enumerate(values, 3))
    # app_user_pkey
    await tx.connection.execute(
        f"UPDATE app_user SET {changed} WHERE tenant_id = $1 AND id = $2",
        actor.tenant_id,
        actor.user_id,
        *values.values(),
    )
