"""A zoo of requests that are made to cost the server more than they cost their sender."""

from collections.abc import Iterator
from typing import Any

import orjson
from graphql import get_introspection_query

# As long as most servers take bodies.
NEARLY_ALL = 950_000


def hostile_requests() -> dict[str, bytes]:
    """Bodies of requests by what is wrong with them."""
    documents = {name: orjson.dumps({"query": text}) for name, text in _documents()}
    return {**documents, **dict(_with_variables()), **dict(_bodies())}


def _documents() -> Iterator[tuple[str, str]]:
    yield "200 k tokens", "{" + " a" * 200_000 + "}"
    yield "as many tokens as fit", "{" + " id" * 300_000 + "}"
    yield "as many tokens as may be", "{ " + "__typename " * 790 + "}"
    yield "the same field again and again", "{ viewer { id } " + "viewer { id } " * 290 + "}"
    yield "nested without end", "{ a " * 200_000
    yield "nested as deep as may be", "{ viewer " + "{ user " * 260 + "{ id }" + " }" * 260 + " }"
    yield "lists within lists", "{ nodes(ids: " + "[" * 390 + "]" * 390 + ") { id } }"
    yield "objects within objects", "{ nodes(ids: " + "{a: " * 190 + "1" + "}" * 190 + ") { id } }"
    yield "a type within lists", "query ($a: " + "[" * 390 + "Int" + "]" * 390 + ") { __typename }"
    yield "a bomb of fragments, 2^20", _bomb(20)
    yield "a bomb of fragments, 2^180", _bomb(180)
    yield "a chain of fragments", _chain(180)
    yield "a chain of fragments that fits", _chain(48)
    yield "fragments in a circle", _chain(180, closed=True)
    yield "a small circle of fragments", _chain(48, closed=True)
    yield "many circles of fragments", _circles(17)
    yield "branching circles of fragments", _branching(30)
    yield "a flood of aliases", "{ " + " ".join(f"a{n}: __typename" for n in range(390)) + " }"
    yield "a flood of heavy aliases", "{ " + " ".join(f"a{n}: viewer {{ id }}" for n in range(190)) + " }"
    yield "a flood of directives", "{ __typename " + "@a " * 390 + "}"
    yield "a flood of known directives", "{ __typename " + "@skip(if: false) " * 110 + "}"
    yield "a flood of unknown fields", "{ " + " ".join(f"f{n}" for n in range(780)) + " }"
    yield "a flood of unknown types", " ".join(f"fragment A{n} on T{n} {{ id }}" for n in range(112))
    yield "a flood of variables", "query (" + " ".join(f"$v{n}: Int" for n in range(190)) + ") { __typename }"
    yield "a flood of operations", " ".join(f"query Q{n} {{ __typename }}" for n in range(195))
    yield "a flood of arguments", "{ viewer(" + " ".join(f"a{n}: 1" for n in range(260)) + ") { id } }"
    yield "fields that overlap", _overlapping(180)
    yield "fields that overlap as often as may be", _overlapping(18)
    yield "fields that overlap deep down", _overlapping_deep(18, 16)
    yield "fields that overlap deep down as often as may be", _overlapping_deep(18, 8)
    yield "fields that overlap with arguments", _overlapping_arguments(110)
    yield "fields that overlap with arguments as often as may be", _overlapping_arguments(18)
    yield "fragments that overlap", _overlapping_fragments(30)
    yield "fragments that overlap as often as may be", _overlapping_fragments(16, 2)
    yield "fragments that overlap each other", _overlapping_spreads(28)
    yield "fragments that overlap each other as often as may be", _overlapping_spreads(9)
    yield "types that overlap", _overlapping_types(90)
    yield "types that overlap as often as may be", _overlapping_types(18)
    yield "introspection of introspection", _introspection(9)
    yield "the schema again and again", _schema_again(12)
    yield "the schema as often as may be", _schema_again(2)
    yield (
        "the types of the types",
        "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }",
    )
    yield "a huge text", '{ nodes(ids: ["' + "x" * 800_000 + '"]) { id } }'
    yield "a huge block text", '{ nodes(ids: ["""' + "\\n" * 40_000 + '"""]) { id } }'
    yield "a text of escapes", '{ nodes(ids: ["' + "\\u0061" * 3_200 + '"]) { id } }'
    yield "a block text of lines", '{ nodes(ids: ["""' + "\n a" * 6_500 + '"""]) { id } }'
    yield "a text that does not end", '{ nodes(ids: ["' + '"' * 15_900
    yield "quotes and nothing else", '"' * 15_900
    yield "quotes in threes", '""" ' * 1_400
    yield "backslashes in quotes", '"' + "\\" * 15_900
    yield "a long comment", "#" + "x" * 900_000 + "\n{ __typename }"
    yield "many comments", "#\n" * 7_900 + "{ __typename }"
    yield "a huge integer", "{ conversations(first: " + "9" * 15_900 + ") { nodes { id } } }"
    yield "a huge float", "{ conversations(first: " + "9" * 7_900 + "." + "9" * 7_900 + ") { nodes { id } } }"
    yield "many integers", "{ nodes(ids: [" + "1 " * 780 + "]) { id } }"
    yield "a long name", "{ " + "a" * 15_900 + " }"
    yield "a huge enum", "{ conversations(orderBy: " + "A" * 15_900 + ") { nodes { id } } }"
    yield "commas and nothing else", "," * 15_900
    yield "marks of byte order", "\ufeff" * 6_500 + "{ __typename }"
    yield "characters of another plane", "{ " + "\U0001f600" * 4_900 + " }"
    yield "pages of pages", _pages()
    yield "a definition of a schema", " ".join(f"type T{n} {{ id: ID }}" for n in range(112))


