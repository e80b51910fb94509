"""A dialogue that is being held now, and where it stands in the database."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from localmessages.demo.customers import name_of
from localmessages.demo.dialogues import Dialogue, Turn, fill
from localmessages.demo.places import Shop
from localmessages.rules.conversation import ConversationStatus


@dataclass(slots=True)
class Talk:
    """A customer and the company in a dialogue; the next turn is `due` by the town's timer.

    `known`: the shop has the customer's name. `asked`: a text of theirs is not answered yet.
    `joined`: somebody who is signed in has answered one. `invoice`: the bill that they were texted.
    """

    shop: Shop
    phone: str
    known: bool
    dialogue: Dialogue
    day: str
    due: float
    position: int = 0
    conversation_id: UUID | None = None
    agent_id: UUID | None = None
    asked: bool = False
    joined: bool = False
    patience: int = 40
    invoice: str | None = None

    @property
    def over(self) -> bool:
        """Whether nothing is left to say."""
        return self.position >= len(self.dialogue.turns)

    @property
    def turn(self) -> Turn:
        """What comes next."""
        return self.dialogue.turns[self.position]

    def words(self, *, agent: str | None) -> str:
        """What is said next, by an agent of that first name or by the customer."""
        first = name_of(self.phone).first if self.known or agent is None else None
        names = {"store": self.shop.name, "cur": self.shop.sign, "day": self.day, "agent": agent or ""}
        return fill(self.turn.text, first=first, **names)


@dataclass(frozen=True, slots=True)
class State:
    """How a conversation stands."""

    location_id: UUID
    status: ConversationStatus
    waiting_since: datetime | None
    assignee_id: UUID | None


async def state_of(connection: asyncpg.Connection, tenant_id: UUID, conversation_id: UUID) -> State:
    """How it stands now."""
    # conversation_pkey
    row = await connection.fetchrow(
        """
        SELECT location_id, status, waiting_since, assignee_id
        FROM conversation
        WHERE tenant_id = $1 AND id = $2
        """,
        tenant_id,
        conversation_id,
    )
    assert row is not None
    return State(
        row["location_id"], ConversationStatus(row["status"]), row["waiting_since"], row["assignee_id"]
    )
