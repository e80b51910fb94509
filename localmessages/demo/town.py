"""The town that keeps texting while the demo runs."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from random import Random
from uuid import UUID

import asyncpg
import structlog

from localmessages.demo.clockwork import open_at
from localmessages.demo.curious import follow_a_link
from localmessages.demo.dialogues import Dialogue, Step
from localmessages.demo.neglected import answer_neglected
from localmessages.demo.payers import Payers
from localmessages.demo.places import Shop
from localmessages.demo.population import Population, population
from localmessages.demo.stage import Outcome, Stage
from localmessages.demo.talk import Talk
from localmessages.demo.topics import destinations, pick
from localmessages.rules.refusal import Refused
from localmessages.services import Services

TEXTS_PER_MINUTE = 20.0
_TEXTS_A_TALK = 2.2
_LOOK_SECONDS = 0.5
_NEGLECTED_SECONDS = 20.0
_CURIOUS_SECONDS = 6.0
_PAYMENT_SECONDS = 5.0
_LATER_SECONDS = 15.0
_AT_FIRST = 5
_DATABASE_AWAY = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)
_PAST_ALONE = {Step.BLOCK}
# Seconds until each kind of turn is taken, from and to.
_PAUSES = {
    Step.CUSTOMER: (6, 25),
    Step.AGENT: (12, 50),
    Step.INVOICE: (12, 50),
    Step.NOTE: (2, 6),
    Step.TRANSFER: (4, 10),
}

logger = structlog.get_logger(__name__)


class Town:
    """Customers who begin to text, and the talks that come of it. `timer` gives seconds, from anywhere."""

    def __init__(
        self,
        services: Services,
        tenant_id: UUID,
        *,
        texts_per_minute: float = TEXTS_PER_MINUTE,
        rng: Random | None = None,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._services, self._tenant_id, self._timer = services, tenant_id, timer
        self._rng = rng or Random()
        self._stage = Stage(services, tenant_id, self._rng)
        self._pause = 60 * _TEXTS_A_TALK / texts_per_minute
        self._payers = Payers(services, tenant_id, self._rng)
        self._next_talk = self._next_neglected = self._next_click = self._next_payment = timer()
        self._people: Population | None = None
        self.talks: list[Talk] = []

    async def run(self, stop: asyncio.Event) -> None:
        """Go on until `stop`; a turn that has begun is finished."""
        while not stop.is_set():
            try:
                await self.tick()
            except _DATABASE_AWAY as error:
                logger.warning("town.database_away", error=repr(error))
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _LOOK_SECONDS)

    async def tick(self) -> None:
        """Do what is due."""
        now = self._timer()
        people = await self._meet(now)
        while self._next_talk <= now:
            self._begin(people, now)
            self._next_talk += self._rng.expovariate(1 / self._pause)
        for talk in [talk for talk in self.talks if talk.due <= now]:
            await self._go_on(people, talk, now)
        if self._next_neglected <= now:
            self._next_neglected = now + _NEGLECTED_SECONDS
            busy = [talk.conversation_id for talk in self.talks if talk.conversation_id is not None]
            await answer_neglected(self._services, self._tenant_id, self._stage.colleagues, busy)
        if self._next_click <= now:
            self._next_click = now + self._rng.expovariate(1 / _CURIOUS_SECONDS)
            await follow_a_link(self._services, self._tenant_id, self._rng)
        if self._next_payment <= now:
            self._next_payment = now + _PAYMENT_SECONDS
            await self._payers.look()

    async def _meet(self, now: float) -> Population:
        """The customers; at first some text at once."""
        if self._people is None:
            async with self._services.database.connection() as connection:
                self._people = await population(connection, self._tenant_id, self._rng)
            for _ in range(_AT_FIRST):
                self._begin(self._people, now)
        return self._people

    def _begin(self, people: Population, now: float) -> None:
        shop = people.shop(self._services.clock())
        phone = people.someone(shop, {talk.phone for talk in self.talks})
        if phone is not None:
            dialogue = pick(self._rng, shop, self._fits(shop))
            due = now + self._rng.uniform(0, 3)
            day = self._rng.choice(("Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"))
            self.talks.append(Talk(shop, phone, phone in people.named, dialogue, day, due))

    def _fits(self, shop: Shop) -> Callable[[Dialogue], bool]:
        """What can be talked about now: where it is passed on to somebody must be there."""
        at = self._services.clock()

        def fits(dialogue: Dialogue) -> bool:
            if _PAST_ALONE & {turn.step for turn in dialogue.turns}:
                return False
            return dialogue.to is None or any(
                open_at(target, at) for target in destinations(shop, dialogue.to)
            )

        return fits

    async def _go_on(self, people: Population, talk: Talk, now: float) -> None:
        try:
            outcome = await self._stage.take_turn(talk)
        except Refused as refusal:
            # Somebody opted them out, moved or closed it in between.
            logger.debug("town.refused", code=refusal.code, topic=talk.dialogue.topic)
            outcome = Outcome.END
        if outcome is Outcome.END:
            self.talks.remove(talk)
            if talk.dialogue.ends_dealings:
                people.away.add(talk.phone)
        elif outcome is Outcome.LATER:
            talk.due = now + _LATER_SECONDS
        else:
            talk.due = now + self._rng.uniform(*_PAUSES[talk.turn.step])


@asynccontextmanager
async def running_town(
    services: Services, tenant_id: UUID, *, texts_per_minute: float = TEXTS_PER_MINUTE
) -> AsyncIterator[None]:
    """A town beside what else the event loop does."""
    stop = asyncio.Event()
    task = asyncio.create_task(Town(services, tenant_id, texts_per_minute=texts_per_minute).run(stop))
    try:
        yield
    finally:
        stop.set()
        await task
