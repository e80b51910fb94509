"""What was texted before the demo's first start: a replay log, the same for the same seed."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

import orjson

from localmessages.demo.book import Book, Line
from localmessages.demo.clockwork import after_open, open_at, starts
from localmessages.demo.company import AGE, CAMPAIGN
from localmessages.demo.dialogues import Dialogue
from localmessages.demo.people import LEAVER, LEAVER_AGE
from localmessages.demo.places import SHOPS, Shop
from localmessages.demo.topics import pick, topic
from localmessages.demo.visit import Visit
from localmessages.replay import replay_lines
from localmessages.services import Services

_VISITS = 28
_CAMPAIGN_AGE, _HOURS_AGE = timedelta(days=12), timedelta(days=14)
_REST = timedelta(days=2)
_BULBS = "Bulb weekend at {store}: buy two bags, take home three. {link} Reply STOP to end."


async def load_history(services: Services, seed: int = 1) -> int:
    """Load the company's past, all or nothing; how many lines it has."""
    lines = [orjson.dumps(line) for line in history(services.clock(), seed)]
    await replay_lines(services, lines)
    return len(lines)


def history(now: datetime, seed: int = 1) -> list[Line]:
    """The log, in the order of time, up to `now`."""
    book = Book(Random(seed), now)
    towns = [_Town(book, shop) for shop in SHOPS]
    begin = now - AGE + timedelta(hours=1)
    plan: list[tuple[datetime, int]] = []
    for number, town in enumerate(towns):
        plan += [(at, number) for at in starts(book.rng, town.shop, begin, now, town.shop.busy * _VISITS)]
    advertised = False
    for at, number in sorted(plan):
        if not advertised and at >= now - _CAMPAIGN_AGE:
            advertised = True
            for town in towns:
                town.advertise(at)
        towns[number].visit(at)
    _change_company(book, now)
    return sorted((line for line in book.lines if line["at"] <= now), key=_instant)


def _instant(line: Line) -> Any:
    return line["at"]


def _change_company(book: Book, now: datetime) -> None:
    """A colleague leaves, and a shop opens longer on Saturdays."""
    book.write("leave", now - LEAVER_AGE, user=LEAVER)
    boulder = next(shop for shop in SHOPS if shop.id == "boulder")
    longer = boulder.week | {"sat": [["08:00", "20:00"]]}
    book.write("hours", now - _HOURS_AGE, location=boulder.id, hours=longer)


class _Town:
    """The customers near a shop."""

    def __init__(self, book: Book, shop: Shop) -> None:
        self.book, self.rng, self.shop = book, book.rng, shop
        self._strangers = self.rng.sample(shop.customers, len(shop.customers))
        # When each was done last. Who was passed on to another place does not come back here.
        self._known: dict[str, datetime] = {}

    def visit(self, at: datetime) -> None:
        """Somebody begins to text."""
        phone = self._someone(at)
        if phone is not None:
            self._talk(phone, pick(self.rng, self.shop), at)

    def _talk(self, phone: str, dialogue: Dialogue, at: datetime) -> None:
        done = Visit(self.book, self.shop, phone, dialogue, at).write()
        self._known.pop(phone, None)
        if dialogue.to is None:
            self._known[phone] = done

    def _someone(self, at: datetime) -> str | None:
        regulars = self._at_rest(at)
        if regulars and (self.rng.random() < 0.35 or not self._strangers):
            return self.rng.choice(regulars)
        return self._strangers.pop() if self._strangers else None

    def _at_rest(self, at: datetime) -> list[str]:
        gone = self.book.opted_out | self.book.blocked
        return [phone for phone, done in self._known.items() if done + _REST < at and phone not in gone]

    def advertise(self, at: datetime) -> None:
        """Text the offer of the week to those who have been here: some look, some answer, few leave."""
        at = after_open(self.shop, at, 1_800)
        for phone in self._at_rest(at):
            at += timedelta(seconds=1)
            slug = self.book.new_id("bulbs")
            url = f"https://shop.hollinvale.example/bulbs?c={slug}"
            body = _BULBS.replace("{store}", self.shop.name).replace("{link}", url)
            link = {"slug": slug, "url": url}
            self.book.text(at, self.shop, phone, body, "CAMPAIGN", campaign=CAMPAIGN, link=link)
            self._react(phone, slug, at)

    def _react(self, phone: str, slug: str, at: datetime) -> None:
        self._known[phone] = at
        chance, later = self.rng.random(), at + timedelta(seconds=self.rng.uniform(30, 7_200))
        if chance < 0.4:
            self.book.write("click", later, slug=slug, user_agent="Mozilla/5.0 (Linux; Android 16)")
        elif chance < 0.46:
            self._talk(phone, topic("stop"), later)
        elif chance < 0.58 and open_at(self.shop, later):
            self._talk(phone, topic("late bulbs"), later)
