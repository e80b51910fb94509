"""The API within the process: a document in, data out, as somebody who has signed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn
from uuid import UUID

from graph.context import Context, Faces
from graph.execution import Engine
from graph.loaders import Loaders
from graph.request import GraphQLRequest
from graph.schema import schema
from localmessages.actions.users import create_user
from localmessages.auth import issue_token
from localmessages.rules.access import Role
from localmessages.services import Services

SECRET = "a secret of thirty-two characters"
_engine = Engine(schema.core)


def _not_here(context: Context) -> NoReturn:
    raise AssertionError("This client only reads.")


@dataclass(frozen=True)
class Reader:
    """Asks as one person."""

    services: Services
    token: str

    async def ask(self, query: str, **variables: Any) -> Any:
        """The data of the only operation of a document; fails on any error."""
        faces = Faces(Loaders, live=_not_here)
        context = Context.for_token(self.services, faces, f"Bearer {self.token}")
        operation = _engine.operation(GraphQLRequest(query, None, variables))
        answer = await _engine.execute(operation, context)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]


async def owner_of(services: Services, account: str) -> Reader:
    """A new owner of the organisation that a log calls `account`."""
    async with services.transaction() as tx:
        # account_root_external_id_key
        tenant: UUID = await tx.connection.fetchval(
            "SELECT id FROM account WHERE external_id = $1 AND parent_id IS NULL", account
        )
        user = await create_user(
            tx,
            tenant_id=tenant,
            name="Reader",
            email=f"reader@{tenant}.example",
            memberships=[(Role.OWNER, tenant, None)],
            at=services.clock(),
        )
    token, _ = issue_token(services.secret, tenant, user, now=services.clock())
    return Reader(services, token)
