"""Between the rows of tables and the records of the rules."""

import types
from collections.abc import Callable, Hashable
from dataclasses import fields
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, cast, get_args, get_type_hints

import asyncpg

from localmessages.rules.records import (
    ConsentChange,
    Contact,
    Conversation,
    ConversationChange,
    LinkClick,
    Message,
    Note,
    PaymentEvent,
    PaymentRequest,
    StatusReport,
    TrackedLink,
    Transfer,
    Wait,
)

T = TypeVar("T")

# In the order in which rows may point at each other.
TABLES: dict[type[Any], str] = {
    Contact: "contact",
    Conversation: "conversation",
    PaymentRequest: "payment_request",
    Message: "message",
    StatusReport: "message_status",
    TrackedLink: "tracked_link",
    LinkClick: "link_click",
    PaymentEvent: "payment_event",
    Note: "note",
    ConversationChange: "conversation_change",
    ConsentChange: "consent_change",
    Wait: "wait",
    Transfer: "transfer",
}


@cache
def _columns(kind: Hashable) -> tuple[str, ...]:
    return tuple(column.name for column in fields(cast(Any, kind)))


def columns(kind: type[Any]) -> tuple[str, ...]:
    """The columns of a record's table that the application writes."""
    return _columns(cast(Hashable, kind))


def record_of(kind: type[T], row: asyncpg.Record) -> T:
    """The record in a row of its table."""
    values = {name: row[name] for name in columns(kind)}
    for name, convert in _converted(cast(Hashable, kind)):
        if values[name] is not None:
            values[name] = convert(values[name])
    return kind(**values)


@cache
def _converted(kind: Hashable) -> tuple[tuple[str, Callable[[str], StrEnum]], ...]:
    """Columns that hold a closed set: the driver reads them as text."""
    return tuple(
        (name, part)
        for name, hint in get_type_hints(kind).items()
        for part in (get_args(hint) if isinstance(hint, types.UnionType) else (hint,))
        if isinstance(part, type) and issubclass(part, StrEnum)
    )
