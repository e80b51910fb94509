"""An invitation is accepted: somebody who was only named becomes a user, and is signed in."""

from datetime import datetime
from uuid import UUID

from localmessages.actions.catalogue import catalogue_changed
from localmessages.actions.one_time_tokens import TokenPurpose, redeem_one_time_token, token_owner
from localmessages.actions.passwords import hashed_new_password
from localmessages.actions.sessions import Device
from localmessages.actions.signing_in import SignedIn, let_in
from localmessages.rules.texts import check_name
from localmessages.services import Services, Transaction


async def accept_invitation(
    services: Services, token: str, name: str, password: str, device: Device, now: datetime
) -> SignedIn:
    """Let in whoever has the token of an invitation, with the name and password that they choose."""
    name = check_name(name, field=["name"])
    owner = await token_owner(services, token, TokenPurpose.INVITATION, at=now)
    hashed = await hashed_new_password(password, of=[owner.email, name], field="password")
    async with services.transaction() as tx:
        person = await redeem_one_time_token(tx, token, TokenPurpose.INVITATION, at=now)
        await _activate(tx, *person, name, hashed)
        await catalogue_changed(tx, person[0], now, ("User", person[1]))
        return await let_in(tx, services, *person, device, now, action="acceptInvitation")


async def _activate(tx: Transaction, tenant_id: UUID, user_id: UUID, name: str, hashed: str) -> None:
    # app_user_pkey
    await tx.connection.execute(
        """
        UPDATE app_user SET status = 'ACTIVE', name = $3, password_hash = $4
        WHERE tenant_id = $1 AND id = $2
        """,
        tenant_id,
        user_id,
        name,
        hashed,
    )
