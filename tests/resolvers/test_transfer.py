from typing import Any
from uuid import UUID

import pytest

from tests.support.company import CUSTOMER, OTHER, STORE_A, STORE_B, Company

MOVE = """
transfer { id at note undoneAt from { name } to { name } notice { body fromNumber } by { name } }
conversation { id version waitingSince assignee { name } location { name } }
"""


async def move(town: Company, who: str, talk: UUID, to: str, /, **more: Any) -> Any:
    given = {"conversationId": town.id("Conversation", talk), "to": town.id("Place", to), "notify": False}
    return await town.do(who, "transferConversation", MOVE, **{**given, **more})


async def test_the_wait_goes_on_at_the_destination_and_the_customer_is_told(town: Company) -> None:
    talk = await town.conversation()
    asked = town.clock()
    town.clock.passes(minutes=10)

    payload = await move(town, "Ann", talk, "Store B", notify=True, note="Needs an oven.")

    assert payload["transfer"]["from"] == {"name": "Store A"}
    assert payload["transfer"]["to"] == {"name": "Store B"}
    assert payload["transfer"]["note"] == "Needs an oven."
    assert payload["transfer"]["by"] == {"name": "Ann"}
    assert payload["conversation"] is None
    (notice,) = await town.fetch("SELECT * FROM message WHERE direction = 'OUTBOUND'")
    assert (notice["origin"], notice["from_number"], notice["to_number"]) == ("SYSTEM", STORE_A, CUSTOMER)
    assert (notice["location_id"], STORE_B in notice["body"]) == (town.ids["Store A"], True)
    first, second = await town.waits()
    assert (first["outcome"], first["location_id"]) == ("TRANSFERRED", town.ids["Store A"])
    assert (second["ended_at"], second["location_id"]) == (None, town.ids["Store B"])
    assert first["ended_at"] == second["started_at"]
    assert first["chain_id"] == second["chain_id"]
    assert (await town.row("conversation", talk))["waiting_since"] == asked
    (entry,) = await town.fetch("SELECT action, subject_name, changes FROM audit_entry")
    assert (entry["action"], entry["subject_name"]) == ("transferConversation", CUSTOMER)
    assert entry["changes"] == [{"field": "location", "before": "Store A", "after": "Store B"}]


async def test_a_notice_in_ones_own_words_is_filled_in(town: Company) -> None:
    talk = await town.conversation()

    payload = await move(
        town, "Abe", talk, "Store B", notify=True, notice="{business}: {location} answers from {number}."
    )

    assert payload["transfer"]["notice"]["body"] == f"Acme: Store B answers from {STORE_B}."
    assert payload["conversation"]["location"] == {"name": "Store B"}


async def test_who_opted_out_is_moved_without_a_notice(town: Company) -> None:
    talk = await town.conversation()
    await town.text("STOP")

    payload = await move(town, "Abe", talk, "Store B", notify=True)

    assert payload["userErrors"] == []
    assert payload["transfer"]["notice"] is None


@pytest.mark.parametrize(("assignee", "after"), [("Abe", {"name": "Abe"}), ("Ann", None)])
async def test_who_looks_after_it_stays_where_they_can_see(town: Company, assignee: str, after: Any) -> None:
    talk = await town.conversation()
    ids = {"conversationId": town.id("Conversation", talk), "userId": town.id("User", assignee)}
    await town.do("Ann", "assignConversation", "__typename", **ids)

    payload = await move(town, "Abe", talk, "Store B")

    assert payload["conversation"]["assignee"] == after


async def test_what_the_destination_had_open_closes_in_favour_of_what_comes(town: Company) -> None:
    stays = await town.conversation(to=STORE_B)
    since = town.clock()
    town.clock.passes(minutes=5)
    moves = await town.conversation()

    payload = await move(town, "Abe", moves, "Store B")

    merged = await town.row("conversation", stays)
    assert (merged["status"], merged["merged_into_id"]) == ("CLOSED", moves)
    assert merged["waiting_since"] is None
    assert (await town.row("conversation", moves))["waiting_since"] == since
    assert payload["conversation"]["waitingSince"] is not None
    legs = await town.waits()
    assert [leg["conversation_id"] for leg in legs] == [moves, moves]
    assert [leg["outcome"] for leg in legs] == [None, "TRANSFERRED"]
    assert len({leg["chain_id"] for leg in legs}) == 1


async def test_a_reply_to_the_old_number_follows_the_conversation(town: Company) -> None:
    talk = await town.conversation()
    await move(town, "Ann", talk, "Store B")

    message = await town.text("And now?", to=STORE_A)

    assert message.conversation_id == talk
    assert (message.received_on, message.location_id) == (STORE_A, town.ids["Store B"])


