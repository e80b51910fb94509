from __future__ import annotations

from typing import TYPE_CHECKING

import strawberry

from graph.scalars import EmailAddress

if TYPE_CHECKING:
    from graph.types.refusal import UserError
    from graph.types.session_mutations import AccessToken
    from graph.types.user import User
    from graph.types.viewer import Viewer


@strawberry.input(description="Parameters of `requestPasswordReset`.")
class RequestPasswordResetInput:
    email: EmailAddress = strawberry.field(description="The sign-in address.")


@strawberry.type(description="Result of `requestPasswordReset`.")
class RequestPasswordResetPayload:
    email: EmailAddress | None = strawberry.field(
        description="The address as it was understood; null when refused."
    )
    user_errors: list[UserError] = strawberry.field(
        description="Why nothing was done; empty when it was. Codes: INVALID, TOO_MANY_ATTEMPTS."
    )


@strawberry.input(description="Parameters of `resetPassword`.")
class ResetPasswordInput:
    token: str = strawberry.field(description="The token in the link.")
    password: str = strawberry.field(description="The new password.")


@strawberry.type(description="Result of `resetPassword`.")
class ResetPasswordPayload:
    user: User | None = strawberry.field(description="Whose password is new; null when refused.")
    user_errors: list[UserError] = strawberry.field(
        description="Why nothing was done; empty when it was. Codes: INVALID_TOKEN, WEAK_PASSWORD."
    )


@strawberry.input(description="Parameters of `changePassword`.")
class ChangePasswordInput:
    current_password: str = strawberry.field(description="The password so far.")
    new_password: str = strawberry.field(description="The one from now on.")


@strawberry.type(description="Result of `changePassword`.")
class ChangePasswordPayload:
    viewer: Viewer | None = strawberry.field(
        description="The viewer with one session left; null when refused."
    )
    user_errors: list[UserError] = strawberry.field(
        description=(
            "Why nothing was done; empty when it was. Codes: "
            "INVALID_CREDENTIALS, WEAK_PASSWORD, TOO_MANY_ATTEMPTS."
        ),
    )


@strawberry.input(description="Parameters of `acceptInvitation`.")
class AcceptInvitationInput:
    token: str = strawberry.field(description="The token in the link.")
    name: str = strawberry.field(description="Full name, as colleagues will see it.")
    password: str = strawberry.field(description="The password.")


@strawberry.type(description="Result of `acceptInvitation`.")
class AcceptInvitationPayload:
    viewer: Viewer | None = strawberry.field(description="The new user, signed in; null when refused.")
    access_token: AccessToken | None = strawberry.field(
        description="The first bearer token; null when refused."
    )
    user_errors: list[UserError] = strawberry.field(
        description="Why nothing was done; empty when it was. Codes: INVALID_TOKEN, WEAK_PASSWORD, EMPTY."
    )
