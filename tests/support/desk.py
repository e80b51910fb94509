"""A company at work: customers text in, people answer, and what stands of it is looked up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from localmessages.actions.actor import Actor
from localmessages.actions.messages import receive_message, send_message
from localmessages.gateways.simulated_payments import SimulatedPayments
from localmessages.replay import replay_lines
from localmessages.rules.place import Place
from localmessages.rules.records import Message
from localmessages.rules.texting import InboundText
from localmessages.services import Services, utc_now
from models.catalogue import Catalogue, Catalogues
from models.database import Database
from subscriptions.events import Event
from tests.support.logs import ANN, COMPANY, CUSTOMER, Line, encoded
from tests.support.waiting import eventually


@dataclass
class Desk:
    services: Services
    tenant_id: UUID
    published: list[Event]
    texts: int = 0

    async def catalogue(self) -> Catalogue:
        async with self.services.database.connection() as connection:
            seq = await connection.fetchval(
                "SELECT seq FROM live_scope WHERE tenant_id = $1 AND kind = 'TENANT'", self.tenant_id
            )
            return await self.services.catalogues.of(connection, self.tenant_id, seq)

    async def actor(self, name: str = "owner") -> Actor:
        catalogue = await self.catalogue()
        person = next(person for person in catalogue.people.values() if person.external_id == name)
        viewer = catalogue.viewer(person.id)
        assert viewer is not None
        return Actor(self.services, viewer, catalogue, self.services.clock())

    async def place(self, name: str) -> Place:
        catalogue = await self.catalogue()
        return next(place for place in catalogue.places.values() if place.external_id == name)

    async def receive(self, body: str = "Are you open?", *, who: str = CUSTOMER, to: str = ANN) -> Message:
        self.texts += 1
        text = InboundText(f"IN{self.texts}", who, to, body)
        message = await receive_message(self.services, text, self.services.clock())
        assert message is not None
        return message

    async def reply(self, received: Message, body: str = "Until five.", *, by: str = "owner") -> UUID:
        made = await send_message(await self.actor(by), received.conversation_id, body)
        assert made["message"]
        return made["message"]

    async def exchange(self, *, who: str = CUSTOMER) -> UUID:
        """A customer's text, answered; the id of the answer."""
        return await self.reply(await self.receive(who=who))

    async def row(self, statement: str, *args: Any) -> asyncpg.Record:
        (row,) = await self.rows(statement, *args)
        return row

    async def rows(self, statement: str, *args: Any) -> list[asyncpg.Record]:
        async with self.services.database.connection() as connection:
            return await connection.fetch(statement, *args)

    async def value(self, statement: str, *args: Any) -> Any:
        return (await self.row(statement, *args))[0]

    async def message(self, message_id: UUID) -> asyncpg.Record:
        return await self.row("SELECT * FROM message WHERE id = $1", message_id)

    async def reports(self, message_id: UUID) -> list[tuple[str, bool]]:
        """What was said of a text, in the order in which it came in, and whether it changed the status."""
        rows = await self.rows(
            "SELECT status, applied FROM message_status WHERE message_id = $1 ORDER BY id", message_id
        )
        return [(row["status"], row["applied"]) for row in rows]

    async def counts(self) -> dict[str, int]:
        """Outbound messages by origin, as the Locations page counts them."""
        row = await self.row(
            """
            SELECT coalesce(sum(agent), 0)::integer AS agent, coalesce(sum(system), 0)::integer AS system,
                coalesce(sum(auto), 0)::integer AS auto,
                coalesce(sum(non_deliverable), 0)::integer AS non_deliverable
            FROM (
                SELECT agent, system, auto, non_deliverable FROM message_hour
                UNION ALL
                SELECT agent, system, auto, non_deliverable FROM message_hour_delta
            ) AS hours
            """
        )
        return dict(row)

    async def until_locks_wait(self, how_many: int) -> None:
        """Go on when so many transactions wait for another one."""

        async def enough() -> bool:
            waiting = await self.value(
                """
                SELECT count(*) FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event_type = 'Lock'
                """
            )
            return bool(waiting == how_many)

        await eventually(enough)

    async def statements(self) -> list[str]:
        """What is said to the database from now on, but for the beginnings and ends of transactions."""
        said: list[str] = []
        pool = self.services.database.pool
        connections = [await pool.acquire() for _ in range(pool.get_size())]
        for connection in connections:
            connection.add_query_logger(
                lambda query: (
                    None if query.query.startswith(("BEGIN", "COMMIT")) else said.append(query.query)
                )
            )
            await pool.release(connection)
        return said

    async def jobs(self, name: str) -> list[dict[str, Any]]:
        rows = await self.rows("SELECT payload FROM pgqueuer WHERE entrypoint = $1 ORDER BY id", name)
        return [orjson.loads(row["payload"]) for row in rows]


async def open_desk(database: Database, *more: Line) -> Desk:
    """A desk of the company of the logs, with further lines; no number has to wait for its turn."""
    published: list[Event] = []
    payments = SimulatedPayments(["a secret of webhooks"], utc_now)
    services = Services(database, Catalogues(), published.extend, clock=utc_now, payments=payments)
    await replay_lines(services, encoded([*COMPANY, *more]))
    async with database.connection() as connection:
        await connection.execute("UPDATE location_number SET messages_per_second = 1000")
        tenant_id = await connection.fetchval("SELECT id FROM account WHERE parent_id IS NULL")
    return Desk(services, tenant_id, published)
