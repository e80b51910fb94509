"""A small schema with every kind of field, and people whose attributes are often not what it says."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator, Iterator
from dataclasses import fields
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, cast

import strawberry
from hypothesis import strategies as st
from strawberry import Info
from strawberry.schema.config import StrawberryConfig

from graph.pagination import computed
from graph.scalars import SCALARS, PhoneNumber


@strawberry.enum
class Mood(StrEnum):
    GOOD = "GOOD"
    BAD = "BAD"


@strawberry.interface
class Being:
    id: strawberry.ID
    name: str


@strawberry.type
class Tag:
    """A type without an interface: the core takes any object for one."""

    label: str
    color: str | None = None


@strawberry.type
class Robot(Being):
    serial: int
    maker: Person | None = None


@strawberry.type
class Person(Being):
    nick: str | None
    age: int
    height: float | None
    active: bool
    born: datetime | None
    phone: PhoneNumber | None
    mood: Mood
    moods: list[Mood | None]
    grid: list[list[int]] | None
    aliases: list[str]
    tags: list[Tag]
    favourite: Tag | None
    friend: Person | None
    friends: list[Person | None]
    pet: Being | None
    beings: list[Being]
    twin: Person
    broken: strawberry.Private[bool]
    risky: int = computed("Read like an attribute; fails where the person is broken.")

    @strawberry.field
    def greeting(self, times: int = 1) -> str:
        return "hi " * times

    @strawberry.field
    async def boss(self) -> Person | None:
        return self.friend


def _risky(person: Person) -> int:
    if person.broken:
        raise ValueError("broken")
    return 7


setattr(Person, "risky", property(_risky))  # noqa: B010  (the class has the field already)


class Child(Person):
    """No type of the schema: what the core makes of a subclass."""


class Later:
    """Awaited anew each time, unlike a coroutine."""

    def __init__(self, value: object) -> None:
        self.value = value

    def __await__(self) -> Generator[Any, None, Any]:
        yield
        return self.value


class Once:
    """An iterable that is no list."""

    def __init__(self, *values: object) -> None:
        self.values = values

    def __iter__(self) -> Iterator[object]:
        return iter(self.values)


@strawberry.type
class Renamed:
    person: Person | None
    errors: list[Being]


@strawberry.type
class Query:
    @strawberry.field
    def person(self, info: Info) -> Person | None:
        return cast(Person | None, info.context[0])

    @strawberry.field
    async def people(self, info: Info) -> list[Person]:
        return cast(list[Person], info.context)

    @strawberry.field
    def being(self, info: Info) -> Being | None:
        return cast(Being | None, info.context[0])


@strawberry.type
class Mutation:
    @strawberry.mutation
    def rename(self, info: Info, to: str = "") -> Renamed:
        return Renamed(person=info.context[0], errors=info.context[1:])


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def beings(self, info: Info) -> AsyncGenerator[Being, None]:
        for each in info.context:
            yield each


schema = strawberry.Schema(
    Query, Mutation, Subscription, types=[Robot], config=StrawberryConfig(scalar_map=SCALARS)
)

ODD_VALUES: list[Any] = [
    None,
    "text",
    "",
    "GOOD",
    Mood.BAD,
    0,
    7,
    2**31,
    True,
    1.5,
    float("nan"),
    [],
    [None],
    ["a", 1],
    (1, 2),
    {},
    {"label": "x"},
    ValueError("a value that is an error"),
    datetime(2026, 1, 2, 3, 4, 5, 678_901, UTC),
    datetime(2026, 1, 2),  # noqa: DTZ001  (without a zone it cannot be shown)
    Later("late"),
    Later(None),
    Once(1, 2),
    Tag(label="odd"),
    Tag(label=5),  # type: ignore[arg-type]
    object(),
    str,
]
_odd = st.sampled_from(ODD_VALUES)
_RIGHT: dict[str, st.SearchStrategy[Any]] = {
    "id": st.just("an id"),
    "name": st.text(max_size=3),
    "nick": st.none() | st.just("nick"),
    "age": st.integers(0, 99),
    "height": st.none() | st.floats(0, 3) | st.just(2),
    "active": st.booleans(),
    "born": st.none() | st.just(datetime(2026, 1, 2, 3, 4, 5, 678_000, UTC)),
    "phone": st.none() | st.just("+12125550100"),
    "mood": st.sampled_from(Mood),
    "moods": st.lists(st.none() | st.sampled_from(Mood), max_size=2),
    "aliases": st.lists(st.just("alias"), max_size=2),
    "grid": st.none() | st.just([[1], [], [2, 3]]),
    "tags": st.lists(st.builds(Tag, label=st.just("vip"), color=st.none() | st.just("red")), max_size=2),
    "favourite": st.none() | st.builds(Tag, label=st.just("best")),
    "broken": st.booleans(),
}
_robots = st.builds(Robot, id=st.just("robot"), name=st.just("R2"), serial=st.integers(0, 9) | _odd)


ATTRIBUTES = [field.name for field in fields(Person) if field.init]


@st.composite
def people(draw: st.DrawFn, depth: int = 2) -> Person:
    """Somebody with friends; about every tenth attribute is not what the schema says."""
    cls = draw(st.sampled_from([Person] * 9 + [Child]))
    attributes = {name: draw(_RIGHT[name]) for name in _RIGHT}
    below: st.SearchStrategy[Any] = st.none() if depth == 0 else st.none() | people(depth - 1)
    beings = below | _robots
    attributes |= {
        "friend": draw(below),
        "friends": draw(st.lists(below, max_size=2)),
        "pet": draw(beings),
        "beings": [each for each in draw(st.lists(beings, max_size=2)) if each is not None],
        "twin": draw(below),
    }
    for name in draw(st.sets(st.sampled_from(ATTRIBUTES), max_size=2)):
        attributes[name] = draw(_odd)
    return cls(**attributes)
