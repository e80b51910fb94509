"""What an operation would have to read: its fields, multiplied by the pages that they stand in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import DocumentNode, FieldNode, FragmentSpreadNode, OperationDefinitionNode
from graphql.language import (
    FragmentDefinitionNode,
    InlineFragmentNode,
    IntValueNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
)

from graph.errors import too_much
from localmessages.reports.keyset import DEFAULT, MOST

# A page of figures takes as long as so many plain fields.
HEAVY = {"locationsSummary": 2_000, "locationsSummaryChanged": 2_000}
_SIZES = ("first", "last")
_ITEMS = ("nodes", "edges")
# Where counting stops: pages of pages multiply.
COUNTLESS = 2**31 - 1


@dataclass(slots=True)
class Cost:
    """The cost of one operation, which depends on the variables that say how long pages are."""

    document: DocumentNode
    operation: OperationDefinitionNode
    _sizes: list[str] | None = None
    _known: dict[tuple[Any, ...], int] = field(default_factory=dict)

    def of(self, variables: Mapping[str, Any]) -> int:
        """How many fields it would read with these variables."""
        if self._sizes is None:
            self._sizes = sorted(set(_variables(self.document)))
        # What is no number is refused when the variables are read.
        case = tuple(
            [value if isinstance(value := variables.get(name), int) else None for name in self._sizes]
        )
        if len(self._known) > MOST:
            self._known.clear()
        if case not in self._known:
            self._known[case] = _Count(self.document, self._defaults() | dict(variables)).of(self.operation)
        return self._known[case]

    def _defaults(self) -> dict[str, Any]:
        return {
            each.variable.name.value: int(each.default_value.value)
            for each in self.operation.variable_definitions or ()
            if isinstance(each.default_value, IntValueNode)
        }


class Costs:
    """The costs of late operations, by the text of their documents."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: dict[tuple[str, str | None], Cost] = {}

    def check(
        self,
        text: str,
        name: str | None,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any] | None,
    ) -> None:
        """Refuse an operation that would read too much at once."""
        cost = self._kept.get((text, name))
        if cost is None:
            if len(self._kept) > 1_000:
                self._kept.clear()
            cost = self._kept[text, name] = Cost(document, operation)
        if (value := cost.of(variables or {})) > self._most:
            raise too_much(
                f"The operation would read {value} fields; at most {self._most} are read at once. "
                "Ask for shorter pages, or for fewer lists in lists.",
                limit=self._most,
                value=value,
            )


class _Count:
    """Adds up a document's selections, each fragment once."""

    def __init__(self, document: DocumentNode, variables: Mapping[str, Any]) -> None:
        definitions = document.definitions
        self._fragments = {d.name.value: d for d in definitions if isinstance(d, FragmentDefinitionNode)}
        self._variables = variables
        self._known: dict[str, int] = {}

    def of(self, operation: OperationDefinitionNode) -> int:
        return self._selection(operation.selection_set, 1)

    def _selection(self, selection: SelectionSetNode | None, page: int) -> int:
        total = 0
        for node in selection.selections if selection else ():
            match node:
                case FieldNode():
                    total += self._field(node) * (page if node.name.value in _ITEMS else 1)
                case InlineFragmentNode():
                    total += self._selection(node.selection_set, page)
                case FragmentSpreadNode():
                    total += self._fragment(node.name.value, page)
        return min(total, COUNTLESS)

    def _field(self, node: FieldNode) -> int:
        return HEAVY.get(node.name.value, 1) + self._selection(node.selection_set, self._page(node))

    def _fragment(self, name: str, page: int) -> int:
        key = f"{name} {page}"
        if key not in self._known:
            fragment = self._fragments.get(name)
            self._known[key] = self._selection(fragment.selection_set, page) if fragment else 0
        return self._known[key]

    def _page(self, node: FieldNode) -> int:
        sizes = [self._size(each.value) for each in node.arguments or () if each.name.value in _SIZES]
        return next((size for size in sizes if size is not None), DEFAULT)

    def _size(self, value: ValueNode) -> int | None:
        """How long a page is asked for; a longer one than there are is refused when it is read."""
        if isinstance(value, VariableNode):
            given = self._variables.get(value.name.value)
        else:
            given = int(value.value) if isinstance(value, IntValueNode) else None
        return max(1, min(given, MOST)) if isinstance(given, int) else None


def _variables(document: DocumentNode) -> Iterator[str]:
    """The variables that say how long a page is."""
    waiting: list[SelectionSetNode | None] = [
        getattr(definition, "selection_set", None) for definition in document.definitions
    ]
    while waiting:
        selection = waiting.pop()
        for node in selection.selections if selection else ():
            waiting.append(getattr(node, "selection_set", None))
            for each in node.arguments or () if isinstance(node, FieldNode) else ():
                if each.name.value in _SIZES and isinstance(each.value, VariableNode):
                    yield each.value.name.value
