from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.support.company import HEAD_OFFICE, STORE_B, Company

MOVE = """
transfer { id at note undoneAt from { name } to { name } notice { body fromNumber } by { name } }
conversation { id version waitingSince assignee { name } location { name } }
"""


# What a transfer and its undo may change for good.
RISES = {"version", "last_activity_at"}


async def move(town: Company, who: str, talk: UUID, to: str, /, **more: Any) -> Any:
    given = {"conversationId": town.id("Conversation", talk), "to": town.id("Place", to), "notify": False}
    return await town.do(who, "transferConversation", MOVE, **{**given, **more})


async def undo(town: Company, who: str, moved: Any) -> Any:
    return await town.do(who, "undoTransfer", MOVE, transferId=moved["transfer"]["id"])


async def standing(town: Company) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """All conversations but what rises with every change, and all legs."""
    talks = [dict(row) for row in await town.fetch("SELECT * FROM conversation ORDER BY id")]
    return [{name: row[name] for name in row.keys() - RISES} for row in talks], await town.waits()


async def test_an_undo_puts_a_wait_back_as_if_it_had_never_moved(town: Company) -> None:
    talk = await town.conversation()
    ids = {"conversationId": town.id("Conversation", talk), "userId": town.id("User", "Ann")}
    await town.do("Ann", "assignConversation", "__typename", **ids)
    before = await standing(town)
    moved = await move(town, "Ann", talk, "Store B", notify=True)
    town.clock.passes(minutes=9)

    payload = await undo(town, "Ann", moved)

    assert payload["userErrors"] == []
    assert payload["transfer"]["undoneAt"] is not None
    assert payload["conversation"]["location"] == {"name": "Store A"}
    talks, waits = await standing(town)
    (notice,) = await town.fetch("SELECT id FROM message WHERE direction = 'OUTBOUND'")
    assert talks[0].pop("last_message_id") == notice["id"]
    before[0][0].pop("last_message_id")
    assert (talks, waits) == before


async def test_an_undo_opens_a_merged_conversation_again_with_its_own_wait(town: Company) -> None:
    await town.text("First", to=HEAD_OFFICE)
    met = await town.conversation("Second", to=HEAD_OFFICE)
    await move(town, "Olive", met, "Store B")
    town.clock.passes(minutes=20)
    talk = await town.conversation()
    town.clock.passes(minutes=5)
    await move(town, "Olive", talk, "Head Office")
    town.clock.passes(minutes=20)
    before = await standing(town)

    moved = await move(town, "Olive", talk, "Store B")
    merged = await standing(town)
    payload = await undo(town, "Olive", moved)

    assert payload["userErrors"] == []
    assert merged != before
    assert await standing(town) == before


async def test_an_undo_of_what_carried_no_wait_gives_the_adopted_one_back(town: Company) -> None:
    met = await town.conversation(to=STORE_B)
    talk = await town.conversation()
    answer = {"conversationId": town.id("Conversation", talk), "body": "Yes"}
    await town.do("Abe", "sendMessage", "__typename", **answer)
    before = await standing(town)

    moved = await move(town, "Abe", talk, "Store B")
    assert (await town.row("conversation", talk))["waiting_since"] is not None
    await undo(town, "Abe", moved)

    assert await standing(town) == before
    assert (await town.row("conversation", met))["status"] == "OPEN"


async def test_what_was_asked_at_the_destination_waits_at_the_source_after_an_undo(town: Company) -> None:
    talk = await town.conversation()
    answer = {"conversationId": town.id("Conversation", talk), "body": "Yes"}
    await town.do("Abe", "sendMessage", "__typename", **answer)
    moved = await move(town, "Abe", talk, "Store B")
    await town.text("Still there?")

    await undo(town, "Abe", moved)

    answered, waiting = await town.waits()
    assert answered["outcome"] == "ANSWERED"
    assert (waiting["ended_at"], waiting["location_id"]) == (None, town.ids["Store A"])


async def test_a_wait_that_ended_at_the_destination_ended_at_the_source(town: Company) -> None:
    talk = await town.conversation()
    moved = await move(town, "Abe", talk, "Store B")
    await town.do("Abe", "closeConversation", "__typename", conversationId=town.id("Conversation", talk))
    closed = (await town.row("conversation", talk))["closed_at"]

    await undo(town, "Abe", moved)

    (wait,) = await town.waits()
    assert (wait["outcome"], wait["ended_at"]) == ("CLOSED_UNANSWERED", closed)
    assert wait["location_id"] == town.ids["Store A"]


async def undo_refused(town: Company, who: str, moved: Any) -> Any:
    return await town.refusal(who, "undoTransfer", transferId=moved["transfer"]["id"])


