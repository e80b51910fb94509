from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import ClassVar
from uuid import UUID


class Role(StrEnum):
    """What a person may do where the role holds. Each includes the ones below it."""

    OWNER = "OWNER"
    MANAGER = "MANAGER"
    AGENT = "AGENT"
    VIEWER = "VIEWER"


class UserStatus(StrEnum):
    """Whether a person can sign in."""

    INVITED = "INVITED"
    ACTIVE = "ACTIVE"
    FORMER = "FORMER"


class ApiScope(StrEnum):
    """What an API key may do."""

    READ_CONVERSATIONS = "READ_CONVERSATIONS"
    WRITE_CONVERSATIONS = "WRITE_CONVERSATIONS"
    TRANSFER = "TRANSFER"
    PAYMENTS = "PAYMENTS"
    CAMPAIGNS = "CAMPAIGNS"
    REPORTS = "REPORTS"
    SETTINGS = "SETTINGS"
    PEOPLE = "PEOPLE"


_RANK = {Role.VIEWER: 0, Role.AGENT: 1, Role.MANAGER: 2, Role.OWNER: 3}


def covers(role: Role | None, needed: Role) -> bool:
    """Whether `role` includes what `needed` may do; no role includes nothing."""
    return role is not None and _RANK[role] >= _RANK[needed]


def stronger(one: Role | None, other: Role | None) -> Role | None:
    """The one of two roles that includes the other."""
    if one is None or other is None:
        return one or other
    return max(one, other, key=_RANK.__getitem__)


@dataclass(frozen=True)
class Viewer:
    """Who asks, and what is theirs: the strongest role at each account and location that any role covers.

    `scopes` are those of an API key; None for a person, whom none limit.
    """

    tenant_id: UUID
    user_id: UUID | None
    api_key_id: UUID | None
    account_roles: Mapping[UUID, Role]
    location_roles: Mapping[UUID, Role]
    scopes: frozenset[ApiScope] | None = None
    is_any: ClassVar[bool] = False

    @property
    def actor_id(self) -> UUID:
        """The person or the API key."""
        actor = self.user_id or self.api_key_id
        if actor is None:
            raise ValueError("A viewer is a person or an API key.")
        return actor

    def sees(self, location_id: UUID) -> bool:
        """Whether the inbox of the location is theirs to read."""
        return location_id in self.location_roles

    def may(self, role: Role, location_id: UUID) -> bool:
        """Whether they may do there what `role` may."""
        return covers(self.location_roles.get(location_id), role)

    def may_on_account(self, role: Role, account_id: UUID) -> bool:
        """Whether they may do on the account, and below it, what `role` may."""
        return covers(self.account_roles.get(account_id), role)

    def may_anywhere(self, role: Role) -> bool:
        """Whether they may do somewhere what `role` may."""
        roles = (*self.account_roles.values(), *self.location_roles.values())
        return any(covers(held, role) for held in roles)

    def has_scope(self, scope: ApiScope) -> bool:
        """Whether no key, or one with this scope, asks."""
        return self.scopes is None or scope in self.scopes

    @cached_property
    def access(self) -> Hashable:
        """Equal for those who may see and do the same; who they are is not in it."""
        roles = frozenset(self.account_roles.items()), frozenset(self.location_roles.items())
        return self.tenant_id, *roles, self.scopes

    @cached_property
    def location_ids(self) -> list[UUID]:
        """Every location whose inbox they may read, in the order of the ids."""
        return sorted(self.location_roles)


class ViewerIsAny(Exception):
    """What is one viewer's own was read for all who have the same rights."""


class AnyViewer(Viewer):
    """Stands for all who have the same rights: what they may see is known, who they are is not."""

    is_any = True

    def __init__(self, one: Viewer) -> None:
        """For all who may see what `one` of them may."""
        for name in ("tenant_id", "account_roles", "location_roles", "scopes"):
            object.__setattr__(self, name, getattr(one, name))

    @property
    def user_id(self) -> UUID | None:
        raise ViewerIsAny

    @property
    def api_key_id(self) -> UUID | None:
        raise ViewerIsAny

    def __repr__(self) -> str:
        return f"AnyViewer(tenant_id={self.tenant_id!r})"


def grant(
    memberships: Iterable[tuple[Role, UUID | None, UUID | None]],
    ancestors: Mapping[UUID, tuple[UUID, ...]],
    location_accounts: Mapping[UUID, UUID],
) -> tuple[dict[UUID, Role], dict[UUID, Role]]:
    """Roles by account and by location, from `(role, account, location)` of one person.

    `ancestors` has for each account itself and all above it; `location_accounts` each location's account.
    """
    on_account: dict[UUID, Role] = {}
    at_location: dict[UUID, Role] = {}
    for role, account, location in memberships:
        if account is not None:
            on_account[account] = stronger(on_account.get(account), role) or role
        if location is not None:
            at_location[location] = stronger(at_location.get(location), role) or role
    inherited: dict[UUID, Role] = {}
    for account, above in ancestors.items():
        for held in above:
            if (strongest := stronger(inherited.get(account), on_account.get(held))) is not None:
                inherited[account] = strongest
    for location, account in location_accounts.items():
        if (strongest := stronger(at_location.get(location), inherited.get(account))) is not None:
            at_location[location] = strongest
    return inherited, {
        location: role for location, role in at_location.items() if location in location_accounts
    }
