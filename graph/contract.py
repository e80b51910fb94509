"""Compare the schema that is built here with the one that is promised in docs/contract.graphql.

Run as `python -m graph.contract`. What is built may still be a part of the contract, never a contradiction.
"""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from graphql import parse, print_ast
from graphql.language import (
    ConstDirectiveNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    TypeDefinitionNode,
)

from graph.schema import sdl

ROOT = Path(__file__).parent.parent
PRINTED = ROOT / "schema.graphql"
COPY = ROOT / "docs" / "contract.graphql"
ORIGINAL = ROOT.parent / "shared" / "spec" / "schema.graphql"


@dataclass(frozen=True, slots=True)
class Member:
    """A type, field, argument or enum value: how it is declared, and whether it is described."""

    declaration: str
    described: bool
    # Whether it may still be missing here: a type, or a field that is read; not a part of what is sent.
    separable: bool


Members = dict[str, Member]


def members(schema: str) -> Members:
    """Every member of a schema by its coordinate, such as `Query.node(id:)`."""
    found: Members = {}
    for definition in parse(schema, no_location=True).definitions:
        if isinstance(definition, TypeDefinitionNode):
            found.update(_type_members(definition))
    return found


def _type_members(type_: TypeDefinitionNode) -> Iterator[tuple[str, Member]]:
    name = type_.name.value
    yield name, Member(_kind(type_), _described(type_), separable=True)
    match type_:
        case ObjectTypeDefinitionNode() | InterfaceTypeDefinitionNode():
            for field in type_.fields or ():
                yield from _field_members(f"{name}.{field.name.value}", field)
        case InputObjectTypeDefinitionNode():
            for value in type_.fields or ():
                yield f"{name}.{value.name.value}", _value(value)
        case EnumTypeDefinitionNode():
            for item in type_.values or ():
                declaration = _directives(item.directives).strip()
                yield f"{name}.{item.name.value}", Member(declaration, _described(item), separable=False)


def _field_members(at: str, field: FieldDefinitionNode) -> Iterator[tuple[str, Member]]:
    declaration = f"{print_ast(field.type)}{_directives(field.directives)}"
    yield at, Member(declaration, _described(field), separable=True)
    for argument in field.arguments or ():
        yield f"{at}({argument.name.value}:)", _value(argument)


def _value(value: InputValueDefinitionNode) -> Member:
    default = f" = {print_ast(value.default_value)}" if value.default_value else ""
    declaration = f"{print_ast(value.type)}{default}{_directives(value.directives)}"
    return Member(declaration, _described(value), separable=False)


def _kind(type_: TypeDefinitionNode) -> str:
    interfaces = sorted(i.name.value for i in getattr(type_, "interfaces", None) or ())
    implements = f" implements {' & '.join(interfaces)}" if interfaces else ""
    return f"{type_.kind.removesuffix('_type_definition')}{implements}{_directives(type_.directives)}"


def _directives(directives: tuple[ConstDirectiveNode, ...] | None) -> str:
    return "".join(sorted(f" {print_ast(directive)}" for directive in directives or ()))


def _described(node: object) -> bool:
    description = getattr(node, "description", None)
    return description is not None and bool(description.value.strip())


def contradictions(ours: Members, contract: Members) -> list[str]:
    """Every way in which the schema `ours` breaks the promise of `contract`, one sentence each."""
    found = [sentence for at, member in ours.items() for sentence in _faults(at, member, contract)]
    return found + [
        f"{at} is in the contract and missing here."
        for at, promised in contract.items()
        if at not in ours and not promised.separable and _owner(at) in ours
    ]


def _faults(at: str, member: Member, contract: Members) -> Iterator[str]:
    promised = contract.get(at)
    if promised is None:
        yield f"{at} is not in the contract."
    elif member.declaration != promised.declaration:
        yield f"{at} is `{member.declaration}`, but the contract has `{promised.declaration}`."
    if not member.described:
        yield f"{at} has no description."


def _owner(at: str) -> str:
    return at.partition("(")[0] if at.endswith(":)") else at.partition(".")[0]


def still_missing(ours: Members, contract: Members) -> str:
    """How much of the contract is not built yet, in numbers and by name."""
    types = [at for at in contract if "." not in at and at not in ours]
    fields = [at for at in contract if _is_field(at) and at not in ours and _owner_type(at) in ours]
    lines = [
        _share("types", len(types), sum("." not in at for at in contract)),
        _share(
            "fields", sum(_is_field(at) and at not in ours for at in contract), sum(map(_is_field, contract))
        ),
    ]
    if types:
        lines.append(f"Types: {', '.join(types)}.")
    if fields:
        lines.append(f"Fields of types that are built: {', '.join(fields)}.")
    return "\n".join(lines)


def _is_field(at: str) -> bool:
    return "." in at and "(" not in at


def _owner_type(at: str) -> str:
    return at.partition(".")[0]


def _share(what: str, missing: int, all_: int) -> str:
    return f"{missing} of the contract's {all_} {what} are still missing ({100 * missing / all_:.0f} %)."


def check() -> tuple[list[str], str]:
    """What is wrong with the schema, one sentence a fault, and how much of the contract is missing."""
    printed = sdl()
    faults = []
    if not PRINTED.exists() or PRINTED.read_text() != printed:
        faults.append("schema.graphql is not what the code prints: run `localmessages export-schema`.")
    if ORIGINAL.exists() and ORIGINAL.read_text() != COPY.read_text():
        faults.append("docs/contract.graphql differs from the specification: copy it again.")
    contract = members(Path(os.environ.get("CONTRACT", COPY)).read_text())
    ours = members(printed)
    return faults + contradictions(ours, contract), still_missing(ours, contract)


def main() -> int:
    faults, missing = check()
    verdict = f"{len(faults)} faults." if faults else "Nothing contradicts the contract."
    sys.stdout.write("\n".join([missing, *faults, verdict, ""]))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
