"""How to get to an object of a type."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from graphql import GraphQLObjectType, GraphQLSchema, get_named_type, is_object_type

from tests.crawl.values import Values

Step = tuple[GraphQLObjectType, str, Mapping[str, Any]]
Path = list[Step]
LONGEST = 5


def paths(schema: GraphQLSchema, values: Values, id_of_type: Callable[[str], str | None]) -> dict[str, Path]:
    """The way to each type: by an id of it where there is one, else the shortest."""
    query = schema.query_type
    assert query is not None
    found: dict[str, Path] = {query.name: []}
    waiting = deque([query])
    node = schema.type_map.get("Node")
    for type_ in schema.get_possible_types(node) if node is not None else ():  # type: ignore[arg-type]
        if (one := id_of_type(type_.name)) is not None:
            found[type_.name] = [(query, "node", {"id": one})]
            waiting.append(type_)
    while waiting:
        type_ = waiting.popleft()
        for name, field in type_.fields.items():
            below = get_named_type(field.type)
            if is_object_type(below) and below.name not in found and len(found[type_.name]) < LONGEST:
                step = (type_, name, values.arguments(field.args))
                found[below.name] = [*found[type_.name], step]
                waiting.append(below)
    return found
