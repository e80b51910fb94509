"""Rows of what is read most: the fields are the columns, in the order in which they are selected."""

from datetime import datetime
from typing import Any, NamedTuple, TypeVar, cast
from uuid import UUID

import asyncpg

R = TypeVar("R", bound=tuple[Any, ...])


class ConversationRow(NamedTuple):
    id: UUID
    location_id: UUID
    contact_id: UUID
    status: str
    version: int
    created_at: datetime
    last_activity_at: datetime
    last_message_id: UUID | None
    waiting_since: datetime | None
    answered: bool
    muted: bool
    entry_count: int
    assignee_id: UUID | None
    tag_ids: list[UUID]
    snoozed_until: datetime | None
    closed_at: datetime | None
    merged_into_id: UUID | None


class ContactRow(NamedTuple):
    id: UUID
    external_id: str | None
    first_name: str | None
    last_name: str | None
    phone: str
    opted_out_at: datetime | None
    blocked_at: datetime | None
    undeliverable_at: datetime | None
    created_at: datetime


class MessageRow(NamedTuple):
    id: UUID
    conversation_id: UUID
    location_id: UUID
    external_id: str | None
    at: datetime
    direction: str
    origin: str | None
    body: str
    from_number: str
    to_number: str
    received_on: str | None
    agent_id: UUID | None
    campaign_id: UUID | None
    payment_request_id: UUID | None
    status: str
    status_at: datetime
    failure_code: str | None
    keyword: str | None
    encoding: str
    segments: int


def fields(kind: type[tuple[Any, ...]]) -> tuple[str, ...]:
    """The names of its columns."""
    return cast(tuple[str, ...], cast(Any, kind)._fields)


def columns(kind: type[tuple[Any, ...]], alias: str) -> str:
    """What to select of the table `alias` for a row of this kind."""
    return ", ".join(f"{alias}.{name}" for name in fields(kind))


def read(kind: type[R], record: asyncpg.Record, start: int = 0) -> R | None:
    """The row whose columns begin at `start`; None where an outer join found nothing."""
    return None if record[start] is None else made(kind, record, start)


def made(kind: type[R], record: asyncpg.Record, start: int = 0) -> R:
    """The row whose columns begin at `start`."""
    return cast(R, cast(Any, kind)._make(record[start : start + len(fields(kind))]))


class Args(list[Any]):
    """The parameters of a statement, as it is put together."""

    def add(self, value: object) -> str:
        """Take a value; where it stands in the statement."""
        self.append(value)
        return f"${len(self)}"
