from types import SimpleNamespace

from graphql import parse
from graphql.language import FragmentDefinitionNode, OperationDefinitionNode

from graph.lookahead import selected, under


def paths(document: str) -> frozenset[str]:
    """What is selected below the first field of the first operation."""
    definitions = parse(document).definitions
    operation = next(each for each in definitions if isinstance(each, OperationDefinitionNode))
    fragments = {each.name.value: each for each in definitions if isinstance(each, FragmentDefinitionNode)}
    raw = SimpleNamespace(field_nodes=list(operation.selection_set.selections), fragments=fragments)
    return selected(SimpleNamespace(_raw_info=raw))  # type: ignore[arg-type]


def test_wrappers_of_a_connection_stand_in_no_path():
    found = paths("{ talks { edges { cursor node { id contact { name } } } pageInfo { endCursor } } }")

    assert found == {"cursor", "id", "contact", "contact.name", "pageInfo", "pageInfo.endCursor"}


def test_aliases_fragments_and_directives_hide_nothing():
    found = paths(
        """
        query ($no: Boolean!) {
            talks { list: nodes { ...Item who: contact @include(if: $no) { id } ... on Talk { muted } } }
        }
        fragment Item on Talk { lastMessage { ...Text } }
        fragment Text on Text { body }
        """
    )

    assert found == {"contact", "contact.id", "muted", "lastMessage", "lastMessage.body"}


def test_fields_that_merge_are_looked_at_together():
    assert paths("{ talk { id } talk { contact { id } } }") == {"id", "contact", "contact.id"}


def test_one_fragment_in_two_places_counts_in_both():
    found = paths("{ talk { a { ...F } b { ...F } } } fragment F on X { name }")

    assert found == {"a", "a.name", "b", "b.name"}


def test_a_bomb_of_fragments_is_walked_once_a_path():
    bomb = " ".join(f"fragment F{n} on X {{ ...F{n + 1} ...F{n + 1} }}" for n in range(60))

    assert paths(f"{{ talk {{ ...F0 }} }} {bomb} fragment F60 on X {{ id }}") == {"id"}


def test_paths_under_another():
    assert under(frozenset({"a", "a.b", "a.b.c", "ab.c"}), "a") == {"b", "b.c"}
