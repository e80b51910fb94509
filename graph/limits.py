"""What a document may ask for: bounded before it is validated, since validation itself takes time."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from graphql import DocumentNode, FieldNode, FragmentSpreadNode, OperationDefinitionNode
from graphql.language import FragmentDefinitionNode, InlineFragmentNode, SelectionSetNode

from graph.errors import too_much

TOKEN = re.compile(
    r'"""(?:\\"""|[^"]|"(?!""))*"""|"(?:\\.|[^"\\\n])*"|#[^\n]*|\.\.\.|[!$&()\[\]:=@{|}]|[\w.+-]+', re.ASCII
)


# Where counting stops: fragments of fragments double with each of them.
COUNTLESS = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one request may be; each can be set."""

    body_bytes: int = 1_000_000
    document_characters: int = 100_000
    tokens: int = 10_000
    depth: int = 20
    fields: int = 5_000
    aliases: int = 200
    cost: int = 50_000
    seconds: float = 30


class Size(NamedTuple):
    """The size of a selection with all its fragments written out."""

    depth: int
    fields: int
    aliases: int


def check_text(document: str, limits: Limits) -> None:
    """Refuse a document that is too long to be parsed."""
    if len(document) > limits.document_characters:
        raise too_much(
            f"The document has {len(document)} characters; at most {limits.document_characters} are taken.",
            limit=limits.document_characters,
            value=len(document),
        )
    if len(document) > limits.tokens:
        count = sum(not token.startswith("#") for token in TOKEN.findall(document))
        if count > limits.tokens:
            raise too_much(
                f"The document has {count} tokens; at most {limits.tokens} are taken.",
                limit=limits.tokens,
                value=count,
            )


def check_size(document: DocumentNode, limits: Limits) -> None:
    """Refuse a document with an operation that is too deep, too wide or has too many aliases."""
    for size in _sizes(document, limits):
        _check("levels", size.depth, limits.depth)
        _check("fields", size.fields, limits.fields)
        _check("aliases", size.aliases, limits.aliases)


def _check(name: str, value: int, limit: int) -> None:
    if value > limit:
        raise too_much(
            f"The operation has {value} {name}; at most {limit} are taken.", limit=limit, value=value
        )


def _sizes(document: DocumentNode, limits: Limits) -> list[Size]:
    measure = Measure.of(document)
    operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    try:
        return [measure.selection(operation.selection_set) for operation in operations]
    except RecursionError:
        message = "The fragments are nested too deeply."
        raise too_much(message, limit=limits.depth, value=len(measure.fragments)) from None


@dataclass(slots=True)
class Measure:
    """Measures selections, each fragment once, so that fragments of fragments cost nothing extra."""

    fragments: dict[str, FragmentDefinitionNode]
    known: dict[str, Size] = field(default_factory=dict)

    @classmethod
    def of(cls, document: DocumentNode) -> "Measure":
        definitions = document.definitions
        return cls({d.name.value: d for d in definitions if isinstance(d, FragmentDefinitionNode)})

    def selection(self, selection: SelectionSetNode | None) -> Size:
        parts = list(self._parts(selection))
        return Size(
            max((part.depth for part in parts), default=0),
            min(sum(part.fields for part in parts), COUNTLESS),
            min(sum(part.aliases for part in parts), COUNTLESS),
        )

    def _parts(self, selection: SelectionSetNode | None) -> Iterator[Size]:
        for node in selection.selections if selection else ():
            match node:
                case FieldNode():
                    below = self.selection(node.selection_set)
                    yield Size(below.depth + 1, below.fields + 1, below.aliases + bool(node.alias))
                case InlineFragmentNode():
                    yield self.selection(node.selection_set)
                case FragmentSpreadNode():
                    yield self._fragment(node.name.value)

    def _fragment(self, name: str) -> Size:
        if name not in self.known:
            # A fragment that leads back to itself counts once here; validation refuses it.
            self.known[name] = Size(0, 0, 0)
            fragment = self.fragments.get(name)
            if fragment is not None:
                self.known[name] = self.selection(fragment.selection_set)
        return self.known[name]
