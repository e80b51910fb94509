from __future__ import annotations

import strawberry

from graph.scalars import URL


@strawberry.type(description="A way to sign in with somebody else's password.")
class IdentityProvider:
    name: str = strawberry.field(description="What to write on the button.")
    sign_in_url: URL = strawberry.field(description="Where the button leads.")