def _bomb(doublings: int) -> str:
    doubled = " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(doublings))
    return f"{{ ...F0 }} {doubled} fragment F{doublings} on Query {{ __typename }}"


def _chain(length: int, *, closed: bool = False) -> str:
    links = " ".join(f"fragment F{n} on Query {{ ...F{n + 1} }}" for n in range(length))
    return f"{{ ...F0 }} {links} fragment F{length} on Query {{ {'...F0' if closed else '__typename'} }}"


def _circles(count: int) -> str:
    spreads = " ".join(f"...F{n}" for n in range(count))
    return "{ ...F0 } " + " ".join(f"fragment F{n} on Query {{ {spreads} }}" for n in range(count))


def _branching(count: int) -> str:
    """Each leads to all by another way, at every level."""
    spreads = " ".join(f"a{n}: viewer {{ ...F{n} }}" for n in range(6))
    fragments = " ".join(f"fragment F{n} on Query {{ {spreads} }}" for n in range(count // 2))
    return "{ ...F0 } " + fragments


def _overlapping(count: int) -> str:
    return "{ " + " ".join("viewer { user { id } }" for _ in range(count)) + " }"


def _overlapping_deep(depth: int, width: int) -> str:
    line = "{ account " * (depth - 4) + "{ id }" + " }" * (depth - 4)
    return "{ " + f"viewer {{ user {line} }} " * width + "}"


def _overlapping_arguments(count: int) -> str:
    return (
        "{ " + " ".join(f"conversations(first: {n % 50}) {{ nodes {{ id }} }}" for n in range(count)) + " }"
    )


def _overlapping_fragments(count: int, width: int = 30) -> str:
    fields = " ".join(["__typename"] * width)
    fragments = " ".join(f"fragment F{n} on Query {{ {fields} }}" for n in range(count))
    return "{ " + " ".join(f"...F{n}" for n in range(count)) + " } " + fragments


def _overlapping_spreads(count: int) -> str:
    """Every fragment spreads all that come after it, so that every pair of them is compared."""
    fragments = [
        f"fragment F{n} on Query {{ viewer {{ id }} {' '.join(f'...F{m}' for m in range(n + 1, count))} }}"
        for n in range(count)
    ]
    return "{ " + " ".join(f"...F{n}" for n in range(count)) + " } " + " ".join(fragments)


def _overlapping_types(count: int) -> str:
    parts = " ".join("... on Conversation { x: id contact { id } }" for _ in range(count))
    return '{ node(id: "x") { ' + parts + " } }"


def _introspection(depth: int) -> str:
    return (
        "{ __schema { types { fields { " + "type { fields { " * depth + "name" + " } }" * depth + " } } } }"
    )


def _schema_again(times: int) -> str:
    query = get_introspection_query()
    inside = query[query.index("{") + 1 : query.index("fragment FullType")].rstrip().rstrip("}")
    fragments = query[query.index("fragment FullType") :]
    copies = " ".join(inside.replace("__schema", f"s{n}: __schema", 1) for n in range(times))
    return f"{{ {copies} }} {fragments}"


def _pages() -> str:
    inner = "id"
    for _ in range(6):
        inner = f"id conversations(first: 100) {{ nodes {{ location {{ {inner} }} }} }}"
    return "{ conversations(first: 100) { nodes { contact { " + inner + " } } } }"


def _with_variables() -> Iterator[tuple[str, bytes]]:
    ids = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    search = "query ($s: String) { tags(search: $s) { totalCount } }"
    where = "query ($w: ConversationFilter) { conversations(filter: $w) { nodes { id } } }"

    def asked(query: str, **variables: Any) -> bytes:
        return orjson.dumps({"query": query, "variables": variables})

    yield "a huge list in a variable", asked(ids, ids=["x"] * 200_000)
    yield "a list of empty objects", asked(ids, ids=[{}] * 200_000)
    yield "a list of numbers", asked(ids, ids=[1] * 400_000)
    yield "a long list in a variable", asked(ids, ids=["x"] * 15_000)
    yield "a long list of wrong things", asked(ids, ids=[{}] * 20_000)
    yield "a huge text in a variable", asked(search, s="x" * 900_000)
    yield "a long text in a variable", asked(search, s="x" * 60_000)
    yield "a text of NULs", asked(search, s="\0" * 150_000)
    yield "unknown members of an input", asked(where, w={f"a{n}": n for n in range(40_000)})
    yield "some unknown members of an input", asked(where, w={f"a{n}": n for n in range(4_000)})
    yield "unknown variables", asked(search, **{f"v{n}": n for n in range(50_000)})
    yield (
        "a deep variable",
        b'{"query": "%s", "variables": {"s": %s1%s}}'
        % (
            search.encode(),
            b"[" * 900,
            b"]" * 900,
        ),
    )
    yield (
        "a huge integer in a variable",
        b'{"query": "%s", "variables": {"s": %s}}'
        % (
            search.encode(),
            b"9" * NEARLY_ALL,
        ),
    )


def _bodies() -> Iterator[tuple[str, bytes]]:
    yield "deep JSON", b"[" * NEARLY_ALL
    yield "deep JSON that ends", b"[" * 400_000 + b"]" * 400_000
    yield "deep objects", b'{"a":' * 150_000
    yield "a body of numbers", b"[" + b"1," * 470_000 + b"1]"
    yield "a body of members", b"{" + b",".join(b'"%d":1' % n for n in range(80_000)) + b"}"
    yield "a body of escapes", b'{"query": "' + b"\\u0041" * 150_000 + b'"}'
    yield "a body of other escapes", b'{"query": "' + b"\\ud83d\\ude00" * 75_000 + b'"}'
    yield "bytes that are no text", b"\xff" * NEARLY_ALL
    yield "a batch", b"[" + b",".join([b'{"query": "{ __typename }"}'] * 30_000) + b"]"
    yield (
        "many extensions",
        b'{"query": "{ __typename }", "extensions": {%s}}' % b",".join(b'"%d":{}' % n for n in range(60_000)),
    )
