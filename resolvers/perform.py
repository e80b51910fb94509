"""What every mutation does: an action under its key, a refusal as data, the payload read anew."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any
from uuid import UUID

from strawberry import UNSET, Info

from graph.ids import expect_id
from graph.refusals import user_error
from graph.types.inputs import given
from graph.types.refusal import UserError
from localmessages.actions.actor import Actor, IdempotencyKey, Made, idempotency_key
from localmessages.rules.refusal import Refused

# Of what somebody may guess not even a digest is kept.
_NOT_KEPT = ("password",)

Action = Callable[[Actor, IdempotencyKey | None], Awaitable[Made]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an action made, or why it was refused."""

    info: Info
    made: Made
    user_errors: list[UserError]

    async def node(self, type_name: str, name: str) -> Any:
        """What was made under `name`, as the viewer sees it now; None when refused or out of sight."""
        key = self.made.get(name)
        return None if key is None else await self.info.context.load.node(type_name, key)

    async def nodes(self, type_name: str, keys: Sequence[UUID]) -> list[Any]:
        """Several of a type, those in sight, in the order of their keys."""
        load = self.info.context.load
        found = await asyncio.gather(*(load.node(type_name, key) for key in keys))
        return [node for node in found if node is not None]


async def perform(info: Info, input: Any, action: Action) -> Outcome:
    """Run the action of the mutation that `info` is of. What is read afterwards sees what it wrote."""
    context = info.context
    # Mutations of one operation run one after another: each begins with what the last one left.
    context.forget()
    begun = await context.begin()
    address = context.visit.device.address or None
    actor = Actor(context.services, begun.viewer, begun.catalogue, context.now, address, info.field_name)
    try:
        key = idempotency_key(given(getattr(input, "idempotency_key", UNSET)), info.field_name, _plain(input))
        made = await action(actor, key)
    except Refused as no:
        context.forget()
        return Outcome(info, {}, [await user_error(no, info)])
    context.forget()
    return Outcome(info, made, [])


def optional_id(type_name: str, id: str | None) -> UUID | None:
    """The key in an id that may be left out."""
    return None if id is None else expect_id(type_name, id)


def _plain(value: Any) -> Any:
    """An input as JSON: what was left out is not in it, which is not the same as null."""
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if not is_dataclass(value):
        return value
    members = {field.name: getattr(value, field.name) for field in fields(value)}
    for name in ("idempotency_key", *_NOT_KEPT):
        members.pop(name, None)
    return {name: _plain(each) for name, each in members.items() if each is not UNSET}
