"""Whether what a subscriber received is what the log has: no gap, no duplicate, in order."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from graph.ids import global_id
from localmessages.rules.live import EventKind
from subscriptions.cursor import Cursor

Positions = Mapping[int, int]
_TYPES = {
    EventKind.ENTRY_ADDED: "TimelineEntryAdded",
    EventKind.MESSAGE_CHANGED: "MessageChanged",
    EventKind.CONVERSATION_CHANGED: "ConversationChanged",
    EventKind.MOVED_IN: "ConversationMovedIn",
    EventKind.MOVED_OUT: "ConversationMovedOut",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """An event of the log that a subscriber is to be told of; `says` is what of it the check knows again."""

    scope_id: int
    seq: int
    says: tuple[Any, ...]
    has_left: bool
    """Whether its conversation went out of sight later: then it may be kept back, since rights are those of
    the moment in which it is shown."""


# live_event_pkey
_READ = """
SELECT event.*
FROM unnest($3::bigint[], $4::bigint[]) AS start (scope_id, seq)
JOIN live_event AS event ON event.scope_id = start.scope_id AND event.seq > start.seq
WHERE event.location_id = ANY ($1::uuid[]) AND event.kind = ANY ($2::text[])
"""


class Log:
    """What the log has for somebody who sees certain locations, after some positions."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries: dict[int, list[Entry]] = defaultdict(list)
        for entry in sorted(entries, key=lambda entry: entry.seq):
            self._entries[entry.scope_id].append(entry)

    @classmethod
    async def read(cls, connection: asyncpg.Connection, seen: Collection[UUID], *, after: Positions) -> "Log":
        """The log of `connection`'s database after some positions, for who sees these locations."""
        rows = await connection.fetch(_READ, list(seen), list(_TYPES), list(after), list(after.values()))
        left: dict[UUID, list[Any]] = defaultdict(list)
        shown = []
        for row in rows:
            if row["kind"] == EventKind.MOVED_OUT:
                if UUID(row["body"]["to"]) in seen:
                    continue
                left[row["conversation_id"]].append(row["at"])
            shown.append(row)
        return cls(
            Entry(
                row["scope_id"],
                row["seq"],
                _said_in_log(row),
                row["kind"] != EventKind.MOVED_OUT
                and any(row["at"] <= at for at in left[row["conversation_id"]]),
            )
            for row in shown
        )

    @property
    def scopes(self) -> Collection[int]:
        """Where something is to be told. How far a cursor is elsewhere tells its owner nothing."""
        return self._entries.keys()

    def between(self, before: Positions, after: Positions) -> list[Entry]:
        """What comes after some positions, up to others; without a scope there: to the end."""
        found: list[Entry] = []
        for scope_id, entries in self._entries.items():
            first = bisect_right(entries, before.get(scope_id, 0), key=lambda entry: entry.seq)
            end = after.get(scope_id)
            last = len(entries) if end is None else bisect_right(entries, end, key=lambda entry: entry.seq)
            found += entries[first:last]
        return found

    def rest(self, cursor: str) -> list[Entry]:
        """What must still come after a cursor."""
        return [entry for entry in self.between(positions(cursor), {}) if not entry.has_left]


def differences(log: Log, start: str, seen: Sequence[Any]) -> list[str]:
    """Everything in which the events received since a cursor differ from the log; none is as it must be."""
    found: list[str] = []
    before = positions(start)
    for number, event in enumerate(seen):
        after = positions(event["cursor"])
        if event["__typename"] != "Resync":
            if back := [scope_id for scope_id in log.scopes if after[scope_id] < before[scope_id]]:
                found.append(f"event {number} goes back in {back}")
            found += _differences_of(number, event, log.between(before, after))
        before = after
    rest = log.between(before, {})
    found += [f"after the last event {entry} is missing" for entry in rest if not entry.has_left]
    return found


def _differences_of(number: int, event: Any, between: list[Entry]) -> list[str]:
    says = _said(event)
    told = [entry for entry in between if entry.says == says]
    missing = [entry for entry in between if entry.says != says and not entry.has_left]
    found = [f"before event {number} ({says}) {entry} is missing" for entry in missing]
    if len(told) != 1:
        found.append(f"event {number} ({says}) is {len(told)} times in the log here, which has {between}")
    return found


def positions(cursor: str) -> Positions:
    """How far each scope is."""
    return Cursor.decode(cursor).positions


def _said_in_log(row: asyncpg.Record) -> tuple[Any, ...]:
    kind, body = EventKind(row["kind"]), row["body"]
    conversation = global_id("Conversation", row["conversation_id"])
    version = body.get("conversation", {}).get("version")
    match kind:
        case EventKind.ENTRY_ADDED:
            type_name, key = body["entry"]
            return _TYPES[kind], conversation, version, global_id(type_name, UUID(key))
        case EventKind.MESSAGE_CHANGED:
            return _TYPES[kind], conversation, version, global_id("Message", UUID(body["message"]))
        case EventKind.MOVED_IN:
            return _TYPES[kind], conversation, version, global_id("Transfer", UUID(body["transfer"]))
    return _TYPES[kind], conversation, version


def _said(event: Any) -> tuple[Any, ...]:
    type_name = event["__typename"]
    if type_name == "ConversationMovedOut":
        return type_name, event["conversationId"], None
    head = type_name, event["conversation"]["id"], event["conversation"]["version"]
    match type_name:
        case "TimelineEntryAdded":
            return *head, event["entry"]["id"]
        case "MessageChanged":
            return *head, event["message"]["id"]
        case "ConversationMovedIn":
            return *head, event["transfer"]["id"]
    return head
