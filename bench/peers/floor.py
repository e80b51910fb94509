"""The least that the inbox page can cost: our statement, asyncpg, dicts, orjson. No GraphQL, no sign-in."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from graph.ids import global_id
from graph.scalars import write_instant
from localmessages.reports.conversations import EVERYTHING, ConversationView, views
from localmessages.reports.inbox import NEWEST_FIRST, inbox_statement
from localmessages.reports.inbox_conditions import Wanted
from localmessages.reports.keyset import Page
from localmessages.reports.names import formatted_number
from localmessages.reports.rows import ContactRow, MessageRow
from localmessages.rules.access import Viewer
from localmessages.rules.conversation import ConversationStatus
from models.catalogue import Catalogue, load_catalogue
from models.database import Database, open_database

Json = dict[str, Any]
PAGE = Page()


class Floor:
    """The page as an ASGI application of one answer."""

    def __init__(self, database: Database, viewer: Viewer, catalogue: Catalogue) -> None:
        self._database = database
        wanted = Wanted(location_ids=viewer.location_ids, statuses=(ConversationStatus.OPEN,))
        self._statement, self._args = inbox_statement(viewer, wanted, PAGE, NEWEST_FIRST, EVERYTHING)
        self._locations = {p.id: named("Location", p.id, p.name) for p in catalogue.places.values()}
        self._users = {p.id: named("User", p.id, p.name) for p in catalogue.people.values()}
        self._tags = {
            tag.id: named("Tag", tag.id, tag.name) | {"color": tag.color} for tag in catalogue.tags.values()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        async with self._database.connection() as connection:
            records = await connection.fetch(self._statement, *self._args)
        body = orjson.dumps({"data": {"conversations": self._page(records)}})
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _page(self, records: list[asyncpg.Record]) -> Json:
        found = PAGE.cut(views(records, EVERYTHING))
        return {
            "nodes": [self._item(view) for view in found.items],
            "pageInfo": {"hasNextPage": found.has_next},
        }

    def _item(self, view: ConversationView) -> Json:
        row, contact, message, read_entries = view
        assert contact is not None
        tags = [self._tags[key] for key in row.tag_ids]
        return {
            "id": global_id("Conversation", row.id),
            "status": row.status,
            "version": row.version,
            "waitingSince": row.waiting_since and write_instant(row.waiting_since),
            "lastActivityAt": write_instant(row.last_activity_at),
            "snoozedUntil": row.snoozed_until and write_instant(row.snoozed_until),
            "answered": row.answered,
            "muted": row.muted,
            "contact": contact_of(contact),
            "location": self._locations[row.location_id],
            "assignee": row.assignee_id and self._users[row.assignee_id],
            "tags": sorted(tags, key=lambda tag: str(tag["name"])) if len(tags) > 1 else tags,
            "lastMessage": message and self._message(message),
            "unreadCount": max(0, row.entry_count - read_entries),
        }

    def _message(self, row: MessageRow) -> Json:
        return {
            "id": global_id("Message", row.id),
            "at": write_instant(row.at),
            "direction": row.direction,
            "origin": row.origin,
            "status": row.status,
            "body": row.body,
            "agent": row.agent_id and self._users[row.agent_id],
        }


def contact_of(row: ContactRow) -> Json:
    """A contact."""
    name = " ".join(part for part in (row.first_name, row.last_name) if part)
    return {
        "id": global_id("Contact", row.id),
        "name": name or formatted_number(row.phone),
        "phone": row.phone,
        "optedOutAt": row.opted_out_at and write_instant(row.opted_out_at),
        "blockedAt": row.blocked_at and write_instant(row.blocked_at),
    }


def named(kind: str, key: UUID, name: str) -> Json:
    """What is shown of something that has a name."""
    return {"id": global_id(kind, key), "name": name}


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """With a pool like ours, and the catalogue in memory."""
    database = await open_database(os.environ["DATABASE_URL"])
    try:
        user_id = UUID(os.environ["BENCH_VIEWER"])
        async with database.connection() as connection:
            tenant_id = await connection.fetchval("SELECT tenant_id FROM app_user WHERE id = $1", user_id)
            catalogue = await load_catalogue(connection, tenant_id)
        viewer = catalogue.viewer(user_id)
        assert viewer is not None
        app.router.routes.append(Route("/graphql", Floor(database, viewer, catalogue)))
        yield
    finally:
        await database.close()


def healthz(request: Request) -> PlainTextResponse:
    """That it answers."""
    return PlainTextResponse("ok")


app = Starlette(routes=[Route("/healthz", healthz)], lifespan=lifespan)
