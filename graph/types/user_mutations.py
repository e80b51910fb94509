from __future__ import annotations

from typing import TYPE_CHECKING

import strawberry
from strawberry import UNSET

from graph.scalars import EmailAddress
from graph.types.inputs import IDEMPOTENCY_KEY, NullIfLeftOut
from localmessages.rules.access import Role

if TYPE_CHECKING:
    from graph.types.account import Account
    from graph.types.refusal import UserError
    from graph.types.user import User


@strawberry.input(description="A role on an account.")
class AccountMembershipInput:
    account_id: strawberry.ID = strawberry.field(description="The account.")
    role: Role = strawberry.field(description="What the person may do on it and below it.")


@strawberry.input(description="A role at a location.")
class LocationMembershipInput:
    location_id: strawberry.ID = strawberry.field(description="The location.")
    role: Role = strawberry.field(
        description="What the person may do there. Not `OWNER`, which belongs to accounts."
    )


@strawberry.input(one_of=True, description="A role and where it is to hold: exactly one of the two.")
class MembershipInput(NullIfLeftOut):
    account: AccountMembershipInput | None = strawberry.field(
        default=UNSET, description="On an account and everything below it."
    )
    location: LocationMembershipInput | None = strawberry.field(
        default=UNSET, description="At a single location."
    )


@strawberry.input(description="Parameters of `createUser`.")
class CreateUserInput(NullIfLeftOut):
    name: str = strawberry.field(description="Full name.")
    email: EmailAddress = strawberry.field(
        description="Where the invitation goes; later the sign-in address."
    )
    memberships: list[MembershipInput] = strawberry.field(description="At least one role.")
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)


@strawberry.type(description="Result of `createUser`.")
class CreateUserPayload:
    user: User | None = strawberry.field(description="The invited person; null when refused.")
    user_errors: list[UserError] = strawberry.field(
        description=(
            "Why nothing was done; empty when it was. Codes: NOT_ALLOWED, ALREADY_EXISTS, INVALID, EMPTY."
        ),
    )


@strawberry.input(description="Parameters of `updateUser`.")
class UpdateUserInput(NullIfLeftOut):
    user_id: strawberry.ID = strawberry.field(description="The person to change.")
    name: str | None = strawberry.field(default=UNSET, description="The new name; left out, it stays.")
    email: EmailAddress | None = strawberry.field(
        default=UNSET, description="The new sign-in address; left out, it stays."
    )
    memberships: list[MembershipInput] | None = strawberry.field(
        default=UNSET,
        description="All roles from now on, in place of the old ones; left out, they stay.",
    )
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)


@strawberry.type(description="Result of `updateUser`.")
class UpdateUserPayload:
    user: User | None = strawberry.field(
        description="The person with name, address and roles as they are now; null when refused."
    )
    user_errors: list[UserError] = strawberry.field(
        description=(
            "Why nothing was done; empty when it was. Codes: NOT_FOUND, NOT_ALLOWED, ALREADY_EXISTS, "
            "LAST_OWNER."
        ),
    )


@strawberry.input(description="Parameters of `removeUser`.")
class RemoveUserInput(NullIfLeftOut):
    user_id: strawberry.ID = strawberry.field(description="The person who leaves.")
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)


@strawberry.type(description="Result of `removeUser`.")
class RemoveUserPayload:
    user: User | None = strawberry.field(description="The person, now `FORMER`; null when refused.")
    user_errors: list[UserError] = strawberry.field(
        description="Why nothing was done; empty when it was. Codes: NOT_FOUND, NOT_ALLOWED, LAST_OWNER."
    )


@strawberry.input(description="Parameters of `resendInvitation`.")
class ResendInvitationInput(NullIfLeftOut):
    user_id: strawberry.ID = strawberry.field(description="The invited person.")
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)


@strawberry.type(description="Result of `resendInvitation`.")
class ResendInvitationPayload:
    user: User | None = strawberry.field(description="The person, still `INVITED`; null when refused.")
    user_errors: list[UserError] = strawberry.field(
        description="Why nothing was done; empty when it was. Codes: NOT_FOUND, NOT_ALLOWED, WRONG_STATE."
    )


@strawberry.input(description="Parameters of `transferOwnership`.")
class TransferOwnershipInput(NullIfLeftOut):
    account_id: strawberry.ID = strawberry.field(description="The account that changes hands.")
    user_id: strawberry.ID = strawberry.field(description="The new owner.")
    password: str = strawberry.field(description="One's own password, once more.")
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)


@strawberry.type(description="Result of `transferOwnership`.")
class TransferOwnershipPayload:
    account: Account | None = strawberry.field(
        description="The account that changed hands; null when refused."
    )
    user_errors: list[UserError] = strawberry.field(
        description=(
            "Why nothing was done; empty when it was. Codes: NOT_FOUND, NOT_ALLOWED, INVALID_CREDENTIALS, "
            "WRONG_STATE."
        ),
    )
