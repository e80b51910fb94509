"""People: invited, changed, removed, and who may do that to whom."""

import asyncio
import re
from typing import Any

import pytest

from localmessages.auth import hash_password
from tests.support.company import Company, mutation_of

SEEN = "user { id name status email memberships { role account { name } location { name } } }"


def at(
    town: Company, role: str, *, location: str | None = None, account: str | None = None
) -> dict[str, Any]:
    if location is not None:
        return {"location": {"locationId": town.id("Location", location), "role": role}}
    return {"account": {"accountId": town.id("Account", account or "Acme"), "role": role}}


def agent(town: Company) -> dict[str, Any]:
    return at(town, "AGENT", location="Store A")


async def make_owner(town: Company, name: str) -> None:
    about = {"userId": town.id("User", name), "memberships": [at(town, "OWNER")]}
    await town.do("Olive", "updateUser", "user { id }", **about)


async def links(town: Company) -> list[str]:
    """The tokens of the invitations that were mailed, oldest first."""
    rows = await town.fetch("SELECT text FROM mail ORDER BY id")
    return [re.findall(r"token=(\S+)", row["text"])[0] for row in rows]


async def accept(town: Company, token: str) -> Any:
    about = {"token": token, "name": "Ida Ingram", "password": "four words with nothing"}
    return await town.do(None, "acceptInvitation", "viewer { user { name status } }", **about)


async def log(town: Company) -> list[dict[str, Any]]:
    document = "{ auditLog { nodes { action subjectName changes { field before after } } } }"
    nodes: list[dict[str, Any]] = (await town.ask("Olive", document))["auditLog"]["nodes"]
    return nodes


async def test_an_invited_person_comes_in_by_the_link_of_the_mail(town: Company) -> None:
    about = {
        "name": "Ida",
        "email": "ida@acme.example",
        "memberships": [agent(town)],
    }

    made = await town.do("Max", "createUser", SEEN, **about)

    assert made["userErrors"] == []
    assert (made["user"]["status"], made["user"]["email"]) == ("INVITED", "ida@acme.example")
    roles = [{"role": "AGENT", "account": None, "location": {"name": "Store A"}}]
    assert made["user"]["memberships"] == roles
    (token,) = await links(town)
    (mail,) = await town.fetch("SELECT * FROM mail JOIN mail_recipient ON mail_id = mail.id")
    assert mail["address"] == "ida@acme.example"
    assert "Max" in mail["text"]
    came = await accept(town, token)
    assert came["viewer"] == {"user": {"name": "Ida Ingram", "status": "ACTIVE"}}
    entries = {entry["action"]: entry for entry in await log(town)}
    assert entries["createUser"]["subjectName"] == "Ida"
    assert not any(token in str(entry) for entry in entries.values())


async def test_the_link_of_a_newer_invitation_ends_the_one_before(town: Company) -> None:
    about = {
        "name": "Ida",
        "email": "ida@acme.example",
        "memberships": [agent(town)],
    }
    made = await town.do("Max", "createUser", "user { id }", **about)
    user = {"userId": made["user"]["id"]}

    again = await town.do("Max", "resendInvitation", SEEN, **user)
    moved = await town.do("Max", "updateUser", SEEN, **user, email="new@acme.example")

    assert (again["user"]["status"], moved["user"]["email"]) == ("INVITED", "new@acme.example")
    first, second, third = await links(town)
    for old in (first, second):
        assert (await accept(town, old))["userErrors"][0]["code"] == "INVALID_TOKEN"
    assert (await accept(town, third))["userErrors"] == []
    assert (await town.refusal("Max", "resendInvitation", **user))["code"] == "WRONG_STATE"


@pytest.mark.parametrize(
    ("who", "roles", "code"),
    [
        ("Ann", [("AGENT", "Store A", None)], "NOT_ALLOWED"),
        ("Max", [("OWNER", None, "Acme")], "NOT_ALLOWED"),
        ("Max", [("AGENT", "Store B", None)], "NOT_ALLOWED"),
        ("Max", [("AGENT", "Store A", None), ("AGENT", "Store B", None)], "NOT_ALLOWED"),
        ("Max", [("AGENT", None, "Acme")], "NOT_ALLOWED"),
        ("Wes", [("OWNER", None, "Acme West")], "NOT_ALLOWED"),
        ("Nora", [("AGENT", "Store A", None)], "NOT_ALLOWED"),
        ("Olive", [("OWNER", "Store A", None)], "INVALID"),
        ("Olive", [], "EMPTY"),
        ("Olive", [("OWNER", None, "Acme")], None),
        ("Wes", [("MANAGER", None, "Acme West"), ("VIEWER", "Store B", None)], None),
        ("Max", [("MANAGER", "Store A", None)], None),
    ],
)
async def test_nobody_gives_more_than_they_have_or_where_they_manage_nothing(
    town: Company, who: str, roles: list[tuple[str, str | None, str | None]], code: str | None
) -> None:
    memberships = [at(town, role, location=place, account=account) for role, place, account in roles]
    about = {"name": "Ida", "email": "ida@acme.example", "memberships": memberships}

    if code is None:
        assert (await town.do(who, "createUser", "user { id }", **about))["userErrors"] == []
    else:
        error = await town.refusal(who, "createUser", **about)
        assert (error["code"], error["field"]) == (code, ["input", "memberships"])


