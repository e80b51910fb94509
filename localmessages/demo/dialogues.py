"""What people say to a garden centre, and what it answers (dialogues.jsonl)."""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

import orjson


class Step(StrEnum):
    """Who does what in a turn."""

    CUSTOMER = "customer"
    AGENT = "agent"
    NOTE = "note"
    TRANSFER = "transfer"
    INVOICE = "invoice"
    BLOCK = "block"


class Destination(StrEnum):
    """Where a dialogue is passed on to."""

    HEAD_OFFICE = "head office"
    ANOTHER_STORE = "another store"


@dataclass(frozen=True, slots=True)
class Turn:
    """One step of a dialogue, with its words."""

    step: Step
    text: str


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A short conversation. `paid` says whether the bill that it texts, of `amount`, is paid."""

    topic: str
    turns: tuple[Turn, ...]
    tag: str | None = None
    to: Destination | None = None
    amount: Decimal | None = None
    paid: bool = False

    @property
    def ends_dealings(self) -> bool:
        """Whether the customer texts that shop no more: opted out, or somewhere else now."""
        return self.to is not None or self.turns[-1].text.lower().startswith("stop")

    def __post_init__(self) -> None:
        steps = {turn.step for turn in self.turns}
        if not self.turns or self.turns[0].step is not Step.CUSTOMER:
            raise ValueError(f"{self.topic}: the customer begins")
        if (Step.TRANSFER in steps) != (self.to is not None):
            raise ValueError(f"{self.topic}: a transfer goes somewhere")
        if (Step.INVOICE in steps) != (self.amount is not None):
            raise ValueError(f"{self.topic}: a bill has an amount")


@cache
def dialogues() -> tuple[Dialogue, ...]:
    """All of them."""
    lines = files(__package__).joinpath("dialogues.jsonl").read_bytes().splitlines()
    return tuple(_dialogue(orjson.loads(line)) for line in lines)


def _dialogue(line: dict[str, Any]) -> Dialogue:
    return Dialogue(
        topic=line["topic"],
        turns=tuple(Turn(Step(step), text) for turn in line["turns"] for step, text in turn.items()),
        tag=line.get("tag"),
        to=Destination(line["to"]) if "to" in line else None,
        amount=Decimal(line["amount"]) if "amount" in line else None,
        paid=line.get("paid", False),
    )


def fill(text: str, *, first: str | None, **values: str) -> str:
    """The words with names put in; where nobody knows the customer's first name, it is left out."""
    text = re.sub(r",? \{first\}", "", text) if first is None else text.replace("{first}", first)
    for name, value in values.items():
        text = text.replace("{" + name + "}", value)
    return text
