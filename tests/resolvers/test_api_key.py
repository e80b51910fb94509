"""Keys for programs: made by owners, shown once, good until they end."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from graphql import GraphQLError

from graph.ids import expect_id
from localmessages.actions.bulk_transfers import transfer_next
from localmessages.auth import api_key_digest
from tests.support.company import Company

SEEN = "apiKey { id name prefix scopes account { name } locations { name } by { name } expiresAt revokedAt }"


def given(town: Company, **more: object) -> dict[str, object]:
    account = {"accountId": town.id("Account", "Acme")}
    return {"name": "Till", **account, "scopes": ["READ_CONVERSATIONS"], **more}


async def test_a_key_is_shown_once_and_only_its_hash_is_kept(town: Company) -> None:
    made = await town.do("Olive", "createApiKey", "secret " + SEEN, **given(town), idempotencyKey="k")
    again = await town.do("Olive", "createApiKey", "secret " + SEEN, **given(town), idempotencyKey="k")

    secret, key = made["secret"], made["apiKey"]
    assert secret.startswith(key["prefix"])
    assert key["prefix"].startswith("lm_")
    assert (key["name"], key["account"]["name"], key["by"]["name"]) == ("Till", "Acme", "Olive")
    assert (again["secret"], again["apiKey"]) == (None, key)
    (row,) = await town.fetch("SELECT api_key::text AS text, secret_hash FROM api_key WHERE name = 'Till'")
    assert row["secret_hash"] == api_key_digest(secret)
    everything = await town.fetch("SELECT audit_entry::text AS text FROM audit_entry")
    assert not any(secret in each["text"] for each in [row, *everything])


@pytest.mark.parametrize(
    ("who", "more", "code", "field"),
    [
        ("Max", {}, "NOT_ALLOWED", None),
        ("Nora", {}, "NOT_FOUND", ["input", "accountId"]),
        ("Olive", {"name": "  "}, "EMPTY", ["input", "name"]),
        ("Olive", {"scopes": []}, "EMPTY", ["input", "scopes"]),
        ("Olive", {"locationIds": ["nowhere"]}, "NOT_FOUND", ["input", "locationIds"]),
        ("Olive", {"expiresAt": "2020-01-01T00:00:00Z"}, "INVALID", ["input", "expiresAt"]),
    ],
)
async def test_what_is_refused(
    town: Company, who: str, more: dict[str, object], code: str, field: list[str] | None
) -> None:
    error = await town.refusal(who, "createApiKey", **given(town, **more))

    assert (error["code"], error["field"]) == (code, field)


async def test_a_key_is_limited_to_locations_of_its_account(town: Company) -> None:
    west = {"accountId": town.id("Account", "Acme West")}

    error = await town.refusal(
        "Olive", "createApiKey", **given(town, **west, locationIds=[town.id("Location", "Store A")])
    )

    assert (error["code"], error["field"]) == ("INVALID", ["input", "locationIds"])


async def test_a_key_sees_what_it_is_limited_to(town: Company) -> None:
    here, there = await town.conversation(), await town.conversation(to="+13125550100")
    secret = await town.key("READ_CONVERSATIONS", at=["Store A"])
    document = (
        "query ($id: ID!) { conversation(id: $id) { location { name } } conversations { nodes { id } } }"
    )

    seen = await town.ask_key(secret, document, id=town.id("Conversation", here))
    hidden = await town.ask_key(secret, document, id=town.id("Conversation", there))

    assert seen["conversation"] == {"location": {"name": "Store A"}}
    assert hidden["conversation"] is None
    assert [node["id"] for node in seen["conversations"]["nodes"]] == [town.id("Conversation", here)]


async def test_the_viewer_of_a_key_is_the_key(town: Company) -> None:
    secret = await town.key("REPORTS", at=["Store A"])

    data = await town.ask_key(
        secret,
        "{ viewer { user { id } apiKey { name scopes } account { name } alerts { byMail } unreadNotifications"
        "  memberships { role account { name } location { name } } notifications { nodes { id } } } }",
    )

    assert data["viewer"] == {
        "user": None,
        "apiKey": {"name": "A program", "scopes": ["REPORTS"]},
        "account": {"name": "Acme"},
        "alerts": None,
        "unreadNotifications": 0,
        "memberships": [{"role": "AGENT", "account": None, "location": {"name": "Store A"}}],
        "notifications": {"nodes": []},
    }


async def test_a_revoked_key_opens_nothing_from_the_next_request_on(town: Company) -> None:
    secret = await town.key("REPORTS")
    ended = {"apiKeyId": town.id("ApiKey", "the key")}
    await town.ask_key(secret, "{ viewer { account { id } } }")

    first = await town.do("Olive", "revokeApiKey", SEEN, **ended)
    second = await town.do("Olive", "revokeApiKey", SEEN, **ended)

    answer = await town.answer_key(secret, "{ viewer { account { id } } }")
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert first["apiKey"]["revokedAt"]
    assert first == second
    (count,) = await town.fetch("SELECT count(*) FROM audit_entry WHERE action = 'revokeApiKey'")
    assert count[0] == 1


async def test_others_end_no_key(town: Company) -> None:
    await town.key("REPORTS")
    ended = {"apiKeyId": town.id("ApiKey", "the key")}

    assert (await town.refusal("Nora", "revokeApiKey", **ended))["code"] == "NOT_FOUND"
    assert (await town.refusal("Max", "revokeApiKey", **ended))["code"] == "NOT_ALLOWED"
    assert (await town.refusal("Olive", "revokeApiKey", apiKeyId="none"))["code"] == "NOT_FOUND"


async def test_a_key_ends_by_itself(town: Company) -> None:
    secret = await town.key("REPORTS", expiresAt=(town.clock() + timedelta(hours=1)).isoformat())
    await town.ask_key(secret, "{ viewer { account { id } } }")

    town.clock.passes(hours=1)

    (error,) = (await town.answer_key(secret, "{ viewer { account { id } } }"))["errors"]
    assert error["extensions"]["code"] == "UNAUTHENTICATED"
    assert "expired" in error["message"]


@pytest.mark.parametrize(
    "change", [lambda s: s[:-1], lambda s: s[:5] + "AAAA" + s[9:], lambda _: "lm_" + "A" * 86]
)
async def test_what_is_no_key_opens_nothing(town: Company, change: Callable[[str], str]) -> None:
    secret = await town.key("REPORTS")

    try:
        answer = await town.answer_key(change(secret), "{ viewer { account { id } } }")
    except GraphQLError as error:
        # What has not even the form of a key is refused before.
        answer = {"errors": [error.formatted]}

    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_the_last_use_is_kept_to_the_minute_with_one_write(town: Company) -> None:
    secret = await town.key("REPORTS")
    town.clock.now = town.clock.now.replace(second=5)
    for _ in range(3):
        await town.ask_key(secret, "{ viewer { account { id } } }")
    (first,) = await town.fetch("SELECT last_used_at, xmin::text FROM api_key WHERE last_used_at IS NOT NULL")

    await town.ask_key(secret, "{ viewer { account { id } } }")
    (same,) = await town.fetch("SELECT last_used_at, xmin::text FROM api_key WHERE last_used_at IS NOT NULL")
    town.clock.passes(minutes=1)
    await town.ask_key(secret, "{ viewer { account { id } } }")

    assert first == same
    assert first["last_used_at"] == town.clock.now.replace(second=0) - timedelta(minutes=1)
    page = (await town.ask("Olive", "{ apiKeys { nodes { lastUsedAt } } }"))["apiKeys"]["nodes"]
    assert page[0]["lastUsedAt"] == (town.clock.now.replace(second=0)).strftime("%Y-%m-%dT%H:%M:00.000Z")


async def test_owners_page_through_the_keys_of_their_accounts(town: Company) -> None:
    document = """
        query ($a: ID, $n: String) {
          apiKeys(accountId: $a, first: 1, after: $n) { nodes { name } pageInfo { endCursor } }
        }
    """
    for name, account in (("One", "Acme"), ("Two", "Acme West"), ("Three", "Acme")):
        await town.do(
            "Olive", "createApiKey", "secret", **given(town, name=name, accountId=town.id("Account", account))
        )

    first = (await town.ask("Olive", document))["apiKeys"]
    second = (await town.ask("Olive", document, n=first["pageInfo"]["endCursor"]))["apiKeys"]
    west = (await town.ask("Olive", document, a=town.id("Account", "Acme West")))["apiKeys"]

    assert [first["nodes"], second["nodes"], west["nodes"]] == [
        [{"name": "Three"}],
        [{"name": "Two"}],
        [{"name": "Two"}],
    ]
    assert (await town.ask("Nora", document))["apiKeys"]["nodes"] == []
    (error,) = (await town.answer("Max", document))["errors"]
    assert error["extensions"]["code"] == "FORBIDDEN"


async def test_what_a_key_did_says_so(town: Company) -> None:
    talk = {"conversationId": town.id("Conversation", await town.conversation())}
    secret = await town.key("WRITE_CONVERSATIONS", "READ_CONVERSATIONS", "TRANSFER")

    sent = await town.do_key(
        secret, "sendMessage", "message { body agent { id } origin }", **talk, body="Yes"
    )
    noted = await town.do_key(secret, "addNote", "note { body }", **talk, body="Told")
    moved = await town.do_key(
        secret, "transferConversation", "transfer { by { id } }", **talk, to=town.id("Place", "Store B")
    )
    await town.do_key(secret, "markRead", "conversations { id }", conversationIds=[talk["conversationId"]])

    assert sent["message"] == {"body": "Yes", "agent": None, "origin": "AGENT"}
    assert noted["note"]["body"] == "Told"
    assert moved["transfer"] == {"by": None}
    log = await town.ask(
        "Olive", "{ auditLog(first: 1) { nodes { action user { id } apiKey { name } subject { id } } } }"
    )
    assert log["auditLog"]["nodes"] == [
        {
            "action": "transferConversation",
            "user": None,
            "apiKey": {"name": "A program"},
            "subject": {"id": talk["conversationId"]},
        }
    ]


async def test_what_a_key_has_moved_in_bulk_is_moved_with_its_rights(town: Company) -> None:
    talks = [town.id("Conversation", await town.conversation())]
    secret = await town.key("TRANSFER", "READ_CONVERSATIONS")

    asked = await town.do_key(
        secret,
        "transferConversations",
        "bulkTransfer { id }",
        conversationIds=talks,
        to=town.id("Place", "Store B"),
    )
    key = expect_id("BulkTransfer", asked["bulkTransfer"]["id"])
    while await transfer_next(town.services, town.tenant_id, key):
        pass

    document = "query ($id: ID!) { node(id: $id) { ... on BulkTransfer { status transferred } } }"
    node = (await town.ask_key(secret, document, id=asked["bulkTransfer"]["id"]))["node"]
    assert node == {"status": "COMPLETED", "transferred": 1}
