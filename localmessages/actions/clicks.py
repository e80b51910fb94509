"""Visits of short links: who follows one is sent on, and each visit is kept and told."""

from dataclasses import asdict, dataclass
from datetime import datetime

import asyncpg
import orjson

from localmessages.actions.conversations import save
from localmessages.actions.queue import CLICK, enqueue
from localmessages.actions.records import record_of
from localmessages.rules.customer import Customer
from localmessages.rules.links import is_bot
from localmessages.rules.paying import record_click
from localmessages.rules.records import Contact, Conversation, Message, TrackedLink
from localmessages.rules.targets import ascii_target
from localmessages.services import Services


@dataclass(frozen=True, slots=True)
class Visit:
    """What a visitor says: `prefetch` when no person has asked yet."""

    method: str = "GET"
    user_agent: str | None = None
    prefetch: bool = False


async def visit_link(
    services: Services, slug: str, visit: Visit, *, patience_seconds: float = 2
) -> str | None:
    """Keep a visit of a link; where it leads, as a header carries it. None when there is no such link.

    A link leads on for as long as it is kept, also from a location that is out of service. One from a log
    that leads nowhere safe is none. Where somebody else is at work on the same customer for longer than the
    patience, as an import may be, the visit is kept by a job, and who came is sent on.
    """
    at = services.clock()
    try:
        return await record_visit(services, slug, visit, at, patience_seconds=patience_seconds)
    except LinkBusy:
        return await _postpone(services, slug, visit, at)


class LinkBusy(TimeoutError):
    """Somebody else was at work on the customer of a link for too long."""


async def record_visit(
    services: Services, slug: str, visit: Visit, at: datetime, *, patience_seconds: float
) -> str | None:
    """Keep a visit at once; raise `LinkBusy` when that is not possible."""
    async with services.transaction() as tx:
        try:
            row = await tx.connection.fetchrow(_LOCK, slug, timeout=patience_seconds)
        except TimeoutError:
            raise LinkBusy(f"The customer of the link {slug} is locked.") from None
        target = ascii_target(row["link"]["url"]) if row is not None else None
        if row is None or target is None:
            return None
        catalogue = await services.catalogues.of(tx.connection, row["link"]["tenant_id"], row["seq"])
        customer = Customer(record_of(Contact, row["contact"]), catalogue.places.__getitem__)
        conversation = record_of(Conversation, row["conversation"])
        customer.conversations[conversation.id] = conversation
        _record(customer, row, visit, at)
        await save(tx, customer)
        return target


async def _postpone(services: Services, slug: str, visit: Visit, at: datetime) -> str | None:
    async with services.transaction() as tx:
        # tracked_link_slug_key
        url = await tx.connection.fetchval("SELECT url FROM tracked_link WHERE slug = $1", slug)
        target = None if url is None else ascii_target(url)
        if target is not None:
            await enqueue(tx.connection, CLICK, {"slug": slug, "at": at, "visit": asdict(visit)})
        return target


def visit_of(payload: bytes) -> tuple[str, Visit, datetime]:
    """The slug, the visit and its instant that a job carries."""
    given = orjson.loads(payload)
    return given["slug"], Visit(**given["visit"]), datetime.fromisoformat(given["at"])


def _record(customer: Customer, row: asyncpg.Record, visit: Visit, at: datetime) -> None:
    message, link = record_of(Message, row["message"]), record_of(TrackedLink, row["link"])
    # Clocks differ: nobody clicks before the text was sent.
    at = max(at, message.at)
    bot = is_bot(visit.method, visit.user_agent, prefetch=visit.prefetch, after=at - message.at)
    record_click(customer, message, link, at, bot=bot, user_agent=visit.user_agent, method=visit.method)


# tracked_link_slug_key, message_pkey, contact_pkey, conversation_pkey,
# live_scope_tenant_id_kind_lane_user_id_key. Locked in this order, the contact first, like everything that
# changes a customer; what is not locked (the text's place, who got it) never changes.
_LOCK = """
SELECT tracked_link AS link, message, contact, conversation, live_scope.seq
FROM tracked_link
JOIN message ON message.tenant_id = tracked_link.tenant_id AND message.id = tracked_link.message_id
JOIN contact ON contact.tenant_id = message.tenant_id AND contact.id = message.contact_id
JOIN conversation
    ON conversation.tenant_id = message.tenant_id AND conversation.id = message.conversation_id
JOIN live_scope ON live_scope.tenant_id = message.tenant_id AND live_scope.kind = 'TENANT'
WHERE tracked_link.slug = $1
FOR NO KEY UPDATE OF contact, tracked_link, conversation
"""
