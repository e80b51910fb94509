from datetime import timedelta

import pytest

from graph.ids import expect_id
from tests.support.company import CUSTOMER, NEIGHBOUR, STORE_A, STORE_B, Company

SENT = """
message { id status body fromNumber toNumber direction agent { name } segments }
conversation { id waitingSince unreadCount version lastMessage { body } }
"""


async def test_a_reply_is_queued_answers_the_wait_and_is_read_by_its_author(town: Company) -> None:
    talk = await town.conversation()

    payload = await town.do(
        "Ann", "sendMessage", SENT, conversationId=town.id("Conversation", talk), body="Yes, until five."
    )

    assert payload["userErrors"] == []
    message = payload["message"]
    assert (message["status"], message["fromNumber"], message["toNumber"]) == ("QUEUED", STORE_A, CUSTOMER)
    assert message["agent"] == {"name": "Ann"}
    assert payload["conversation"]["waitingSince"] is None
    assert payload["conversation"]["unreadCount"] == 0
    assert payload["conversation"]["lastMessage"] == {"body": "Yes, until five."}
    (wait,) = await town.waits()
    assert (wait["outcome"], wait["agent_id"]) == ("ANSWERED", town.ids["Ann"])
    assert len(await town.fetch("SELECT FROM pgqueuer WHERE entrypoint = 'send'")) == 1


async def test_a_reply_wakes_a_snoozed_conversation(town: Company) -> None:
    talk = town.id("Conversation", await town.conversation())
    until = (town.clock() + timedelta(days=1)).isoformat()
    await town.do("Ann", "snoozeConversation", "__typename", conversationId=talk, until=until)

    await town.do("Ann", "sendMessage", "__typename", conversationId=talk, body="Hello again")

    assert [row["status"] for row in await town.fetch("SELECT status FROM conversation")] == ["OPEN"]


async def test_who_answers_an_older_version_is_shown_what_is_new(town: Company) -> None:
    talk = await town.conversation()
    version = (await town.row("conversation", talk))["version"]
    await town.text("Hello?")

    error = await town.refusal(
        "Ann",
        "sendMessage",
        conversationId=town.id("Conversation", talk),
        body="Yes",
        expectedVersion=version,
    )

    assert error["__typename"] == "StaleVersionError"
    assert error["code"] == "STALE_VERSION"
    assert error["field"] == ["input", "expectedVersion"]
    assert error["conversation"]["version"] == version + 1
    assert len(error["newEntries"]) == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("", "EMPTY"),
        (" \n ", "EMPTY"),
        ("x" * 1601, "LIMIT_EXCEEDED"),
        ("x" * 10_000, "LIMIT_EXCEEDED"),
        ("Bell \u0007", "INVALID"),
    ],
)
async def test_a_text_of_nothing_of_too_much_or_of_bells_is_refused(
    town: Company, body: str, code: str
) -> None:
    talk = town.id("Conversation", await town.conversation())

    error = await town.refusal("Ann", "sendMessage", conversationId=talk, body=body)

    assert (error["code"], error["field"]) == (code, ["input", "body"])
    assert error["remedy"]
    if code == "LIMIT_EXCEEDED":
        assert (error["limit"], error["given"]) == (1600, len(body))


async def test_a_text_to_who_opted_out_is_refused_with_the_ledger(town: Company) -> None:
    talk = town.id("Conversation", await town.conversation())
    await town.text("STOP")

    error = await town.refusal("Ann", "sendMessage", conversationId=talk, body="Sorry!")

    assert error["code"] == "OPTED_OUT"
    assert error["change"] == {"method": "KEYWORD"}


async def test_a_text_to_who_is_blocked_is_refused(town: Company) -> None:
    message = await town.text("Buy!")
    talk = town.id("Conversation", message.conversation_id)
    await town.do("Ann", "blockContact", "__typename", contactId=town.id("Contact", message.contact_id))

    # To block closed the conversation; that is not why, and to reopen it would be no remedy.
    assert (await town.refusal("Ann", "sendMessage", conversationId=talk, body="x"))["code"] == "BLOCKED"
    start = {"locationId": town.id("Location", "Store A"), "to": {"phone": CUSTOMER}, "body": "x"}
    assert (await town.refusal("Ann", "startConversation", **start))["code"] == "BLOCKED"


async def test_a_closed_conversation_takes_no_text(town: Company) -> None:
    talk = town.id("Conversation", await town.conversation())
    await town.do("Ann", "closeConversation", "__typename", conversationId=talk)

    error = await town.refusal("Ann", "sendMessage", conversationId=talk, body="x")

    assert error["code"] == "CONVERSATION_CLOSED"


async def test_nothing_is_sent_from_a_location_out_of_service(town: Company) -> None:
    talk = town.id("Conversation", await town.conversation())
    await town.do(
        "Max", "updateLocation", "__typename", locationId=town.id("Location", "Store A"), active=False
    )

    error = await town.refusal("Ann", "sendMessage", conversationId=talk, body="x")

    assert error["code"] == "INACTIVE_LOCATION"


async def test_who_only_reads_may_not_send(town: Company) -> None:
    talk = town.id("Conversation", await town.conversation())

    assert (await town.refusal("Vic", "sendMessage", conversationId=talk, body="x"))["code"] == "NOT_ALLOWED"


@pytest.mark.parametrize("who", ["Bob", "Nora"])
async def test_a_hidden_conversation_reads_as_not_found(town: Company, who: str) -> None:
    talk = town.id("Conversation", await town.conversation())

    assert (await town.refusal(who, "sendMessage", conversationId=talk, body="x"))["code"] == "NOT_FOUND"


