"""Who tries to get in: one line a role."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from graph.ids import NODE_TYPES
from graph.schema import schema
from localmessages.auth import Bearer, issue_token, read_api_key
from localmessages.rules.billing import pay_slug
from tests.crawl.markers import Hidden, Whose
from tests.crawl.world import BRANCH, World

# In the schema by now; the others of the list are yet to come.
TYPES = [name for name in NODE_TYPES if name in schema.core.type_map]
_SIGNED_IN = timedelta(minutes=15)


@dataclass(frozen=True)
class Role:
    """Who asks as what, and whose things they may see."""

    name: str
    person: str | None
    sees: frozenset[Whose] = frozenset()
    lasts: timedelta = _SIGNED_IN
    session: str | None = None
    place: str | None = None
    """The only location that they see."""
    key: str | None = None
    """The program that asks, in place of a person."""

    def bearer(self, world: World) -> Bearer | None:
        """What lets them in, or does not."""
        if self.key is not None:
            return read_api_key(world.secrets[self.key])
        if self.person is None:
            return None
        ids = world.company.ids
        ends = world.now + self.lasts
        return Bearer(self._tenant(world), ids[self.person], ends, self._session(world))

    def token(self, world: World) -> str | None:
        """The same, as it is sent."""
        if self.key is not None:
            return world.secrets[self.key]
        if self.person is None:
            return None
        ids, secret = world.company.ids, world.company.services.secret
        return issue_token(
            secret,
            self._tenant(world),
            ids[self.person],
            now=world.now,
            lasts=self.lasts,
            session_id=self._session(world),
        )[0]

    def _session(self, world: World) -> UUID | None:
        return None if self.session is None else world.company.ids[self.session]

    def _tenant(self, world: World) -> UUID:
        company = world.company
        return company.ids["the neighbours"] if self.person == "Nora" else company.tenant_id

    def __str__(self) -> str:
        return self.name


def _sees(*whose: Whose) -> frozenset[Whose]:
    return frozenset(whose)


OWNER = Role("owner", "Olive", _sees(*Whose) - {Whose.NEIGHBOUR}, session="session of Olive")
INSIDERS = (
    Role("agent elsewhere", "Bob", _sees(Whose.TREE, Whose.BRANCH, Whose.BOB), place=BRANCH),
    Role("viewer elsewhere", "Vera", _sees(Whose.TREE, Whose.BRANCH, Whose.VERA), place=BRANCH),
    Role("key of one store", None, _sees(Whose.TREE, Whose.BRANCH), place=BRANCH, key="one store"),
    Role("other tenant's owner", "Nora", _sees(Whose.NEIGHBOUR)),
)
OUTSIDERS = (
    Role("nobody", None),
    Role("expired token", "Olive", lasts=timedelta(seconds=-1)),
    Role("ended session", "Olive", session="ended session"),
    Role("former user", "Fred"),
    Role("key without scope", None, _sees(Whose.TREE), key="one scope"),
)
ROLES = (OWNER, *INSIDERS, *OUTSIDERS)


def hidden_ids(world: World, role: Role, type_name: str) -> list[str]:
    """The ids of a type under which the role must find nothing."""
    found = [one for whose in Whose if whose not in role.sees for one in world.ids(whose, type_name)]
    if type_name == "Location" and role.place is not None:
        seen = world.company.id(type_name, role.place)
        found += [one for one in world.ids(Whose.TREE, type_name) if one != seen]
    return found


def seen_ids(world: World, role: Role, type_name: str) -> list[str]:
    """The ids of a type that are the role's to use."""
    hidden = set(hidden_ids(world, role, type_name))
    found = [one for whose in Whose if whose in role.sees for one in world.ids(whose, type_name)]
    return [one for one in found if one not in hidden]


def hidden_from(world: World, role: Role) -> Hidden:
    """All that must not come back to the role."""
    ids = {one for type_name in TYPES for one in hidden_ids(world, role, type_name)}
    whose = frozenset(Whose) - role.sees
    keys = {str(key) for each in whose for _, key in world.keys[each]}
    return Hidden(whose, frozenset(ids), frozenset(keys), frozenset(_addresses(world, role)))


def _addresses(world: World, role: Role) -> Iterable[str]:
    """What opens something for whoever has it."""
    for whose in frozenset(Whose) - role.sees:
        yield from world.texts[whose]["slug"]
        for table, key in world.keys[whose]:
            if table == "payment_request":
                yield pay_slug(key)
