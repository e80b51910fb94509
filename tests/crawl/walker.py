"""Documents out of the schema: each asks for all that is reached from one field, every type once whole."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLAbstractType,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
)

from tests.crawl.values import Values

# How far from the root a selection goes.
DEEPEST = 6


@dataclass
class Document:
    """A document with the variables of its arguments, and the fields that it asks for, by their type."""

    text: str
    variables: dict[str, Any]
    fields: set[tuple[str, str]]


@dataclass
class _Node:
    """A selection that is being written."""

    type: Any
    depth: int
    parts: list[Any] = field(default_factory=list)

    def __str__(self) -> str:
        return "{ __typename " + " ".join(str(part) for part in self.parts) + " }"


@dataclass
class _Field:
    head: str
    below: _Node | None = None

    def __str__(self) -> str:
        return f"{self.head} {self.below or ''}"


class Writer:
    """Writes one document. `shuffle` makes another way to each type the first."""

    def __init__(self, schema: GraphQLSchema, values: Values, shuffle: random.Random | None = None) -> None:
        self._schema = schema
        self._values = values
        self._shuffle = shuffle
        self._variables: dict[str, Any] = {}
        self._declared: list[str] = []
        self._fields: set[tuple[str, str]] = set()
        self._whole: set[str] = set()

    def document(
        self,
        operation: str,
        path: list[tuple[GraphQLObjectType, str, Mapping[str, Any]]],
        *,
        end: GraphQLObjectType | None = None,
        deepest: int = DEEPEST,
    ) -> Document:
        """What leads along the path, each step a field of a type with its arguments, and all below its end.

        `end` is what the object there is, where the schema leaves it open.
        """
        top = _Node(None, 0)
        node = top
        for depth, (type_, name, arguments) in enumerate(path, start=1):
            if node.type is not None and is_abstract_type(node.type):
                node = self._narrowed(node, type_)
            step = self._asked(type_, name, arguments, prefix="")
            below = get_named_type(type_.fields[name].type)
            step.below = None if is_leaf_type(below) else _Node(below, depth)
            node.parts.append(step)
            if step.below is None:
                break
            node = step.below
        else:
            if end is not None and is_abstract_type(node.type):
                node = self._narrowed(node, end)
            self._spread(node, node.depth + deepest)
        head = f"{operation} ({', '.join(self._declared)})" if self._declared else operation
        text = f"{head} {top}"
        if operation == "subscription":
            # It may have one field, and no other.
            text = text.replace("{ __typename ", "{ ", 1)
        return Document(text, self._variables, self._fields)

    def _narrowed(self, node: _Node, type_: GraphQLObjectType) -> _Node:
        inner = _Node(type_, node.depth)
        node.parts.append(_Field(f"... on {type_.name}", inner))
        return inner

    def _spread(self, start: _Node, deepest: int) -> None:
        """Fill selections in, the nearest first, so that each type is whole where it is met first."""
        waiting = deque([start])
        while waiting:
            node = waiting.popleft()
            for each, prefix in self._objects(node):
                # Where anything can be, no more of it: each type has trees of its own.
                is_anything = node.type.name == "Node"
                is_whole = is_anything or each.type.name in self._whole or node.depth >= deepest
                if not is_anything:
                    self._whole.add(each.type.name)
                for name, definition in self._fields_of(each.type):
                    below = get_named_type(definition.type)
                    if is_leaf_type(below):
                        each.parts.append(self._asked(each.type, name, self._needed(definition), prefix))
                    elif not is_whole:
                        asked = self._asked(each.type, name, self._needed(definition), prefix)
                        asked.below = _Node(below, node.depth + 1)
                        each.parts.append(asked)
                        waiting.append(asked.below)

    def _objects(self, node: _Node) -> Iterator[tuple[_Node, str]]:
        """The selection itself, or one for each type that an object there can be of."""
        if not is_abstract_type(node.type):
            yield node, ""
            return
        abstract: GraphQLAbstractType = node.type
        for type_ in self._schema.get_possible_types(abstract):
            # Fields of different types may have the same name.
            yield self._narrowed(node, type_), f"{type_.name}_"

    def _fields_of(self, type_: GraphQLObjectType) -> list[tuple[str, GraphQLField]]:
        found = list(type_.fields.items())
        if self._shuffle is not None:
            self._shuffle.shuffle(found)
        return found

    def _needed(self, definition: GraphQLField) -> dict[str, Any]:
        return self._values.arguments(definition.args)

    def _asked(
        self, type_: GraphQLObjectType, name: str, arguments: Mapping[str, Any], prefix: str
    ) -> _Field:
        self._fields.add((type_.name, name))
        given = []
        for key, value in arguments.items():
            variable = f"v{len(self._variables)}"
            self._variables[variable] = value
            self._declared.append(f"${variable}: {type_.fields[name].args[key].type}")
            given.append(f"{key}: ${variable}")
        alias = f"{prefix}{name}: " if prefix else ""
        return _Field(f"{alias}{name}" + (f"({', '.join(given)})" if given else ""))


def answered(value: Any) -> Iterator[tuple[str, str]]:
    """The fields that an answer has, by the type of their object; also those that are null."""
    if isinstance(value, list):
        for each in value:
            yield from answered(each)
    elif isinstance(value, dict):
        type_name = value.get("__typename")
        for key, each in value.items():
            if type_name is not None and key != "__typename":
                yield type_name, key.removeprefix(f"{type_name}_")
            yield from answered(each)
