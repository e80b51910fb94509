"""The saved reports that a person has: so many, each with a name of its own."""

from uuid import UUID

from localmessages.actions.actor import Actor
from localmessages.rules.refusal import AlreadyExists, LimitRefused
from localmessages.rules.saved_reports import MOST_SAVED
from localmessages.services import Transaction


async def lock_shelf(tx: Transaction, tenant_id: UUID, owner_id: UUID | None) -> None:
    """Let nobody else name or add a report of this person meanwhile."""
    # app_user_pkey
    await tx.connection.execute(
        "SELECT FROM app_user WHERE tenant_id = $1 AND id = $2 FOR NO KEY UPDATE", tenant_id, owner_id
    )


async def check_room(tx: Transaction, actor: Actor) -> None:
    """Raise `LimitRefused` where there is no room for one more."""
    # saved_report_name_key
    count = await tx.connection.fetchval(
        "SELECT count(*) FROM saved_report WHERE tenant_id = $1 AND by_user_id = $2",
        actor.tenant_id,
        actor.user_id,
    )
    if count >= MOST_SAVED:
        raise LimitRefused(
            f"A person has at most {MOST_SAVED} saved reports.",
            limit=MOST_SAVED,
            given=count + 1,
            field=None,
            remedy="Delete one that nobody needs any more.",
        )


async def check_name_is_free(
    tx: Transaction, tenant_id: UUID, owner_id: UUID, name: str, but: UUID | None
) -> None:
    """Raise `AlreadyExists` for the name of another report of the same person."""
    # saved_report_name_key
    other = await tx.connection.fetchrow(
        """
        SELECT id, name
        FROM saved_report
        WHERE tenant_id = $1 AND by_user_id = $2 AND lower(name) = lower($3) AND id IS DISTINCT FROM $4
        """,
        tenant_id,
        owner_id,
        name,
        but,
    )
    if other is not None:
        raise AlreadyExists(
            f"There is a saved report {other['name']} already.",
            existing=("SavedReport", other["id"]),
            field=["name"],
            remedy="Change that one, or choose another name.",
        )
