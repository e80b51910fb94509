from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.support.company import CUSTOMER, HEAD_OFFICE, OTHER, STORE_A, Company

STATE = "conversation { id status version waitingSince assignee { name } muted snoozedUntil unreadCount }"
CONVERSATION_MUTATIONS: dict[str, dict[str, Any]] = {
    "sendMessage": {"body": "x"},
    "addNote": {"body": "x"},
    "assignConversation": {},
    "closeConversation": {},
    "reopenConversation": {},
    "snoozeConversation": {"until": "2026-09-15T00:00:00Z"},
    "muteConversation": {},
    "tagConversation": {"tagIds": []},
    "untagConversation": {"tagIds": []},
    "transferConversation": {"to": "?"},
}


async def test_a_note_is_written_and_read_by_its_author(town: Company) -> None:
    talk = town.id("Conversation", await town.conversation())

    payload = await town.do(
        "Ann", "addNote", f"note {{ body by {{ name }} }} {STATE}", conversationId=talk, body="A regular."
    )

    assert payload["note"] == {"body": "A regular.", "by": {"name": "Ann"}}
    assert payload["conversation"]["unreadCount"] == 0
    assert payload["conversation"]["waitingSince"] is not None


@pytest.mark.parametrize(
    ("body", "code"), [(" ", "EMPTY"), ("x" * 10_001, "LIMIT_EXCEEDED"), ("\u0001", "INVALID")]
)
async def test_a_note_says_something_and_not_too_much(town: Company, body: str, code: str) -> None:
    talk = town.id("Conversation", await town.conversation())

    assert (await town.refusal("Ann", "addNote", conversationId=talk, body=body))["code"] == code


async def test_a_conversation_is_given_to_somebody_and_to_nobody(town: Company) -> None:
    talk = town.id("Conversation", await town.conversation())

    given = await town.do(
        "Ann", "assignConversation", STATE, conversationId=talk, userId=town.id("User", "Abe")
    )
    taken = await town.do("Ann", "assignConversation", STATE, conversationId=talk, userId=None)

    assert given["conversation"]["assignee"] == {"name": "Abe"}
    assert taken["conversation"]["assignee"] is None
    kinds = await town.fetch("SELECT kind FROM conversation_change ORDER BY version")
    assert [row["kind"] for row in kinds] == ["ASSIGNED", "UNASSIGNED"]


@pytest.mark.parametrize(("who", "code"), [("Vic", "INVALID"), ("Bob", "INVALID"), ("Nora", "NOT_FOUND")])
async def test_only_who_acts_there_is_assigned(town: Company, who: str, code: str) -> None:
    talk = town.id("Conversation", await town.conversation())

    error = await town.refusal("Ann", "assignConversation", conversationId=talk, userId=town.id("User", who))

    assert (error["code"], error["field"]) == (code, ["input", "userId"])


async def test_a_close_ends_the_wait_without_an_answer(town: Company) -> None:
    talk = town.id("Conversation", await town.conversation())

    payload = await town.do("Ann", "closeConversation", STATE, conversationId=talk)

    assert payload["conversation"]["status"] == "CLOSED"
    assert payload["conversation"]["waitingSince"] is None
    assert [wait["outcome"] for wait in await town.waits()] == ["CLOSED_UNANSWERED"]


async def test_a_close_of_an_older_version_is_refused(town: Company) -> None:
    talk = town.id("Conversation", await town.conversation())

    error = await town.refusal("Ann", "closeConversation", conversationId=talk, expectedVersion=0)

    assert error["code"] == "STALE_VERSION"


async def test_a_closed_conversation_opens_again_and_nobody_waits(town: Company) -> None:
    talk = town.id("Conversation", await town.conversation())
    await town.do("Ann", "closeConversation", STATE, conversationId=talk)

    payload = await town.do("Ann", "reopenConversation", STATE, conversationId=talk)

    assert payload["conversation"]["status"] == "OPEN"
    assert payload["conversation"]["waitingSince"] is None


async def test_no_second_one_with_a_contact_is_opened_at_a_place(town: Company) -> None:
    first = await town.conversation()
    await town.do("Ann", "closeConversation", STATE, conversationId=town.id("Conversation", first))
    town.clock.passes(days=31)
    second = await town.conversation()
    assert second != first

    error = await town.refusal("Ann", "reopenConversation", conversationId=town.id("Conversation", first))

    assert error["code"] == "ALREADY_EXISTS"
    assert error["existing"] == {"id": town.id("Conversation", second)}


