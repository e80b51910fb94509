"""Customers and people at work, at random, through the actions."""

import random
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

from localmessages.actions.actor import Actor
from localmessages.actions.contacts import update_contact
from localmessages.actions.conversations import (
    add_note,
    assign_conversation,
    close_conversation,
    mute_conversation,
    reopen_conversation,
    snooze_conversation,
)
from localmessages.actions.delivery import report_receipt
from localmessages.actions.messages import receive_message, send_message
from localmessages.actions.reading import mark_read
from localmessages.actions.tagging import tag_conversation, untag_conversation
from localmessages.actions.transfers import TransferRequest, transfer_conversation
from localmessages.gateways.carrier import Receipt
from localmessages.rules.delivery import MessageStatus
from localmessages.rules.refusal import Refused
from localmessages.rules.texting import InboundText
from subscriptions.patience import DATABASE_AWAY
from tests.support.desk import Desk
from tests.support.waiting import eventually

CUSTOMERS = [f"+1917555{number:04d}" for number in range(100, 112)]
STATUSES = (MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.READ, MessageStatus.UNDELIVERED)


class Writer:
    """Does what people do; the same seed, the same wishes."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.done: Counter[str] = Counter()
        self._desk = desk
        self._chance = random.Random(seed)
        self._seed = seed
        self._texts = 0
        self._talks: dict[UUID, UUID] = {}
        self._sent: list[UUID] = []
        self._deeds: dict[Callable[[], Awaitable[object]], int] = {
            self.text: 6,
            self.reply: 5,
            self.receipt: 5,
            self.transfer: 3,
            self.tag: 2,
            self.note: 2,
            self.assign: 1,
            self.close: 1,
            self.reopen: 1,
            self.snooze: 1,
            self.mute: 1,
            self.rename: 1,
            self.read: 1,
        }

    async def acts(self, times: int) -> None:
        """So many deeds, one after the other; one that the database cannot take is left."""
        for _ in range(times):
            await self.act()

    async def act(self) -> None:
        """One deed at random."""
        (deed,) = self._chance.choices(list(self._deeds), list(self._deeds.values()))
        if not self._talks:
            deed = self.text
        try:
            await deed()
            self.done[deed.__name__] += 1
        except Refused:
            self.done["refused"] += 1
        except DATABASE_AWAY:
            self.done["database away"] += 1

    async def any_talk(self) -> UUID:
        """A conversation, begun if there is none."""
        return self._talk() if self._talks else await self.text()

    async def text(self, body: str | None = None, *, to: str | None = None) -> UUID:
        """A customer texts a location."""
        self._texts = number = self._texts + 1
        place = to or self._chance.choice(await self._numbers())
        customer = self._chance.choice(CUSTOMERS)
        text = InboundText(f"IN{self._seed}-{number}", customer, place, body or f"Text {number}")
        message = await receive_message(self._desk.services, text, self._desk.services.clock())
        assert message is not None
        self._talks[message.conversation_id] = message.contact_id
        return message.conversation_id

    async def reply(self) -> None:
        """A person answers."""
        made = await send_message(await self._actor(), self._talk(), "Until five.")
        assert made["message"]
        self._sent.append(made["message"])

    async def receipt(self) -> None:
        """The carrier says how far an answer came."""
        if not self._sent:
            await self.reply()
        message = self._chance.choice(self._sent[-20:])
        status = self._chance.choice(STATUSES)
        code = "30003" if status is MessageStatus.UNDELIVERED else None
        await report_receipt(
            self._desk.services, Receipt(self._desk.tenant_id, f"SM{message.hex}", status, code, message)
        )

    async def transfer(self) -> None:
        """A conversation goes to another location, or is refused there."""
        actor = await self._actor()
        places = list(actor.catalogue.places)
        request = TransferRequest(self._chance.choice(places), notify=self._chance.random() < 0.5)
        await transfer_conversation(actor, self._talk(), request)

    async def tag(self) -> None:
        actor = await self._actor()
        deed = self._chance.choice([tag_conversation, untag_conversation])
        await deed(actor, self._talk(), list(actor.catalogue.tags))

    async def note(self) -> None:
        await add_note(await self._actor(), self._talk(), "Regular.")

    async def assign(self) -> None:
        actor = await self._actor()
        await assign_conversation(actor, self._talk(), self._chance.choice([None, actor.user_id]))

    async def close(self) -> None:
        await close_conversation(await self._actor(), self._talk())

    async def reopen(self) -> None:
        await reopen_conversation(await self._actor(), self._talk())

    async def snooze(self) -> None:
        actor = await self._actor()
        await snooze_conversation(actor, self._talk(), actor.now + timedelta(days=1))

    async def mute(self) -> None:
        await mute_conversation(await self._actor(), self._talk(), self._chance.random() < 0.5)

    async def rename(self) -> None:
        contact = self._talks[self._talk()]
        await update_contact(await self._actor(), contact, {"first_name": f"Ada {self._chance.random():.3f}"})

    async def read(self) -> None:
        await mark_read(await self._actor(), [self._talk()], None)

    def _talk(self) -> UUID:
        return self._chance.choice(list(self._talks))

    async def _actor(self) -> Actor:
        return await self._desk.actor("owner")

    async def _numbers(self) -> list[str]:
        return [place.number for place in (await self._desk.catalogue()).places.values()]


async def insisted(deed: Callable[[], Awaitable[object]]) -> None:
    """Do something once the database is there for it."""

    async def attempt() -> bool:
        try:
            await deed()
        except DATABASE_AWAY:
            return False
        return True

    await eventually(attempt, within=60)
