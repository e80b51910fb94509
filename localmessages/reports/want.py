"""Which parts of a page somebody looks at."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Want:
    """The parts of the Locations page; those left out stay empty and cost nothing."""

    total: bool = True
    locations: bool = True
    current: bool = True
    """Active and New Inbound Conversations."""
    messages: bool = True
    response_time: bool = True
    wait_outcomes: bool = True
    previous: bool = True
    daily: bool = True
    transfer_flows: bool = True


EVERYTHING = Want()
