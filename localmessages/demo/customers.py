"""The names of the town's people: the same number is always the same person."""

from functools import cache
from importlib.resources import files
from typing import NamedTuple
from zlib import crc32

import orjson


class Name(NamedTuple):
    """What a person is called."""

    first: str
    last: str

    def __str__(self) -> str:
        return f"{self.first} {self.last}"


def name_of(number: str) -> Name:
    """Who has that number."""
    digest = crc32(number.encode())
    first, last = _names()["first"], _names()["last"]
    return Name(first[digest % len(first)], last[digest // len(first) % len(last)])


@cache
def _names() -> dict[str, list[str]]:
    names: dict[str, list[str]] = orjson.loads(files(__package__).joinpath("names.json").read_bytes())
    return names
