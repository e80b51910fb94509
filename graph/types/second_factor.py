from __future__ import annotations

from typing import TYPE_CHECKING

import strawberry

if TYPE_CHECKING:
    from graph.types.refusal import UserError
    from graph.types.viewer import Viewer


@strawberry.type(description="What an authenticator app needs.")
class SecondFactorSetup:
    secret: str = strawberry.field(description="The shared secret in base32, to type.")
    otpauth_url: str = strawberry.field(
        description="The same as an `otpauth:` address, to show as a QR code."
    )


@strawberry.input(description="Parameters of `startSecondFactor`.")
class StartSecondFactorInput:
    password: str = strawberry.field(description="The password, once more.")


@strawberry.type(description="Result of `startSecondFactor`.")
class StartSecondFactorPayload:
    setup: SecondFactorSetup | None = strawberry.field(
        description="What the app needs; shown once, null when refused."
    )
    user_errors: list[UserError] = strawberry.field(
        description=(
            "Why nothing was done; empty when it was. Codes: "
            "INVALID_CREDENTIALS, WRONG_STATE, TOO_MANY_ATTEMPTS."
        ),
    )


@strawberry.input(description="Parameters of `confirmSecondFactor`.")
class ConfirmSecondFactorInput:
    code: str = strawberry.field(description="Six digits of the app.")


@strawberry.type(description="Result of `confirmSecondFactor`.")
class ConfirmSecondFactorPayload:
    viewer: Viewer | None = strawberry.field(
        description="The viewer, with the second factor on; null when refused."
    )
    recovery_codes: list[str] | None = strawberry.field(
        description="Ten codes that work once each; shown once, null when refused."
    )
    user_errors: list[UserError] = strawberry.field(
        description=(
            "Why nothing was done; empty when it was. Codes: INVALID_CODE, WRONG_STATE, TOO_MANY_ATTEMPTS."
        ),
    )


@strawberry.input(description="Parameters of `disableSecondFactor`.")
class DisableSecondFactorInput:
    password: str = strawberry.field(description="The password, once more.")
    code: str = strawberry.field(description="A current code.")


@strawberry.type(description="Result of `disableSecondFactor`.")
class DisableSecondFactorPayload:
    viewer: Viewer | None = strawberry.field(
        description="The viewer, with the second factor off; null when refused."
    )
    user_errors: list[UserError] = strawberry.field(
        description=(
            "Why nothing was done; empty when it was. Codes: "
            "INVALID_CREDENTIALS, INVALID_CODE, TOO_MANY_ATTEMPTS."
        ),
    )
