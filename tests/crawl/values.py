"""Arguments by their type: something that fits everywhere, and at one place what is tried there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    get_named_type,
    is_required_argument,
    is_required_input_field,
)

from tests.support.company import STORE_B

Input = GraphQLArgument | GraphQLInputField
# The arguments of pages: how long one is, and from where on.
SIZES, PAGES = ("first", "last"), ("after", "before")
PAGE = 3
DEEPEST = 7


@dataclass(frozen=True)
class Position:
    """Where a value can be given: the names that lead there, and the scalar that it is."""

    path: tuple[str, ...]
    scalar: str
    is_list: bool

    @property
    def name(self) -> str:
        return self.path[-1]


def positions(inputs: Mapping[str, Input], path: tuple[str, ...] = ()) -> Iterator[Position]:
    """Every scalar that can be given somewhere in these arguments."""
    for name, each in inputs.items():
        named = get_named_type(each.type)
        here = (*path, name)
        if isinstance(named, GraphQLInputObjectType):
            if len(here) < DEEPEST:
                yield from positions(named.fields, here)
        elif not isinstance(named, GraphQLEnumType):
            yield Position(here, named.name, _is_list(each.type))


def _is_list(type_: GraphQLInputType) -> bool:
    return isinstance(type_.of_type if isinstance(type_, GraphQLNonNull) else type_, GraphQLList)


class Values:
    """Fills arguments in: `id_of` gives an id for a place of that name."""

    def __init__(self, now: datetime, id_of: Callable[[str], str]) -> None:
        self._now = now
        self._id_of = id_of

    def arguments(
        self,
        inputs: Mapping[str, Input],
        at: tuple[str, ...] = (),
        value: Any = None,
        *,
        all_given: bool = False,
    ) -> dict[str, Any]:
        """What has to be given, and `value` at a position; with `all_given` what can be given too."""
        given = {}
        for name, each in inputs.items():
            is_on_way = bool(at) and at[0] == name
            is_needed = _is_needed(each)
            if is_on_way:
                given[name] = value if len(at) == 1 else self._within(each.type, at[1:], value)
            elif is_needed or name == "first" or (all_given and not _is_own_way(name)):
                given[name] = self._value(name, each.type, all_given)
        return given

    def _within(self, type_: GraphQLInputType, at: tuple[str, ...], value: Any) -> Any:
        named = get_named_type(type_)
        assert isinstance(named, GraphQLInputObjectType)
        if named.is_one_of:
            field = {at[0]: named.fields[at[0]]}
            found = self.arguments(field, at, value)
        else:
            found = self.arguments(named.fields, at, value)
        return [found] if _is_list(type_) else found

    def _value(self, name: str, type_: GraphQLInputType, all_given: bool) -> Any:
        if isinstance(type_, GraphQLNonNull):
            return self._value(name, type_.of_type, all_given)
        if isinstance(type_, GraphQLList):
            one = self._value(name, type_.of_type, all_given)
            # Of what there is none, none is given.
            return [] if one == "" else [one]
        if isinstance(type_, GraphQLEnumType):
            return next(iter(type_.values))
        if isinstance(type_, GraphQLInputObjectType):
            fields = type_.fields
            if type_.is_one_of:
                first = next(iter(fields))
                return {first: self._value(first, fields[first].type, all_given)}
            return self.arguments(fields, all_given=all_given)
        return self._scalar(name, type_.name)

    def _scalar(self, name: str, scalar: str) -> Any:
        if scalar == "ID":
            return self._id_of(name)
        if name == "toNumber":
            return STORE_B
        if scalar == "Int":
            return PAGE if name in SIZES else 1
        if scalar == "DateTime":
            return (self._now + _OFFSETS.get(name, timedelta(0))).isoformat()
        if scalar == "Date":
            return (self._now + _OFFSETS.get(name, timedelta(0))).date().isoformat()
        if scalar == "TimeOfDay":
            return {"closes": "17:00"}.get(name, "09:00")
        return _SCALARS[scalar]


def _is_needed(each: Input) -> bool:
    if isinstance(each, GraphQLArgument):
        return is_required_argument(each)
    return is_required_input_field(each)


def _is_own_way(name: str) -> bool:
    """What does not go with its neighbours, or makes two tries one."""
    return name in (*SIZES, *PAGES, "idempotencyKey", "expectedVersion")


_OFFSETS = {
    "start": timedelta(days=-3),
    "end": timedelta(minutes=-1),
    "firstDay": timedelta(days=-3),
    "until": timedelta(days=1),
    "upTo": timedelta(0),
    "from": timedelta(days=-1),
    "on": timedelta(days=30),
}
_SCALARS: dict[str, Any] = {
    "String": "plain",
    "Boolean": True,
    "Float": 1.0,
    "Decimal": "5.00",
    "CurrencyCode": "USD",
    "PhoneNumber": "+12025550123",
    "EmailAddress": "someone@mail.example",
    "URL": "https://somewhere.example/",
    "TimeZone": "America/New_York",
    "Locale": "en-US",
    "Cursor": "none",
}
