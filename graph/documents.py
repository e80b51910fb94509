"""Documents, parsed and validated once and kept."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLIncludeDirective,
    GraphQLSchema,
    GraphQLSkipDirective,
    GraphQLSyntaxError,
    parse,
    validate,
)
from graphql.language import (
    DirectiveNode,
    OperationDefinitionNode,
    StringValueNode,
    VariableNode,
    Visitor,
    visit,
)
from graphql.validation import (
    ASTValidationRule,
    NoSchemaIntrospectionCustomRule,
    ValuesOfCorrectTypeRule,
    specified_rules,
)

from graph.compiled import Readers
from graph.errors import ErrorCode, RequestRefused, coded
from graph.limits import Limits, check_size, check_text
from localmessages import tracing


class ValuesFit(ValuesOfCorrectTypeRule):
    """The core's check of literals, whose errors say that it is the value and not the document."""

    def report_error(self, error: GraphQLError) -> None:
        error.extensions = {"code": ErrorCode.BAD_USER_INPUT.value, **(error.extensions or {})}
        if not isinstance(error.original_error, GraphQLError | None):
            # What Python itself says of a number of thousands of digits helps nobody.
            error.message = f"{error.message.partition(', but encountered error')[0]}."
            error.original_error = None
        super().report_error(error)


RULES: tuple[type[ASTValidationRule], ...] = tuple(
    ValuesFit if rule is ValuesOfCorrectTypeRule else rule for rule in specified_rules
)


# The most sets of answers to a document's conditions that are kept compiled.
MOST_CASES = 16


@dataclass(eq=False)
class Document:
    """A valid document, and what was found out about it."""

    node: DocumentNode
    schema: GraphQLSchema
    _readers: dict[tuple[Any, ...], Readers] = field(default_factory=dict)

    @cached_property
    def operations(self) -> list[OperationDefinitionNode]:
        """Its operations."""
        return [each for each in self.node.definitions if isinstance(each, OperationDefinitionNode)]

    def readers(self, variables: Mapping[str, Any]) -> Readers:
        """The compiled functions that hold for these values of variables."""
        case = tuple([variables.get(name) for name in self._conditions])
        found = self._readers.get(case)
        if found is None:
            if len(self._readers) == MOST_CASES:
                self._readers.clear()
            found = self._readers[case] = Readers(self.schema)
        return found

    @cached_property
    def _conditions(self) -> list[str]:
        names = _Conditions()
        visit(self.node, names)
        return sorted(names.found)


class _Conditions(Visitor):
    """Collects the variables that decide what a `@skip` or `@include` leaves out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def enter_directive(self, node: DirectiveNode, *_: object) -> None:
        if node.name.value not in (GraphQLSkipDirective.name, GraphQLIncludeDirective.name):
            return
        values = [argument.value for argument in node.arguments or ()]
        self.found.update(value.name.value for value in values if isinstance(value, VariableNode))


class Documents:
    """The valid documents of late, by their text; those used longest ago are forgotten first."""

    def __init__(
        self,
        schema: GraphQLSchema,
        limits: Limits,
        *,
        introspection: bool = True,
        hide_suggestions: bool = True,
        most: int = 1_000,
        most_characters: int = 4_000_000,
    ) -> None:
        self._rules = RULES if introspection else (*RULES, NoSchemaIntrospectionCustomRule)
        self._hide_suggestions = hide_suggestions
        self._schema = schema
        self._limits = limits
        self._most = most
        self._most_characters = most_characters
        self._kept: OrderedDict[str, Document] = OrderedDict()
        self._characters = 0

    def get(self, text: str) -> Document:
        """The document, valid against the schema; `RequestRefused` if it is not."""
        document = self._kept.get(text)
        if document is not None:
            self._kept.move_to_end(text)
            return document
        document = Document(self._prepare(text), self._schema)
        self._keep(text, document)
        return document

    def _prepare(self, text: str) -> DocumentNode:
        check_text(text, self._limits)
        with tracing.span("graphql.parse"):
            document = _parsed(text)
        check_size(document, self._limits)
        _refuse_nul(text, document)
        with tracing.span("graphql.validate"):
            errors = validate(
                self._schema, document, self._rules, max_errors=20, hide_suggestions=self._hide_suggestions
            )
        if errors:
            raise RequestRefused([_with_code(error) for error in errors])
        return document

    def _keep(self, text: str, document: Document) -> None:
        self._kept[text] = document
        self._characters += len(text)
        while len(self._kept) > self._most or self._characters > self._most_characters:
            oldest, _ = self._kept.popitem(last=False)
            self._characters -= len(oldest)


def _parsed(text: str) -> DocumentNode:
    try:
        return parse(text)
    except GraphQLSyntaxError as error:
        error.extensions = {"code": ErrorCode.GRAPHQL_PARSE_FAILED.value}
        raise RequestRefused([error]) from error
    except RecursionError as error:
        message = "Syntax Error: The document is nested too deeply."
        raise RequestRefused([coded(ErrorCode.GRAPHQL_PARSE_FAILED, message)]) from error


def _with_code(error: GraphQLError) -> GraphQLError:
    error.extensions = {"code": ErrorCode.GRAPHQL_VALIDATION_FAILED.value, **(error.extensions or {})}
    return error


def _refuse_nul(text: str, document: DocumentNode) -> None:
    if "\\u" in text or "\0" in text:
        visit(document, _NoNul())


class _NoNul(Visitor):
    """No text may hold U+0000: no column can keep it."""

    def enter_string_value(self, node: StringValueNode, *_: object) -> None:
        if "\0" in node.value:
            raise RequestRefused([coded(ErrorCode.BAD_USER_INPUT, NUL_REFUSED)])


NUL_REFUSED = "A text must not hold the character U+0000. Leave it out."
