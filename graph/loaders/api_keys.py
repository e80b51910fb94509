"""Reads of API keys, for owners."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from strawberry import Info

from graph.ids import expect_id
from graph.loaders.nodes import Nodes
from graph.loaders.place_nodes import node_id
from graph.loaders.reads import Reads, shown
from graph.types.api_key import ApiKey, ApiKeyConnection
from graph.types.location import Location
from graph.types.user import User
from localmessages.reports.api_keys import (
    NEWEST_FIRST,
    ApiKeyRow,
    api_keys_by_id,
    api_keys_page,
    owned_accounts,
)
from localmessages.reports.keyset import Page
from localmessages.rules.access import ApiScope
from localmessages.rules.api_keys import check_owns_something


class ApiKeyReads(Reads):
    """The keys of the accounts that the viewer owns, and the one that asks."""

    async def query_api_keys(self, *, account_id: str | None, page: Page, info: Info) -> ApiKeyConnection:
        """A page of them, newest first."""
        nodes = await self.nodes()
        check_owns_something(nodes.viewer)
        accounts = owned_accounts(nodes.viewer)
        if account_id is not None:
            above = expect_id("Account", account_id)
            accounts = [key for key in accounts if above in nodes.catalogue.accounts[key].path]
        async with self.connection() as connection:
            found = await api_keys_page(connection, nodes.viewer.tenant_id, accounts, page)
        return ApiKeyConnection.of(
            shown(found, lambda row: _api_key(nodes, row)),
            lambda node: NEWEST_FIRST.cursor(node.created_at, cast(ApiKey, node).key),
        )

    async def api_key(self, key: UUID) -> ApiKey | None:
        """One by its key."""
        nodes = await self.nodes()
        row = await self.batched(self._api_keys, key)
        return None if row is None else _api_key(nodes, row)

    async def api_key_locations(self, key: ApiKey, *, info: Info) -> list[Location]:
        """The locations that it is limited to, as far as the viewer sees them, by name."""
        nodes = await self.nodes()
        row = await self.batched(self._api_keys, key.key)
        found = map(nodes.location, row.location_ids if row else ())
        return sorted((node for node in found if node is not None), key=lambda node: node.name.casefold())

    async def _api_keys(self, keys: list[UUID]) -> dict[UUID, ApiKeyRow]:
        viewer = (await self.nodes()).viewer
        async with self.connection() as connection:
            return await api_keys_by_id(connection, viewer, keys)


def _api_key(nodes: Nodes, row: ApiKeyRow) -> ApiKey:
    return ApiKey(
        key=row.id,
        id=node_id("ApiKey", row.id),
        name=row.name,
        prefix=row.prefix,
        scopes=[ApiScope(scope) for scope in row.scopes],
        account=nodes.account(row.account_id),
        # People are never deleted.
        by=cast(User, nodes.user(row.by_user_id)),
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )
