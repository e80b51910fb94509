from __future__ import annotations

from datetime import datetime

import strawberry

from graph.pagination import Connection, PageInfo, computed
from graph.types.node import Node


@strawberry.type(description="One sign-in on one device.")
class Session(Node):
    id: strawberry.ID = strawberry.field(description="The global id.")
    current: bool = strawberry.field(description="Whether this request belongs to it.")
    address: str = strawberry.field(description="The network address last seen.")
    user_agent: str | None = strawberry.field(
        description="What the browser calls itself; null if it does not say."
    )
    created_at: datetime = strawberry.field(description="When it began.")
    last_used_at: datetime = strawberry.field(description="When it was last used, to the minute.")


@strawberry.type(description="An item in a list of sessions.")
class SessionEdge:
    cursor: str = strawberry.field(description="Its position; pass it as `after` or `before`.")
    node: Session = strawberry.field(description="The item.")


@strawberry.type(description="A page of sessions.")
class SessionConnection(Connection, edge=SessionEdge):
    edges: list[SessionEdge] = computed("The sessions of this page, each with its cursor.")
    nodes: list[Session] = strawberry.field(description="The sessions of this page, without cursors.")
    page_info: PageInfo = strawberry.field(description="Where the page lies, and whether there is more.")