async def test_who_lost_it_by_a_transfer_is_told_where_it_went(town: Company) -> None:
    talk = town.id("Conversation", await town.conversation())
    moved = {"conversationId": talk, "to": town.id("Place", "Store B")}
    await town.do("Ann", "transferConversation", "__typename", **moved)

    error = await town.refusal("Ann", "sendMessage", conversationId=talk, body="x")

    assert (error["code"], error["to"]) == ("ALREADY_TRANSFERRED", {"name": "Store B"})


async def test_a_file_that_was_not_uploaded_is_not_found(town: Company) -> None:
    talk = town.id("Conversation", await town.conversation())

    error = await town.refusal("Ann", "sendMessage", conversationId=talk, body="x", uploadIds=["none"])

    assert (error["code"], error["field"]) == ("NOT_FOUND", ["input", "uploadIds"])


async def _failed(town: Company) -> str:
    talk = town.id("Conversation", await town.conversation())
    payload = await town.do("Ann", "sendMessage", "message { id }", conversationId=talk, body="Yes")
    await town.fetch("UPDATE message SET status = 'FAILED' WHERE direction = 'OUTBOUND'")
    return str(payload["message"]["id"])


async def test_a_failed_text_is_sent_again_as_a_new_one(town: Company) -> None:
    failed = await _failed(town)

    payload = await town.do("Ann", "retryMessage", "message { id body status }", messageId=failed)

    assert payload["userErrors"] == []
    assert (payload["message"]["body"], payload["message"]["status"]) == ("Yes", "QUEUED")
    assert payload["message"]["id"] != failed


async def test_a_retry_is_refused_for_what_did_not_fail_is_hidden_or_not_theirs(town: Company) -> None:
    failed = await _failed(town)
    inbound = town.id("Message", (await town.text("Hm")).id)

    assert (await town.refusal("Ann", "retryMessage", messageId=inbound))["code"] == "WRONG_STATE"
    assert (await town.refusal("Vic", "retryMessage", messageId=failed))["code"] == "NOT_ALLOWED"
    for who in ("Bob", "Nora"):
        assert (await town.refusal(who, "retryMessage", messageId=failed))["code"] == "NOT_FOUND"
    await town.text("STOP")
    assert (await town.refusal("Ann", "retryMessage", messageId=failed))["code"] == "OPTED_OUT"


async def test_a_retry_is_refused_out_of_service_and_for_who_is_blocked(town: Company) -> None:
    failed = await _failed(town)
    place = town.id("Location", "Store A")
    await town.do("Max", "updateLocation", "__typename", locationId=place, active=False)
    assert (await town.refusal("Ann", "retryMessage", messageId=failed))["code"] == "INACTIVE_LOCATION"

    await town.fetch("UPDATE contact SET blocked_at = now()")
    assert (await town.refusal("Ann", "retryMessage", messageId=failed))["code"] == "BLOCKED"


async def test_a_retry_is_refused_where_the_conversation_is_closed(town: Company) -> None:
    failed = await _failed(town)
    message = await town.row("message", expect_id("Message", failed))
    talk = town.id("Conversation", message["conversation_id"])
    await town.do("Ann", "closeConversation", "__typename", conversationId=talk)

    assert (await town.refusal("Ann", "retryMessage", messageId=failed))["code"] == "WRONG_STATE"


async def test_a_retry_to_who_was_blocked_says_so_although_blocking_closed_the_conversation(
    town: Company,
) -> None:
    failed = await _failed(town)
    message = await town.row("message", expect_id("Message", failed))
    await town.do("Ann", "blockContact", "__typename", contactId=town.id("Contact", message["contact_id"]))

    assert (await town.refusal("Ann", "retryMessage", messageId=failed))["code"] == "BLOCKED"


async def test_playing_the_customer_is_a_text_with_all_that_it_sets_off(town: Company) -> None:
    given = {"fromNumber": "+1 (917) 555-0199", "toNumber": STORE_A, "body": "Is my order ready?"}

    payload = await town.do(
        "Ann",
        "simulateInboundMessage",
        "message { direction body conversation { waitingSince contact { phone } } }",
        **given,
    )

    assert payload["userErrors"] == []
    assert payload["message"]["conversation"]["contact"]["phone"] == "+19175550199"
    assert payload["message"]["conversation"]["waitingSince"] is not None


@pytest.mark.parametrize(
    ("who", "number", "body", "code"),
    [
        ("Ann", STORE_B, "x", "NOT_FOUND"),
        ("Ann", NEIGHBOUR, "x", "NOT_FOUND"),
        ("Ann", "+12025550100", "x", "NOT_FOUND"),
        ("Vic", STORE_A, "x", "NOT_ALLOWED"),
        ("Ann", STORE_A, "x" * 1601, "LIMIT_EXCEEDED"),
    ],
)
async def test_playing_the_customer_is_for_who_acts_there(
    town: Company, who: str, number: str, body: str, code: str
) -> None:
    given = {"fromNumber": CUSTOMER, "toNumber": number, "body": body}

    assert (await town.refusal(who, "simulateInboundMessage", **given))["code"] == code


async def test_nobody_plays_the_customer_of_a_real_carrier(town: Company) -> None:
    object.__setattr__(town.services, "simulator", False)

    error = await town.refusal(
        "Ann", "simulateInboundMessage", fromNumber=CUSTOMER, toNumber=STORE_A, body="x"
    )

    assert error["code"] == "SIMULATOR_ONLY"
