"""The inbox page as the two libraries' documentation shows it: types, a resolver a field, a model a row."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from strawberry.asgi import GraphQL
from tortoise.contrib.starlette import RegisterTortoise

import models
from graph.ids import global_id
from localmessages.reports.names import formatted_number
from localmessages.rules.conversation import ConversationStatus
from models.orm import orm_config

strawberry.enum(ConversationStatus)
POOL = 16


@strawberry.type
class Named:
    id: strawberry.ID
    name: str


@strawberry.type
class User(Named):
    @classmethod
    async def of(cls, key: UUID | None) -> User | None:
        user = await models.User.get_or_none(id=key) if key else None
        return cls(id=node_id("User", user.id), name=user.name) if user else None


@strawberry.type
class Location(Named):
    pass


@strawberry.type
class Tag(Named):
    color: str


@strawberry.type
class Contact(Named):
    phone: str
    opted_out_at: datetime | None
    blocked_at: datetime | None


@strawberry.type
class Message:
    row: strawberry.Private[models.Message]
    id: strawberry.ID
    at: datetime
    direction: str
    origin: str | None
    status: str
    body: str

    @classmethod
    def of(cls, row: models.Message) -> Message:
        return cls(
            row=row,
            id=node_id("Message", row.id),
            at=row.at,
            direction=row.direction,
            origin=row.origin,
            status=row.status,
            body=row.body,
        )

    @strawberry.field
    async def agent(self) -> User | None:
        return await User.of(self.row.agent_id)


@strawberry.type
class Conversation:
    row: strawberry.Private[models.Conversation]
    id: strawberry.ID
    status: ConversationStatus
    version: int
    waiting_since: datetime | None
    last_activity_at: datetime
    snoozed_until: datetime | None
    answered: bool
    muted: bool

    @classmethod
    def of(cls, row: models.Conversation) -> Conversation:
        return cls(
            row=row,
            id=node_id("Conversation", row.id),
            status=ConversationStatus(row.status),
            version=row.version,
            waiting_since=row.waiting_since,
            last_activity_at=row.last_activity_at,
            snoozed_until=row.snoozed_until,
            answered=row.answered,
            muted=row.muted,
        )

    @strawberry.field
    async def contact(self) -> Contact:
        row = await models.Contact.get(id=self.row.contact_id)
        name = " ".join(part for part in (row.first_name, row.last_name) if part)
        return Contact(
            id=node_id("Contact", row.id),
            name=name or formatted_number(row.phone),
            phone=row.phone,
            opted_out_at=row.opted_out_at,
            blocked_at=row.blocked_at,
        )

    @strawberry.field
    async def location(self) -> Location:
        row = await models.Location.get(id=self.row.location_id)
        return Location(id=node_id("Location", row.id), name=row.name)

    @strawberry.field
    async def assignee(self) -> User | None:
        return await User.of(self.row.assignee_id)

    @strawberry.field
    async def tags(self) -> list[Tag]:
        rows = await models.Tag.filter(id__in=self.row.tag_ids).order_by("name")
        return [Tag(id=node_id("Tag", row.id), name=row.name, color=row.color) for row in rows]

    @strawberry.field
    async def last_message(self) -> Message | None:
        row = await models.Message.get_or_none(id=self.row.last_message_id)
        return None if row is None else Message.of(row)

    @strawberry.field
    async def unread_count(self, info: strawberry.Info) -> int:
        mark = await models.ConversationRead.get_or_none(
            user_id=info.context["viewer"], conversation_id=self.row.id
        )
        return max(0, self.row.entry_count - (mark.entry_count if mark else 0))


@strawberry.type
class PageInfo:
    has_next_page: bool


@strawberry.type
class Connection:
    nodes: list[Conversation]
    page_info: PageInfo


@strawberry.input
class ConversationFilter:
    statuses: list[ConversationStatus]


@strawberry.type
class Query:
    @strawberry.field
    async def conversations(
        self, info: strawberry.Info, filter: ConversationFilter, first: int = 25
    ) -> Connection:
        seen = await models.Location.filter(tenant_id=info.context["tenant"]).values_list("id", flat=True)
        rows = (
            await models.Conversation.filter(
                tenant_id=info.context["tenant"], location_id__in=seen, status__in=filter.statuses
            )
            .order_by("-last_activity_at", "-id")
            .limit(first + 1)
        )
        return Connection(
            nodes=[Conversation.of(row) for row in rows[:first]],
            page_info=PageInfo(has_next_page=len(rows) > first),
        )


def node_id(kind: str, key: UUID) -> strawberry.ID:
    return strawberry.ID(global_id(kind, key))


class Face(GraphQL[dict[str, object], None]):
    async def get_context(self, request: object, response: object) -> dict[str, object]:
        return dict(app.state.context)


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """As Tortoise documents it for Starlette, with as many connections as ours."""
    async with RegisterTortoise(app, config=_config()):
        viewer = await models.User.get(id=os.environ["BENCH_VIEWER"])
        app.state.context = {"viewer": viewer.id, "tenant": viewer.tenant_id}
        yield


def _config() -> dict[str, Any]:
    """Ours, without what spares it connections and prepared statements."""
    config = orm_config(os.environ["DATABASE_URL"])
    credentials = config["connections"]["default"]["credentials"]
    del credentials["statement_cache_size"]
    credentials["maxsize"] = POOL
    return config


def healthz(request: Request) -> PlainTextResponse:
    """That it answers."""
    return PlainTextResponse("ok")


app = Starlette(
    routes=[Route("/healthz", healthz), Route("/graphql", Face(strawberry.Schema(Query)))], lifespan=lifespan
)
