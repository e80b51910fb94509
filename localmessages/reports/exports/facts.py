"""What happened in conversations, one thing a row: transcripts, and what is known about a person."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from localmessages.reports.exports.clocks import Clocks
from localmessages.reports.exports.reader import Reader
from localmessages.reports.exports.table import Column
from localmessages.reports.rows import MessageRow
from localmessages.reports.timeline_rows import ChangeRow, ConsentRow, EntryView, NoteRow, TransferRow
from localmessages.rules.cells import words


class Fact(NamedTuple):
    """Something that happened, or that is so; `at` None is always."""

    kind: str
    at: datetime | None
    what: str | None = None
    text: str | None = None
    by: str | None = None
    location: str | None = None


def fact_columns(zone: str) -> list[Column[Fact]]:
    """The columns of facts, with instants in one zone."""
    clock = Clocks.of(ZoneInfo(zone).key)
    return [
        clock.column("Date", lambda fact: fact.at),
        Column("Kind", lambda fact: fact.kind),
        Column("What", lambda fact: fact.what),
        Column("Text", lambda fact: fact.text),
        Column("By", lambda fact: fact.by),
        Column("Location", lambda fact: fact.location),
    ]


def fact_of(view: EntryView, reader: Reader) -> Fact:
    """An entry of a timeline."""
    match view.entry:
        case MessageRow() as text:
            return _text(text, reader)
        case NoteRow() as note:
            return Fact("Note", note.at, None, note.body, reader.person(note.by_user_id))
        case ChangeRow() as change:
            return _change(change, reader)
        case ConsentRow() as consent:
            return _consent(consent, reader)
        case TransferRow() as move:
            return _transfer(move, reader)


def _text(text: MessageRow, reader: Reader) -> Fact:
    by = reader.person(text.agent_id) or reader.campaign(text.campaign_id)
    return Fact(
        "Text",
        text.at,
        f"{words(text.direction)}: {words(text.status)}",
        text.body,
        text.from_number if by is None else by,
        reader.place(text.location_id),
    )


def _change(change: ChangeRow, reader: Reader) -> Fact:
    about = reader.person(change.assignee_id) or reader.tag(change.tag_id)
    return Fact("Change", change.at, words(change.kind), about, reader.person(change.by_user_id))


def _consent(consent: ConsentRow, reader: Reader) -> Fact:
    return Fact(
        "Consent",
        consent.at,
        f"{words(consent.state)}: {words(consent.method)}",
        consent.texted,
        reader.person(consent.by_user_id),
        reader.place(consent.location_id),
    )


def _transfer(move: TransferRow, reader: Reader) -> Fact:
    way = f"From {reader.place(move.from_location_id)} to {reader.place(move.to_location_id)}"
    what = way if move.undone_at is None else f"{way}, undone"
    return Fact("Transfer", move.at, what, move.note, reader.person(move.by_user_id))
