"""What the schema says of itself, without the interpreter, which takes a third of a second for all of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any, NamedTuple, cast

from graphql import (
    GraphQLField,
    GraphQLLeafType,
    GraphQLObjectType,
    GraphQLSchema,
    SchemaMetaFieldDef,
    TypeMetaFieldDef,
    get_named_type,
    get_nullable_type,
    is_list_type,
)
from graphql.execution.collect_fields import FieldDetails, FieldDetailsList
from graphql.execution.values import VariableValues, get_argument_values

from graph.errors import ErrorCode, coded

META = {"__schema": SchemaMetaFieldDef, "__type": TypeMetaFieldDef}
Collect = Callable[[GraphQLObjectType, FieldDetailsList], Any]


class Part(NamedTuple):
    """A field of an introspection type as an operation selects it."""

    key: str
    known: dict[int, Any]
    """What it is, by the object that it is of, which lives as long as the schema, or in here."""
    resolve: Callable[[Any], Any]
    below: list[Part] | None


class Introspection:
    """Answers `__schema` and `__type`, up to so many fields an operation: types lead to types without end."""

    def __init__(self, schema: GraphQLSchema, most: int) -> None:
        self._schema = schema
        self._most = most
        self._info: Any = SimpleNamespace(schema=schema)
        self._known: dict[tuple[Any, ...], dict[int, Any]] = {}

    def reading(self) -> Reading:
        """What counts for one operation."""
        return Reading(self._most)

    def answer(
        self, reading: Reading, details: FieldDetailsList, variables: VariableValues, collect: Collect
    ) -> Any:
        """The value of one of the two fields, ready to be encoded."""
        meta = META[details[0].node.name.value]
        arguments = get_argument_values(meta, details[0].node, variables, hide_suggestions=True)
        named = get_named_type(meta.type)
        assert isinstance(named, GraphQLObjectType)
        parts = self._parts(named, details, variables, collect)
        assert meta.resolve is not None
        source = meta.resolve(None, self._info, **arguments)
        return None if source is None else reading.of(parts, source)

    def _parts(
        self, type_: GraphQLObjectType, details: FieldDetailsList, variables: VariableValues, collect: Collect
    ) -> list[Part]:
        return [
            self._part(type_, key, found, variables, collect)
            for key, found in collect(type_, details).grouped_field_set.items()
        ]

    def _part(
        self,
        type_: GraphQLObjectType,
        key: str,
        details: list[FieldDetails],
        variables: VariableValues,
        collect: Collect,
    ) -> Part:
        node = details[0].node
        if node.name.value == "__typename":
            return Part(key, {}, lambda _: type_.name, None)
        field = type_.fields[node.name.value]
        arguments = get_argument_values(field, node, variables, hide_suggestions=True)
        known = self._known.setdefault((type_.name, node.name.value, *sorted(arguments.items())), {})
        named = get_named_type(field.type)
        if isinstance(named, GraphQLObjectType):
            below = self._parts(named, details, variables, collect)
            return Part(key, known, self._resolve(field, arguments, None), below)
        return Part(key, known, self._resolve(field, arguments, cast(GraphQLLeafType, named)), None)

    def _resolve(
        self, field: GraphQLField, arguments: Mapping[str, Any], leaf: GraphQLLeafType | None
    ) -> Callable[[Any], Any]:
        is_list = is_list_type(get_nullable_type(field.type))
        resolve: Any = field.resolve

        def read(source: Any) -> Any:
            value = resolve(source, self._info, **arguments)
            if value is None:
                return None
            if is_list:
                return [leaf.serialize(each) for each in value] if leaf else list(value)
            return leaf.serialize(value) if leaf else value

        return read


class Reading:
    """Of one operation: counts what it reads."""

    def __init__(self, most: int) -> None:
        self._most = self._left = most

    def of(self, parts: list[Part], source: Any) -> dict[str, Any]:
        self._left -= len(parts)
        if self._left < 0:
            text = (
                f"What is asked of the schema has more than {self._most} fields. Ask for less of it at once."
            )
            raise coded(ErrorCode.LIMIT_EXCEEDED, text, limit=self._most, value=self._most + 1)
        answer = {}
        for key, known, resolve, below in parts:
            value = known.get(id(source), self)
            if value is self:
                value = known[id(source)] = resolve(source)
            if below is None or value is None:
                answer[key] = value
            elif isinstance(value, list):
                answer[key] = [self.of(below, each) for each in value]
            else:
                answer[key] = self.of(below, value)
        return answer
