"""A person who asks GraphQL, and how many statements that takes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg.connection

from graph.context import Context, Faces
from graph.execution import Engine
from graph.loaders import Loaders
from graph.request import GraphQLRequest
from graph.schema import schema
from localmessages.auth import Bearer
from localmessages.services import Services
from models.catalogue import Catalogues
from models.database import Database

SECRET = "a secret of more than thirty-two characters"
ENGINE = Engine(schema.core)


class CountedDatabase(Database):
    """A database that remembers what it was asked."""

    statements: list[str]

    @classmethod
    def of(cls, database: Database) -> CountedDatabase:
        counted = cls(database.pool, database.acquire_seconds)
        counted.statements = []
        return counted

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[asyncpg.Connection]:
        async with super().connection() as connection:
            with connection.query_logger(self._note):
                yield connection

    def _note(self, logged: asyncpg.connection.LoggedQuery) -> None:
        # The driver asks about a type once a connection.
        if "typeinfo_tree" not in logged.query and "current_setting('jit')" not in logged.query:
            self.statements.append(logged.query)


def nobody(context: Context) -> Any:
    raise AssertionError("these tests only read")


@dataclass(frozen=True)
class Asker:
    """Somebody of a tenant; `data` is of an answer without errors."""

    services: Services
    bearer: Bearer | None
    database: CountedDatabase = field(repr=False)

    def as_(self, user_id: UUID) -> Asker:
        assert self.bearer is not None
        return replace(self, bearer=replace(self.bearer, actor_id=user_id))

    async def answer(self, query: str, **variables: Any) -> dict[str, Any]:
        context = Context(self.services, Faces(Loaders, live=nobody), self.bearer)
        operation = ENGINE.operation(GraphQLRequest(query, variables=variables))
        return await ENGINE.execute(operation, context)

    async def data(self, query: str, **variables: Any) -> Any:
        answer = await self.answer(query, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    async def statements(self, query: str, **variables: Any) -> list[str]:
        """What an operation asks the database, once this process knows the tenant's catalogue."""
        await self.data("{ viewer { account { id } } }")
        self.database.statements.clear()
        await self.data(query, **variables)
        return list(self.database.statements)


def asker(database: Database, tenant_id: UUID, user_id: UUID, now: datetime) -> Asker:
    counted = CountedDatabase.of(database)
    services = Services(
        counted, Catalogues(), clock=lambda: now, secret=SECRET, public_url="https://texts.example"
    )
    return Asker(services, Bearer(tenant_id, user_id, now + timedelta(minutes=15)), counted)


def error_code(answer: Mapping[str, Any]) -> str:
    """The code of the one error of an answer."""
    (error,) = answer["errors"]
    return str(error["extensions"]["code"])
