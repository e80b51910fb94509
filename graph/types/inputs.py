from typing import TypeVar

import strawberry
from strawberry import UNSET

T = TypeVar("T")

THE_PARAMETERS = strawberry.argument(description="The parameters.")
IDEMPOTENCY_KEY = (
    "The same key gives the same payload and does nothing twice, for 24 h. Up to 100 characters."
)


def given(value: T | None) -> T | None:
    """The value of an optional argument; None also when it was left out."""
    return None if value is UNSET else value


class NullIfLeftOut:
    """Base of inputs in which leaving out and null mean the same: both read as None."""

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if value is UNSET:
                setattr(self, name, None)
