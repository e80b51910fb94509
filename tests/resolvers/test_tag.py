import asyncio
from typing import Any

import pytest

from tests.support.company import HEAD_OFFICE, OTHER, Company

TAGS = "conversation { version tags { name } }"


async def test_a_conversation_gets_tags_once_and_loses_them(town: Company) -> None:
    given = {
        "conversationId": town.id("Conversation", await town.conversation()),
        "tagIds": [town.id("Tag", "VIP")] * 2,
    }

    tagged = await town.do("Ann", "tagConversation", TAGS, **given)
    again = await town.do("Ann", "tagConversation", TAGS, **given)
    untagged = await town.do("Ann", "untagConversation", TAGS, **given)

    assert tagged["conversation"]["tags"] == [{"name": "VIP"}]
    assert again["conversation"] == tagged["conversation"]
    assert untagged["conversation"]["tags"] == []


async def test_a_tag_that_is_unknown_or_the_neighbours_is_not_found(town: Company) -> None:
    talk = town.id("Conversation", await town.conversation())

    for mutation in ("tagConversation", "untagConversation"):
        for tag in (town.id("Tag", "their tag"), town.id("Tag", town.tenant_id), talk):
            error = await town.refusal("Ann", mutation, conversationId=talk, tagIds=[tag])
            assert (error["code"], error["field"]) == ("NOT_FOUND", ["input", "tagIds"])


async def test_a_conversation_has_at_most_fifty_tags(town: Company) -> None:
    talk = town.id("Conversation", await town.conversation())
    made = [await town.do("Olive", "createTag", "tag { id }", name=f"Tag {number}") for number in range(51)]
    tags = [payload["tag"]["id"] for payload in made]

    error = await town.refusal("Ann", "tagConversation", conversationId=talk, tagIds=tags)

    assert (error["code"], error["limit"], error["given"]) == ("LIMIT_EXCEEDED", 50, 51)


async def test_a_tag_is_made_by_a_manager_and_seen_by_all(town: Company) -> None:
    payload = await town.do("Max", "createTag", "tag { name color }", name=" Repair ", color="#FF8800")

    assert payload["tag"] == {"name": "Repair", "color": "#ff8800"}
    seen = await town.ask("Vic", "{ tags { nodes { name } } }")
    assert seen["tags"]["nodes"] == [{"name": "Repair"}, {"name": "VIP"}]


@pytest.mark.parametrize(
    ("who", "given", "code"),
    [
        ("Ann", {"name": "New"}, "NOT_ALLOWED"),
        ("Max", {"name": " "}, "EMPTY"),
        ("Max", {"name": "x" * 51}, "LIMIT_EXCEEDED"),
        ("Max", {"name": "New", "color": "red"}, "INVALID"),
        ("Max", {"name": "New", "color": "#12345g"}, "INVALID"),
        ("Max", {"name": "vip"}, "ALREADY_EXISTS"),
    ],
)
async def test_a_tag_that_cannot_be_made(town: Company, who: str, given: dict[str, Any], code: str) -> None:
    error = await town.refusal(who, "createTag", **given)

    assert error["code"] == code
    if code == "ALREADY_EXISTS":
        assert error["existing"] == {"id": town.id("Tag", "VIP")}


async def test_two_who_make_the_same_tag_at_once_make_one(town: Company) -> None:
    made = await asyncio.gather(
        *(town.do("Olive", "createTag", "tag { id }", name=name) for name in ("Late", "LATE", "late"))
    )

    codes = sorted(error["code"] for payload in made for error in payload["userErrors"])
    assert codes == ["ALREADY_EXISTS", "ALREADY_EXISTS"]


async def test_a_tag_gets_a_new_name_or_colour(town: Company) -> None:
    tag = town.id("Tag", "VIP")

    renamed = await town.do("Olive", "updateTag", "tag { name color }", tagId=tag, name="Regular")
    coloured = await town.do("Olive", "updateTag", "tag { name color }", tagId=tag, color="#000000")
    same = await town.do("Olive", "updateTag", "tag { name color }", tagId=tag, name="REGULAR")

    assert renamed["tag"] == {"name": "Regular", "color": "#868e96"}
    assert coloured["tag"] == {"name": "Regular", "color": "#000000"}
    assert same["tag"]["name"] == "REGULAR"


@pytest.mark.parametrize(
    ("given", "code"),
    [({"name": ""}, "EMPTY"), ({"color": "#1"}, "INVALID"), ({"name": "LATE"}, "ALREADY_EXISTS")],
)
async def test_a_change_of_a_tag_that_cannot_be(town: Company, given: dict[str, Any], code: str) -> None:
    await town.do("Olive", "createTag", "__typename", name="Late")

    assert (await town.refusal("Olive", "updateTag", tagId=town.id("Tag", "VIP"), **given))["code"] == code


async def test_a_deleted_tag_is_off_every_conversation_and_each_inbox_hears_of_it(town: Company) -> None:
    tag = town.id("Tag", "VIP")
    for talk in (await town.conversation(), await town.conversation(to=HEAD_OFFICE, from_=OTHER)):
        await town.do(
            "Olive", "tagConversation", TAGS, conversationId=town.id("Conversation", talk), tagIds=[tag]
        )

    payload = await town.do("Olive", "deleteTag", "deletedTagId", tagId=tag)

    assert payload == {"deletedTagId": tag, "userErrors": []}
    assert await town.fetch("SELECT FROM conversation_tag") == []
    assert await town.fetch("SELECT FROM conversation WHERE tag_ids <> '{}'") == []
    changes = await town.fetch("SELECT kind FROM conversation_change ORDER BY kind")
    assert [row["kind"] for row in changes] == ["TAGGED", "TAGGED", "UNTAGGED", "UNTAGGED"]
    told = await town.fetch(
        "SELECT DISTINCT location_id FROM live_event WHERE body -> 'entry' ->> 0 = 'ConversationChange'"
    )
    assert {row["location_id"] for row in told} == {town.ids["Store A"], town.ids["Head Office"]}
    assert (await town.refusal("Olive", "deleteTag", tagId=tag))["code"] == "NOT_FOUND"


async def test_a_tag_put_on_while_it_is_deleted_is_off_or_not_found(town: Company) -> None:
    tag = town.id("Tag", "VIP")
    talks = [await town.conversation(from_=f"+1917555{number:04}") for number in range(8)]

    tagging = (
        town.do("Ann", "tagConversation", TAGS, conversationId=town.id("Conversation", talk), tagIds=[tag])
        for talk in talks
    )
    payloads = await asyncio.gather(*tagging, town.do("Olive", "deleteTag", "deletedTagId", tagId=tag))

    assert payloads[-1]["deletedTagId"] == tag
    assert {error["code"] for each in payloads for error in each["userErrors"]} <= {"NOT_FOUND"}
    assert await town.fetch("SELECT FROM conversation WHERE tag_ids <> '{}'") == []


@pytest.mark.parametrize("mutation", ["updateTag", "deleteTag"])
async def test_a_tag_of_the_whole_tree_is_changed_by_who_manages_all_of_it(
    town: Company, mutation: str
) -> None:
    async def code(who: str, id: str) -> str:
        return str((await town.refusal(who, mutation, tagId=id))["code"])

    assert await code("Max", town.id("Tag", "VIP")) == "NOT_ALLOWED"
    assert await code("Nora", town.id("Tag", "VIP")) == "NOT_FOUND"
    assert await code("Olive", town.id("Location", "Store A")) == "NOT_FOUND"
