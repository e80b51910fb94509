from __future__ import annotations

from graph.types.enums import describe
from localmessages.rules.ordering import OrderDirection

describe(
    OrderDirection,
    "Which end comes first. Nulls are last either way.",
    ASC="Smallest, oldest or A first.",
    DESC="Largest, newest or Z first.",
)
