"""What every use case needs of the process that it runs in."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import asyncpg

from localmessages.auth import TOKEN_LASTS
from localmessages.gateways.identity import IdentityProvider
from localmessages.gateways.mail import Mailer, NoMailer
from localmessages.gateways.payments import PaymentProvider
from localmessages.gateways.storage import NoStorage, Storage
from localmessages.uses import Uses
from models.catalogue import Catalogues
from models.database import Database
from subscriptions.events import Event, NewEvent
from subscriptions.log import append
from subscriptions.presence import Nowhere, Presence

Publish = Callable[[Sequence[Event]], None]


def utc_now() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


def publish_nothing(events: Sequence[Event]) -> None:
    """For processes without subscribers: the log has the events all the same."""


@dataclass(frozen=True)
class Services:
    """One per process. `publish` must not wait: correctness never depends on it (realtime.md)."""

    database: Database
    catalogues: Catalogues
    publish: Publish = publish_nothing
    clock: Callable[[], datetime] = utc_now
    secret: str = ""
    token_lasts: timedelta = TOKEN_LASTS
    public_url: str = "http://localhost:8000"
    simulator: bool = True
    payments: PaymentProvider | None = None
    storage: Storage = field(default_factory=NoStorage)
    mailer: Mailer = field(default_factory=NoMailer)
    presence: Presence = field(default_factory=Nowhere)
    identity_providers: Mapping[str, IdentityProvider] = field(default_factory=dict)
    uses: Uses = field(default_factory=Uses)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["Transaction"]:
        """One change: its rows, its events as the last statements; subscribers are told once it stands."""
        async with self.database.transaction() as connection:
            change = Transaction(connection)
            yield change
            written = await append(connection, change.events) if change.events else []
        if written:
            self.publish(written)


class Transaction:
    """The connection of a change, and the events that go with it."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection = connection
        self.events: list[NewEvent] = []
        self.is_audited = False
        """Whether the change has an entry in the audit log."""

    def emit(self, event: NewEvent) -> None:
        """Write `event` at the end of the transaction."""
        self.events.append(event)
