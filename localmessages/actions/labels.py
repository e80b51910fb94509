"""Tags and campaigns as catalogue entries."""

from datetime import datetime
from uuid import UUID

from localmessages.actions.catalogue import catalogue_changed
from localmessages.rules.campaigns import CampaignStatus
from localmessages.rules.keys import new_key
from localmessages.services import Transaction


async def create_tag(
    tx: Transaction,
    *,
    tenant_id: UUID,
    name: str,
    at: datetime,
    color: str = "#868e96",
    external_id: str | None = None,
) -> UUID:
    """A new tag, on no conversation yet."""
    tag_id = new_key(at)
    await tx.connection.execute(
        """
        INSERT INTO tag (tenant_id, id, external_id, name, color, created_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        """,
        tenant_id,
        tag_id,
        external_id,
        name,
        color,
        at,
    )
    await catalogue_changed(tx, tenant_id, at, ("Tag", tag_id))
    return tag_id


async def import_campaign(
    tx: Transaction, *, tenant_id: UUID, account_id: UUID, name: str, at: datetime, external_id: str
) -> UUID:
    """A campaign that ran elsewhere: its texts come with the log."""
    campaign_id = new_key(at)
    await tx.connection.execute(
        """
        INSERT INTO campaign (tenant_id, id, external_id, account_id, name, status, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        """,
        tenant_id,
        campaign_id,
        external_id,
        account_id,
        name,
        CampaignStatus.COMPLETED,
        at,
    )
    await catalogue_changed(tx, tenant_id, at, ("Campaign", campaign_id))
    return campaign_id
