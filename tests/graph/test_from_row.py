"""Nodes that are made of a row when they are read."""

from dataclasses import fields
from typing import NamedTuple

import pytest
import strawberry

from graph.types.conversation import Conversation
from graph.types.from_row import FromRow, made_from
from graph.types.message import Message


class Row(NamedTuple):
    size: int
    word: str


@strawberry.type
class Shown(FromRow):
    size: int
    shout: str


made_from(Shown, size="size", shout=lambda nodes, row: nodes + row.word.upper())


def test_an_attribute_is_made_once_when_it_is_read():
    row = Row(3, "hello")

    node = Shown.of_row("> ", row)

    assert "shout" not in vars(node)
    assert (node.size, node.shout) == (3, "> HELLO")
    assert node.shout is node.shout


def test_one_that_was_constructed_needs_no_row():
    node = Shown(size=1, shout="HERE")

    assert (node.size, node.shout) == (1, "HERE")
    with pytest.raises(AttributeError, match="nonsense"):
        _ = node.nonsense


def test_every_attribute_must_be_said_and_none_may_be_shadowed():
    @strawberry.type
    class Defaulted(FromRow):
        size: int = 0

    with pytest.raises(TypeError, match="shout"):
        made_from(Shown, size="size")
    with pytest.raises(TypeError, match="other"):
        made_from(Shown, size="size", shout="word", other="word")
    with pytest.raises(TypeError, match="defaults"):
        made_from(Defaulted, size="size")


@pytest.mark.parametrize("node_type", [Conversation, Message])
def test_the_hot_types_are_made_from_rows(node_type):
    assert set(node_type.sources) == {field.name for field in fields(node_type) if field.init}
