from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry
from strawberry import UNSET, Info

from graph.pagination import Connection, PageInfo, computed
from graph.types.inputs import NullIfLeftOut
from graph.types.node import Node

if TYPE_CHECKING:
    from graph.types.api_key import ApiKey
    from graph.types.user import User
    from graph.types.window import InstantRangeInput


@strawberry.type(description="A field that changed.")
class AuditChange:
    field: str = strawberry.field(description="Its name, as in this schema.")
    before: str | None = strawberry.field(
        description='The old value in JSON; null when there was none, secrets as `"***"`.'
    )
    after: str | None = strawberry.field(
        description='The new value in JSON; null when there is none, secrets as `"***"`.'
    )


@strawberry.type(description="Who did what. Entries are never changed or deleted.")
class AuditEntry(Node):
    api_key_key: strawberry.Private[object]
    subject_key: strawberry.Private[tuple[str, object]]
    id: strawberry.ID = strawberry.field(description="The global id.")
    at: datetime = strawberry.field(description="When it was done.")
    action: str = strawberry.field(description="The mutation's name, such as `updateUser`.")
    user: User | None = strawberry.field(description="Who did it; null when an API key or the product did.")
    subject_name: str = strawberry.field(description="What it was called at the time.")
    changes: list[AuditChange] = strawberry.field(
        description="What changed; empty when nothing is to be compared."
    )
    address: str | None = strawberry.field(description="From which network address; null when from inside.")

    @strawberry.field(description="The key that did it; null when none did.")
    async def api_key(self, info: Info) -> ApiKey | None:
        return await info.context.load.audit_api_key(self, info=info)

    @strawberry.field(description="What it was done to; null when it is gone or out of sight.")
    async def subject(self, info: Info) -> Node | None:
        return await info.context.load.audit_subject(self, info=info)


@strawberry.type(description="An item in a list of entries.")
class AuditEntryEdge:
    cursor: str = strawberry.field(description="Its position; pass it as `after` or `before`.")
    node: AuditEntry = strawberry.field(description="The item.")


@strawberry.type(description="A page of entries.")
class AuditEntryConnection(Connection, edge=AuditEntryEdge):
    edges: list[AuditEntryEdge] = computed("The entries of this page, each with its cursor.")
    nodes: list[AuditEntry] = strawberry.field(description="The entries of this page, without cursors.")
    page_info: PageInfo = strawberry.field(description="Where the page lies, and whether there is more.")


@strawberry.input(description="Which entries of the audit log; all given conditions must hold.")
class AuditFilter(NullIfLeftOut):
    user_ids: list[strawberry.ID] | None = strawberry.field(
        default=UNSET, description="Done by one of these people."
    )
    actions: list[str] | None = strawberry.field(default=UNSET, description="One of these mutations.")
    subject_id: strawberry.ID | None = strawberry.field(default=UNSET, description="Done to this object.")
    between: InstantRangeInput | None = strawberry.field(default=UNSET, description="Done in this range.")