async def test_a_merged_one_and_one_with_who_is_blocked_stay_closed(town: Company) -> None:
    stays = await town.conversation(to=HEAD_OFFICE)
    moves = await town.text("Hello", to=STORE_A)
    ids = {"conversationId": town.id("Conversation", moves.conversation_id)}
    await town.do("Olive", "transferConversation", "__typename", **ids, to=town.id("Place", "Head Office"))
    merged = town.id("Conversation", stays)
    assert (await town.refusal("Olive", "reopenConversation", conversationId=merged))["code"] == "WRONG_STATE"

    await town.do("Olive", "blockContact", "__typename", contactId=town.id("Contact", moves.contact_id))
    assert (await town.refusal("Olive", "reopenConversation", **ids))["code"] == "BLOCKED"


async def test_a_snoozed_conversation_sleeps_and_its_customer_waits_on(town: Company) -> None:
    talk = town.id("Conversation", await town.conversation())
    until = town.clock() + timedelta(hours=3)

    payload = await town.do("Ann", "snoozeConversation", STATE, conversationId=talk, until=until.isoformat())

    assert payload["conversation"]["status"] == "SNOOZED"
    assert datetime.fromisoformat(payload["conversation"]["snoozedUntil"]) == until
    assert payload["conversation"]["waitingSince"] is not None


@pytest.mark.parametrize("length", [timedelta(hours=-1), timedelta(0), timedelta(days=400)])
async def test_a_sleep_ends_in_the_future_within_a_year(town: Company, length: timedelta) -> None:
    talk = town.id("Conversation", await town.conversation())
    until = (town.clock() + length).isoformat()

    error = await town.refusal("Ann", "snoozeConversation", conversationId=talk, until=until)

    assert (error["code"], error["field"]) == ("INVALID", ["input", "until"])


async def test_a_closed_conversation_does_not_sleep(town: Company) -> None:
    talk = town.id("Conversation", await town.conversation())
    await town.do("Ann", "closeConversation", STATE, conversationId=talk)
    until = (town.clock() + timedelta(hours=3)).isoformat()

    error = await town.refusal("Ann", "snoozeConversation", conversationId=talk, until=until)

    assert error["code"] == "CONVERSATION_CLOSED"


async def test_a_conversation_is_silent_until_it_is_not(town: Company) -> None:
    talk = town.id("Conversation", await town.conversation())

    silent = await town.do("Ann", "muteConversation", STATE, conversationId=talk)
    loud = await town.do("Ann", "muteConversation", STATE, conversationId=talk, muted=False)

    assert (silent["conversation"]["muted"], loud["conversation"]["muted"]) == (True, False)


async def test_a_first_text_starts_a_conversation(town: Company) -> None:
    start = {"locationId": town.id("Location", "Store A"), "body": "Your order is ready."}

    payload = await town.do(
        "Ann", "startConversation", f"message {{ status }} {STATE}", to={"phone": CUSTOMER}, **start
    )

    assert payload["message"] == {"status": "QUEUED"}
    assert payload["conversation"]["status"] == "OPEN"
    (contact,) = await town.fetch("SELECT phone FROM contact")
    assert contact["phone"] == CUSTOMER


async def test_a_first_text_goes_into_what_is_open_and_wakes_it(town: Company) -> None:
    message = await town.text("Hello")
    talk = town.id("Conversation", message.conversation_id)
    until = (town.clock() + timedelta(days=1)).isoformat()
    await town.do("Ann", "snoozeConversation", STATE, conversationId=talk, until=until)

    payload = await town.do(
        "Ann",
        "startConversation",
        STATE,
        locationId=town.id("Location", "Store A"),
        to={"contactId": town.id("Contact", message.contact_id)},
        body="Hi",
    )

    assert (payload["conversation"]["id"], payload["conversation"]["status"]) == (talk, "OPEN")


async def test_a_first_text_is_refused_with_its_reason(town: Company) -> None:
    hidden = await town.text("Hello", to=HEAD_OFFICE, from_=OTHER)
    store, office = town.id("Location", "Store A"), town.id("Location", "Head Office")
    phone = {"phone": CUSTOMER}

    async def code(who: str, **start: Any) -> str:
        return str((await town.refusal(who, "startConversation", **start))["code"])

    assert await code("Ann", locationId=office, to=phone, body="x") == "NOT_FOUND"
    assert await code("Nora", locationId=store, to=phone, body="x") == "NOT_FOUND"
    assert await code("Vic", locationId=store, to=phone, body="x") == "NOT_ALLOWED"
    assert await code("Ann", locationId=store, to=phone, body=" ") == "EMPTY"
    assert await code("Ann", locationId=store, to=phone, body="x" * 1601) == "LIMIT_EXCEEDED"
    assert await code("Ann", locationId=store, to=phone, body="\u0002") == "INVALID"
    for contact in (town.id("Contact", hidden.contact_id), town.id("User", "Ann"), "nothing"):
        assert await code("Ann", locationId=store, to={"contactId": contact}, body="x") == "NOT_FOUND"
    await town.text("STOP", from_=CUSTOMER)
    assert await code("Ann", locationId=store, to=phone, body="x") == "OPTED_OUT"
    await town.do("Max", "updateLocation", "__typename", locationId=store, active=False)
    assert await code("Ann", locationId=store, to=phone, body="x") == "INACTIVE_LOCATION"


