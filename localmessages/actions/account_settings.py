"""Accounts as people make and change them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from localmessages.actions.accounts import create_account
from localmessages.actions.actor import Actor, IdempotencyKey, Made, once
from localmessages.actions.audit import audit
from localmessages.actions.catalogue import catalogue_changed, lock_catalogue
from localmessages.rules.access import Role
from localmessages.rules.account import NOTICE_PLACEHOLDERS, SETTING_NAMES
from localmessages.rules.hours_json import MalformedHours, intervals_from_json
from localmessages.rules.refusal import AlreadyExists, NotAllowed, NotFound, Refused, UserErrorCode
from localmessages.rules.texts import (
    BODY_LIMIT,
    check_name,
    check_placeholders,
    check_range,
    check_text,
)
from localmessages.services import Transaction
from models.catalogue import AccountEntry, Catalogue

Settings = Mapping[str, Any]

_TEXTS = {
    "transfer_notice": "transferNotice",
    "help_reply": "helpReply",
    "opt_out_reply": "optOutReply",
    "opt_in_reply": "optInReply",
}


async def add_account(
    actor: Actor, parent_id: UUID, name: str, settings: Settings, *, key: IdempotencyKey | None = None
) -> Made:
    """A new account below another, for an owner of that; settings left out are its parent's."""
    name = check_name(name, field=["name"])
    check_settings(settings)

    async def do(tx: Transaction) -> Made:
        catalogue = await lock_catalogue(tx, actor.tenant_id)
        account_at_hand(actor, catalogue, parent_id, Role.OWNER, field="parentId")
        _check_unique(catalogue, parent_id, name)
        account_id = await create_account(
            tx,
            tenant_id=actor.tenant_id,
            parent_id=parent_id,
            name=name,
            at=actor.now,
            settings={setting: value for setting, value in settings.items() if value is not None},
        )
        await audit(tx, actor, "createAccount", ("Account", account_id), name)
        return {"account": account_id}

    return await once(actor, key, do)


def _check_unique(catalogue: Catalogue, parent_id: UUID, name: str) -> None:
    for account in catalogue.accounts.values():
        if account.parent_id == parent_id and account.name.casefold() == name.casefold():
            raise AlreadyExists(
                f"There is an account {account.name} there already.",
                existing=("Account", account.id),
                field=["name"],
                remedy="Use that account, or choose another name.",
            )


async def update_account(
    actor: Actor,
    account_id: UUID,
    *,
    name: str | None = None,
    settings: Settings,
    key: IdempotencyKey | None = None,
) -> Made:
    """Rename it, for an owner; change what `settings` has, for a manager. None takes the parent's value."""
    name = None if name is None else check_name(name, field=["name"])
    check_settings(settings)

    async def do(tx: Transaction) -> Made:
        catalogue = await lock_catalogue(tx, actor.tenant_id)
        role = Role.MANAGER if name is None else Role.OWNER
        account = account_at_hand(actor, catalogue, account_id, role, field="accountId")
        await _write(tx, account, {"name": name or account.name, **settings})
        after = (await lock_catalogue(tx, actor.tenant_id)).accounts[account_id]
        await audit(
            tx, actor, "updateAccount", ("Account", account_id), account.name, _changes(account, after)
        )
        await catalogue_changed(tx, actor.tenant_id, actor.now, ("Account", account_id))
        return {"account": account_id}

    return await once(actor, key, do)


async def _write(tx: Transaction, account: AccountEntry, values: Mapping[str, Any]) -> None:
    names = list(values)
    changed = ", ".join(f"{name} = ${position}" for position, name in enumerate(names, 3))
    # account_pkey
    await tx.connection.execute(
        f"UPDATE account SET {changed} WHERE tenant_id = $1 AND id = $2",
        account.path[-1],
        account.id,
        *(values[name] for name in names),
    )


def _changes(before: AccountEntry, after: AccountEntry) -> dict[str, tuple[Any, Any]]:
    changes: dict[str, tuple[Any, Any]] = {"name": (before.name, after.name)}
    for name in SETTING_NAMES:
        head, *rest = name.split("_")
        field = head + "".join(word.capitalize() for word in rest)
        changes[field] = (getattr(before.settings, name), getattr(after.settings, name))
    return changes


def account_at_hand(
    actor: Actor, catalogue: Catalogue, account_id: UUID, role: Role, *, field: str
) -> AccountEntry:
    """The account, for who has `role` on it; `NotFound` for who sees neither it nor a location of its own."""
    account = catalogue.accounts.get(account_id)
    owns_seen = any(
        catalogue.places[seen].account_id == account_id
        for seen in actor.viewer.location_roles
        if seen in catalogue.places
    )
    is_seen = owns_seen or account_id == actor.tenant_id or account_id in actor.viewer.account_roles
    if account is None or not is_seen:
        raise NotFound("account", field=[field])
    if not actor.viewer.may_on_account(role, account_id):
        raise NotAllowed(field=[field])
    return account


def check_settings(settings: Settings) -> None:
    """Raise `Refused` for a setting out of its range, or a text that says nothing or what nothing fills."""
    for name, field in _TEXTS.items():
        if (text := settings.get(name)) is not None:
            path = ["settings", field]
            check_text(text, what="text", limit=BODY_LIMIT, field=path)
            check_placeholders(text, NOTICE_PLACEHOLDERS, field=path)
    if (days := settings.get("reopen_within_days")) is not None:
        check_range(days, 0, 365, what="number of days", field=["settings", "reopenWithinDays"])
    if (seconds := settings.get("auto_reply_interval_seconds")) is not None:
        path = ["settings", "autoReplyIntervalSeconds"]
        check_range(seconds, 60, 604_800, what="number of seconds", field=path)
    if (opens := settings.get("campaign_opens")) is not None:
        _check_campaign_hours(opens, settings["campaign_closes"])


def _check_campaign_hours(opens: str, closes: str) -> None:
    try:
        intervals_from_json([[opens, closes]])
    except MalformedHours as error:
        raise Refused(
            UserErrorCode.INVALID, str(error), field=["settings", "campaignHours"], remedy="Such as 08:00."
        ) from error
