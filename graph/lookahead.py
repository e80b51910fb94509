"""What a field's selection asks for, so that one statement can fetch it."""

from __future__ import annotations

import weakref
from collections.abc import Mapping

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    SelectionSetNode,
)
from strawberry import Info

# What a connection wraps around its items stands in no path.
WRAPPERS = frozenset({"edges", "node", "nodes"})
DEEPEST = 8

Paths = frozenset[str]

# Documents are kept, so a field is looked at once. By identity: a node's own hash walks all that is below it.
_seen: dict[int, tuple[weakref.ref[FieldNode], Paths]] = {}


def selected(info: Info) -> Paths:
    """The paths below the field, such as `contact` and `contact.name`, whatever the type, alias or directive.

    A connection's `edges`, `node` and `nodes` are left out: its paths are those of its items.
    """
    raw = info._raw_info
    first, *merged = raw.field_nodes
    paths = _below(first, raw.fragments)
    return paths.union(*(_below(node, raw.fragments) for node in merged)) if merged else paths


def under(paths: Paths, prefix: str) -> Paths:
    """The paths below one of the paths."""
    start = f"{prefix}."
    return frozenset(path.removeprefix(start) for path in paths if path.startswith(start))


def _below(node: FieldNode, fragments: Mapping[str, FragmentDefinitionNode]) -> Paths:
    key = id(node)
    known = _seen.get(key)
    if known is None or known[0]() is not node:
        known = (weakref.ref(node, lambda _: _seen.pop(key, None)), _walk(node, fragments))
        _seen[key] = known
    return known[1]


def _walk(node: FieldNode, fragments: Mapping[str, FragmentDefinitionNode]) -> Paths:
    found: set[str] = set()
    visited: set[tuple[str, str]] = set()

    def visit(selections: SelectionSetNode | None, prefix: str, depth: int) -> None:
        for selection in selections.selections if selections else ():
            match selection:
                case FieldNode():
                    name = selection.name.value
                    inner = prefix if name in WRAPPERS else f"{prefix}{name}."
                    found.add(inner[:-1])
                    if depth < DEEPEST:
                        visit(selection.selection_set, inner, depth + 1)
                case FragmentSpreadNode():
                    # A fragment says the same in every place below the same path.
                    if (prefix, selection.name.value) not in visited:
                        visited.add((prefix, selection.name.value))
                        visit(fragments[selection.name.value].selection_set, prefix, depth)
                case InlineFragmentNode():
                    visit(selection.selection_set, prefix, depth)

    visit(node.selection_set, "", 0)
    return frozenset(found - {""})
