from typing import Any

import pytest

from tests.support.company import CUSTOMER, STORE_B, Company

SETTINGS = """
account {
    id name parent { name }
    settings {
        reopenWithinDays oldNumberReplies transferNotice campaignHours { opens closes }
        autoReplyIntervalSeconds helpReply
    }
}
"""


async def test_a_child_account_has_its_parents_settings_until_it_has_its_own(town: Company) -> None:
    await town.do(
        "Olive",
        "updateAccount",
        SETTINGS,
        accountId=town.id("Account", "Acme"),
        settings={"reopenWithinDays": 7, "helpReply": "{business}: call us."},
    )

    made = await town.do(
        "Olive",
        "createAccount",
        SETTINGS,
        parentId=town.id("Account", "Acme"),
        name=" Acme East ",
        settings={
            "campaignHours": {"opens": "10:00", "closes": "18:00"},
            "oldNumberReplies": "START_NEW",
            "helpReply": None,
        },
    )

    account = made["account"]
    assert (account["name"], account["parent"]) == ("Acme East", {"name": "Acme"})
    settings = account["settings"]
    assert (settings["reopenWithinDays"], settings["oldNumberReplies"]) == (7, "START_NEW")
    assert settings["campaignHours"] == {"opens": "10:00", "closes": "18:00"}
    assert settings["helpReply"] == "{business}: call us."


async def test_null_takes_the_parents_value_again_and_what_is_left_out_stays(town: Company) -> None:
    west = {"accountId": town.id("Account", "Acme West")}
    mine = {"reopenWithinDays": 3, "transferNotice": "Moved to {location}, {number}."}
    await town.do("Olive", "updateAccount", SETTINGS, **west, settings=mine)

    payload = await town.do(
        "Wes", "updateAccount", SETTINGS, **west, settings={"reopenWithinDays": None, "campaignHours": None}
    )

    settings = payload["account"]["settings"]
    assert settings["reopenWithinDays"] == 30
    assert settings["transferNotice"] == "Moved to {location}, {number}."
    assert settings["campaignHours"] == {"opens": "08:00", "closes": "21:00"}
    entries = await town.fetch("SELECT action, changes FROM audit_entry ORDER BY id")
    assert [entry["action"] for entry in entries] == ["updateAccount", "updateAccount"]
    assert entries[1]["changes"] == [{"field": "reopenWithinDays", "before": 3, "after": 30}]


async def test_a_setting_holds_for_the_next_text(town: Company) -> None:
    west = town.id("Account", "Acme West")
    await town.do("Wes", "updateAccount", "__typename", accountId=west, settings={"reopenWithinDays": 0})
    first = await town.conversation(to=STORE_B)
    await town.do("Bob", "closeConversation", "__typename", conversationId=town.id("Conversation", first))

    assert await town.conversation(to=STORE_B, from_=CUSTOMER) != first


@pytest.mark.parametrize(
    ("settings", "field", "code"),
    [
        ({"reopenWithinDays": -1}, "reopenWithinDays", "INVALID"),
        ({"reopenWithinDays": 366}, "reopenWithinDays", "INVALID"),
        ({"autoReplyIntervalSeconds": 59}, "autoReplyIntervalSeconds", "INVALID"),
        ({"autoReplyIntervalSeconds": 604_801}, "autoReplyIntervalSeconds", "INVALID"),
        ({"campaignHours": {"opens": "24:00", "closes": "09:00"}}, "campaignHours", "INVALID"),
        ({"helpReply": " "}, "helpReply", "EMPTY"),
        ({"optInReply": "x" * 1601}, "optInReply", "LIMIT_EXCEEDED"),
        ({"optOutReply": "Bye \u0003"}, "optOutReply", "INVALID"),
        ({"transferNotice": "{first_name}, {location}"}, "transferNotice", "UNKNOWN_PLACEHOLDER"),
    ],
)
async def test_a_setting_that_cannot_be(
    town: Company, settings: dict[str, Any], field: str, code: str
) -> None:
    for mutation, given in (
        ("updateAccount", {"accountId": town.id("Account", "Acme")}),
        ("createAccount", {"parentId": town.id("Account", "Acme"), "name": "New"}),
    ):
        error = await town.refusal("Olive", mutation, **given, settings=settings)

        assert (error["code"], error["field"]) == (code, ["input", "settings", field])
        if code == "UNKNOWN_PLACEHOLDER":
            assert error["unknown"] == ["first_name"]
            assert error["known"] == ["business", "location", "number"]


async def test_an_account_is_added_by_an_owner_of_the_one_above(town: Company) -> None:
    async def code(who: str, parent: str, name: str = "New") -> str:
        return str((await town.refusal(who, "createAccount", parentId=parent, name=name))["code"])

    top, west = town.id("Account", "Acme"), town.id("Account", "Acme West")
    assert await code("Max", top) == "NOT_ALLOWED"
    assert await code("Wes", west) == "NOT_ALLOWED"
    assert await code("Ann", west) == "NOT_FOUND"
    assert await code("Nora", top) == "NOT_FOUND"
    assert await code("Olive", town.id("Account", "the neighbours")) == "NOT_FOUND"
    assert await code("Olive", town.id("Location", "Store A")) == "NOT_FOUND"
    assert await code("Olive", top, " ") == "EMPTY"
    error = await town.refusal("Olive", "createAccount", parentId=top, name="acme WEST")
    assert (error["code"], error["existing"]) == ("ALREADY_EXISTS", {"id": west})


async def test_managers_change_settings_and_owners_names(town: Company) -> None:
    async def code(who: str, account: str, **given: Any) -> str | None:
        payload = await town.do(
            who, "updateAccount", "__typename", accountId=town.id("Account", account), **given
        )
        return payload["userErrors"][0]["code"] if payload["userErrors"] else None

    days = {"settings": {"reopenWithinDays": 5}}
    assert await code("Wes", "Acme West", **days) is None
    assert await code("Wes", "Acme West", name="West") == "NOT_ALLOWED"
    assert await code("Wes", "Acme", **days) == "NOT_ALLOWED"
    assert await code("Max", "Acme West", **days) == "NOT_FOUND"
    assert await code("Nora", "Acme", **days) == "NOT_FOUND"
    assert await code("Olive", "Acme West", name="") == "EMPTY"
    assert await code("Olive", "Acme West", name="West") is None


async def test_who_changes_nothing_leaves_no_trace_in_the_settings(town: Company) -> None:
    west = town.id("Account", "Acme West")

    payload = await town.do("Olive", "updateAccount", "account { name }", accountId=west)

    assert (payload["account"], payload["userErrors"]) == ({"name": "Acme West"}, [])
