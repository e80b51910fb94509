from typing import Any

import pytest

from tests.support.company import CUSTOMER, HEAD_OFFICE, OTHER, STORE_B, Company

NAMED = "contact { id phone firstName lastName externalId blockedAt optedOutAt }"


async def test_a_contact_is_made_before_the_first_text(town: Company) -> None:
    payload = await town.do(
        "Ann", "createContact", NAMED, phone="+1 917-555-0123", firstName=" Ada ", externalId="crm-1"
    )

    contact = payload["contact"]
    assert (contact["phone"], contact["firstName"], contact["lastName"]) == (CUSTOMER, "Ada", None)
    assert contact["externalId"] == "crm-1"


async def test_a_second_contact_with_a_number_is_refused_with_the_first(town: Company) -> None:
    message = await town.text("Hello")

    error = await town.refusal("Ann", "createContact", phone=CUSTOMER)

    assert (error["code"], error["field"]) == ("ALREADY_EXISTS", ["input", "phone"])
    assert error["existing"] == {"id": town.id("Contact", message.contact_id)}


async def test_a_contact_in_the_way_that_is_hidden_stays_hidden(town: Company) -> None:
    await town.text("Hello", to=STORE_B)

    error = await town.refusal("Ann", "createContact", phone=CUSTOMER)

    assert (error["code"], error["existing"], error["remedy"]) == ("ALREADY_EXISTS", None, None)


@pytest.mark.parametrize(
    ("who", "given", "code"),
    [
        ("Vic", {}, "NOT_ALLOWED"),
        ("Ann", {"firstName": "x" * 201}, "LIMIT_EXCEEDED"),
        ("Ann", {"lastName": "\u0000x"}, "INVALID"),
        ("Ann", {"externalId": "crm-1"}, "ALREADY_EXISTS"),
    ],
)
async def test_a_contact_that_cannot_be_made(
    town: Company, who: str, given: dict[str, Any], code: str
) -> None:
    await town.do("Ann", "createContact", "__typename", phone=OTHER, externalId="crm-1")

    assert (await town.refusal(who, "createContact", phone=CUSTOMER, **given))["code"] == code


async def test_what_is_left_out_stays_and_null_clears(town: Company) -> None:
    made = await town.do(
        "Ann", "createContact", NAMED, phone=CUSTOMER, firstName="Ada", lastName="Lovelace", externalId="1"
    )
    contact = made["contact"]["id"]

    changed = await town.do(
        "Ann", "updateContact", NAMED, contactId=contact, lastName="King", externalId=None
    )

    after = changed["contact"]
    assert (after["firstName"], after["lastName"], after["externalId"]) == ("Ada", "King", None)
    (entry,) = await town.fetch(
        "SELECT action, user_id, subject_name, changes FROM audit_entry WHERE action = 'updateContact'"
    )
    assert (entry["action"], entry["user_id"]) == ("updateContact", town.ids["Ann"])
    assert {"field": "lastName", "before": "Lovelace", "after": "King"} in entry["changes"]


async def test_a_new_name_is_told_where_the_contact_talks(town: Company) -> None:
    message = await town.text("Hello")
    contact = town.id("Contact", message.contact_id)

    await town.do("Ann", "updateContact", "__typename", contactId=contact, firstName="Ada")

    events = await town.fetch("SELECT location_id FROM live_event WHERE kind = 'CONVERSATION_CHANGED'")
    assert [event["location_id"] for event in events] == [town.ids["Store A"]]


async def test_a_blocked_sender_is_closed_everywhere_and_alerts_nobody(town: Company) -> None:
    message = await town.text("Buy!")
    await town.text("Buy!", to=STORE_B)
    contact = town.id("Contact", message.contact_id)

    payload = await town.do("Ann", "blockContact", NAMED, contactId=contact)
    await town.text("Buy now!")

    assert payload["contact"]["blockedAt"] is not None
    assert [wait["outcome"] for wait in await town.waits()] == ["BLOCKED", "BLOCKED"]
    statuses = await town.fetch("SELECT DISTINCT status, waiting_since FROM conversation")
    assert [tuple(row) for row in statuses] == [("CLOSED", None)]
    assert [row["action"] for row in await town.fetch("SELECT action FROM audit_entry")] == ["blockContact"]


