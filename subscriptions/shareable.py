"""Which subscriptions may run once for many: those whose every field is declared independent of the viewer.

What the viewer may see is in the key of a shared run; who the viewer is, is not. A resolver of a declared
field that reads it all the same meets `ViewerIsAny`, and nothing is sent.
"""

from collections.abc import Mapping

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    is_abstract_type,
    visit,
)

from subscriptions.independent import INDEPENDENT

Declared = Mapping[str, frozenset[str]]


def is_shareable(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    declared: Declared = INDEPENDENT,
) -> bool:
    """Whether all that a valid operation can select is declared, in each type that may stand there."""
    fragments = [each for each in document.definitions if isinstance(each, FragmentDefinitionNode)]
    fields = _Fields(schema, declared)
    visit(DocumentNode(definitions=(operation, *fragments)), TypeInfoVisitor(fields.types, fields))
    return fields.are_declared


class _Fields(Visitor):
    def __init__(self, schema: GraphQLSchema, declared: Declared) -> None:
        super().__init__()
        self.are_declared = True
        self.types = TypeInfo(schema)
        self._schema = schema
        self._declared = declared

    def enter_field(self, node: FieldNode, *_: object) -> None:
        type_, name = self.types.get_parent_type(), node.name.value
        if name == "__typename":
            return
        objects = self._schema.get_possible_types(type_) if is_abstract_type(type_) else [type_]
        self.are_declared = self.are_declared and all(
            each is not None and name in self._declared.get(each.name, ()) for each in objects
        )