async def test_reading_is_for_each_person_alone(town: Company) -> None:
    talk = town.id("Conversation", await town.conversation())
    await town.text("Hello?")

    payload = await town.do("Vic", "markRead", "conversations { id unreadCount }", conversationIds=[talk])

    assert payload["conversations"] == [{"id": talk, "unreadCount": 0}]
    others = await town.ask("Ann", "query ($id: ID!) { conversation(id: $id) { unreadCount } }", id=talk)
    assert others["conversation"]["unreadCount"] == 2
    marks = "SELECT kind FROM live_event WHERE kind = 'CONVERSATION_READ'"
    assert len(await town.fetch(marks)) == 1


async def test_reading_up_to_an_instant_leaves_the_rest_and_never_takes_back(town: Company) -> None:
    first = await town.text("One")
    await town.text("Two")
    talk = town.id("Conversation", first.conversation_id)
    select = "conversations { unreadCount }"

    some = await town.do("Vic", "markRead", select, conversationIds=[talk], upTo=first.at.isoformat())
    everything = await town.do("Vic", "markRead", select, conversationIds=[talk])
    again = await town.do("Vic", "markRead", select, conversationIds=[talk], upTo=first.at.isoformat())

    counts = [payload["conversations"][0]["unreadCount"] for payload in (some, everything, again)]
    assert counts == [1, 0, 0]


async def test_what_a_blocked_contact_says_is_nothing_to_read_but_for_a_keyword(town: Company) -> None:
    first = await town.text("Hello")
    talk = town.id("Conversation", first.conversation_id)
    await town.do("Ann", "blockContact", "__typename", contactId=town.id("Contact", first.contact_id))
    await town.text("You there?")
    await town.text("STOP")

    query = "query ($id: ID!) { conversation(id: $id) { unreadCount } }"
    unread = (await town.ask("Vic", query, id=talk))["conversation"]["unreadCount"]
    await town.do("Vic", "markRead", "__typename", conversationIds=[talk], upTo=first.at.isoformat())
    left = (await town.ask("Vic", query, id=talk))["conversation"]["unreadCount"]

    assert (unread, left) == (2, 1)


async def test_unread_again_from_the_latest_text_or_from_an_instant(town: Company) -> None:
    first = await town.text("One")
    await town.text("Two")
    await town.text("Three")
    talk = town.id("Conversation", first.conversation_id)
    await town.do("Vic", "markRead", "__typename", conversationIds=[talk])

    latest = await town.do("Vic", "markUnread", "conversation { unreadCount }", conversationId=talk)
    since = {"from": first.at.isoformat()}
    all_of_it = await town.do(
        "Vic", "markUnread", "conversation { unreadCount }", conversationId=talk, **since
    )
    still = await town.do("Vic", "markUnread", "conversation { unreadCount }", conversationId=talk)

    counts = [payload["conversation"]["unreadCount"] for payload in (latest, all_of_it, still)]
    assert counts == [1, 3, 3]


async def test_marks_are_refused_for_what_is_hidden_and_for_too_many(town: Company) -> None:
    talk = town.id("Conversation", await town.conversation())
    hidden = town.id("Conversation", await town.conversation(to=HEAD_OFFICE))

    error = await town.refusal("Ann", "markRead", conversationIds=[talk, hidden])
    assert (error["code"], error["field"]) == ("NOT_FOUND", ["input", "conversationIds"])
    assert (await town.refusal("Ann", "markUnread", conversationId=hidden))["code"] == "NOT_FOUND"
    many = await town.refusal("Ann", "markRead", conversationIds=[talk] * 101)
    assert (many["code"], many["limit"], many["given"]) == ("LIMIT_EXCEEDED", 100, 101)


@pytest.mark.parametrize("mutation", CONVERSATION_MUTATIONS)
async def test_what_is_hidden_unknown_or_not_theirs_to_change_is_refused(
    town: Company, mutation: str
) -> None:
    talk = await town.conversation()
    given = CONVERSATION_MUTATIONS[mutation]
    if mutation == "transferConversation":
        given = {"to": town.id("Place", "Head Office")}

    async def code(who: str, id: str) -> str:
        return str((await town.refusal(who, mutation, conversationId=id, **given))["code"])

    real = town.id("Conversation", talk)
    assert await code("Vic", real) == "NOT_ALLOWED"
    assert await code("Bob", real) == "NOT_FOUND"
    for wrong in (town.id("Contact", talk), town.id("Conversation", town.tenant_id), real[:-1], "", "ü" * 30):
        assert await code("Ann", wrong) == "NOT_FOUND"
