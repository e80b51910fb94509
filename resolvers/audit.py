from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import UNSET, Info

from graph.pagination import After, Before, First, Last, page
from graph.types.audit import AuditEntryConnection, AuditFilter
from graph.types.inputs import given


@strawberry.type
class AuditQueries:
    @strawberry.field(description="Who did what, newest first. For owners.")
    async def audit_log(
        self,
        info: Info,
        filter: Annotated[AuditFilter | None, strawberry.argument(description="Which entries.")] = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> AuditEntryConnection:
        return await info.context.load.query_audit_log(
            filter=given(filter), page=page(first, after, last, before), info=info
        )