async def test_an_unblocked_sender_opens_conversations_again(town: Company) -> None:
    message = await town.text("Buy!")
    contact = town.id("Contact", message.contact_id)
    await town.do("Ann", "blockContact", NAMED, contactId=contact)

    payload = await town.do("Ann", "unblockContact", NAMED, contactId=contact)

    assert payload["contact"]["blockedAt"] is None
    assert [row["status"] for row in await town.fetch("SELECT status FROM conversation")] == ["CLOSED"]
    await town.text("Sorry")
    assert [row["status"] for row in await town.fetch("SELECT status FROM conversation")] == ["OPEN"]


async def test_who_opts_out_by_hand_is_out_everywhere(town: Company) -> None:
    message = await town.text("Hello")
    await town.text("Hello", to=STORE_B)
    talk, contact = message.conversation_id, town.id("Contact", message.contact_id)
    sent = await town.do(
        "Ann", "sendMessage", "message { id }", conversationId=town.id("Conversation", talk), body="Offer!"
    )

    payload = await town.do(
        "Ann",
        "optOutContact",
        f"{NAMED} change {{ state method by {{ name }} cause causeMessage {{ id }} location {{ name }} }}",
        contactId=contact,
        conversationId=town.id("Conversation", talk),
    )

    assert payload["contact"]["optedOutAt"] is not None
    assert payload["change"] == {
        "state": "OPTED_OUT",
        "method": "MANUAL",
        "by": {"name": "Ann"},
        "cause": "MESSAGE",
        "causeMessage": {"id": sent["message"]["id"]},
        "location": {"name": "Store A"},
    }
    assert {wait["outcome"] for wait in await town.waits()} == {"ANSWERED", "OPTED_OUT"}
    start = {"locationId": town.id("Location", "Store B"), "to": {"phone": CUSTOMER}, "body": "Hi"}
    assert (await town.refusal("Bob", "startConversation", **start))["code"] == "OPTED_OUT"


async def test_a_second_opt_out_is_no_change(town: Company) -> None:
    contact = town.id("Contact", (await town.text("STOP")).contact_id)

    payload = await town.do("Ann", "optOutContact", f"{NAMED} change {{ id }}", contactId=contact)

    assert (payload["change"], payload["userErrors"]) == (None, [])
    assert len(await town.fetch("SELECT FROM consent_change")) == 1


async def test_who_agrees_again_may_be_texted_again(town: Company) -> None:
    message = await town.text("STOP")
    contact = town.id("Contact", message.contact_id)

    payload = await town.do(
        "Ann", "optInContact", f"{NAMED} change {{ state cause conversation {{ id }} }}", contactId=contact
    )

    assert payload["contact"]["optedOutAt"] is None
    assert payload["change"] == {"state": "OPTED_IN", "cause": "NONE", "conversation": None}
    start = {"locationId": town.id("Location", "Store A"), "to": {"phone": CUSTOMER}, "body": "Hi"}
    assert (await town.do("Ann", "startConversation", "__typename", **start))["userErrors"] == []


@pytest.mark.parametrize(
    "mutation", ["updateContact", "blockContact", "unblockContact", "optOutContact", "optInContact"]
)
async def test_a_contact_is_changed_by_who_acts_where_it_talks(town: Company, mutation: str) -> None:
    contact = (await town.text("Hello")).contact_id

    async def code(who: str, id: str) -> str:
        return str((await town.refusal(who, mutation, contactId=id))["code"])

    real = town.id("Contact", contact)
    assert await code("Vic", real) == "NOT_ALLOWED"
    assert await code("Bob", real) == "NOT_FOUND"
    assert await code("Nora", real) == "NOT_FOUND"
    assert await code("Ann", town.id("Conversation", contact)) == "NOT_FOUND"
    assert (await town.do("Olive", mutation, "__typename", contactId=real))["userErrors"] == []


async def test_consent_names_a_conversation_of_the_contact_that_is_theirs(town: Company) -> None:
    contact = town.id("Contact", (await town.text("Hello")).contact_id)
    strangers = await town.conversation(from_=OTHER)
    hidden = await town.conversation(to=HEAD_OFFICE)

    for talk in (strangers, hidden, town.tenant_id):
        error = await town.refusal(
            "Ann", "optOutContact", contactId=contact, conversationId=town.id("Conversation", talk)
        )
        assert (error["code"], error["field"]) == ("NOT_FOUND", ["input", "conversationId"])


async def test_an_external_id_belongs_to_one_contact(town: Company) -> None:
    await town.do("Ann", "createContact", "__typename", phone=OTHER, externalId="crm-1")
    contact = town.id("Contact", (await town.text("Hello")).contact_id)

    error = await town.refusal("Ann", "updateContact", contactId=contact, externalId="crm-1")

    assert (error["code"], error["field"]) == ("ALREADY_EXISTS", ["input", "externalId"])
