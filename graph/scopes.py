"""What of an operation an API key's scopes allow: decided once a document, before anything is read."""

from collections.abc import Collection, Iterator
from typing import cast
from weakref import WeakKeyDictionary

from graphql import (
    GraphQLCompositeType,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_composite_type,
)
from graphql.language import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
)

from graph.documents import Document
from graph.errors import ErrorCode, RequestRefused, coded
from localmessages.rules.access import ApiScope
from localmessages.rules.scopes import (
    MUTATIONS,
    QUERIES,
    SAY_WHAT_IS_NEW,
    SUBSCRIPTIONS,
    TYPES,
    Need,
    is_met,
)

_ROOTS = {
    OperationType.QUERY: QUERIES,
    OperationType.MUTATION: MUTATIONS,
    OperationType.SUBSCRIPTION: SUBSCRIPTIONS,
}
Needs = dict[str, Need]
_known: WeakKeyDictionary[Document, dict[OperationDefinitionNode, Needs]] = WeakKeyDictionary()


def check_scopes(
    document: Document, definition: OperationDefinitionNode, scopes: Collection[ApiScope]
) -> None:
    """`RequestRefused` with FORBIDDEN and the missing scope, for the first part that needs another one."""
    for what, need in needs(document, definition).items():
        if not is_met(need, scopes):
            raise RequestRefused([_forbidden(what, need)], status=403)


def needs(document: Document, definition: OperationDefinitionNode) -> Needs:
    """What each part of an operation needs, by the name of the root field or type."""
    known = _known.setdefault(document, {})
    if definition not in known:
        known[definition] = dict(_Walk(document).of(definition))
    return known[definition]


def _forbidden(what: str, need: Need) -> GraphQLError:
    if need is None:
        return coded(ErrorCode.FORBIDDEN, f"No API key may use `{what}`: sign in as a person.", scopes=[])
    names = [scope for scope in ApiScope if scope in need]
    message = f"The API key lacks the scope {' or '.join(names)}, which `{what}` needs."
    return coded(ErrorCode.FORBIDDEN, message, scopes=names)


class _Walk:
    """Goes through an operation with its fragments, each once."""

    def __init__(self, document: Document) -> None:
        self._schema: GraphQLSchema = document.schema
        self._fragments = {
            each.name.value: each
            for each in document.node.definitions
            if isinstance(each, FragmentDefinitionNode)
        }
        self._seen: set[str] = set()

    def of(self, definition: OperationDefinitionNode) -> Iterator[tuple[str, Need]]:
        self._declared = _ROOTS[definition.operation]
        self._root = cast(GraphQLObjectType, self._schema.get_root_type(definition.operation))
        yield from self._in(definition.selection_set, self._root)

    def _in(self, selected: SelectionSetNode, parent: GraphQLCompositeType) -> Iterator[tuple[str, Need]]:
        for node in selected.selections:
            match node:
                case FieldNode():
                    yield from self._field(node, parent)
                case InlineFragmentNode(type_condition=condition, selection_set=inner):
                    yield from self._in(inner, self._type(condition.name.value) if condition else parent)
                case FragmentSpreadNode() if node.name.value not in self._seen:
                    self._seen.add(node.name.value)
                    fragment = self._fragments[node.name.value]
                    yield from self._in(
                        fragment.selection_set, self._type(fragment.type_condition.name.value)
                    )

    def _field(self, node: FieldNode, parent: GraphQLCompositeType) -> Iterator[tuple[str, Need]]:
        name = node.name.value
        if name.startswith("__"):
            return
        if parent is self._root:
            # What is not declared is for nobody's key.
            need = self._declared.get(name)
            yield name, need
            self._refuses_with_talks = need is None or not need.isdisjoint(SAY_WHAT_IS_NEW)
        elif parent.name in TYPES and name != "id":
            yield parent.name, TYPES[parent.name]
        # A client selects all kinds of refusals with one fragment.
        if node.selection_set is not None and (self._refuses_with_talks or not self._is_refusal(parent)):
            inner = get_named_type(cast(GraphQLObjectType, parent).fields[name].type)
            assert is_composite_type(inner)
            yield from self._in(node.selection_set, inner)

    def _is_refusal(self, type_: GraphQLCompositeType) -> bool:
        return any(each.name == "UserError" for each in getattr(type_, "interfaces", ()))

    def _type(self, name: str) -> GraphQLCompositeType:
        return cast(GraphQLCompositeType, self._schema.type_map[name])
