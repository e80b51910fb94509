"""Visits of short links: who follows one is sent on, and each visit is kept and told."""

from dataclasses import asdict, dataclass
from datetime import datetime

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
    except LinkBusy as busy:
        async with services.transaction() as tx:
            await enqueue(tx.connection, CLICK, {"slug": slug, "at": at, "visit": asdict(visit)})
        return busy.target


class LinkBusy(Exception):
    """Somebody else was at work on the customer of a link for too long."""

    def __init__(self, target: str) -> None:
        super().__init__(f"The customer of a link to {target} is locked.")
        self.target = target


async def record_visit(
    services: Services, slug: str, visit: Visit, at: datetime, *, patience_seconds: float
) -> str | None:
    """Keep a visit at once; raise `LinkBusy` when that is not possible."""
    async with services.transaction() as tx:
        # tracked_link_slug_key, message_pkey
        found = await tx.connection.fetchrow(FIND, slug)
        target = ascii_target(found["url"]) if found is not None else None
        if found is None or target is None:
            return None
        message = record_of(Message, found["message"])
        given = (message.tenant_id, message.contact_id, message.conversation_id, found["id"])
        try:
            row = await tx.connection.fetchrow(LOCK, *given, timeout=patience_seconds)
        except TimeoutError:
            raise LinkBusy(target) from None
        assert row is not None
        catalogue = await services.catalogues.of(tx.connection, message.tenant_id, row["seq"])
        customer = Customer(record_of(Contact, row["contact"]), catalogue.places.__getitem__)
        conversation = record_of(Conversation, row["conversation"])
        customer.conversations[conversation.id] = conversation
        _record(customer, message, record_of(TrackedLink, row["link"]), visit, at)
        await save(tx, customer)
        return target


def visit_of(payload: bytes) -> tuple[str, Visit, datetime]:
    """The slug, the visit and its instant that a job carries."""
    given = orjson.loads(payload)
    return given["slug"], Visit(**given["visit"]), datetime.fromisoformat(given["at"])


def _record(customer: Customer, message: Message, link: TrackedLink, visit: Visit, at: datetime) -> None:
    # Clocks differ: nobody clicks before the text was sent.
    at = max(at, message.at)
    bot = is_bot(visit.method, visit.user_agent, prefetch=visit.prefetch, after=at - message.at)
    record_click(customer, message, link, at, bot=bot, user_agent=visit.user_agent, method=visit.method)


# Of the text only what never changes is looked at: whom it went to, from where, when.
FIND = """
SELECT tracked_link.id, tracked_link.url, message
FROM tracked_link
JOIN message ON message.tenant_id = tracked_link.tenant_id AND message.id = tracked_link.message_id
WHERE tracked_link.slug = $1
"""

# contact_pkey, conversation_pkey, tracked_link_pkey, live_scope_tenant_id_kind_lane_user_id_key: each by its
# own key and none through another, since a plan from before there are statistics multiplies what it joins.
# The contact is locked first, as by everything that changes a customer; the others with it, to be read as
# they stand after the wait.
LOCK = """
SELECT contact, conversation, tracked_link AS link, live_scope.seq
FROM contact
CROSS JOIN conversation
CROSS JOIN tracked_link
CROSS JOIN live_scope
WHERE contact.tenant_id = $1
    AND contact.id = $2
    AND conversation.tenant_id = $1
    AND conversation.id = $3
    AND tracked_link.tenant_id = $1
    AND tracked_link.id = $4
    AND live_scope.tenant_id = $1
    AND live_scope.kind = 'TENANT'
FOR NO KEY UPDATE OF contact, conversation, tracked_link
"""
