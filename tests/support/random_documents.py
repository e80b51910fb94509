"""Documents with every way to select the same fields: aliases, fragments, directives, fields that merge."""

from __future__ import annotations

from dataclasses import dataclass, field

from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
)
from hypothesis import strategies as st

VARIABLES = "$yes: Boolean!, $no: Boolean!, $usual: Boolean = true"
_DIRECTIVES = [
    "@include(if: $yes)",
    "@skip(if: $yes)",
    "@include(if: $no)",
    "@skip(if: $no)",
    "@skip(if: $usual)",
    "@include(if: true)",
    "@skip(if: $no) @include(if: $usual)",
]
Selectable = GraphQLObjectType | GraphQLInterfaceType


@dataclass
class Writer:
    """Writes a document as `draw` decides."""

    schema: GraphQLSchema
    draw: st.DrawFn
    fragments: list[str] = field(default_factory=list)
    left: int = 60

    def selection(self, type_: Selectable, depth: int) -> str:
        """A selection of an object; the same response name always means the same field."""
        count = self.draw(st.integers(1, 5))
        parts = [self._part(type_, depth) for _ in range(count)]
        return f"{{ {' '.join(parts)} }}"

    def _part(self, type_: Selectable, depth: int) -> str:
        self.left -= 1
        kind = self.draw(st.integers(0, 9)) if depth and self.left > 0 else 9
        if kind == 0:
            return f"...{self._fragment(self._narrowed(type_), depth - 1)} {self._directive()}"
        if kind == 1:
            return f"... {self._directive()} {self.selection(type_, depth - 1)}"
        if kind == 2:
            narrowed = self._narrowed(type_)
            return f"... on {narrowed.name} {self._directive()} {self.selection(narrowed, depth - 1)}"
        return self._field(type_, depth)

    def _field(self, type_: Selectable, depth: int) -> str:
        names = [
            "__typename",
            *(name for name in sorted(type_.fields) if depth or self._is_leaf(type_, name)),
        ]
        name = self.draw(st.sampled_from(names))
        alias = self.draw(st.sampled_from(["", "", f"{name}_{type_.name}: "]))
        if name == "__typename" or self._is_leaf(type_, name):
            return f"{alias}{name} {self._directive()}"
        below = get_named_type(type_.fields[name].type)
        assert isinstance(below, Selectable)
        return f"{alias}{name} {self._directive()} {self.selection(below, depth - 1)}"

    def _is_leaf(self, type_: Selectable, name: str) -> bool:
        return is_leaf_type(get_named_type(type_.fields[name].type))

    def _narrowed(self, type_: Selectable) -> Selectable:
        """A type that may be the same object: itself, one that it may be, or an interface of it."""
        near: list[Selectable] = [type_, *type_.interfaces]
        if isinstance(type_, GraphQLInterfaceType):
            near += self.schema.get_possible_types(type_)
        return self.draw(st.sampled_from(near))

    def _fragment(self, type_: Selectable, depth: int) -> str:
        body = self.selection(type_, depth)
        name = f"F{len(self.fragments)}"
        self.fragments.append(f"fragment {name} on {type_.name} {body}")
        return name

    def _directive(self) -> str:
        return self.draw(st.sampled_from(["", "", "", *_DIRECTIVES]))


@st.composite
def documents(draw: st.DrawFn, schema: GraphQLSchema, depth: int = 4) -> str:
    """An operation of any kind; one field of the root, which a subscription must not leave out."""
    kind = draw(st.sampled_from(["query", "mutation", "subscription"]))
    root = {
        "query": schema.query_type,
        "mutation": schema.mutation_type,
        "subscription": schema.subscription_type,
    }[kind]
    assert root is not None
    writer = Writer(schema, draw)
    name = draw(st.sampled_from(sorted(root.fields)))
    below = get_named_type(root.fields[name].type)
    assert isinstance(below, Selectable)
    fields = [f"{name} {writer.selection(below, depth)}" for _ in range(draw(st.integers(1, 2)))]
    return "\n".join([f"{kind} ({VARIABLES}) {{ {' '.join(fields)} }}", *writer.fragments])
