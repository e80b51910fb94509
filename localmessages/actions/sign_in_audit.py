"""What the audit log says of getting in: who did, who tried, and what changed of how."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from localmessages.actions.actor import Actor
from localmessages.actions.audit import audit
from localmessages.actions.catalogue import current_catalogue
from localmessages.actions.sessions import Device
from localmessages.rules.access import Viewer
from localmessages.rules.refusal import UserErrorCode
from localmessages.services import Services, Transaction


async def audit_person(
    tx: Transaction,
    services: Services,
    tenant_id: UUID,
    user_id: UUID,
    action: str,
    device: Device,
    *,
    at: datetime,
    changes: Mapping[str, tuple[Any, Any]] | None = None,
    by_nobody: bool = False,
) -> None:
    """Note what a person did to their own way in; `by_nobody` for what somebody else tried at it."""
    catalogue = await current_catalogue(services, tx.connection, tenant_id)
    assert catalogue is not None, "a person has a tenant"
    viewer = Viewer(tenant_id, None if by_nobody else user_id, None, {}, {})
    name = catalogue.people[user_id].name
    actor, subject = Actor(services, viewer, catalogue, at), ("User", user_id)
    await audit(tx, actor, action, subject, name, changes, address=device.address or None)


async def audit_failure(
    services: Services,
    person: tuple[UUID, UUID],
    action: str,
    why: UserErrorCode,
    device: Device,
    at: datetime,
    *,
    by_nobody: bool = False,
) -> None:
    """Note what was tried in vain at a person, `(tenant, user)`, and why."""
    async with services.transaction() as tx:
        changes = {"refused": (None, why.value)}
        await audit_person(tx, services, *person, action, device, at=at, changes=changes, by_nobody=by_nobody)
