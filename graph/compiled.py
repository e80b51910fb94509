"""Functions made from selections: where everything selected is an attribute, they replace the interpreter.

What a function does not expect it does not judge: it gives up, and the interpreter runs the same fields, so
that data and errors are always the interpreter's own.
"""

from collections.abc import Callable
from typing import Any, NoReturn

from graphql import (
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    is_leaf_type,
)
from graphql.execution.collect_fields import CollectedFields, FieldDetailsList
from strawberry.schema.schema_converter import GraphQLCoreConverter

from graph.leaves import leaf_lines
from graph.types.from_row import FromRow

Read = Callable[[Any], Any]
Key = tuple[str | int, ...]
Collect = Callable[[GraphQLObjectType, FieldDetailsList], CollectedFields]

_DEFINITION = GraphQLCoreConverter.DEFINITION_BACKREF


class Unreadable(Exception):
    """The fields need the interpreter: resolvers, arguments, something that it alone knows."""


class Unexpected(Exception):
    """A value that a compiled function leaves to the interpreter."""


class Readers:
    """The functions of one document, for one set of answers to its `@skip` and `@include`."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self._objects: dict[Key, Read | None] = {}
        self._fields: dict[Key, Read | None] = {}

    def of_object(self, type_: GraphQLObjectType, details: FieldDetailsList, collect: Collect) -> Read | None:
        """What makes an object's part of the answer out of it; None where the interpreter is needed."""
        key = _key(type_, details)
        if key not in self._objects:
            self._objects[key] = _compiled(lambda: _object(_Source(self, collect), type_, details))
        return self._objects[key]

    def of_field(self, type_: GraphQLObjectType, details: FieldDetailsList, collect: Collect) -> Read | None:
        """What reads one field of an object, with all below it; None where the interpreter is needed."""
        key = _key(type_, details)
        if key not in self._fields:
            self._fields[key] = _compiled(lambda: _field(_Source(self, collect), type_, details))
        return self._fields[key]


def _key(type_: GraphQLObjectType, details: FieldDetailsList) -> Key:
    # By identity: the nodes live as long as their document, and what is kept for it.
    return (type_.name, *[id(each.node) for each in details])


def _compiled(write: Callable[[], Read]) -> Read | None:
    try:
        return write()
    except (Unreadable, GraphQLError):
        return None


class _Source:
    """The text of one function as it is written, and the objects that have names in it."""

    def __init__(self, readers: Readers, collect: Collect) -> None:
        self.collect = collect
        self._readers = readers
        self._lines: list[str] = []
        self._names: dict[str, Any] = {"unexpected": _unexpected}
        self._made_from: type[FromRow] | None = None

    def function(self, result: str) -> Read:
        """The function of `it` that runs the lines and gives `result`."""
        body = "".join(f"    {line}\n" for line in [*self._lines, f"return {result}"])
        exec(f"def read(it):\n{body}", self._names)  # noqa: S102  (of names alone, which are all checked)
        read: Read = self._names["read"]
        return read

    def expect(self, type_: GraphQLObjectType) -> None:
        """Go on with instances of the type's own class alone: they are no errors, futures or mappings."""
        cls = _class_of(type_)
        self._lines.append(f"type(it) is {self._name(cls)} or unexpected()")
        if issubclass(cls, FromRow) and cls.sources:
            self._made_from = cls
            self._lines.append("nodes, row = it._nodes, it._row")

    def read(self, type_: GraphQLObjectType, details: FieldDetailsList) -> str:
        """An expression for a field of `it`."""
        name = details[0].node.name.value
        if name == "__typename":
            return repr(type_.name)
        field = type_.fields.get(name)
        if field is None:
            raise Unreadable
        local = f"value_{len(self._lines)}"
        self._lines.append(f"{local} = {self._attribute(_attribute_of(field))}")
        self.complete(field.type, details, local)
        return local

    def _attribute(self, name: str) -> str:
        """An expression for an attribute of `it`; of one that is made of its row, straight from there."""
        made_from = self._made_from
        if made_from is None or name not in made_from.sources:
            return f"it.{name}"
        if (column := made_from.columns.get(name)) is not None:
            return f"row.{column}"
        return f"{self._name(made_from.sources[name])}(nodes, row)"

    def complete(self, type_: GraphQLOutputType, details: FieldDetailsList, local: str) -> None:
        """Turn the value in `local` into its part of the answer."""
        if isinstance(type_, GraphQLNonNull):
            self._lines += self._completing(type_.of_type, details, local)
        else:
            lines = self._completing(type_, details, local)
            self._lines += [f"if {local} is not None:", *(f"    {line}" for line in lines)]

    def _completing(self, type_: GraphQLOutputType, details: FieldDetailsList, local: str) -> list[str]:
        """The lines for a value that is not null; null is something that they do not expect."""
        if is_leaf_type(type_):
            return leaf_lines(type_, local, self._name)
        if isinstance(type_, GraphQLObjectType):
            return [f"{local} = {self._name(self._object(type_, details))}({local})"]
        if isinstance(type_, GraphQLInterfaceType):
            readers = self._name(self._by_class(type_, details))
            return [f"{local} = {readers}[type({local})]({local})"]
        if isinstance(type_, GraphQLList):
            item = self._name(self._item(type_.of_type, details))
            return [
                f"type({local}) is list or unexpected()",
                f"{local} = [{item}(each) for each in {local}]",
            ]
        raise Unreadable

    def _object(self, type_: GraphQLObjectType, details: FieldDetailsList) -> Read:
        reader = self._readers.of_object(type_, details, self.collect)
        if reader is None:
            raise Unreadable
        return reader

    def _by_class(self, type_: GraphQLInterfaceType, details: FieldDetailsList) -> dict[type, Read]:
        if getattr(type_.extensions.get(_DEFINITION), "resolve_type", None) is not None:
            raise Unreadable
        possible = self._readers.schema.get_possible_types(type_)
        return {_class_of(each): self._object(each, details) for each in possible}

    def _item(self, type_: GraphQLOutputType, details: FieldDetailsList) -> Read:
        if isinstance(type_, GraphQLNonNull) and isinstance(type_.of_type, GraphQLObjectType):
            return self._object(type_.of_type, details)
        source = _Source(self._readers, self.collect)
        source.complete(type_, details, "it")
        return source.function("it")

    def _name(self, value: object) -> str:
        name = f"name_{len(self._names)}"
        self._names[name] = value
        return name


def _object(source: _Source, type_: GraphQLObjectType, details: FieldDetailsList) -> Read:
    fields, deferred, _ = source.collect(type_, details)
    if deferred:
        raise Unreadable
    source.expect(type_)
    shown = [f"{name!r}: {source.read(type_, each)}" for name, each in fields.items()]
    return source.function(f"{{{', '.join(shown)}}}")


def _field(source: _Source, type_: GraphQLObjectType, details: FieldDetailsList) -> Read:
    source.expect(type_)
    return source.function(source.read(type_, details))


def _class_of(type_: GraphQLObjectType) -> type:
    definition = type_.extensions.get(_DEFINITION)
    if definition is None or definition.is_type_of is not None or definition.concrete_of is not None:
        raise Unreadable
    cls: type = definition.origin
    return cls


def _attribute_of(field: GraphQLField) -> str:
    known = field.extensions.get(_DEFINITION)
    if known is None or field.args or not getattr(field.resolve, "_is_default", False):
        raise Unreadable
    if known.default_resolver is not getattr:
        raise Unreadable
    attribute: str = known.python_name
    return attribute


def _unexpected() -> NoReturn:
    raise Unexpected
