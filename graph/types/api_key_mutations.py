from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry
from strawberry import UNSET

from graph.types.inputs import IDEMPOTENCY_KEY, NullIfLeftOut
from localmessages.rules.access import ApiScope

if TYPE_CHECKING:
    from graph.types.api_key import ApiKey
    from graph.types.refusal import UserError


@strawberry.input(description="Parameters of `createApiKey`.")
class CreateApiKeyInput(NullIfLeftOut):
    name: str = strawberry.field(description="What it is for.")
    account_id: strawberry.ID = strawberry.field(description="Where it works, with everything below.")
    scopes: list[ApiScope] = strawberry.field(
        description="What it may do; at least one, and nothing that its maker may not."
    )
    location_ids: list[strawberry.ID] = strawberry.field(
        default_factory=list, description="The locations to limit it to; empty for all."
    )
    expires_at: datetime | None = strawberry.field(
        default=UNSET, description="When it ends by itself; left out, never."
    )
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)


@strawberry.type(description="Result of `createApiKey`.")
class CreateApiKeyPayload:
    api_key: ApiKey | None = strawberry.field(description="The new key; null when refused.")
    secret: str | None = strawberry.field(
        description=(
            "The bearer token, shown this once; null when refused, and to a repeat of the request: only its "
            "hash is kept."
        ),
    )
    user_errors: list[UserError] = strawberry.field(
        description="Why nothing was done; empty when it was. Codes: NOT_FOUND, NOT_ALLOWED, EMPTY, INVALID."
    )


@strawberry.input(description="Parameters of `revokeApiKey`.")
class RevokeApiKeyInput(NullIfLeftOut):
    api_key_id: strawberry.ID = strawberry.field(description="The key to end.")
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)


@strawberry.type(description="Result of `revokeApiKey`.")
class RevokeApiKeyPayload:
    api_key: ApiKey | None = strawberry.field(description="The key with `revokedAt` set; null when refused.")
    user_errors: list[UserError] = strawberry.field(
        description="Why nothing was done; empty when it was. Codes: NOT_FOUND, NOT_ALLOWED."
    )
