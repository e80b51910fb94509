"""What a document may ask for: bounded before it is validated, since validation itself takes time."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson
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
    """The most that one request may be; each can be set. All of them together keep a refusal cheap."""

    body_bytes: int = 200_000
    document_bytes: int = 16_000
    variables_bytes: int = 64_000
    tokens: int = 800
    depth: int = 20
    fields: int = 2_000
    aliases: int = 200
    overlaps: int = 500
    """Pairs of fields by the same name in one place: validation compares each with each."""
    fragments: int = 50
    """Fragments within fragments."""
    cost: int = 50_000
    introspection: int = 30_000
    """Fields that are read of the schema itself; a whole one has some 20,000."""
    seconds: float = 30


class Size(NamedTuple):
    """The size of a selection with all its fragments written out."""

    depth: int
    fields: int
    aliases: int


def check_text(document: str, limits: Limits) -> None:
    """Refuse a document that is too long to be parsed."""
    if len(document) * 4 > limits.document_bytes:
        _check_bytes("document", len(document.encode(errors="surrogatepass")), limits.document_bytes)
    if len(document) > limits.tokens:
        count = sum(not token.startswith("#") for token in TOKEN.findall(document))
        if count > limits.tokens:
            raise too_much(
                f"The document has {count} tokens; at most {limits.tokens} are taken.",
                limit=limits.tokens,
                value=count,
            )


def check_variables(variables: dict[str, Any] | None, sent: int, limits: Limits) -> None:
    """Refuse values that are too long; `sent` is how long the whole request was, at most."""
    if variables and sent > limits.variables_bytes:
        _check_bytes("variables", len(orjson.dumps(variables)), limits.variables_bytes)


def _check_bytes(what: str, value: int, limit: int) -> None:
    if value > limit:
        text = (
            f"The {what} {'has' if what == 'document' else 'have'} {value} bytes; at most {limit} are taken."
        )
        raise too_much(text, limit=limit, value=value)


def check_size(document: DocumentNode, limits: Limits) -> None:
    """Refuse a document with something in it that is too deep, too wide or has too many aliases."""
    measure = Measure.of(document, limits.fragments)
    # Fragments too that no operation uses: validation reads them.
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode | FragmentDefinitionNode):
            size = measure.selection(definition.selection_set)
            _check("levels", size.depth, limits.depth)
            _check("fields", size.fields, limits.fields)
            _check("aliases", size.aliases, limits.aliases)
            pairs = Overlaps(measure.fragments, limits).of(definition.selection_set)
            _check("pairs of fields by the same name", pairs, limits.overlaps)


def _check(name: str, value: int, limit: int) -> None:
    if value > limit:
        raise too_much(
            f"The operation has {value} {name}; at most {limit} are taken.", limit=limit, value=value
        )


@dataclass(slots=True)
class Measure:
    """Measures selections, each fragment once, so that fragments of fragments cost nothing extra."""

    fragments: dict[str, FragmentDefinitionNode]
    most_nested: int
    known: dict[str, Size] = field(default_factory=dict)
    nested: int = 0

    @classmethod
    def of(cls, document: DocumentNode, most_nested: int) -> "Measure":
        """The measure of a document whose fragments may be nested so deep."""
        definitions = document.definitions
        named = {d.name.value: d for d in definitions if isinstance(d, FragmentDefinitionNode)}
        return cls(named, most_nested)

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
                self.nested += 1
                _check("fragments within fragments", self.nested, self.most_nested)
                self.known[name] = self.selection(fragment.selection_set)
                self.nested -= 1
        return self.known[name]


@dataclass(slots=True)
class Overlaps:
    """Counts the pairs of fields that stand under the same name in one place, all the way down.

    Validation looks at every pair, and at every pair below it: a few hundred take it seconds.
    """

    fragments: dict[str, FragmentDefinitionNode]
    limits: Limits
    looks: int = 0

    def of(self, selection: SelectionSetNode | None) -> int:
        """How many there are; more than the limit, once there are more."""
        return self._pairs([selection] if selection else [], 0)

    def _pairs(self, selections: list[SelectionSetNode], depth: int) -> int:
        same: dict[str, list[FieldNode]] = {}
        for node in self._fields(selections):
            same.setdefault((node.alias or node.name).value, []).append(node)
        pairs = sum(len(fields) * (len(fields) - 1) // 2 for fields in same.values())
        for fields in same.values():
            # Where fragments lead in a circle it would not end; validation refuses them at a glance.
            if pairs > self.limits.overlaps or self.looks > self.limits.fields or depth > self.limits.depth:
                break
            below = [node.selection_set for node in fields if node.selection_set]
            pairs += self._pairs(below, depth + 1) if below else 0
        return pairs

    def _fields(self, selections: list[SelectionSetNode]) -> Iterator[FieldNode]:
        waiting, spread = list(selections), set[str]()
        while waiting:
            for node in waiting.pop().selections:
                self.looks += 1
                match node:
                    case FieldNode():
                        yield node
                    case InlineFragmentNode():
                        waiting.append(node.selection_set)
                    case FragmentSpreadNode() if node.name.value not in spread:
                        spread.add(node.name.value)
                        if (fragment := self.fragments.get(node.name.value)) is not None:
                            waiting.append(fragment.selection_set)