async def test_nothing_is_undone_after_ten_minutes_or_a_text(town: Company) -> None:
    talk = await town.conversation()
    moved = await move(town, "Abe", talk, "Store B")
    town.clock.passes(minutes=10)
    assert (await undo_refused(town, "Abe", moved))["code"] == "UNDO_EXPIRED"

    town.clock.passes(minutes=-9)
    answer = {"conversationId": town.id("Conversation", talk), "body": "Yes"}
    await town.do("Bob", "sendMessage", "__typename", **answer)
    assert (await undo_refused(town, "Abe", moved))["code"] == "SENT_SINCE"


async def test_nothing_is_undone_twice_nor_after_it_moved_on(town: Company) -> None:
    talk = await town.conversation()
    first = await move(town, "Olive", talk, "Store B")
    second = await move(town, "Olive", talk, "Head Office")
    third = await move(town, "Olive", talk, "Store B")

    for moved in (first, second):
        error = await undo_refused(town, "Olive", moved)
        assert (error["code"], error["to"]) == ("ALREADY_TRANSFERRED", {"name": "Store B"})
    for moved in (third, second, first):
        assert (await undo(town, "Olive", moved))["userErrors"] == []
        assert (await undo_refused(town, "Olive", moved))["code"] == "ALREADY_TRANSFERRED"
    (wait,) = await town.waits()
    assert (wait["location_id"], wait["ended_at"]) == (town.ids["Store A"], None)


async def test_nothing_is_undone_into_another_conversation(town: Company) -> None:
    talk = await town.conversation()
    moved = await move(town, "Olive", talk, "Store B")
    onto = await town.conversation(to=HEAD_OFFICE)
    await move(town, "Olive", onto, "Store B")

    assert (await undo_refused(town, "Olive", moved))["code"] == "ALREADY_TRANSFERRED"


async def test_nothing_is_undone_where_the_customer_began_anew(town: Company) -> None:
    days = {"settings": {"reopenWithinDays": 0}}
    await town.do("Olive", "updateAccount", "__typename", accountId=town.id("Account", "Acme"), **days)
    await town.conversation(to=STORE_B)
    talk = await town.conversation()
    moved = await move(town, "Abe", talk, "Store B")
    await town.do("Abe", "closeConversation", "__typename", conversationId=town.id("Conversation", talk))
    assert (await town.text("New", to=STORE_B)).conversation_id != talk

    assert (await undo_refused(town, "Abe", moved))["code"] == "SENT_SINCE"


async def test_an_undo_leaves_what_a_block_has_closed(town: Company) -> None:
    met = await town.conversation(to=STORE_B)
    message = await town.text("Hello")
    moved = await move(town, "Abe", message.conversation_id, "Store B")
    await town.do("Abe", "blockContact", "__typename", contactId=town.id("Contact", message.contact_id))

    payload = await undo(town, "Abe", moved)

    assert payload["userErrors"] == []
    row = await town.row("conversation", met)
    assert (row["status"], row["merged_into_id"]) == ("CLOSED", None)
    assert {wait["outcome"] for wait in await town.waits()} == {"BLOCKED"}


@pytest.mark.parametrize(("who", "code"), [("Vic", "NOT_ALLOWED"), ("Nora", "NOT_FOUND")])
async def test_an_undo_is_for_who_acts_at_either_end(town: Company, who: str, code: str) -> None:
    moved = await move(town, "Ann", await town.conversation(), "Store B")

    assert (await undo_refused(town, who, moved))["code"] == code
    assert (await undo(town, "Bob", moved))["userErrors"] == []


async def test_a_move_that_is_asked_for_late_may_be_undone_for_ten_minutes(town: Company) -> None:
    moved = await move(town, "Abe", await town.conversation(), "Store B")
    town.clock.passes(seconds=(timedelta(minutes=10) - timedelta(seconds=1)).total_seconds())

    assert (await undo(town, "Abe", moved))["userErrors"] == []


async def test_a_wait_that_was_taken_over_and_ended_is_over_at_both_after_an_undo(town: Company) -> None:
    met = await town.conversation(to=STORE_B)
    talk = await town.conversation()
    moved = await move(town, "Abe", talk, "Store B")
    await town.do("Abe", "closeConversation", "__typename", conversationId=town.id("Conversation", talk))

    await undo(town, "Abe", moved)

    waits = {wait["conversation_id"]: wait["outcome"] for wait in await town.waits()}
    assert waits == {met: "CLOSED_UNANSWERED", talk: "CLOSED_UNANSWERED"}
    assert await town.fetch("SELECT FROM conversation WHERE waiting_since IS NOT NULL") == []
