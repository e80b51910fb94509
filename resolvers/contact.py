from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import UNSET, Info

from graph.pagination import After, Before, First, Last, page
from graph.types.contact import Contact, ContactConnection, ContactFilter, ContactOrder
from graph.types.contact_mutations import (
    BlockContactInput,
    BlockContactPayload,
    CreateContactInput,
    CreateContactPayload,
    UnblockContactInput,
    UnblockContactPayload,
    UpdateContactInput,
    UpdateContactPayload,
)
from graph.types.inputs import THE_PARAMETERS, given

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
        return await info.context.act.create_contact(input, info)

    @strawberry.mutation(description="Change a contact's name.")
    async def update_contact(
        self,
        info: Info,
        input: Annotated[UpdateContactInput, THE_PARAMETERS],
    ) -> UpdateContactPayload:
        return await info.context.act.update_contact(input, info)

    @strawberry.mutation(
        description="Block a sender. All their conversations close, and their waits end as `BLOCKED`."
    )
    async def block_contact(
        self,
        info: Info,
        input: Annotated[BlockContactInput, THE_PARAMETERS],
    ) -> BlockContactPayload:
        return await info.context.act.block_contact(input, info)

    @strawberry.mutation(description="Let a blocked sender through again. Closed conversations stay closed.")
    async def unblock_contact(
        self,
        info: Info,
        input: Annotated[UnblockContactInput, THE_PARAMETERS],
    ) -> UnblockContactPayload:
        return await info.context.act.unblock_contact(input, info)
