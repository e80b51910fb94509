"""Bare facts of a town, put into the tables as they are: what the Locations page reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from localmessages.rules.account import resolve_settings
from localmessages.rules.hours import Hours
from localmessages.rules.location import LocationKind
from localmessages.rules.place import Number, Place

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class MessageFact:
    place: int
    at: datetime
    origin: str | None = None
    """None for an inbound one."""
    refused: bool = False


@dataclass(frozen=True)
class WaitFact:
    place: int
    ended_at: datetime
    outcome: str = "ANSWERED"
    elapsed: float = 60.0
    open: float = 60.0
    opened_out_of_hours: bool = False
    reply_undelivered: bool = False


@dataclass(frozen=True)
class ConversationFact:
    place: int
    status: str = "OPEN"
    active: bool = True
    answered: bool = False
    waiting_since: datetime | None = None


@dataclass(frozen=True)
class MoveFact:
    origin: int
    target: int
    at: datetime
    undone: bool = False


@dataclass
class Facts:
    """A tenant with one location for each of `zones`; a place is its position there."""

    zones: Sequence[str]
    messages: list[MessageFact] = field(default_factory=list)
    waits: list[WaitFact] = field(default_factory=list)
    conversations: list[ConversationFact] = field(default_factory=list)
    moves: list[MoveFact] = field(default_factory=list)
    tenant_id: UUID = field(default_factory=uuid4)

    def __post_init__(self) -> None:
        self.places = [self._place(n, zone) for n, zone in enumerate(self.zones)]

    def _place(self, n: int, zone: str) -> Place:
        return Place(
            id=uuid4(),
            tenant_id=self.tenant_id,
            account_id=self.tenant_id,
            scope_id=0,
            external_id=None,
            name=f"Place {n:02}",
            kind=LocationKind.STORE,
            active=True,
            hours=Hours(zone),
            numbers=(Number("+12125550100"),),
            settings=resolve_settings([]),
            business="Town",
            auto_reply_in_hours=None,
            auto_reply_out_of_hours=None,
            link_domain=None,
            created_at=LONG_AGO,
        )


async def save(connection: asyncpg.Connection, facts: Facts) -> None:
    """Insert a town; its rollups come from the triggers, as ever."""
    talks = await _places(connection, facts)
    at_place = dict(enumerate(place.id for place in facts.places))
    await _copy(
        connection,
        "message",
        (_message(facts, talks, at_place[one.place], one) for one in facts.messages),
    )
    await _copy(connection, "wait", (_wait(facts, talks, at_place[one.place], one) for one in facts.waits))
    await _copy(
        connection,
        "transfer",
        (
            {
                "tenant_id": facts.tenant_id,
                "id": uuid4(),
                "conversation_id": talks[at_place[one.target]],
                "contact_id": talks[at_place[one.target]],
                "from_location_id": at_place[one.origin],
                "to_location_id": at_place[one.target],
                "at": one.at,
                "undone_at": one.at if one.undone else None,
                "version": 1,
            }
            for one in facts.moves
        ),
    )


async def _places(connection: asyncpg.Connection, facts: Facts) -> dict[UUID, UUID]:
    """The tenant, its places and conversations; returns a closed conversation for each place."""
    tenant = {"tenant_id": facts.tenant_id}
    await _copy(
        connection,
        "account",
        [{**tenant, "id": facts.tenant_id, "name": "Town", "created_at": LONG_AGO}],
    )
    scope = await connection.fetchval(
        "INSERT INTO live_scope (tenant_id, kind, lane) VALUES ($1, 'LANE', 0) RETURNING id", facts.tenant_id
    )
    await _copy(
        connection,
        "location",
        (
            {
                **tenant,
                "id": place.id,
                "account_id": facts.tenant_id,
                "scope_id": scope,
                "name": place.name,
                "kind": "STORE",
                "time_zone": place.zone,
                "created_at": LONG_AGO,
            }
            for place in facts.places
        ),
    )
    talks = {place.id: uuid4() for place in facts.places}
    given = [
        *((id_, place, ConversationFact(0, "CLOSED")) for place, id_ in talks.items()),
        *((uuid4(), facts.places[one.place].id, one) for one in facts.conversations),
    ]
    await _copy(
        connection,
        "contact",
        (
            # A contact has the id of their only conversation.
            {**tenant, "id": id_, "phone": f"+1917555{n:04}", "created_at": LONG_AGO}
            for n, (id_, _, _) in enumerate(given)
        ),
    )
    await _copy(
        connection,
        "conversation",
        (
            {
                **tenant,
                "id": id_,
                "location_id": place,
                "contact_id": id_,
                "status": one.status,
                "created_at": LONG_AGO,
                "last_activity_at": LONG_AGO,
                "waiting_since": one.waiting_since,
                "answered": one.answered,
                "active": one.active,
                "snoozed_until": LONG_AGO if one.status == "SNOOZED" else None,
                "closed_at": LONG_AGO if one.status == "CLOSED" else None,
            }
            for id_, place, one in given
        ),
    )
    return talks


def _message(facts: Facts, talks: dict[UUID, UUID], place: UUID, one: MessageFact) -> dict[str, Any]:
    return {
        "tenant_id": facts.tenant_id,
        "id": uuid4(),
        "conversation_id": talks[place],
        "location_id": place,
        "contact_id": talks[place],
        "at": one.at,
        "direction": "OUTBOUND" if one.origin else "INBOUND",
        "origin": one.origin,
        "body": "Hello",
        "from_number": "+1",
        "to_number": "+2",
        "status": ("FAILED" if one.refused else "DELIVERED") if one.origin else "RECEIVED",
        "status_at": one.at,
        "refused": one.refused,
        "eligible": one.origin is None,
        "encoding": "GSM7",
        "segments": 1,
        "version": 1,
    }


def _wait(facts: Facts, talks: dict[UUID, UUID], place: UUID, one: WaitFact) -> dict[str, Any]:
    return {
        "tenant_id": facts.tenant_id,
        "id": uuid4(),
        "kind": "INBOUND",
        "chain_id": uuid4(),
        "conversation_id": talks[place],
        "location_id": place,
        "contact_id": talks[place],
        "started_at": LONG_AGO,
        "ended_at": one.ended_at,
        "outcome": one.outcome,
        "elapsed_seconds": one.elapsed,
        "open_seconds": one.open,
        "opened_out_of_hours": one.opened_out_of_hours,
        "reply_undelivered": one.reply_undelivered,
    }


async def _copy(connection: asyncpg.Connection, table: str, rows: Iterable[dict[str, Any]]) -> None:
    rows = list(rows)
    if rows:
        records = [tuple(row.values()) for row in rows]
        await connection.copy_records_to_table(table, records=records, columns=list(rows[0]))
