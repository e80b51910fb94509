from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import UNSET, Info

from graph.ids import expect_id, global_id
from graph.pagination import After, Before, First, Last, page
from graph.types.contact import Contact, ContactConnection, ContactFilter, ContactOrder
from graph.types.contact_mutations import (
    BlockContactInput,
    BlockContactPayload,
    CreateContactInput,
    CreateContactPayload,
    EraseContactInput,
    EraseContactPayload,
    UnblockContactInput,
    UnblockContactPayload,
    UpdateContactInput,
    UpdateContactPayload,
)
from graph.types.inputs import THE_PARAMETERS, given
from localmessages.actions import blocking, contacts
from localmessages.actions.erasing import erase_contact
from resolvers.perform import perform

BY_NAME = ContactOrder()


@strawberry.type
class ContactQueries:
    @strawberry.field(description="One contact; null when it does not exist or may not be seen.")
    async def contact(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Its id.")],
    ) -> Contact | None:
        return await info.context.load.query_contact(id=id, info=info)

    @strawberry.field(description="Contacts with a conversation or text at a location that the viewer sees.")
    async def contacts(
        self,
        info: Info,
        filter: Annotated[ContactFilter | None, strawberry.argument(description="Which ones.")] = UNSET,
        order_by: Annotated[
            ContactOrder, strawberry.argument(description="The order; by name unless given.")
        ] = BY_NAME,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> ContactConnection:
        return await info.context.load.query_contacts(
            filter=given(filter), order_by=order_by, page=page(first, after, last, before), info=info
        )


@strawberry.type
class ContactMutations:
    @strawberry.mutation(description="Add a contact before the first text.")
    async def create_contact(
        self,
        info: Info,
        input: Annotated[CreateContactInput, THE_PARAMETERS],
    ) -> CreateContactPayload:
        done = await perform(
            info,
            input,
            lambda actor, key: contacts.create_contact(actor, input.phone, _names(input), key=key),
        )
        return CreateContactPayload(
            contact=await done.node("Contact", "contact"), user_errors=done.user_errors
        )

    @strawberry.mutation(description="Change a contact's name.")
    async def update_contact(
        self,
        info: Info,
        input: Annotated[UpdateContactInput, THE_PARAMETERS],
    ) -> UpdateContactPayload:
        contact = expect_id("Contact", input.contact_id)
        done = await perform(
            info,
            input,
            lambda actor, key: contacts.update_contact(actor, contact, _names(input), key=key),
        )
        return UpdateContactPayload(
            contact=await done.node("Contact", "contact"), user_errors=done.user_errors
        )

    @strawberry.mutation(
        description="Block a sender. All their conversations close, and their waits end as `BLOCKED`."
    )
    async def block_contact(
        self,
        info: Info,
        input: Annotated[BlockContactInput, THE_PARAMETERS],
    ) -> BlockContactPayload:
        contact = expect_id("Contact", input.contact_id)
        done = await perform(info, input, lambda actor, key: blocking.block_contact(actor, contact, key=key))
        return BlockContactPayload(
            contact=await done.node("Contact", "contact"), user_errors=done.user_errors
        )

    @strawberry.mutation(description="Let a blocked sender through again. Closed conversations stay closed.")
    async def unblock_contact(
        self,
        info: Info,
        input: Annotated[UnblockContactInput, THE_PARAMETERS],
    ) -> UnblockContactPayload:
        contact = expect_id("Contact", input.contact_id)
        done = await perform(
            info, input, lambda actor, key: blocking.unblock_contact(actor, contact, key=key)
        )
        return UnblockContactPayload(
            contact=await done.node("Contact", "contact"), user_errors=done.user_errors
        )

    @strawberry.mutation(
        description=(
            "Erase a contact at their request: name, number and texts go, counts stay. Cannot be undone."
        ),
    )
    async def erase_contact(
        self,
        info: Info,
        input: Annotated[EraseContactInput, THE_PARAMETERS],
    ) -> EraseContactPayload:
        contact = expect_id("Contact", input.contact_id)
        done = await perform(
            info, input, lambda actor, key: erase_contact(actor, contact, input.confirm_phone, key=key)
        )
        erased = None if done.user_errors else strawberry.ID(global_id("Contact", contact))
        return EraseContactPayload(erased_contact_id=erased, user_errors=done.user_errors)


def _names(input: CreateContactInput | UpdateContactInput) -> dict[str, str | None]:
    names = {name: getattr(input, name) for name in ("first_name", "last_name", "external_id")}
    return {name: value for name, value in names.items() if value is not UNSET}