async def test_an_address_is_one_persons_in_all_organisations(town: Company) -> None:
    about = {"name": "Ida", "memberships": [agent(town)]}

    ours = await town.refusal("Olive", "createUser", **about, email="ANN@acme.example")
    (nora,) = await town.fetch("SELECT email FROM app_user WHERE id = $1", town.ids["Nora"])
    theirs = await town.refusal("Olive", "createUser", **about, email=nora["email"])
    assert (ours["code"], ours["existing"]) == ("ALREADY_EXISTS", {"id": town.id("User", "Ann")})
    assert (theirs["code"], theirs["existing"], theirs["remedy"]) == ("ALREADY_EXISTS", None, None)


async def test_roles_are_replaced_and_the_log_says_by_which(town: Company) -> None:
    roles = [at(town, "VIEWER", location="Store B"), at(town, "MANAGER", account="Acme West")]

    done = await town.do(
        "Olive", "updateUser", SEEN, userId=town.id("User", "Ann"), name="Anna", memberships=roles
    )

    assert done["user"]["name"] == "Anna"
    assert {each["role"] for each in done["user"]["memberships"]} == {"VIEWER", "MANAGER"}
    entry = (await log(town))[0]
    assert (entry["action"], entry["subjectName"]) == ("updateUser", "Ann")
    assert entry["changes"] == [
        {"field": "name", "before": '"Ann"', "after": '"Anna"'},
        {
            "field": "memberships",
            "before": '[{"role":"AGENT","location":"Store A"}]',
            "after": '[{"role":"VIEWER","location":"Store B"},{"role":"MANAGER","account":"Acme West"}]',
        },
    ]


@pytest.mark.parametrize(
    ("who", "whom", "code"),
    [
        ("Max", "Olive", "NOT_ALLOWED"),
        ("Max", "Bob", "NOT_ALLOWED"),
        ("Max", "Abe", "NOT_ALLOWED"),
        ("Ann", "Vic", "NOT_ALLOWED"),
        ("Max", "Nora", "NOT_FOUND"),
    ],
)
async def test_who_manages_only_a_part_of_what_somebody_does_changes_nothing_of_them(
    town: Company, who: str, whom: str, code: str
) -> None:
    user = {"userId": town.id("User", whom)}
    for mutation, more in (("updateUser", {"name": "X"}), ("removeUser", {}), ("resendInvitation", {})):
        assert (await town.refusal(who, mutation, **user, **more))["code"] == code


async def test_the_last_owner_stays(town: Company) -> None:
    olive = {"userId": town.id("User", "Olive")}
    roles = [at(town, "MANAGER")]

    assert (await town.refusal("Olive", "removeUser", **olive))["code"] == "LAST_OWNER"
    assert (await town.refusal("Olive", "updateUser", **olive, memberships=roles))["code"] == "LAST_OWNER"
    await make_owner(town, "Ann")
    assert (await town.do("Ann", "removeUser", SEEN, **olive))["user"]["status"] == "FORMER"


async def test_two_owners_who_remove_each_other_leave_one(town: Company) -> None:
    await make_owner(town, "Ann")

    document = mutation_of("removeUser", "user { id }")
    await asyncio.gather(
        # The one who comes too late may not even ask any more.
        town.answer("Olive", document, input={"userId": town.id("User", "Ann")}),
        town.answer("Ann", document, input={"userId": town.id("User", "Olive")}),
    )

    (left,) = await town.fetch(
        "SELECT count(*) FROM app_user JOIN membership ON user_id = app_user.id"
        " WHERE role = 'OWNER' AND status = 'ACTIVE' AND app_user.tenant_id = $1",
        town.tenant_id,
    )
    assert left[0] == 1


