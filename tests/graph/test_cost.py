"""Lists in lists multiply: what an operation would read is bounded before it reads anything."""

from typing import Any

import pytest
from graphql import OperationDefinitionNode, parse

from graph.cost import Cost
from graph.errors import RequestRefused
from graph.execution import Engine
from graph.limits import Limits
from graph.request import GraphQLRequest
from graph.schema import schema

PAGES = """
query ($first: Int = 10, $last: Int) {
  conversations(first: $first) { nodes { id ...Timeline } pageInfo { hasNextPage } }
}
fragment Timeline on Conversation { timeline(last: $last) { edges { node { id } } } }
"""


def cost(text: str, **variables: Any) -> int:
    document = parse(text)
    [operation] = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    return Cost(document, operation).of(variables)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{ viewer { account { id } } }", 3),
        ("{ tags { totalCount } }", 2),
        ("{ tags { nodes { id } } }", 1 + 25 * 2),
        ("{ tags(first: 100) { nodes { id } totalCount } }", 1 + 100 * 2 + 1),
        ("{ tags(first: 1000) { nodes { id } } }", 1 + 100 * 2),
        ("{ tags(last: -1) { nodes { id } } }", 1 + 2),
        ("{ tags(first: null) { ... on TagConnection { nodes { id } } } }", 1 + 25 * 2),
        ("{ locationsSummary { asOf } }", 2_001),
    ],
)
def test_a_field_costs_one_and_a_page_as_much_as_its_items(text: str, expected: int) -> None:
    assert cost(text) == expected


@pytest.mark.parametrize(
    ("variables", "page", "entries"),
    [({}, 10, 25), ({"first": 2, "last": 3}, 2, 3), ({"first": None}, 25, 25), ({"first": ["x"]}, 25, 25)],
)
def test_variables_say_how_long_a_page_is(variables: dict[str, Any], page: int, entries: int) -> None:
    assert cost(PAGES, **variables) == 1 + page * (1 + 1 + (1 + entries * 3)) + 2


def test_pages_of_pages_are_refused_with_the_limit() -> None:
    engine = Engine(schema.core, Limits(cost=1_000))

    engine.operation(GraphQLRequest(PAGES))
    with pytest.raises(RequestRefused) as refused:
        engine.operation(GraphQLRequest(PAGES, variables={"first": 100, "last": 100}))

    [error] = refused.value.errors
    assert error.extensions == {"code": "LIMIT_EXCEEDED", "limit": 1_000, "value": 30_303}
