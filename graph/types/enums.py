from enum import StrEnum
from typing import Any, cast

import strawberry


def describe(enum: type[StrEnum], description: str, **values: str) -> None:
    """Publish `enum` with a description of itself and of each of its values."""
    # Strawberry publishes an enum by itself where it meets it in the signature of a resolver first.
    if "__strawberry_definition__" not in vars(enum):
        strawberry.enum(enum)
    definition = cast(Any, enum).__strawberry_definition__
    definition.description = description
    for value in definition.values:
        value.description = values.pop(value.name)
    if values:
        raise ValueError(f"{enum.__name__} has no value {', '.join(values)}.")
