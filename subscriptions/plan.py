"""How a subscription runs once for many: without the position after which each of them begins."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any
from weakref import WeakKeyDictionary

import orjson
from graphql import FieldNode, GraphQLSchema, NonNullTypeNode, NullValueNode, OperationDefinitionNode
from graphql.language import ArgumentNode, DocumentNode, VariableNode, Visitor, visit

from graph.documents import Document
from graph.execution import Operation
from subscriptions.shareable import is_shareable


class Kind(Enum):
    """What a subscription tells."""

    EVENTS = "each event, in order"
    STATES = "the newest state alone"


# Also a database that was away makes answers fail.
ALONE_SECONDS = 10.0

KINDS = {
    "inboxEvents": Kind.EVENTS,
    "locationsSummaryChanged": Kind.STATES,
    "messagesReportChanged": Kind.STATES,
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What is known of an operation that may be shared; `after` is the variable that each has of its own."""

    kind: Kind
    after: str | None

    def after_of(self, operation: Operation) -> Any:
        """The position after which this one begins, as its client gave it."""
        return (operation.request.variables or {}).get(self.after) if self.after else None

    def without_after(self, operation: Operation) -> Operation:
        """The operation from now on."""
        variables = {**(operation.request.variables or {})}
        variables.pop(self.after or "", None)
        return replace(operation, request=replace(operation.request, variables=variables))

    def key(self, operation: Operation, access: Hashable) -> Hashable:
        """Equal for operations that are told the same: document, operation, variables, rights."""
        variables = self.without_after(operation).request.variables
        return (
            operation.document,
            operation.request.operation_name,
            orjson.dumps(variables, option=orjson.OPT_SORT_KEYS),
            access,
        )


class Plans:
    """One per schema; each operation of a document is looked at once."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._known: WeakKeyDictionary[Document, dict[str | None, Plan | None]] = WeakKeyDictionary()
        self._failed: WeakKeyDictionary[Document, float] = WeakKeyDictionary()

    def of(self, schema: GraphQLSchema, operation: Operation) -> Plan | None:
        """How to share an operation; None where it must not be."""
        if self._now() < self._failed.get(operation.document, 0):
            return None
        known = self._known.setdefault(operation.document, {})
        name = operation.request.operation_name
        if name not in known:
            known[name] = _plan(schema, operation.document.node, operation.definition)
        return known[name]

    def has_failed(self, operation: Operation) -> None:
        """It has read what is one viewer's own, or failed otherwise: each goes alone for a while."""
        self._failed[operation.document] = self._now() + ALONE_SECONDS


def _plan(schema: GraphQLSchema, document: DocumentNode, definition: OperationDefinitionNode) -> Plan | None:
    match definition.selection_set.selections:
        case [FieldNode() as root] if not root.directives and is_shareable(schema, document, definition):
            kind = KINDS.get(root.name.value)
        case _:
            return None
    after = next((each for each in root.arguments or () if each.name.value == "after"), None)
    if kind is None or not _is_own(after, document, definition):
        return None
    return Plan(kind, after.value.name.value if after and isinstance(after.value, VariableNode) else None)


def _is_own(after: ArgumentNode | None, document: DocumentNode, definition: OperationDefinitionNode) -> bool:
    """Whether the position can be taken out without another meaning of the rest."""
    if after is None or isinstance(after.value, NullValueNode):
        return True
    if not isinstance(after.value, VariableNode):
        return False
    name, uses = after.value.name.value, _Uses()
    visit(document, uses)
    mine = [each for each in definition.variable_definitions or () if each.variable.name.value == name]
    is_plain = all(not isinstance(each.type, NonNullTypeNode) and not each.default_value for each in mine)
    return is_plain and uses.of.count(name) == 2


class _Uses(Visitor):
    """Every mention of a variable, its definition included."""

    def __init__(self) -> None:
        super().__init__()
        self.of: list[str] = []

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        self.of.append(node.name.value)
