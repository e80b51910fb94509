"""Reads of API keys, for owners."""

from __future__ import annotations

from uuid import UUID

from strawberry import Info

from graph.loaders.place_nodes import node_id
from graph.loaders.reads import Reads
from graph.types.api_key import ApiKey
from graph.types.location import Location
from localmessages.reports.api_keys import ApiKeyRow, api_keys_by_id
from localmessages.rules.access import ApiScope, Role


class ApiKeyReads(Reads):
    """The keys of the accounts that the viewer owns."""

    async def api_key(self, key: UUID) -> ApiKey | None:
        """One by its key."""
        nodes = await self.nodes()
        row = await self.batched(self._api_keys, key)
        by = row and nodes.user(row.by_user_id)
        if row is None or by is None:
            return None
        return ApiKey(
            key=key,
            id=node_id("ApiKey", key),
            name=row.name,
            prefix=row.prefix,
            scopes=[ApiScope(scope) for scope in row.scopes],
            account=nodes.account(row.account_id),
            by=by,
            created_at=row.created_at,
            last_used_at=row.last_used_at,
            expires_at=row.expires_at,
            revoked_at=row.revoked_at,
        )

    async def api_key_locations(self, key: ApiKey, *, info: Info) -> list[Location]:
        """The locations that it is limited to, as far as the viewer sees them, by name."""
        nodes = await self.nodes()
        row = await self.batched(self._api_keys, key.key)
        found = map(nodes.location, row.location_ids if row else ())
        return sorted((node for node in found if node is not None), key=lambda node: node.name.casefold())

    async def _api_keys(self, keys: list[UUID]) -> dict[UUID, ApiKeyRow]:
        viewer = (await self.nodes()).viewer
        owned = [account for account in viewer.account_roles if viewer.may_on_account(Role.OWNER, account)]
        async with self.connection() as connection:
            return await api_keys_by_id(connection, viewer.tenant_id, owned, keys)
