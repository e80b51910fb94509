"""What is in sight of who watches, after their rights have changed."""

from enum import Enum, auto

from graphql import GraphQLError

from graph.errors import forbidden


class Sight(Enum):
    """What a change of rights means for who watches."""

    GOES_ON = auto()
    HAS_MORE = auto()
    """Of what existed already: a list of it lacks what it had no events of."""
    IS_OVER = auto()


def looked_enough() -> GraphQLError:
    """That nothing is left to be seen."""
    return forbidden("You may no longer look here. Ask whoever manages this place.")
