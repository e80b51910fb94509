"""A tenant's facts from messages, transfers, closes, blocks and the ledger: no wait, no rollup is read.

Who waits, and how it ended, is told here a second time (metrics.md C4), on the calendars of the rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter, itemgetter
from typing import Any
from uuid import UUID

import asyncpg

from localmessages.rules.hours import is_open, open_seconds
from localmessages.rules.place import Place
from models.catalogue import load_catalogue
from tests.support.facts import ConversationFact, Facts, MessageFact, MoveFact, WaitFact

# What bears on waits, in the order in which it happened.
HAPPENED = """
SELECT at, id, contact_id, conversation_id, 'QUESTION' AS what, NULL::uuid AS to_location_id,
    NULL::uuid AS merged_id, false AS undelivered
FROM message WHERE tenant_id = $1 AND eligible
UNION ALL
SELECT at, id, contact_id, conversation_id, 'ANSWERED', NULL, NULL, status IN ('UNDELIVERED', 'FAILED')
FROM message WHERE tenant_id = $1 AND origin = 'AGENT'
UNION ALL
SELECT at, id, contact_id, conversation_id, 'TRANSFERRED', to_location_id, merged_conversation_id, false
FROM transfer WHERE tenant_id = $1 AND undone_at IS NULL
UNION ALL
SELECT change.at, change.id, conversation.contact_id, conversation.id,
    CASE change.kind WHEN 'CLOSED' THEN 'CLOSED_UNANSWERED' ELSE 'BLOCKED' END, NULL, NULL, false
FROM conversation_change AS change
JOIN conversation ON conversation.tenant_id = $1 AND conversation.id = change.conversation_id
WHERE change.tenant_id = $1 AND change.kind IN ('CLOSED', 'BLOCKED')
UNION ALL
SELECT at, id, contact_id, conversation_id, 'OPTED_OUT', NULL, NULL, false
FROM consent_change WHERE tenant_id = $1 AND state = 'OPTED_OUT'
ORDER BY contact_id, at, id
"""
MESSAGES = "SELECT location_id, at, origin, refused FROM message WHERE tenant_id = $1"
TRANSFERS = "SELECT * FROM transfer WHERE tenant_id = $1 ORDER BY at, id"
CONVERSATIONS = """
SELECT id, location_id, status,
    EXISTS (
        SELECT FROM message
        WHERE tenant_id = $1 AND conversation_id = conversation.id AND (eligible OR origin = 'AGENT')
    ) AS active,
    EXISTS (
        SELECT FROM message WHERE tenant_id = $1 AND conversation_id = conversation.id AND origin = 'AGENT'
    ) AS answered
FROM conversation
WHERE tenant_id = $1
"""


@dataclass
class Leg:
    """A wait that goes on: where, since when, and since when the customer waits."""

    place: Place
    since: datetime
    customer_since: datetime


@dataclass
class Customers:
    """Plays what happened; `waits` are the legs that ended, `legs` the others by conversation."""

    numbers: dict[UUID, int]
    places: dict[UUID, Place]
    at_place: dict[UUID, UUID]
    """Where each conversation is at the moment."""
    waits: list[WaitFact] = field(default_factory=list)
    legs: dict[UUID, Leg] = field(default_factory=dict)
    contacts: dict[UUID, UUID] = field(default_factory=dict)

    def happen(self, row: asyncpg.Record) -> None:
        talk, at, what = row["conversation_id"], row["at"], row["what"]
        if what == "QUESTION":
            self.contacts[talk] = row["contact_id"]
            self.legs.setdefault(talk, Leg(self.places[self.at_place[talk]], at, at))
        elif what == "TRANSFERRED":
            self._move(row)
        elif what in ("BLOCKED", "OPTED_OUT"):
            for one in [one for one in self.legs if self.contacts[one] == row["contact_id"]]:
                self._end(one, what, at)
        else:
            self._end(talk, what, at, undelivered=row["undelivered"])

    def _move(self, row: asyncpg.Record) -> None:
        talk, at = row["conversation_id"], row["at"]
        self.at_place[talk] = row["to_location_id"]
        left = self.legs.get(talk)
        self._end(talk, "TRANSFERRED", at)
        adopted = self.legs.pop(row["merged_id"], None)
        if left is None and adopted is None:
            return
        since = min(leg.customer_since for leg in (left, adopted) if leg)
        here = self.places[row["to_location_id"]]
        self.contacts[talk] = row["contact_id"]
        self.legs[talk] = Leg(here, adopted.since if adopted else at, since)

    def _end(self, talk: UUID, outcome: str, at: datetime, *, undelivered: bool = False) -> None:
        leg = self.legs.pop(talk, None)
        if leg is not None:
            self.waits.append(
                WaitFact(
                    self.numbers[leg.place.id],
                    at,
                    outcome,
                    (at - leg.since).total_seconds(),
                    open_seconds(leg.since, at, leg.place.hours),
                    not is_open(leg.since, leg.place.hours),
                    undelivered,
                )
            )


async def raw_facts(connection: asyncpg.Connection, tenant_id: UUID) -> Facts:
    """Everything that the Locations page is about, told from the beginning."""
    catalogue = await load_catalogue(connection, tenant_id)
    places = sorted(catalogue.places.values(), key=attrgetter("name", "id"))
    numbers = {place.id: n for n, place in enumerate(places)}
    moves = await connection.fetch(TRANSFERS, tenant_id)
    talks = await connection.fetch(CONVERSATIONS, tenant_id)
    told = Customers(numbers, dict(catalogue.places), dict(_beginnings(talks, moves)))
    for row in await connection.fetch(HAPPENED, tenant_id):
        told.happen(row)
    facts = Facts(
        [place.zone for place in places],
        messages=[
            MessageFact(numbers[row["location_id"]], row["at"], row["origin"], row["refused"])
            for row in await connection.fetch(MESSAGES, tenant_id)
        ],
        waits=told.waits,
        conversations=[_conversation(row, numbers, told.legs.get(row["id"])) for row in talks],
        moves=[
            MoveFact(
                numbers[row["from_location_id"]],
                numbers[row["to_location_id"]],
                row["at"],
                row["undone_at"] is not None,
            )
            for row in moves
        ],
        tenant_id=tenant_id,
    )
    facts.places = places
    return facts


def _beginnings(talks: list[Any], moves: list[Any]) -> Iterator[tuple[UUID, UUID]]:
    """Where each conversation began: where its first move left, or where it still is."""
    yield from map(itemgetter("id", "location_id"), talks)
    for row in reversed([row for row in moves if row["undone_at"] is None]):
        yield row["conversation_id"], row["from_location_id"]


def _conversation(row: asyncpg.Record, numbers: dict[UUID, int], leg: Leg | None) -> ConversationFact:
    return ConversationFact(
        numbers[row["location_id"]],
        row["status"],
        row["active"],
        row["answered"],
        leg.customer_since if leg else None,
    )
