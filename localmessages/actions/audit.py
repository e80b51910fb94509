"""The audit log: who changed settings, people or consent, and moved conversations."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from localmessages.actions.actor import Actor
from localmessages.rules.keys import new_key
from localmessages.services import Transaction

Changes = Mapping[str, tuple[Any, Any]]


# Words in the names of fields whose values nobody may read again.
_SECRETS = ("secret", "password", "token")
MASK = "***"


def _shown(field: str, value: Any) -> Any:
    is_secret = any(word in field.lower() for word in _SECRETS)
    return MASK if is_secret and value is not None else value


async def audit(
    tx: Transaction,
    actor: Actor,
    action: str,
    subject: tuple[str, UUID],
    name: str,
    changes: Changes | None = None,
    *,
    address: str | None = None,
) -> None:
    """Note that `actor` did `action`, the mutation's name, to `subject`, `(type name, id)`.

    `name` is what the subject is called now; `changes` is `(before, after)` by the field's name in the
    schema, of which the equal ones are left out. A secret is kept as `***`. `address` is the network
    address that it came from, where the actor does not say it.
    """
    different = [
        {"field": field, "before": _shown(field, before), "after": _shown(field, after)}
        for field, (before, after) in (changes or {}).items()
        if before != after
    ]
    tx.is_audited = True
    await tx.connection.execute(
        """
        INSERT INTO audit_entry
            (tenant_id, id, at, action, user_id, api_key_id, subject_type, subject_id, subject_name, changes,
             address)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        """,
        actor.tenant_id,
        new_key(actor.now),
        actor.now,
        action,
        actor.viewer.user_id,
        actor.viewer.api_key_id,
        *subject,
        name,
        different,
        address or actor.address,
    )