async def test_thirty_days_after_it_closed_the_old_number_starts_anew(town: Company) -> None:
    talk = await town.conversation()
    await move(town, "Abe", talk, "Store B")
    await town.do("Bob", "closeConversation", "__typename", conversationId=town.id("Conversation", talk))
    town.clock.passes(days=29)
    assert (await town.text("Me again")).conversation_id == talk
    await town.do("Bob", "closeConversation", "__typename", conversationId=town.id("Conversation", talk))
    town.clock.passes(days=30)

    message = await town.text("And again")

    assert message.conversation_id != talk
    assert (message.location_id, message.received_on) == (town.ids["Store A"], None)


async def test_an_account_may_have_the_old_number_start_anew_at_once(town: Company) -> None:
    await town.do(
        "Olive",
        "updateAccount",
        "__typename",
        accountId=town.id("Account", "Acme"),
        settings={"oldNumberReplies": "START_NEW"},
    )
    talk = await town.conversation()
    await move(town, "Ann", talk, "Store B")

    assert (await town.text("And now?")).conversation_id != talk


async def test_a_transfer_is_refused_with_its_remedy(town: Company) -> None:
    talk = town.id("Conversation", await town.conversation())

    async def code(to: str, **more: Any) -> str:
        error = await town.refusal("Ann", "transferConversation", conversationId=talk, to=to, **more)
        assert error["remedy"] or error["code"] == "NOT_FOUND"
        return str(error["code"])

    store_b = town.id("Location", "Store B")
    assert await code(town.id("Place", "Store A")) == "SAME_LOCATION"
    assert await code(town.id("Place", "Next Door")) == "NOT_FOUND"
    assert await code(town.id("Account", "Store B")) == "NOT_FOUND"
    assert await code(store_b, note="x" * 10_001) == "LIMIT_EXCEEDED"
    assert await code(store_b, notice="x" * 1601) == "LIMIT_EXCEEDED"
    assert await code(store_b, note="\u0000") == "INVALID"
    assert await code(store_b, expectedVersion=0) == "STALE_VERSION"
    await town.do("Wes", "updateLocation", "__typename", locationId=store_b, active=False)
    assert await code(store_b) == "INACTIVE_LOCATION"
    await town.do("Ann", "closeConversation", "__typename", conversationId=talk)
    assert await code(town.id("Place", "Head Office")) == "CONVERSATION_CLOSED"


async def test_what_has_moved_is_not_moved_again_from_where_it_was(town: Company) -> None:
    talk = await town.conversation()
    await move(town, "Ann", talk, "Store B")

    ids = {"conversationId": town.id("Conversation", talk), "to": town.id("Place", "Head Office")}
    error = await town.refusal("Ann", "transferConversation", **ids)

    assert (error["code"], error["to"]) == ("ALREADY_TRANSFERRED", {"name": "Store B"})


async def test_both_inboxes_hear_of_a_move_the_source_without_its_content(town: Company) -> None:
    talk = await town.conversation()
    await town.fetch("DELETE FROM live_event")

    await move(town, "Ann", talk, "Store B", notify=True)

    events = await town.fetch("SELECT kind, location_id, body FROM live_event ORDER BY kind")
    told = {(event["kind"], event["location_id"]): event["body"] for event in events}
    assert "conversation" not in told["MOVED_OUT", town.ids["Store A"]]
    assert told["MOVED_IN", town.ids["Store B"]]["conversation"]["id"] == str(talk)
    assert ("ENTRY_ADDED", town.ids["Store A"]) not in told
    assert ("FACT_CHANGED", town.ids["Store A"]) in told


async def test_many_are_moved_by_a_job_that_is_asked_for_once(town: Company) -> None:
    talks = [await town.conversation(from_=number) for number in (CUSTOMER, OTHER)]

    payload = await town.do(
        "Ann",
        "transferConversations",
        "bulkTransfer { id status total transferred refused to { name } }",
        conversationIds=[town.id("Conversation", talk) for talk in talks],
        to=town.id("Place", "Store B"),
    )

    bulk = payload["bulkTransfer"]
    assert (bulk["status"], bulk["total"], bulk["to"]) == ("QUEUED", 2, {"name": "Store B"})
    assert len(await town.fetch("SELECT FROM pgqueuer WHERE entrypoint = 'bulk_transfer'")) == 1


async def test_a_transfer_of_many_is_refused_as_a_whole(town: Company) -> None:
    talk, store_b = town.id("Conversation", await town.conversation()), town.id("Location", "Store B")

    async def code(who: str, ids: list[str], to: str, **more: Any) -> str:
        error = await town.refusal(who, "transferConversations", conversationIds=ids, to=to, **more)
        return str(error["code"])

    assert await code("Ann", [], store_b) == "EMPTY"
    assert await code("Ann", [talk] * 501, store_b) == "LIMIT_EXCEEDED"
    assert await code("Ann", [talk], town.id("Place", "Next Door")) == "NOT_FOUND"
    assert await code("Vic", [talk], store_b) == "NOT_ALLOWED"
    assert await code("Ann", [talk], store_b, notice="x" * 1601) == "LIMIT_EXCEEDED"
    await town.do("Wes", "updateLocation", "__typename", locationId=store_b, active=False)
    assert await code("Ann", [talk], store_b) == "INACTIVE_LOCATION"
