from __future__ import annotations

from typing import TYPE_CHECKING

import strawberry
from strawberry import UNSET

from graph.scalars import PhoneNumber
from graph.types.inputs import IDEMPOTENCY_KEY, NullIfLeftOut

if TYPE_CHECKING:
    from graph.types.contact import Contact
    from graph.types.refusal import UserError


@strawberry.input(description="Parameters of `createContact`.")
class CreateContactInput(NullIfLeftOut):
    phone: PhoneNumber = strawberry.field(description="The number.")
    first_name: str | None = strawberry.field(default=UNSET, description="First name.")
    last_name: str | None = strawberry.field(default=UNSET, description="Last name.")
    external_id: str | None = strawberry.field(default=UNSET, description="The id in another system.")
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)


@strawberry.type(description="Result of `createContact`.")
class CreateContactPayload:
    contact: Contact | None = strawberry.field(description="The new contact; null when refused.")
    user_errors: list[UserError] = strawberry.field(
        description="Why nothing was done; empty when it was. Codes: INVALID, ALREADY_EXISTS, NOT_ALLOWED."
    )


@strawberry.input(description="Parameters of `updateContact`.")
class UpdateContactInput:
    contact_id: strawberry.ID = strawberry.field(description="The contact to change.")
    first_name: str | None = strawberry.field(
        default=UNSET,
        description="The new first name; left out, it stays; null clears it.",
    )
    last_name: str | None = strawberry.field(
        default=UNSET,
        description="The new last name; left out, it stays; null clears it.",
    )
    external_id: str | None = strawberry.field(
        default=UNSET,
        description="The id in another system; left out, it stays; null clears it.",
    )
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)


@strawberry.type(description="Result of `updateContact`.")
class UpdateContactPayload:
    contact: Contact | None = strawberry.field(
        description="The contact under the new name; null when refused."
    )
    user_errors: list[UserError] = strawberry.field(
        description="Why nothing was done; empty when it was. Codes: NOT_FOUND, NOT_ALLOWED, ALREADY_EXISTS."
    )


@strawberry.input(description="Parameters of `blockContact`.")
class BlockContactInput(NullIfLeftOut):
    contact_id: strawberry.ID = strawberry.field(
        description="The sender whose texts are to open nothing and alert nobody from now on."
    )
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)


@strawberry.type(description="Result of `blockContact`.")
class BlockContactPayload:
    contact: Contact | None = strawberry.field(
        description="The contact with `blockedAt` set and every conversation closed; null when refused."
    )
    user_errors: list[UserError] = strawberry.field(
        description="Why nothing was done; empty when it was. Codes: NOT_FOUND, NOT_ALLOWED."
    )


@strawberry.input(description="Parameters of `unblockContact`.")
class UnblockContactInput(NullIfLeftOut):
    contact_id: strawberry.ID = strawberry.field(description="The blocked contact.")
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)


@strawberry.type(description="Result of `unblockContact`.")
class UnblockContactPayload:
    contact: Contact | None = strawberry.field(
        description="The contact, whose next text opens a conversation again; null when refused."
    )
    user_errors: list[UserError] = strawberry.field(
        description="Why nothing was done; empty when it was. Codes: NOT_FOUND, NOT_ALLOWED."
    )


@strawberry.input(description="Parameters of `eraseContact`.")
class EraseContactInput(NullIfLeftOut):
    contact_id: strawberry.ID = strawberry.field(description="The contact to erase.")
    confirm_phone: PhoneNumber = strawberry.field(description="The contact's number, typed once more.")
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)


@strawberry.type(description="Result of `eraseContact`.")
class EraseContactPayload:
    erased_contact_id: strawberry.ID | None = strawberry.field(
        description="The id that no longer leads anywhere; null when refused."
    )
    user_errors: list[UserError] = strawberry.field(
        description="Why nothing was done; empty when it was. Codes: NOT_FOUND, NOT_ALLOWED, INVALID."
    )
