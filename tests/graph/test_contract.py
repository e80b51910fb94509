"""The schema against its contract, and the check itself against schemas that break it."""

import pytest
from graphql import parse
from graphql.language import InterfaceTypeDefinitionNode, ObjectTypeDefinitionNode

from graph.contract import COPY, check, contradictions, members, still_missing
from graph.ids import NODE_TYPES

CONTRACT = '''
"""What can be read."""
type Query {
  """One."""
  one(
    """Which."""
    id: ID! = "a"
  ): Thing!
  """Two."""
  two: Int
}

"""A thing with a name."""
interface Named {
  """The name."""
  name: String!
}

"""A thing."""
type Thing implements Named {
  """The name."""
  name: String!
}

"""What to choose from."""
enum Choice {
  """The left one."""
  LEFT
  """The right one."""
  RIGHT
}

"""What to send."""
input Wish @oneOf {
  """This."""
  this: Choice
  """That."""
  that: Int
}
'''


def faults(replaced: str, by: str) -> list[str]:
    assert replaced in CONTRACT
    return contradictions(members(CONTRACT.replace(replaced, by, 1)), members(CONTRACT))


def test_the_schema_is_a_part_of_the_contract() -> None:
    found, _ = check()

    assert found == []


def test_a_schema_equals_itself() -> None:
    assert faults("one", "one") == []


@pytest.mark.parametrize(
    ("replaced", "by", "fault"),
    [
        ("): Thing!", "): Thing", "Query.one is `Thing`, but the contract has `Thing!`."),
        ('id: ID! = "a"', 'id: ID = "a"', 'Query.one(id:) is `ID = "a"`, but the contract has `ID! = "a"`.'),
        ('id: ID! = "a"', "id: ID!", 'Query.one(id:) is `ID!`, but the contract has `ID! = "a"`.'),
        ('= "a"', '= "a"\n """More."""\n more: Int', "Query.one(more:) is not in the contract."),
        ('"""Two."""', "", "Query.two has no description."),
        ('"""Two."""', '"""  """', "Query.two has no description."),
        ('"""Which."""', "", "Query.one(id:) has no description."),
        ('"""A thing."""', "", "Thing has no description."),
        ('"""The left one."""', "", "Choice.LEFT has no description."),
        ('"""The left one."""\n  LEFT', "", "Choice.LEFT is in the contract and missing here."),
        ("  RIGHT", "  WRONG", "Choice.WRONG is not in the contract."),
        ("two: Int", "too: Int", "Query.too is not in the contract."),
        ('  """That."""\n  that: Int', "", "Wish.that is in the contract and missing here."),
        (" @oneOf", "", "Wish is `input_object`, but the contract has `input_object @oneOf`."),
        (
            "type Thing implements Named",
            "type Thing",
            "Thing is `object`, but the contract has `object implements Named`.",
        ),
        ('"""What to send."""', '"""It."""\nscalar Other\n"""To send."""', "Other is not in the contract."),
    ],
)
def test_a_contradiction_is_named(replaced: str, by: str, fault: str) -> None:
    assert any(found.startswith(fault) for found in faults(replaced, by)), faults(replaced, by)


def test_an_argument_that_is_left_out_is_a_contradiction() -> None:
    argument = '(\n    """Which."""\n    id: ID! = "a"\n  )'

    assert faults(argument, "") == ["Query.one(id:) is in the contract and missing here."]


def test_a_better_description_is_no_contradiction() -> None:
    assert faults('"""Two."""', '"""The second of the two."""') == []


def test_what_is_not_built_yet_is_counted_and_named() -> None:
    ours = members(CONTRACT.replace('"""Two."""\n  two: Int', "").replace("type Thing", "type Thing2", 1))

    missing = still_missing(ours, members(CONTRACT))

    assert "1 of the contract's 5 types are still missing (20 %)." in missing
    assert "2 of the contract's 8 fields are still missing (25 %)." in missing
    assert "Types: Thing." in missing
    assert "Query.two" in missing


def test_every_node_of_the_contract_has_ids() -> None:
    definitions = parse(COPY.read_text()).definitions
    nodes = {
        definition.name.value
        for definition in definitions
        if isinstance(definition, ObjectTypeDefinitionNode)
        and not isinstance(definition, InterfaceTypeDefinitionNode)
        and "Node" in {interface.name.value for interface in definition.interfaces or ()}
    }

    assert nodes <= set(NODE_TYPES)
    assert len(NODE_TYPES) == len(set(NODE_TYPES))
