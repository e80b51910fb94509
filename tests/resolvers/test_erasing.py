"""A contact is erased: who they are and what was said is nowhere any more, and every number stays."""

from typing import Any

import asyncpg
import pytest

from localmessages.actions.erasing import ERASED, NOTHING_OF_THEIRS
from localmessages.actions.removal import remove_noted_files
from localmessages.rules.erasing import ERASED_NAME, nobodys_number
from tests.support.company import CUSTOMER, OTHER, Company

WORDS = "zebrafish"


async def numbers(town: Company) -> Any:
    """Everything that is counted, as the tables have it."""
    counted = {}
    for table in ("message_hour", "message_hour_delta", "conversation_day", "wait"):
        rows = await town.fetch(f"SELECT t::text AS text FROM {table} AS t ORDER BY 1")
        counted[table] = [row["text"] for row in rows]
    rows = await town.fetch(
        "SELECT location_id, direction, status, segments, count(*) FROM message"
        " GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"
    )
    return counted, [tuple(row) for row in rows]


async def told(town: Company) -> Company:
    """Much was said with one customer, and something with another."""
    message = await town.text(f"I am {WORDS}, call me")
    talk = {"conversationId": town.id("Conversation", message.conversation_id)}
    contact = {"contactId": town.id("Contact", message.contact_id)}
    town.ids["contact"], town.ids["talk"] = message.contact_id, message.conversation_id
    await town.do("Ann", "updateContact", "__typename", **contact, firstName=WORDS, externalId=f"{WORDS}-7")
    await town.do("Ann", "addNote", "__typename", **talk, body=f"Is called {WORDS}")
    await town.do("Ann", "sendMessage", "__typename", **talk, body=f"Hello {WORDS} https://{WORDS}.example/x")
    await town.do(
        "Ann", "requestPayment", "__typename", **talk, invoice="INV-9", description=f"For {WORDS}",
        amount={"amount": "9.50", "currency": "USD"},
    )  # fmt: skip
    await town.do("Ann", "optOutContact", "__typename", **contact, **talk)
    await town.do("Ann", "optInContact", "__typename", **contact, **talk)
    await town.do(
        "Ann", "transferConversation", "__typename", **talk, to=town.id("Place", "Store B"),
        note=f"Mind {WORDS}",
        notify=False,
    )  # fmt: skip
    await town.fetch(
        """
        INSERT INTO media (tenant_id, id, message_id, filename, content_type, bytes, storage_key)
        VALUES ($1, gen_random_uuid(), $2, $3, 'image/png', 5, 'media/1')
        """,
        town.tenant_id, message.id, f"{WORDS}.png",
    )  # fmt: skip
    await town.text("Somebody else", from_=OTHER)
    await town.fetch("UPDATE message SET status = 'DELIVERED' WHERE direction = 'OUTBOUND'")
    return town


async def texts(town: Company, *words: str) -> dict[str, int]:
    """In how many rows of which table one of the words still is."""
    tables = await town.fetch(
        "SELECT table_name FROM information_schema.tables"
        " WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1"
    )
    found = {}
    for (table,) in tables:
        (row,) = await town.fetch(
            f"SELECT count(*) FROM {table} AS t WHERE t::text ~* $1",
            "|".join(word.replace("+", "") for word in words),
        )
        if row[0]:
            found[table] = row[0]
    return found


def given(town: Company, **more: str) -> dict[str, str]:
    return {"contactId": town.id("Contact", "contact"), "confirmPhone": CUSTOMER, **more}


async def test_nothing_of_them_is_in_any_table_and_every_number_stays(town: Company) -> None:
    await told(town)
    before = await numbers(town)
    assert len(await texts(town, WORDS, CUSTOMER)) > 5

    done = await town.do("Olive", "eraseContact", "erasedContactId", **given(town))

    assert done == {"erasedContactId": town.id("Contact", "contact"), "userErrors": []}
    # A job of a text that was sent, with its id alone; events name rows.
    assert await texts(town, WORDS, CUSTOMER) == {}
    assert await numbers(town) == before


