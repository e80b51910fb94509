"""Everything known about a contact, as far as who asks may see it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import asyncpg

from localmessages.reports.contacts import contacts_by_id
from localmessages.reports.exports.facts import Fact, fact_columns, fact_of
from localmessages.reports.exports.reader import Reader
from localmessages.reports.exports.sources import PersonalDataSource
from localmessages.reports.exports.table import Table, in_one
from localmessages.reports.exports.transcript import count_entries, entries
from localmessages.reports.names import contact_name
from localmessages.reports.payments import events_of_payments, payments_by_id
from localmessages.reports.rows import ContactRow
from localmessages.reports.timeline import entries_by_id
from localmessages.rules.access import Role
from localmessages.rules.cells import words
from localmessages.rules.money import shown
from localmessages.rules.refusal import NotAllowed, NotFound

# conversation_contact_idx
_CONVERSATIONS = """
SELECT id, location_id, status, created_at, tag_ids
FROM conversation
WHERE tenant_id = $1 AND contact_id = $2 AND location_id = ANY($3::uuid[])
ORDER BY created_at, id
"""
# consent_change_contact_idx
_CONSENT = """
SELECT id
FROM consent_change
WHERE tenant_id = $1 AND contact_id = $2 AND conversation_id IS NULL
ORDER BY at, id
"""
# message_conversation_idx
_REQUESTS = """
SELECT payment_request_id
FROM message
WHERE tenant_id = $1 AND conversation_id = ANY($2::uuid[]) AND payment_request_id IS NOT NULL
GROUP BY payment_request_id
ORDER BY min(at), payment_request_id
"""
# message_conversation_idx, tracked_link_message_idx, link_click_link_idx
_CLICKS = """
SELECT link_click.at, tracked_link.url, link_click.bot, link_click.user_agent
FROM message
JOIN tracked_link ON tracked_link.tenant_id = $1 AND tracked_link.message_id = message.id
JOIN link_click ON link_click.tenant_id = $1 AND link_click.link_id = tracked_link.id
WHERE message.tenant_id = $1 AND message.conversation_id = ANY($2::uuid[])
ORDER BY link_click.at, link_click.id
"""


async def personal_data_table(
    connection: asyncpg.Connection, source: PersonalDataSource, reader: Reader
) -> Table[Fact]:
    """Who they are, what was said in which conversation, what they agreed to, paid and opened."""
    key = source.contact_id
    contact = (await contacts_by_id(connection, reader.viewer, [key])).get(key)
    if contact is None:
        raise NotFound("contact", field=["source", "personalDataOf"])
    talks = await connection.fetch(_CONVERSATIONS, reader.tenant_id, key, reader.viewer.location_ids)
    places = {talk["location_id"]: reader.place_of(talk["location_id"]) for talk in talks}
    if places:
        reader.check_may_export(list(places.values()))
    elif not reader.viewer.may_anywhere(Role.AGENT):
        raise NotAllowed(field=["source", "personalDataOf"])
    zones = {place.zone for place in places.values()}

    async def count(connection: asyncpg.Connection) -> int:
        facts = len(await _facts(connection, reader, contact, talks))
        return facts + sum([await count_entries(connection, reader, talk["id"]) for talk in talks])

    async def rows(connection: asyncpg.Connection) -> AsyncIterator[Sequence[Fact]]:
        async for part in in_one(await _facts(connection, reader, contact, talks)):
            yield part
        for talk in talks:
            async for said in entries(connection, reader, talk["id"]):
                yield said

    title = f"Personal Data of {contact_name(contact)}"
    return Table(title, fact_columns(zones.pop() if len(zones) == 1 else str(UTC)), count, rows)


async def _facts(
    connection: asyncpg.Connection, reader: Reader, contact: ContactRow, talks: Sequence[asyncpg.Record]
) -> list[Fact]:
    """What stands in no timeline."""
    clicks = await connection.fetch(_CLICKS, reader.tenant_id, [talk["id"] for talk in talks])
    return [
        *_contact(contact),
        *(_conversation(talk, reader) for talk in talks),
        *await _consent(connection, reader, contact),
        *await _payments(connection, reader, talks),
        *(_click(click) for click in clicks),
    ]


def _contact(contact: ContactRow) -> list[Fact]:
    known: list[tuple[str, str | None, datetime | None]] = [
        ("First name", contact.first_name, None),
        ("Last name", contact.last_name, None),
        ("Number", contact.phone, None),
        ("External id", contact.external_id, None),
        ("Known since", None, contact.created_at),
        ("Opted out since", None, contact.opted_out_at),
        ("Blocked since", None, contact.blocked_at),
        ("Number unreachable since", None, contact.undeliverable_at),
    ]
    return [Fact("Contact", at, what, text) for what, text, at in known if text or at]


def _conversation(talk: asyncpg.Record, reader: Reader) -> Fact:
    tags = ", ".join(filter(None, (reader.tag(key) for key in talk["tag_ids"])))
    place = reader.place(talk["location_id"])
    return Fact("Conversation", talk["created_at"], words(talk["status"]), tags or None, location=place)


async def _consent(connection: asyncpg.Connection, reader: Reader, contact: ContactRow) -> list[Fact]:
    """Changes that happened in no conversation."""
    records = await connection.fetch(_CONSENT, reader.tenant_id, contact.id)
    keys = [("ConsentChange", record["id"]) for record in records]
    views = await entries_by_id(connection, reader.viewer, keys, now=reader.now)
    return [fact_of(views[key], reader) for _, key in keys if key in views]


async def _payments(
    connection: asyncpg.Connection, reader: Reader, talks: Sequence[asyncpg.Record]
) -> list[Fact]:
    records = await connection.fetch(_REQUESTS, reader.tenant_id, [talk["id"] for talk in talks])
    ids = [record[0] for record in records]
    views = await payments_by_id(connection, reader.viewer, ids)
    events = await events_of_payments(connection, reader.tenant_id, list(views))
    found = []
    for key in filter(views.__contains__, ids):
        bill = views[key].request
        asked = f"{bill.invoice}: {shown(bill.amount, bill.currency)}"
        place = reader.place(bill.location_id)
        found.append(Fact("Payment request", bill.created_at, asked, bill.description, location=place))
        for event in events.get(key, ()):
            what = " ".join(filter(None, (bill.invoice, words(event.kind), event.card_type)))
            amount = None if event.amount is None else shown(event.amount, bill.currency)
            found.append(Fact("Payment", event.at, what, amount, location=place))
    return found


def _click(click: asyncpg.Record) -> Fact:
    what = "Opened by a program" if click["bot"] else "Opened"
    return Fact("Link", click["at"], what, click["url"], click["user_agent"])
