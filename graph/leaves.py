"""The lines by which a compiled function (graph/compiled.py) completes a scalar or an enum."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLString,
)
from strawberry.schema.schema_converter import CustomGraphQLEnumType

from graph.scalars import write_instant

# Values of these classes are no errors, futures or functions, which the interpreter treats in its own way.
PLAIN = frozenset({bool, int, float, str, date, datetime, Decimal})


def leaf_lines(type_: GraphQLLeafType, local: str, name: Callable[[object], str]) -> list[str]:
    """What turns the value in `local`, which is not null, into that of the answer, or gives up.

    `name` gives an object a name in the function.
    """
    if isinstance(type_, GraphQLEnumType):
        names = name(_names_of(type_))
        return [f"{local} = {names}[{local}] if type({local}) is {name(_class_of(type_))} else unexpected()"]
    coerce = type_.coerce_output_value
    if coerce is str or type_ in (GraphQLString, GraphQLID):
        return [f"type({local}) is str or unexpected()"]
    if type_ is GraphQLBoolean:
        return [f"type({local}) is bool or unexpected()"]
    if type_ is GraphQLInt:
        return [f"type({local}) is int and -(2**31) <= {local} < 2**31 or unexpected()"]
    if coerce is write_instant:
        written = f"{name(coerce)}({local})"
        return [f"{local} = {written} if type({local}) is {name(datetime)} else unexpected()"]
    return [
        f"{local} = {name(coerce)}({local}) if type({local}) in {name(PLAIN)} else unexpected()",
        f"{local} is not None or unexpected()",
    ]


def _class_of(type_: GraphQLEnumType) -> object:
    # An enum that Strawberry did not make has no class, and no value is an instance of None.
    return type_.wrapped_cls if isinstance(type_, CustomGraphQLEnumType) else None


def _names_of(type_: GraphQLEnumType) -> dict[object, str]:
    cls = _class_of(type_)
    return {cls(value.value): shown for shown, value in type_.values.items()} if callable(cls) else {}
