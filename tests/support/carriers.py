"""A carrier that does as it is told, and knows what customers got."""

import asyncio
from collections.abc import Awaitable, Callable

from localmessages.gateways.carrier import Accepted, OutboundSms


class ToldCarrier:
    """Raises each of `answers` in turn, then takes everything; honours the key."""

    confirms_consent = False

    def __init__(self, *answers: Exception) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []
        self.delivered: dict[str, OutboundSms] = {}
        self.before_it_answers: Callable[[OutboundSms], Awaitable[None]] | None = None

    async def send(self, sms: OutboundSms) -> Accepted:
        self.asked.append(sms.key)
        if self.answers:
            raise self.answers.pop(0)
        self.delivered.setdefault(sms.key, sms)
        if self.before_it_answers is not None:
            await self.before_it_answers(sms)
        return Accepted(f"TOLD{sms.key}")

    @property
    def bodies(self) -> list[str]:
        return [sms.body for sms in self.delivered.values()]


class SilentCarrier(ToldCarrier):
    """Takes the text and never answers."""

    async def send(self, sms: OutboundSms) -> Accepted:
        await super().send(sms)
        await asyncio.Event().wait()
        raise AssertionError("an event that nobody sets")