async def test_the_id_leads_nowhere_and_the_facts_are_still_shown(town: Company) -> None:
    await told(town)
    await town.do("Olive", "eraseContact", "erasedContactId", **given(town))

    data = await town.ask(
        "Olive",
        """
        query ($id: ID!, $talk: ID!) {
          node(id: $id) { id } contact(id: $id) { id } contacts { nodes { phone } }
          conversation(id: $talk) {
            contact { name phone }
            timeline(first: 50) {
              nodes { __typename ... on Message { body fromNumber toNumber media { id } } }
            }
          }
        }
        """,
        id=town.id("Contact", "contact"),
        talk=town.id("Conversation", "talk"),
    )

    number = nobodys_number(town.ids["contact"])
    assert (data["node"], data["contact"], data["contacts"]["nodes"]) == (None, None, [{"phone": OTHER}])
    assert data["conversation"]["contact"] == {"name": ERASED_NAME, "phone": number}
    said = [each for each in data["conversation"]["timeline"]["nodes"] if each["__typename"] == "Message"]
    assert said
    assert all(each["body"] == "" and number in (each["fromNumber"], each["toNumber"]) for each in said)
    assert not any(each["media"] for each in said)


async def test_whoever_texts_again_is_somebody_new(town: Company) -> None:
    await told(town)
    await town.do("Olive", "eraseContact", "erasedContactId", **given(town))

    message = await town.text("Hello again")

    assert message.contact_id != town.ids["contact"]
    assert message.conversation_id != town.ids["talk"]


async def test_what_is_refused(town: Company) -> None:
    await told(town)

    wrong = await town.refusal("Olive", "eraseContact", **given(town, confirmPhone=OTHER))
    assert (wrong["code"], wrong["field"]) == ("INVALID", ["input", "confirmPhone"])
    assert (await town.refusal("Bob", "eraseContact", **given(town)))["code"] == "NOT_ALLOWED"
    assert (await town.refusal("Nora", "eraseContact", **given(town)))["code"] == "NOT_FOUND"
    await town.fetch("UPDATE message SET status = 'QUEUED' WHERE direction = 'OUTBOUND'")
    assert (await town.refusal("Olive", "eraseContact", **given(town)))["code"] == "INVALID"
    await town.fetch("UPDATE message SET status = 'SENT' WHERE direction = 'OUTBOUND'")
    await town.do("Olive", "eraseContact", "erasedContactId", **given(town))
    assert (await town.refusal("Olive", "eraseContact", **given(town)))["code"] == "NOT_FOUND"


async def test_files_are_removed_afterwards(town: Company) -> None:
    await told(town)
    await town.do("Olive", "eraseContact", "erasedContactId", **given(town))
    noted = await town.fetch("SELECT storage_key FROM file_to_remove")

    keys = [row["storage_key"] for row in noted]

    removed = await remove_noted_files(town.services)

    assert keys == ["media/1"]
    assert removed == 1
    assert not await town.fetch("SELECT FROM file_to_remove")


async def test_every_table_that_names_a_contact_says_what_erasing_does_to_it(town: Company) -> None:
    rows = await town.fetch(
        "SELECT table_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND column_name = 'contact_id'"
    )
    assert {row["table_name"] for row in rows} <= {*ERASED, *NOTHING_OF_THEIRS}
    # And those that belong to a conversation or a message of one.
    rows = await town.fetch(
        "SELECT DISTINCT table_name FROM information_schema.columns WHERE table_schema = 'public'"
        " AND column_name IN ('conversation_id', 'message_id', 'payment_request_id', 'link_id')"
    )
    reached = {row["table_name"] for row in rows}
    only_ids = {
        "bulk_transfer_result", "conversation_change", "conversation_read", "conversation_tag", "live_event",
        "message_status", "media",
    }  # fmt: skip
    assert reached <= {*ERASED, *NOTHING_OF_THEIRS, *only_ids}


async def test_the_audit_log_lets_nobody_change_it(town: Company) -> None:
    await told(town)
    for statement in (
        "UPDATE audit_entry SET action = 'nothing'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
        "UPDATE audit_entry SET subject_name = ''",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await town.fetch(statement)
