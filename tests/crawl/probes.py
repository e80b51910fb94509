"""What is tried at a place for a value: things that the role must not see, and what is nothing at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from graph.ids import NODE_TYPES, global_id, parse_id
from tests.crawl.actors import TYPES, Role, hidden_ids, seen_ids
from tests.crawl.markers import Whose
from tests.crawl.values import Position
from tests.crawl.world import World
from tests.support.company import NEIGHBOUR, STORE_A

# So many of a type are tried one by one; lists get all at once.
MOST_OF_A_TYPE = 1
MOST_IN_A_LIST = 50
# A transfer shows the outside of both its places to who sees one of them: it may be filtered by.
SHOWS_PLACES = ("fromLocationIds", "toLocationIds")
_UNKNOWN_NUMBER = "+12025550199"
_UNKNOWN_ADDRESS = "nobody0000@mail.example"


@dataclass(frozen=True)
class Probe:
    """A hidden value, and one like it that is nowhere."""

    hidden: Any
    unknown: Any
    is_told: bool = False
    """That there is one is told to everybody in the tree, but not which."""


def type_of(name: str) -> str | None:
    """The type whose ids a place of this name takes; None where the name does not say."""
    stem = re.sub(r"(Ids|Id)$", "", name)
    if stem == name:
        return None
    found = [type_ for type_ in NODE_TYPES if stem.lower().endswith(type_.lower())]
    return max(found, key=len, default=None)


class Prober:
    """The probes of one role. Who `writes` makes things, of which there may be but one in a tree."""

    def __init__(self, world: World, role: Role, *, writes: bool = False) -> None:
        self._world = world
        self._role = role
        self._writes = writes

    def own(self, name: str) -> str:
        """An id of the role's own for a place of this name."""
        return next(iter(self.candidates(name)), unknown_of(global_id("Location", UUID(int=1))))

    def candidates(self, name: str) -> list[str]:
        """Ids of the role's own that may be meant by the name."""
        type_ = type_of(name)
        if type_ is not None:
            return seen_ids(self._world, self._role, type_)
        return [one for each in _USUAL for one in seen_ids(self._world, self._role, each)[:3]]

    def at(self, place: Position) -> Iterator[Probe]:
        """What is tried there."""
        if place.scalar == "ID":
            hidden = list(self._ids(place.name, MOST_IN_A_LIST if place.is_list else MOST_OF_A_TYPE))
            if place.is_list and hidden:
                yield Probe(hidden, [unknown_of(one) for one in hidden])
            elif hidden:
                yield from (Probe(one, unknown_of(one)) for one in hidden)
        else:
            for whose, text in self._texts(place):
                # A number that customers text is one location's, and an address of who signs in one person's,
                # whoever owns it.
                is_told = self._writes and (self._is_in_tree(whose) or place.name in ("number", "email"))
                # One customer in a tree is one contact: whoever knows the number may text them.
                if self._writes and self._is_in_tree(whose) and place.scalar == "PhoneNumber":
                    continue
                unknown = _unknown_text(place.scalar, text)
                if place.is_list:
                    yield Probe([text], [unknown], is_told)
                else:
                    yield Probe(text, unknown, is_told)

    def _is_in_tree(self, whose: Whose) -> bool:
        return bool(self._role.sees) and (whose is Whose.NEIGHBOUR) == (Whose.NEIGHBOUR in self._role.sees)

    def _ids(self, name: str, most: int) -> Iterator[str]:
        type_ = type_of(name)
        if type_ is not None and any(hidden_ids(self._world, self._role, type_)):
            found = hidden_ids(self._world, self._role, type_)
            if name in SHOWS_PLACES and Whose.TREE in self._role.sees:
                found = [one for one in found if one not in self._world.ids(Whose.TREE, type_)]
            yield from found[:most]
        else:
            for each in TYPES:
                yield from hidden_ids(self._world, self._role, each)[:1]

    def _texts(self, place: Position) -> Iterator[tuple[Whose, str]]:
        """Hidden texts of a column that is somewhere unique; of several where anything is searched for."""
        columns = {
            "PhoneNumber": ["phone"],
            "EmailAddress": ["email"],
            "String": _SEARCHED
            if place.name == "search"
            else sorted({_column(place.name)} & self._world.unique),
        }.get(place.scalar, [])
        for whose in sorted(set(Whose) - self._role.sees):
            for column in columns:
                yield from [(whose, text) for text in self._world.texts[whose].get(column, []) if text][:1]
        if place.scalar == "PhoneNumber" and self._role.sees:
            yield Whose.NEIGHBOUR, STORE_A if self._role.person != "Olive" else NEIGHBOUR


_USUAL = ("Place", "Location", "Account", "Conversation", "Contact")
_SEARCHED = ["name", "first_name", "body", "invoice", "email", "phone", "title"]


def _column(name: str) -> str:
    singular = {"externalIds": "externalId", "phones": "phone"}.get(name, name)
    return re.sub(r"([A-Z])", r"_\1", singular).lower()


def unknown_of(id: str) -> str:
    """The id of nothing, of the same type; always the same one."""
    parsed = parse_id(id)
    assert parsed is not None
    return global_id(parsed[0], UUID(int=parsed[1].int ^ 0xABCDEF))


def _unknown_text(scalar: str, text: str) -> str:
    if scalar == "PhoneNumber" or text.startswith("+1"):
        return _UNKNOWN_NUMBER
    if scalar == "EmailAddress" or "@" in text:
        return _UNKNOWN_ADDRESS
    # As long, of the same letters, and nobody's.
    return re.sub(r"word\d{4}", "word0000", text)
