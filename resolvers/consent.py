from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import UNSET, Info

from graph.ids import expect_id
from graph.pagination import After, Before, First, Last, page
from graph.types.consent import (
    ConsentChangeConnection,
    ConsentChangeFilter,
    OptInContactInput,
    OptInContactPayload,
    OptOutContactInput,
    OptOutContactPayload,
)
from graph.types.inputs import THE_PARAMETERS, given
from localmessages.actions.consent import record_consent
from localmessages.rules.consent import ConsentState
from resolvers.perform import optional_id, perform


@strawberry.type
class ConsentQueries:
    @strawberry.field(description="The consent ledger, newest first.")
    async def consent_changes(
        self,
        info: Info,
        filter: Annotated[
            ConsentChangeFilter | None, strawberry.argument(description="Which entries.")
        ] = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> ConsentChangeConnection:
        return await info.context.load.query_consent_changes(
            filter=given(filter), page=page(first, after, last, before), info=info
        )


@strawberry.type
class ConsentMutations:
    @strawberry.mutation(
        description="Record by hand that a contact wants no more texts. Their waits end as `OPTED_OUT`."
    )
    async def opt_out_contact(
        self,
        info: Info,
        input: Annotated[OptOutContactInput, THE_PARAMETERS],
    ) -> OptOutContactPayload:
        contact = expect_id("Contact", input.contact_id)
        talk = optional_id("Conversation", input.conversation_id)
        done = await perform(
            info,
            input,
            lambda actor, key: record_consent(actor, contact, ConsentState.OPTED_OUT, talk, key=key),
        )
        return OptOutContactPayload(
            contact=await done.node("Contact", "contact"),
            change=await done.node("ConsentChange", "change"),
            user_errors=done.user_errors,
        )

    @strawberry.mutation(description="Record by hand that a contact wants texts again.")
    async def opt_in_contact(
        self,
        info: Info,
        input: Annotated[OptInContactInput, THE_PARAMETERS],
    ) -> OptInContactPayload:
        contact = expect_id("Contact", input.contact_id)
        talk = optional_id("Conversation", input.conversation_id)
        done = await perform(
            info,
            input,
            lambda actor, key: record_consent(actor, contact, ConsentState.OPTED_IN, talk, key=key),
        )
        return OptInContactPayload(
            contact=await done.node("Contact", "contact"),
            change=await done.node("ConsentChange", "change"),
            user_errors=done.user_errors,
        )
