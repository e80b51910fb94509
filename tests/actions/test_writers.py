"""Many writers at one location: no deadlock, no lost event, rollups and waits as the raw facts say."""

import asyncio
import os
import random
from collections import Counter
from datetime import UTC, datetime
from time import monotonic
from uuid import UUID

from localmessages.actions.actor import Actor
from localmessages.actions.conversations import add_note, close_conversation, reopen_conversation
from localmessages.actions.messages import receive_message, send_message
from localmessages.actions.transfers import TransferRequest, transfer_conversation
from localmessages.replay import replay_lines
from localmessages.rules.refusal import Refused
from localmessages.rules.texting import InboundText
from localmessages.services import Services
from models.catalogue import Catalogues, load_catalogue
from models.database import Database
from tests.support.consistency import (
    day_differences,
    entries_without_event,
    event_gaps,
    kept_legs,
    recomputed_legs,
    rollup_differences,
)
from tests.support.logs import ANN, COMPANY, encoded

WRITERS = 16
SECONDS = 30 if os.environ.get("SOAK") else 2


class Crowd:
    """Writers who do at random what people and carriers do, to a few contacts that they share."""

    def __init__(self, services: Services, actor: Actor) -> None:
        self.services = services
        self.actor = actor
        self.done: Counter[str] = Counter()
        self.sent = 0

    async def write(self, seed: int, until: float) -> None:
        dice = random.Random(seed)
        while monotonic() < until:
            what = dice.choices(
                ("receive", "send", "note", "close", "reopen", "transfer"), (10, 6, 1, 1, 1, 2)
            )[0]
            try:
                await getattr(self, what)(dice)
                self.done[what] += 1
            except Refused as refused:
                self.done[refused.code] += 1

    async def receive(self, dice: random.Random) -> None:
        self.sent += 1
        text = InboundText(f"SM{self.sent}", f"+1917555{dice.randrange(40):04}", ANN, "Are you open?")
        assert await receive_message(self.services, text, datetime.now(UTC)) is not None

    async def send(self, dice: random.Random) -> None:
        await send_message(self._now(), await self._any(dice), "Yes, until five.")

    async def note(self, dice: random.Random) -> None:
        await add_note(self._now(), await self._any(dice), "A regular.")

    async def close(self, dice: random.Random) -> None:
        await close_conversation(self._now(), await self._any(dice))

    async def reopen(self, dice: random.Random) -> None:
        await reopen_conversation(self._now(), await self._any(dice))

    async def transfer(self, dice: random.Random) -> None:
        target = dice.choice(list(self.actor.catalogue.places))
        await transfer_conversation(self._now(), await self._any(dice), TransferRequest(target, notify=False))

    def _now(self) -> Actor:
        return Actor(self.services, self.actor.viewer, self.actor.catalogue, datetime.now(UTC))

    async def _any(self, dice: random.Random) -> UUID:
        async with self.services.database.connection() as connection:
            ids = await connection.fetch(
                "SELECT id FROM conversation WHERE merged_into_id IS NULL ORDER BY id"
            )
        if not ids:
            await self.receive(dice)
            return await self._any(dice)
        chosen: UUID = dice.choice(ids)["id"]
        return chosen


async def fold_until(database: Database, until: float) -> None:
    async with database.connection() as connection:
        while monotonic() < until:
            await connection.fetchval("SELECT fold_message_hours(50)")


async def test_sixteen_writers_at_one_location(database: Database, database_url: str) -> None:
    services = Services(database, Catalogues())
    await replay_lines(services, encoded(COMPANY))
    async with database.connection() as connection:
        tenant_id = await connection.fetchval("SELECT id FROM account WHERE parent_id IS NULL")
        catalogue = await load_catalogue(connection, tenant_id)
    owner = next(person for person in catalogue.people.values() if person.external_id == "owner")
    viewer = catalogue.viewer(owner.id)
    assert viewer is not None
    crowd = Crowd(services, Actor(services, viewer, catalogue, datetime.now(UTC)))

    until = monotonic() + SECONDS
    await asyncio.gather(
        *(crowd.write(seed, until) for seed in range(WRITERS)),
        *(fold_until(database, until) for _ in range(2)),
    )

    assert min(crowd.done[what] for what in ("receive", "send", "transfer", "close")) > 0, crowd.done
    async with database.connection() as connection:
        assert (
            await connection.fetchval("SELECT count(*) FROM message WHERE direction = 'INBOUND'")
            == crowd.sent
        )
        assert not await rollup_differences(connection)
        assert not await day_differences(connection)
        assert not await event_gaps(connection)
        assert not await entries_without_event(connection)
        merged = await connection.fetchval(
            "SELECT count(*) FROM conversation WHERE merged_into_id IS NOT NULL"
        )
        assert merged == 0, "the recomputation below does not know merged conversations"
        assert await kept_legs(connection) == await recomputed_legs(connection)
        waiting = await connection.fetch(
            """
            SELECT conversation.id
            FROM conversation
            LEFT JOIN wait
                ON wait.conversation_id = conversation.id AND wait.ended_at IS NULL AND wait.kind = 'INBOUND'
            WHERE (conversation.waiting_since IS NULL) <> (wait.id IS NULL)
            """
        )
        assert not waiting


async def test_the_same_text_posted_by_many_at_once_is_one_message(database: Database) -> None:
    services = Services(database, Catalogues())
    await replay_lines(services, encoded(COMPANY))
    text = InboundText("SM1", "+19175550123", ANN, "Hello?")

    messages = await asyncio.gather(*(receive_message(services, text, datetime.now(UTC)) for _ in range(20)))

    assert len({message.id for message in messages if message}) == 1
    async with database.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM message") == 1
        assert await connection.fetchval("SELECT count(*) FROM contact") == 1
