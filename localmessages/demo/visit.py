"""One dialogue in the demo's past, as lines of a replay log."""

import math
from datetime import datetime, timedelta
from typing import Any

from localmessages.demo.book import Book
from localmessages.demo.clockwork import after_open, open_at
from localmessages.demo.company import CLOSED_NOW
from localmessages.demo.customers import name_of
from localmessages.demo.dialogues import Dialogue, Step, Turn, fill
from localmessages.demo.people import LEAVER, LEAVER_AGE, Worker, colleagues_at
from localmessages.demo.places import BUSINESS, Shop
from localmessages.demo.topics import destinations
from localmessages.rules.account import Settings
from localmessages.rules.consent import Keyword, keyword
from localmessages.rules.linking import find_links

BROWSER = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"
_AUTO_REPLY_REST = timedelta(hours=4)


class Visit:
    """A customer and a shop; `write` gives the instant at which they are done."""

    def __init__(self, book: Book, shop: Shop, phone: str, dialogue: Dialogue, at: datetime) -> None:
        self.book, self.rng = book, book.rng
        self.shop, self.phone, self.dialogue, self.at = shop, phone, dialogue, at
        self.agent: Worker | None = None
        self._begun = self._sorted = False
        self.day = self.rng.choice(("Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"))

    def write(self) -> datetime:
        """Write the dialogue down, or its beginning where nobody answers."""
        unanswered = self.rng.random() < 0.05
        for turn in self.dialogue.turns:
            if unanswered and turn.step is not Step.CUSTOMER:
                self._forget()
                return self.at
            self._take(turn)
            if self.phone in self.book.opted_out | self.book.blocked:
                return self.at
        old = self.at < self.book.now - timedelta(days=3)
        if self.rng.random() < (0.99 if old else 0.75):
            self.at = after_open(self.shop, self.at, self.rng.uniform(60, 5_000))
            self._about("close", by=self._who().id)
        return self.at

    def _forget(self) -> None:
        """Nobody answers; mostly somebody notices days later, and closes it."""
        self.at = after_open(self.shop, self.at, self.rng.uniform(8_000, 60_000))
        if self.rng.random() < 0.97:
            self._about("close", by=self._who().id)

    def _take(self, turn: Turn) -> None:
        match turn.step:
            case Step.CUSTOMER:
                self._receive(self._filled(turn.text, by_customer=True))
            case Step.AGENT:
                self._say(self._filled(turn.text))
            case Step.INVOICE:
                self._bill(turn.text)
            case Step.NOTE:
                self.at += timedelta(seconds=self.rng.uniform(15, 60))
                self._about("note", by=self._who().id, body=turn.text)
            case Step.TRANSFER:
                self._pass_on(turn.text)
            case Step.BLOCK:
                self.at = after_open(self.shop, self.at, self.rng.uniform(60, 3_000))
                self._about("block", by=self._who().id)
                self.book.blocked.add(self.phone)

    def _filled(self, text: str, *, by_customer: bool = False) -> str:
        names = {"store": self.shop.name, "cur": self.shop.sign, "day": self.day}
        agent = "" if by_customer else self._who().name.split()[0]
        return fill(text, first=name_of(self.phone).first, agent=agent, **names)

    def _about(self, do: str, **more: Any) -> None:
        self.book.write(do, self.at, contact=self.phone, location=self.shop.id, **more)

    def _who(self) -> Worker:
        """Who answers: the same person for the whole dialogue, if they still work there."""
        team = [
            worker
            for worker in colleagues_at(self.shop.id)
            if worker.id != LEAVER or self.at < self.book.now - LEAVER_AGE
        ]
        if self.agent not in team:
            self.agent = self.rng.choice(team)
        assert self.agent is not None
        return self.agent

    def _receive(self, body: str) -> None:
        if self._begun:
            self.at += timedelta(seconds=self.rng.lognormvariate(4.6, 1))
        self._begun = True
        self.book.write(
            "inbound",
            self.at,
            sid=self.book.new_id("in"),
            **{"from": self.phone},
            to=self.shop.number,
            body=body,
            name=str(name_of(self.phone)),
        )
        self._answer_by_itself(body)

    def _answer_by_itself(self, body: str) -> None:
        self.at += timedelta(seconds=1)
        said, settings = keyword(body, opted_out=False), Settings()
        if said is Keyword.OPT_OUT:
            self.book.opted_out.add(self.phone)
            self._send_standard(settings.opt_out_reply, "SYSTEM")
        elif said is Keyword.HELP:
            self._send_standard(settings.help_reply, "SYSTEM")
        elif not open_at(self.shop, self.at):
            last = self.book.auto_replied.get(self.phone)
            if last is None or self.at - last >= _AUTO_REPLY_REST:
                self.book.auto_replied[self.phone] = self.at
                self._send_standard(CLOSED_NOW, "AUTO")

    def _send_standard(self, text: str, origin: str) -> None:
        body = fill(text, first=None, business=BUSINESS, location=self.shop.name)
        self.book.text(self.at, self.shop, self.phone, body, origin)

    def _say(self, body: str) -> None:
        """Answer; a link in it is a tracked one, and opened by some."""
        found = next(find_links(body), None)
        if found is None:
            self._answer(body)
            return
        slug = self.book.new_id("link")
        self._answer(body, link={"slug": slug, "url": found.url})
        if self.rng.random() < 0.6:
            clicked = self.at + timedelta(seconds=self.rng.uniform(20, 900))
            self.book.write("click", clicked, slug=slug, user_agent=BROWSER)

    def _answer(self, body: str, **more: Any) -> None:
        median = 420 * self.book.pace[self.shop.id]
        self.at = after_open(self.shop, self.at, self.rng.lognormvariate(math.log(median), 1.1))
        self.book.text(self.at, self.shop, self.phone, body, "AGENT", agent=self._who().id, **more)
        if not self._sorted:
            self._sort()

    def _sort(self) -> None:
        """What the first who answers does beside: take it, and say what it is about."""
        self._sorted = True
        self.at += timedelta(seconds=self.rng.uniform(3, 20))
        if self.rng.random() < 0.4:
            self._about("assign", agent=self._who().id, by=self._who().id)
        if self.dialogue.tag and self.rng.random() < 0.85:
            self.at += timedelta(seconds=2)
            self._about("tag_on", tag=self.dialogue.tag, by=self._who().id)

    def _bill(self, text: str) -> None:
        slug, invoice = self.book.new_id("pay"), f"HV-{20_000 + len(self.book.lines)}"
        url = f"https://pay.hollinvale.example/{slug}"
        payment = {"invoice": invoice, "amount": str(self.dialogue.amount), "currency": self.shop.currency}
        link = {"slug": slug, "url": url}
        self._answer(fill(self._filled(text), first=None, link=url), link=link, payment=payment)
        clicked = self.at + timedelta(seconds=self.rng.uniform(20, 900))
        self.book.write("click", clicked, slug=slug, user_agent=BROWSER)
        if self.dialogue.paid:
            self.at = clicked + timedelta(seconds=self.rng.uniform(40, 200))
            card = self.rng.choice(("visa", "mastercard", "amex"))
            self.book.write("pay", self.at, invoice=invoice, status="paid", card=card)

    def _pass_on(self, note: str) -> None:
        origin = self.shop
        target = self.rng.choice(destinations(origin, self.dialogue.to))
        notice = fill(
            Settings().transfer_notice,
            first=None,
            business=BUSINESS,
            location=target.name,
            number=target.number,
        )
        self.at += timedelta(seconds=self.rng.uniform(20, 120))
        sid = self.book.new_id("notice")
        self.book.write(
            "transfer",
            self.at,
            contact=self.phone,
            **{"from": origin.id},
            to=target.id,
            by=self._who().id,
            note=self._filled(note),
            notify=notice,
            sid=sid,
        )
        self.book.report(sid, self.at)
        self.shop = target
