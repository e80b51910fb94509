"""What nobody may see who is not meant to: words and keys that tell whose they are wherever they turn up."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count

from graph.ids import parse_id

# Any text of an answer that has the form of a global id.
_ID = re.compile(r"(?<![\w-])[\w-]{23}(?![\w-])")
_KEY = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_numbers = count(1)


class Whose(StrEnum):
    """Whose something is; the value is how their words begin."""

    TREE = "kinword"
    """Everybody's in the account tree: names of places, people, tags and campaigns."""
    OFFICE = "hushword"
    """Store A's, the head office's, and their people's own."""
    BRANCH = "nearword"
    """Store B's."""
    BOB = "bobsword"
    """Of Bob alone, who works at Store B."""
    VERA = "verasword"
    """Of Vera alone, who looks on at Store B."""
    NEIGHBOUR = "alienword"
    """Another tenant's."""

    def word(self, what: str = "") -> str:
        """A word that is nowhere else; `what` helps who reads it."""
        return f"{self.value}{next(_numbers):04d}{what}"

    def phone(self) -> str:
        """A number that is nobody else's."""
        return f"+1{_AREAS[self]}555{next(_numbers):04d}"

    @property
    def pattern(self) -> str:
        """What finds all words and numbers."""
        phones = rf"|\+1{_AREAS[self]}555\d{{4}}" if self in _AREAS else ""
        return rf"{self.value}\d{{4}}[a-z]*{phones}"


# The numbers of the stores of the tree are everybody's in it.
_AREAS = {Whose.OFFICE: "917", Whose.BRANCH: "646", Whose.NEIGHBOUR: "415"}


@dataclass(frozen=True)
class Hidden:
    """All that somebody must not see: of `whose`, the global `ids`, and texts without a word of theirs.

    `keys` are what their rows have: nothing that somebody writes may name one.
    """

    whose: frozenset[Whose]
    ids: frozenset[str]
    keys: frozenset[str]
    texts: frozenset[str] = frozenset()
    _pattern: re.Pattern[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        found = "|".join(
            [*(each.pattern for each in sorted(self.whose)), *map(re.escape, sorted(self.texts))]
        )
        object.__setattr__(self, "_pattern", re.compile(found or r"(?!)", re.IGNORECASE))

    def found_in(self, text: str, *, given: Iterable[str] = ()) -> set[str]:
        """What is in a text of it, but what the one who asked had `given`."""
        told = set(self._pattern.findall(text)) | (set(_ID.findall(text)) & self.ids)
        said = "\n".join(given)
        return {each for each in told if each not in said}

    def named_in(self, row: str, *, given: Iterable[str] = ()) -> set[str]:
        """What is in a written row of it."""
        asked = {str(parsed[1]) for each in given if (parsed := parse_id(each))}
        return self.found_in(row, given=given) | (set(_KEY.findall(row)) & self.keys - asked)
