from __future__ import annotations

from uuid import UUID

import strawberry


@strawberry.interface(description="Anything with an identity of its own, refetchable by `node(id:)`.")
class Node:
    key: strawberry.Private[UUID]
    id: strawberry.ID = strawberry.field(
        description="Unique over all types and never reused. Opaque: do not take it apart."
    )
