"""Every mutation under a key: the same payload, nothing twice, and no other input."""

import asyncio

import pytest

from graph.schema import schema
from tests.support.company import Company
from tests.support.every_mutation import MUTATIONS, given

OF_SIGN_IN = {
    "signIn",
    "verifySecondFactor",
    "refreshSession",
    "signOut",
    "revokeSession",
    "requestPasswordReset",
    "resetPassword",
    "changePassword",
    "acceptInvitation",
    "startSecondFactor",
    "confirmSecondFactor",
    "disableSecondFactor",
}


def test_every_mutation_takes_a_key_but_sign_in_and_what_is_not_kept() -> None:
    names = set(schema.core.mutation_type.fields)  # type: ignore[union-attr]
    assert names - set(MUTATIONS) == {*OF_SIGN_IN, "setTyping"}


@pytest.mark.parametrize("mutation", MUTATIONS)
async def test_the_same_key_gives_the_same_payload_and_does_nothing_twice(
    town: Company, mutation: str
) -> None:
    select, what, another = (await given(town))[mutation]

    first = await town.do("Olive", mutation, select, **what, idempotencyKey="k")
    written = await town.everything()
    second = await town.do("Olive", mutation, select, **what, idempotencyKey="k")

    assert first["userErrors"] == []
    assert second == first
    assert await town.everything() == written
    error = await town.refusal("Olive", mutation, **{**what, **another}, idempotencyKey="k")
    assert (error["code"], error["field"]) == ("IDEMPOTENCY_CONFLICT", ["input", "idempotencyKey"])


@pytest.mark.parametrize(
    "mutation", ["sendMessage", "startConversation", "transferConversation", "createLocation", "undoTransfer"]
)
async def test_many_at_once_with_a_key_do_it_once(town: Company, mutation: str) -> None:
    select, what, _ = (await given(town))[mutation]

    payloads = await asyncio.gather(
        *(town.do("Olive", mutation, select, **what, idempotencyKey="k") for _ in range(6))
    )

    assert payloads[0]["userErrors"] == []
    assert all(payload == payloads[0] for payload in payloads)
    assert len(await town.fetch("SELECT FROM idempotency_key")) == 1


async def test_a_key_of_one_mutation_is_no_key_of_another(town: Company) -> None:
    talk = {"conversationId": town.id("Conversation", await town.conversation())}
    await town.do("Ann", "closeConversation", "__typename", **talk, idempotencyKey="k")

    error = await town.refusal("Ann", "reopenConversation", **talk, idempotencyKey="k")

    assert error["code"] == "IDEMPOTENCY_CONFLICT"


async def test_each_persons_keys_are_their_own(town: Company) -> None:
    talk = {"conversationId": town.id("Conversation", await town.conversation())}

    for who in ("Ann", "Abe"):
        payload = await town.do(who, "sendMessage", "message { id }", **talk, body="Hi", idempotencyKey="k")
        assert payload["message"] is not None

    assert len(await town.fetch("SELECT FROM message WHERE direction = 'OUTBOUND'")) == 2


async def test_a_refusal_uses_up_no_key(town: Company) -> None:
    talk = {"conversationId": town.id("Conversation", await town.conversation()), "idempotencyKey": "k"}
    await town.refusal("Ann", "sendMessage", **talk, body="")

    assert (await town.do("Ann", "sendMessage", "__typename", **talk, body="Hi"))["userErrors"] == []


@pytest.mark.parametrize("key", ["", "x" * 101, "\u0001"])
async def test_a_key_has_one_to_a_hundred_characters(town: Company, key: str) -> None:
    talk = {"conversationId": town.id("Conversation", await town.conversation())}

    error = await town.refusal("Ann", "closeConversation", **talk, idempotencyKey=key)

    assert (error["code"], error["field"]) == ("INVALID", ["input", "idempotencyKey"])


async def test_a_repetition_after_the_conversation_has_left_gives_what_is_still_in_sight(
    town: Company,
) -> None:
    talk = town.id("Conversation", await town.conversation())
    given = {"conversationId": talk, "to": town.id("Place", "Store B"), "idempotencyKey": "k"}
    select = "transfer { id } conversation { id }"

    first = await town.do("Ann", "transferConversation", select, **given)
    second = await town.do("Ann", "transferConversation", select, **given)

    assert first == second
    assert (second["transfer"] is not None, second["conversation"]) == (True, None)


async def test_a_repetition_of_a_snooze_that_is_over_is_no_refusal(town: Company) -> None:
    talk = town.id("Conversation", await town.conversation())
    given = {"conversationId": talk, "until": "2026-09-15T00:00:00Z", "idempotencyKey": "k"}
    await town.do("Ann", "snoozeConversation", "__typename", **given)
    town.clock.passes(days=1)

    assert (await town.do("Ann", "snoozeConversation", "__typename", **given))["userErrors"] == []
