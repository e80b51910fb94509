"""Live events by Strawberry's own websocket handler: one connection to Redis, an execution a subscriber."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

import orjson
import strawberry
from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from strawberry.asgi import GraphQL

from bench.peers import CHANNEL


@strawberry.type
class Message:
    id: strawberry.ID
    at: datetime
    direction: str
    status: str
    body: str


@strawberry.type
class Conversation:
    id: strawberry.ID
    status: str
    version: int
    last_activity_at: datetime
    waiting_since: datetime | None


@strawberry.interface
class InboxEvent:
    cursor: str
    at: datetime


@strawberry.type
class MessageChanged(InboxEvent):
    message: Message
    conversation: Conversation


@strawberry.type
class Query:
    ok: bool = True


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def inbox_events(self) -> AsyncIterator[InboxEvent]:
        queue: asyncio.Queue[bytes] = asyncio.Queue()
        queues.add(queue)
        try:
            while True:
                yield _event(orjson.loads(await queue.get()))
        finally:
            queues.discard(queue)


def _event(said: dict[str, dict[str, str]]) -> InboxEvent:
    text, conversation = said["message"], said["conversation"]
    waiting = conversation["waitingSince"]
    return MessageChanged(
        cursor=str(said["cursor"]),
        at=datetime.fromisoformat(str(said["at"])),
        message=Message(
            id=strawberry.ID(text["id"]),
            at=datetime.fromisoformat(text["at"]),
            direction=text["direction"],
            status=text["status"],
            body=text["body"],
        ),
        conversation=Conversation(
            id=strawberry.ID(conversation["id"]),
            status=conversation["status"],
            version=int(conversation["version"]),
            last_activity_at=datetime.fromisoformat(conversation["lastActivityAt"]),
            waiting_since=datetime.fromisoformat(waiting) if waiting else None,
        ),
    )


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """With one listener, who passes on what Redis tells."""
    listener = asyncio.create_task(_listen())
    yield
    listener.cancel()


async def _listen() -> None:
    async with Redis.from_url(os.environ["REDIS_URL"]) as redis, redis.pubsub() as pubsub:
        await pubsub.subscribe(CHANNEL)
        async for message in pubsub.listen():
            if message["type"] == "message":
                for queue in queues:
                    queue.put_nowait(message["data"])


def healthz(request: Request) -> PlainTextResponse:
    """That it answers."""
    return PlainTextResponse("ok")


queues: set[asyncio.Queue[bytes]] = set()
schema = strawberry.Schema(Query, subscription=Subscription, types=[MessageChanged])
handler = GraphQL[object, None](schema)
app = Starlette(routes=[Route("/healthz", healthz), WebSocketRoute("/graphql", handler)], lifespan=lifespan)
