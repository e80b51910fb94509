"""Something that a person wanted to know."""

from uuid import UUID

from localmessages.actions.notifications import notify
from localmessages.rules.notifications import NotificationKind
from tests.support.company import Company


async def notified(
    town: Company,
    who: str,
    title: str = "A text came in",
    *,
    kind: NotificationKind = NotificationKind.TEXT_RECEIVED,
    subject: tuple[str, UUID] | None = None,
) -> UUID:
    """Its key."""
    tenant_id = town.ids["the neighbours"] if who == "Nora" else town.tenant_id
    async with town.services.transaction() as change:
        await notify(
            change,
            tenant_id=tenant_id,
            user_id=town.ids[who],
            kind=kind,
            title=title,
            subject=subject,
            at=town.clock.passes(seconds=1),
        )
    (row,) = await town.fetch("SELECT id FROM notification ORDER BY id DESC LIMIT 1")
    key: UUID = row["id"]
    return key
