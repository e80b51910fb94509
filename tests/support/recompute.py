"""The Locations page once more, in plain Python over the bare facts: shares nothing with the reports."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.support.facts import ConversationFact, Facts, MessageFact, WaitFact

Numbers = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """A window: `last` days, or `days` (both included), or `instants`; in each place's zone, or in `zone`."""

    now: datetime
    last: int | None = None
    days: tuple[date, date] | None = None
    instants: tuple[datetime, datetime] | None = None
    zone: str | None = None

    def holds(self, at: datetime, own_zone: str, windows_back: int = 0) -> bool:
        """Whether an instant lies in the window, or in the one that many windows before."""
        if self.instants is not None:
            start, end = self.instants
            back = windows_back * (end - start)
            return start - back <= at < end - back
        first, last = self.dates(own_zone)
        days_back = timedelta(windows_back * ((last - first).days + 1))
        return first - days_back <= self.day(at, own_zone) <= last - days_back

    def dates(self, own_zone: str) -> tuple[date, date]:
        if self.instants is not None:
            start, end = self.instants
            return self.day(start, own_zone), self.day(end - timedelta(microseconds=1), own_zone)
        if self.days is not None:
            return self.days
        assert self.last is not None
        today = self.day(self.now, own_zone)
        return today - timedelta(self.last - 1), today

    def day(self, at: datetime, own_zone: str) -> date:
        return at.astimezone(ZoneInfo(self.zone or own_zone)).date()


def recomputed(facts: Facts, chosen: Iterable[int], asked: Asked, mode: str) -> Numbers:
    """Every figure of the page for the chosen places."""
    chosen = list(chosen)
    return {
        "total": _metrics(facts, chosen, asked, mode),
        "locations": {n: _metrics(facts, [n], asked, mode) for n in chosen},
        "flows": _flows(facts, chosen, asked),
    }


def _metrics(facts: Facts, chosen: Sequence[int], asked: Asked, mode: str) -> Numbers:
    zones = facts.zones

    def numbers(holds: Any) -> Numbers:
        return _window(
            [m for m in facts.messages if m.place in chosen and holds(m.at, zones[m.place])],
            [w for w in facts.waits if w.place in chosen and holds(w.ended_at, zones[w.place])],
            mode,
        )

    def on(day: date) -> Numbers:
        found = numbers(lambda at, zone: asked.holds(at, zone) and asked.day(at, zone) == day)
        return {name: found[name] for name in ("inbound", "outbound", "response")}

    return {
        **_current([c for c in facts.conversations if c.place in chosen]),
        **numbers(asked.holds),
        "previous": numbers(lambda at, zone: asked.holds(at, zone, 1)),
        "daily": {day: on(day) for day in _days([asked.dates(zones[n]) for n in chosen])},
    }


def _days(ranges: Iterable[tuple[date, date]]) -> list[date]:
    days = {first + timedelta(n) for first, last in ranges for n in range((last - first).days + 1)}
    return sorted(days)


def _window(messages: Sequence[MessageFact], waits: Sequence[WaitFact], mode: str) -> Numbers:
    origins = Counter(m.origin for m in messages if m.origin and not m.refused)
    outcomes = Counter(w.outcome for w in waits)
    return {
        "inbound": sum(m.origin is None for m in messages),
        "outbound": origins["AGENT"] + origins["CAMPAIGN"],
        "origins": {name: origins[name] for name in ("AGENT", "CAMPAIGN", "AUTO", "SYSTEM")},
        "outcomes": {
            name: outcomes[name]
            for name in ("ANSWERED", "TRANSFERRED", "CLOSED_UNANSWERED", "OPTED_OUT", "BLOCKED")
        },
        "response": _response([w for w in waits if w.outcome == "ANSWERED"], mode),
    }


def _response(answered: Sequence[WaitFact], mode: str) -> Numbers:
    if mode == "EXCLUDE":
        kept = [w for w in answered if not w.opened_out_of_hours]
    elif mode == "PAUSE":
        kept = [w for w in answered if w.open]
    else:
        kept = list(answered)
    seconds = [w.elapsed if mode == "INCLUDE" else w.open for w in kept]
    return {
        "median": statistics.median(seconds) if seconds else None,
        "mean": statistics.fmean(seconds) if seconds else None,
        "p90": _ninth_decile(seconds),
        "sample": len(kept),
        "excluded": len(answered) - len(kept),
        "undelivered": sum(w.reply_undelivered for w in kept),
    }


def _ninth_decile(seconds: Sequence[float]) -> float | None:
    if len(seconds) < 2:
        return seconds[0] if seconds else None
    return statistics.quantiles(seconds, n=10, method="inclusive")[8]


def _current(conversations: Sequence[ConversationFact]) -> Numbers:
    open_ = [c for c in conversations if c.status == "OPEN"]
    waiting = [c for c in open_ if c.waiting_since]
    return {
        "active": sum(c.active for c in open_),
        "new": len(waiting),
        "never_answered": sum(not c.answered for c in waiting),
        "awaiting_reply": sum(c.answered for c in waiting),
        "oldest": min((c.waiting_since or datetime.max.replace(tzinfo=UTC) for c in waiting), default=None),
    }


def _flows(facts: Facts, chosen: Sequence[int], asked: Asked) -> Numbers:
    counted: Counter[tuple[int, int]] = Counter()
    for move in facts.moves:
        reading = move.origin if move.origin in chosen else move.target
        if reading in chosen and not move.undone and asked.holds(move.at, facts.zones[reading]):
            counted[move.origin, move.target] += 1
    return {f"{origin}>{target}": count for (origin, target), count in counted.items()}
