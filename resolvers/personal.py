"""What mutations about one's own way in share: a refusal is data, a session goes into the cookie."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from strawberry import Info

from graph.refusals import user_error
from graph.types.refusal import UserError
from graph.types.session_mutations import AccessToken
from localmessages.actions.actor import Actor
from localmessages.actions.signing_in import SignedIn
from localmessages.rules.refusal import Refused

T = TypeVar("T")


async def refusable(info: Info, work: Awaitable[T]) -> tuple[T | None, list[UserError]]:
    """What comes of it, or why nothing does. What is read afterwards sees what it wrote."""
    try:
        made = await work
    except Refused as no:
        info.context.forget()
        return None, [await user_error(no, info)]
    info.context.forget()
    return made, []


async def by_viewer(info: Info, action: Callable[[Actor], Awaitable[T]]) -> tuple[T | None, list[UserError]]:
    """The same for what a person does who has signed in."""
    context = info.context
    context.forget()
    begun = await context.begin()
    return await refusable(info, action(Actor(context.services, begun.viewer, begun.catalogue, context.now)))


def stay(info: Info, signed: SignedIn) -> AccessToken:
    """Go on as who has signed in, and have their browser keep the session."""
    context = info.context
    context.visit.keep(
        signed.token, signed.bearer.expires_at, signed.refresh_token, signed.refresh_ends, now=context.now
    )
    context.become(signed.bearer)
    return AccessToken(token=signed.token, expires_at=signed.bearer.expires_at)