async def test_who_was_removed_is_named_and_does_nothing_any_more(town: Company) -> None:
    talk, closed = await town.conversation(), await town.conversation(from_="+19175550124")
    for each in (talk, closed):
        await town.do(
            "Ann",
            "assignConversation",
            "__typename",
            conversationId=town.id("Conversation", each),
            userId=town.id("User", "Ann"),
        )
    await town.do("Ann", "closeConversation", "__typename", conversationId=town.id("Conversation", closed))
    await town.do("Ann", "sendMessage", "__typename", conversationId=town.id("Conversation", talk), body="Hi")

    done = await town.do("Max", "removeUser", SEEN, userId=town.id("User", "Ann"))
    again = await town.do("Max", "removeUser", SEEN, userId=town.id("User", "Ann"))

    assert done["user"]["status"] == "FORMER"
    assert again["user"] == done["user"]
    assert (await town.answer("Ann", "{ viewer { user { id } } }"))["errors"]
    data = await town.ask(
        "Olive",
        "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Conversation { status assignee { name } lastMessage"
        " { agent { name status } }"
        " timeline(last: 1) { nodes { ... on ConversationChange { kind by { name } } } } } } }",
        ids=[town.id("Conversation", each) for each in (talk, closed)],
    )
    open_, shut = data["nodes"]
    assert (open_["assignee"], shut["assignee"]) == (None, {"name": "Ann"})
    assert open_["lastMessage"] == {"agent": {"name": "Ann", "status": "FORMER"}}
    assert open_["timeline"]["nodes"] == [{"kind": "UNASSIGNED", "by": {"name": "Max"}}]
    assert [entry["action"] for entry in await log(town)][:1] == ["removeUser"]


async def test_a_removed_address_may_be_invited_again(town: Company) -> None:
    await town.do("Max", "removeUser", "__typename", userId=town.id("User", "Ann"))
    about = {
        "name": "Ann",
        "email": "ann@acme.example",
        "memberships": [agent(town)],
    }

    made = await town.do("Max", "createUser", "user { id }", **about)

    assert made["userErrors"] == []
    assert made["user"]["id"] != town.id("User", "Ann")


PASSWORD = "correct horse battery"


@pytest.fixture
async def proven(town: Company) -> Company:
    """The company, where the owner has a password."""
    hashed = await asyncio.to_thread(hash_password, PASSWORD)
    await town.fetch("UPDATE app_user SET password_hash = $2 WHERE id = $1", town.ids["Olive"], hashed)
    return town


async def test_an_account_changes_hands_with_the_password(proven: Company) -> None:
    about = {"accountId": proven.id("Account", "Acme"), "userId": proven.id("User", "Ann")}

    wrong = await proven.do("Olive", "transferOwnership", "account { id }", **about, password="guess")
    done = await proven.do("Olive", "transferOwnership", "account { name }", **about, password=PASSWORD)

    assert wrong["userErrors"][0]["code"] == "INVALID_CREDENTIALS"
    assert done["account"] == {"name": "Acme"}
    roles = "{ viewer { memberships { role account { name } location { name } } } }"
    assert (await proven.ask("Olive", roles))["viewer"]["memberships"] == [
        {"role": "MANAGER", "account": {"name": "Acme"}, "location": None}
    ]
    held = {each["role"] for each in (await proven.ask("Ann", roles))["viewer"]["memberships"]}
    assert held == {"OWNER", "AGENT"}
    entry = await proven.ask(
        "Ann", "{ auditLog(first: 1) { nodes { action changes { field before after } } } }"
    )
    assert entry["auditLog"]["nodes"] == [
        {
            "action": "transferOwnership",
            "changes": [{"field": "owner", "before": '"Olive"', "after": '"Ann"'}],
        }
    ]


@pytest.mark.parametrize(
    ("who", "account", "whom", "code"),
    [
        ("Olive", "Acme", "Olive", "WRONG_STATE"),
        ("Olive", "Acme", "Nora", "NOT_FOUND"),
        ("Olive", "the neighbours", "Ann", "NOT_FOUND"),
        ("Wes", "Acme West", "Bob", "NOT_ALLOWED"),
    ],
)
async def test_what_cannot_change_hands(
    proven: Company, who: str, account: str, whom: str, code: str
) -> None:
    about = {"accountId": proven.id("Account", account), "userId": proven.id("User", whom)}

    assert (await proven.refusal(who, "transferOwnership", **about, password=PASSWORD))["code"] == code


async def test_a_key_manages_people_where_it_works_and_makes_no_owner(town: Company) -> None:
    secret = await town.key("PEOPLE", at=["Store A"])
    about = {"name": "Ida", "email": "ida@acme.example"}

    refused = await town.do_key(secret, "createUser", "user { id }", **about, memberships=[at(town, "OWNER")])
    made = await town.do_key(secret, "createUser", SEEN, **about, memberships=[agent(town)])

    assert refused["userErrors"][0]["code"] == "NOT_ALLOWED"
    assert made["user"]["status"] == "INVITED"
    document = "{ auditLog(first: 1) { nodes { action user { id } apiKey { name } } } }"
    (entry,) = (await town.ask("Olive", document))["auditLog"]["nodes"]
    assert entry == {"action": "createUser", "user": None, "apiKey": {"name": "A program"}}
