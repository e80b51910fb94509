from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry
from strawberry import UNSET

from graph.scalars import EmailAddress
from graph.types.inputs import NullIfLeftOut

if TYPE_CHECKING:
    from graph.types.refusal import UserError
    from graph.types.session import Session
    from graph.types.viewer import Viewer


@strawberry.type(description="What lets the bearer in, for a few minutes.")
class AccessToken:
    token: str = strawberry.field(
        description=(
            "Send as `Authorization: Bearer …`, or as `Authorization` in the socket's `connection_init` "
            "payload."
        ),
    )
    expires_at: datetime = strawberry.field(description="When it ends. `refreshSession` gives the next one.")


@strawberry.input(description="Parameters of `signIn`.")
class SignInInput:
    email: EmailAddress = strawberry.field(description="The sign-in address.")
    password: str = strawberry.field(description="The password.")


@strawberry.type(description="Result of `signIn`.")
class SignInPayload:
    viewer: Viewer | None = strawberry.field(
        description="Who is signed in now; null when refused or a code is needed."
    )
    access_token: AccessToken | None = strawberry.field(
        description="For clients that do not use the cookie; null when refused or a code is needed."
    )
    second_factor_token: str | None = strawberry.field(
        description="Give it to `verifySecondFactor` with the code; null when no code is needed."
    )
    user_errors: list[UserError] = strawberry.field(
        description="Why nothing was done; empty when it was. Codes: INVALID_CREDENTIALS, TOO_MANY_ATTEMPTS."
    )


@strawberry.input(description="Parameters of `verifySecondFactor`.")
class VerifySecondFactorInput:
    second_factor_token: str = strawberry.field(description="What `signIn` gave.")
    code: str = strawberry.field(description="Six digits of the app, or a recovery code.")


@strawberry.type(description="Result of `verifySecondFactor`.")
class VerifySecondFactorPayload:
    viewer: Viewer | None = strawberry.field(description="Who is signed in now; null when the code is wrong.")
    access_token: AccessToken | None = strawberry.field(
        description="The bearer token; null when the code is wrong."
    )
    user_errors: list[UserError] = strawberry.field(
        description=(
            "Why nothing was done; empty when it was. Codes: INVALID_CODE, INVALID_TOKEN, TOO_MANY_ATTEMPTS."
        ),
    )


@strawberry.input(description="Parameters of `refreshSession`.")
class RefreshSessionInput(NullIfLeftOut):
    refresh_token: str | None = strawberry.field(
        default=UNSET, description="For clients without cookies; null takes the cookie."
    )


@strawberry.type(description="Result of `refreshSession`.")
class RefreshSessionPayload:
    access_token: AccessToken | None = strawberry.field(
        description="The next bearer token; null when the session has ended."
    )
    user_errors: list[UserError] = strawberry.field(
        description="Why nothing was done; empty when it was. Codes: INVALID_TOKEN."
    )


@strawberry.input(description="Parameters of `signOut`.")
class SignOutInput:
    everywhere: bool = strawberry.field(default=False, description="Also on all other devices.")


@strawberry.type(description="Result of `signOut`.")
class SignOutPayload:
    ended_sessions: int | None = strawberry.field(description="How many sessions ended; null when refused.")
    user_errors: list[UserError] = strawberry.field(
        description="Why nothing was done; empty when it was. Codes: NOT_ALLOWED."
    )


@strawberry.input(description="Parameters of `revokeSession`.")
class RevokeSessionInput:
    session_id: strawberry.ID = strawberry.field(description="The session to end.")


@strawberry.type(description="Result of `revokeSession`.")
class RevokeSessionPayload:
    session: Session | None = strawberry.field(description="The session that was ended; null when refused.")
    user_errors: list[UserError] = strawberry.field(
        description="Why nothing was done; empty when it was. Codes: NOT_FOUND."
    )
