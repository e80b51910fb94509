"""The roles of people: written anew as a whole, and said in the audit log by the names of places."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from localmessages.rules.access import UserStatus
from localmessages.rules.keys import new_key
from localmessages.rules.people import Held, check_owner_left
from localmessages.services import Transaction
from models.catalogue import Catalogue, Person


def held_by(person: Person) -> list[Held]:
    """The roles of a person."""
    return [(held.role, held.account_id, held.location_id) for held in person.memberships]


async def put_memberships(
    tx: Transaction, tenant_id: UUID, user_id: UUID, given: Iterable[Held], at: datetime
) -> None:
    """Give a person these roles and no others."""
    # membership_user_idx
    await tx.connection.execute(
        "DELETE FROM membership WHERE tenant_id = $1 AND user_id = $2", tenant_id, user_id
    )
    await tx.connection.executemany(
        """
        INSERT INTO membership (tenant_id, id, user_id, role, account_id, location_id, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        """,
        [(tenant_id, new_key(at), user_id, role, account, location, at) for role, account, location in given],
    )


def said(catalogue: Catalogue, given: Iterable[Held]) -> list[dict[str, Any]]:
    """Roles as the audit log keeps them: a place may have another name later."""
    return [
        {"role": role, "account": catalogue.accounts[account].name}
        if account is not None
        else {"role": role, "location": catalogue.places[location].name if location else None}
        for role, account, location in given
    ]


def check_owners(
    catalogue: Catalogue, user_id: UUID, status: UserStatus, given: Sequence[Held], *, field: str
) -> None:
    """Raise `Refused` where nobody would own the whole account once a person has these roles."""
    people = {each.id: (each.status, held_by(each)) for each in catalogue.people.values()}
    people[user_id] = (status, list(given))
    check_owner_left(catalogue.tenant_id, people, field=field)
