"""Signing in, going on, and signing out, over HTTP as browsers and programs do it."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from localmessages.actions.queue import SIGN_IN_REFUSED
from localmessages.auth import hash_password, read_token
from localmessages.http.visit import REFRESH_COOKIE, SESSION_COOKIE
from localmessages.jobs.sign_ins import run_sign_in_refused
from tests.support.company import SECRET, Company
from tests.support.visitor import PASSWORD, Visitor, give_passwords, run_jobs

SESSIONS = "{ viewer { sessions { nodes { id current address userAgent createdAt lastUsedAt } } } }"


@pytest.fixture
async def town(town: Company) -> Company:
    await give_passwords(town, "Ann", "Bob", "Olive")
    return town


async def signed_in(town: Company, name: str = "Ann", **more: Any) -> Visitor:
    visitor = Visitor(town, **more)
    payload = await visitor.sign_in(name)
    assert payload["userErrors"] == []
    return visitor


async def program(town: Company, name: str = "Ann") -> Visitor:
    """Who keeps no cookies, but the two tokens."""
    visitor = await signed_in(town, name, headers={})
    visitor.token = visitor.session_token
    return visitor


async def sessions(visitor: Visitor) -> list[dict[str, Any]]:
    answer = (await visitor.post(SESSIONS)).json()
    nodes: list[dict[str, Any]] = answer["data"]["viewer"]["sessions"]["nodes"]
    return nodes


async def audit(town: Company) -> list[tuple[str, Any, Any]]:
    rows = await town.fetch("SELECT action, user_id, address, changes FROM audit_entry ORDER BY id")
    names = {key: name for name, key in town.ids.items()}
    return [
        (row["action"], names.get(row["user_id"]), row["changes"][0]["after"] if row["changes"] else None)
        for row in rows
    ]


async def test_who_signs_in_has_a_token_and_cookies_for_our_own_pages(town: Company) -> None:
    visitor = Visitor(town)

    answer = await visitor.post(
        "mutation ($in: SignInInput!) { signIn(input: $in) { accessToken { token expiresAt } } }",
        **{"in": {"email": "ANN@acme.example", "password": PASSWORD}},
    )

    token = answer.json()["data"]["signIn"]["accessToken"]
    bearer = read_token(SECRET, token["token"], now=town.clock())
    assert (bearer.tenant_id, bearer.user_id) == (town.tenant_id, town.ids["Ann"])
    assert bearer.expires_at == town.clock() + timedelta(minutes=15)
    assert bearer.session_id is not None
    for line in answer.headers.get_list("set-cookie"):
        assert {"HttpOnly", "Path=/graphql", "SameSite=strict"} <= set(line.split("; "))
        assert "Secure" not in line
    assert visitor.session_token == token["token"]
    assert await visitor.gets_in()


async def test_cookies_are_for_https_alone_where_the_address_is(town: Company) -> None:
    object.__setattr__(town.services, "public_url", "https://texts.example")
    visitor = Visitor(town)

    answer = await visitor.post(
        "mutation ($in: SignInInput!) { signIn(input: $in) { viewer { user { id } } } }",
        **{"in": {"email": "ann@acme.example", "password": PASSWORD}},
    )

    lines = answer.headers.get_list("set-cookie")
    assert len(lines) == 2
    assert all("Secure" in line.split("; ") for line in lines)


@pytest.mark.parametrize(
    "headers",
    [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": "https://evil.example"}],
)
async def test_a_page_of_another_site_has_nothing_of_our_cookies(
    town: Company, headers: dict[str, str]
) -> None:
    visitor = await signed_in(town)

    visitor.headers = headers

    assert not await visitor.gets_in()
    assert (await visitor.refusal("refreshSession"))["code"] == "INVALID_TOKEN"
    visitor.headers = {}
    assert await visitor.gets_in()


async def test_a_page_of_another_site_signs_nobody_in_here(town: Company) -> None:
    visitor = Visitor(town, headers={"origin": "https://elsewhere.example"})

    payload = await visitor.sign_in()

    assert payload["accessToken"] is not None
    assert not visitor.client.cookies


async def test_a_token_that_is_sent_counts_more_than_the_cookie(town: Company) -> None:
    visitor = await signed_in(town)

    visitor.token = "nonsense"

    assert (await visitor.post("{ viewer { user { id } } }")).status_code == 401


async def test_after_a_quarter_of_an_hour_a_browser_goes_on_by_its_refresh_token(town: Company) -> None:
    visitor = await signed_in(town)
    first = visitor.refresh_token
    town.clock.passes(minutes=15)
    assert not await visitor.gets_in()

    payload = await visitor.do("refreshSession", "accessToken { token expiresAt }")

    assert payload["userErrors"] == []
    assert visitor.refresh_token != first
    assert await visitor.gets_in()


async def test_a_program_goes_on_by_the_refresh_token_that_it_kept(town: Company) -> None:
    visitor = await program(town)
    kept = visitor.refresh_token
    visitor.client.cookies.clear()
    town.clock.passes(minutes=15)
    visitor.token = None

    payload = await visitor.do("refreshSession", "accessToken { token }", refreshToken=kept)

    visitor.token = payload["accessToken"]["token"]
    next_one = visitor.refresh_token
    visitor.client.cookies.clear()
    assert await visitor.gets_in()
    assert next_one not in (None, kept)


async def test_a_refresh_token_that_comes_a_second_time_ends_the_session(town: Company) -> None:
    visitor = await signed_in(town)
    thief = Visitor(town, address="203.0.113.66")
    stolen = visitor.refresh_token
    town.clock.passes(minutes=14)
    await visitor.do("refreshSession", "accessToken { token }")
    town.clock.passes(minutes=1)

    error = await thief.refusal("refreshSession", refreshToken=stolen)

    assert error["code"] == "INVALID_TOKEN"
    assert not await visitor.gets_in()
    assert (await visitor.refusal("refreshSession"))["code"] == "INVALID_TOKEN"
    assert not visitor.client.cookies
    action, who, why = (await audit(town))[-1]
    assert (action, who, why) == ("refreshSession", None, "ended: what refreshes it came a second time")


async def test_two_tabs_that_ask_at_once_both_go_on(town: Company) -> None:
    visitor = await signed_in(town)
    tabs = [Visitor(town) for _ in range(3)]
    token = visitor.refresh_token

    payloads = await asyncio.gather(
        *(tab.do("refreshSession", "accessToken { token }", refreshToken=token) for tab in tabs)
    )

    assert all(payload["userErrors"] == [] for payload in payloads)
    assert len({tab.refresh_token for tab in tabs}) == 1
    assert await tabs[0].gets_in()
    await tabs[1].do("refreshSession", "accessToken { token }")
    assert await tabs[2].gets_in()


async def test_the_grace_for_two_tabs_is_half_a_minute_and_one_token(town: Company) -> None:
    visitor = await signed_in(town)
    first = visitor.refresh_token
    await visitor.do("refreshSession", "accessToken { token }")
    town.clock.passes(seconds=29)
    await Visitor(town).do("refreshSession", "accessToken { token }", refreshToken=first)

    town.clock.passes(seconds=1)

    assert (await Visitor(town).refusal("refreshSession", refreshToken=first))["code"] == "INVALID_TOKEN"
    assert not await visitor.gets_in()


@pytest.mark.parametrize("token", ["", "nonsense", "a.b.c", "{access}"])
async def test_what_is_no_refresh_token_gives_nothing_and_ends_nothing(town: Company, token: str) -> None:
    visitor = await signed_in(town)
    given = token.format(access=visitor.session_token)

    error = await Visitor(town).refusal("refreshSession", refreshToken=given)

    assert (error["code"], error["field"]) == ("INVALID_TOKEN", ["input", "refreshToken"])
    assert await visitor.gets_in()


ODD = ["", " ", "\u00e9\u4e2d\U0001f600", "a.b.c", "eyJ.e30.", "0" * 20_000, "-1", "null", "١٢٣٤٥٦"]


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
async def test_no_text_that_is_sent_instead_of_a_secret_is_a_bug(town: Company, odd: str) -> None:
    visitor = await program(town)
    for mutation, given in {
        "signIn": {"email": "ann@acme.example", "password": odd},
        "verifySecondFactor": {"secondFactorToken": odd, "code": odd},
        "refreshSession": {"refreshToken": odd or "-"},
        "resetPassword": {"token": odd, "password": odd},
        "acceptInvitation": {"token": odd, "password": odd, "name": odd or "-"},
        "changePassword": {"currentPassword": odd, "newPassword": odd},
        "startSecondFactor": {"password": odd},
        "confirmSecondFactor": {"code": odd},
        "disableSecondFactor": {"password": odd, "code": odd},
        "revokeSession": {"sessionId": odd},
    }.items():
        assert (await visitor.refusal(mutation, **given))["code"] != "INTERNAL_SERVER_ERROR"
    for name in (SESSION_COOKIE, REFRESH_COOKIE):
        stranger = Visitor(town)
        sent, cookie = {"query": "{ viewer { user { id } } }"}, f"{name}={odd[:3000]}".encode()
        answer = await stranger.client.post("/graphql", json=sent, headers={b"cookie": cookie})
        assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_a_session_that_nobody_used_for_a_month_has_ended(town: Company) -> None:
    visitor = await signed_in(town)
    town.clock.passes(days=29)
    await visitor.do("refreshSession", "accessToken { token }")
    town.clock.passes(days=30)

    assert (await visitor.refusal("refreshSession"))["code"] == "INVALID_TOKEN"


async def test_who_has_left_goes_on_by_no_refresh_token(town: Company) -> None:
    visitor = await signed_in(town)
    await town.fetch("UPDATE app_user SET status = 'FORMER' WHERE name = 'Ann'")

    assert (await visitor.refusal("refreshSession"))["code"] == "INVALID_TOKEN"


async def test_where_one_is_signed_in_is_listed_last_used_first(town: Company) -> None:
    old = await signed_in(town, headers={"user-agent": "Old/1.0"}, address="192.0.2.1")
    town.clock.passes(minutes=2)
    new = await signed_in(town, headers={"user-agent": "New/2.0"}, address="192.0.2.2")
    await signed_in(town, "Bob")

    mine = await sessions(new)

    assert [(one["userAgent"], one["address"], one["current"]) for one in mine] == [
        ("New/2.0", "192.0.2.2", True),
        ("Old/1.0", "192.0.2.1", False),
    ]
    town.clock.passes(minutes=2)
    assert [one["userAgent"] for one in await sessions(old)] == ["Old/1.0", "New/2.0"]


async def test_a_use_is_noted_to_the_minute_with_the_address_last_seen(town: Company) -> None:
    visitor = await program(town)
    begun = town.clock()
    elsewhere = Visitor(town, address="192.0.2.77", token=visitor.token, headers={})

    town.clock.passes(seconds=50)
    await elsewhere.gets_in()
    (row,) = await town.fetch("SELECT address, last_used_at FROM session")
    assert (row["address"], row["last_used_at"]) == ("198.51.100.7", begun)
    town.clock.passes(seconds=20)
    await elsewhere.gets_in()

    (row,) = await town.fetch("SELECT address, last_used_at FROM session")
    assert (row["address"], row["last_used_at"]) == ("192.0.2.77", town.clock())


async def test_who_manages_people_sees_when_they_were_there_last(town: Company) -> None:
    seen = "{ users { nodes { name lastSeenAt } } }"

    async def of(name: str) -> Any:
        nodes = (await town.ask("Olive", seen))["users"]["nodes"]
        return next(node["lastSeenAt"] for node in nodes if node["name"] == name)

    assert await of("Ann") is None
    visitor = await program(town)
    begun = town.clock()
    assert datetime.fromisoformat(await of("Ann")) == begun
    town.clock.passes(minutes=2)
    now = town.clock()
    await visitor.gets_in()

    assert datetime.fromisoformat(await of("Ann")) == now
    assert (await town.ask("Bob", seen))["users"]["nodes"][0]["lastSeenAt"] is None


async def test_signing_out_ends_this_session_and_forgets_the_cookies(town: Company) -> None:
    visitor, other = await signed_in(town), await signed_in(town)
    copied = Visitor(town, token=visitor.session_token)

    payload = await visitor.do("signOut", "endedSessions")

    assert payload == {"endedSessions": 1, "userErrors": []}
    assert not visitor.client.cookies
    assert not await copied.gets_in()
    assert await other.gets_in()


async def test_signing_out_everywhere_ends_all_sessions_of_the_person(town: Company) -> None:
    visitor, other, bob = await signed_in(town), await signed_in(town), await signed_in(town, "Bob")

    payload = await visitor.do("signOut", "endedSessions", everywhere=True)

    assert payload["endedSessions"] == 2
    assert not await other.gets_in()
    assert await bob.gets_in()


async def test_who_comes_back_too_late_can_still_sign_out(town: Company) -> None:
    visitor = await signed_in(town)
    town.clock.passes(hours=1)
    visitor.forgets_access()

    assert (await visitor.do("signOut", "endedSessions"))["endedSessions"] == 1

    assert (await town.fetch("SELECT ended_at FROM session"))[0]["ended_at"] == town.clock()
    assert not visitor.client.cookies


async def test_a_token_without_a_session_has_nothing_to_sign_out_of(town: Company) -> None:
    assert (await town.refusal("Ann", "signOut"))["code"] == "NOT_ALLOWED"


async def test_one_session_elsewhere_can_be_ended(town: Company) -> None:
    visitor, lost = await signed_in(town), await signed_in(town)
    (its_id,) = [one["id"] for one in await sessions(visitor) if not one["current"]]

    payload = await visitor.do("revokeSession", "session { id current }", sessionId=its_id)

    assert payload == {"session": {"id": its_id, "current": False}, "userErrors": []}
    assert not await lost.gets_in()
    assert [one["current"] for one in await sessions(visitor)] == [True]
    assert (await visitor.refusal("revokeSession", sessionId=its_id))["code"] == "NOT_FOUND"


async def test_the_session_that_asks_can_be_ended_like_any_other(town: Company) -> None:
    visitor = await signed_in(town)
    (its_id,) = [one["id"] for one in await sessions(visitor)]

    payload = await visitor.do("revokeSession", "session { id current }", sessionId=its_id)

    assert payload == {"session": {"id": its_id, "current": True}, "userErrors": []}
    assert not await visitor.gets_in()


async def test_the_session_of_somebody_else_reads_as_not_found(town: Company) -> None:
    olive, ann = await signed_in(town, "Olive"), await signed_in(town)
    (its_id,) = [one["id"] for one in await sessions(ann)]

    error = await olive.refusal("revokeSession", sessionId=its_id)

    assert (error["code"], error["field"]) == ("NOT_FOUND", ["input", "sessionId"])
    assert await ann.gets_in()
    node = await olive.post("query ($id: ID!) { node(id: $id) { id } }", id=its_id)
    assert node.json()["data"] == {"node": None}
    node = await ann.post("query ($id: ID!) { node(id: $id) { ... on Session { current } } }", id=its_id)
    assert node.json()["data"] == {"node": {"current": True}}


async def test_what_is_done_after_signing_out_in_one_operation_is_done_by_nobody(town: Company) -> None:
    visitor = await program(town)

    answer = await visitor.post(
        """
        mutation {
            signOut(input: {}) { endedSessions }
            updateProfile(input: {name: "Anna"}) { user { id } }
        }
        """
    )

    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "UNAUTHENTICATED"
    assert (await town.row("app_user", town.ids["Ann"]))["name"] == "Ann"


@pytest.mark.parametrize(
    ("name", "password"), [("ann", "wrong"), ("ann", ""), ("nobody", PASSWORD), ("max", PASSWORD)]
)
async def test_a_wrong_password_and_an_unknown_address_read_the_same(
    town: Company, name: str, password: str
) -> None:
    error = await Visitor(town).refusal("signIn", email=f"{name}@acme.example", password=password)

    assert (error["code"], error["field"]) == ("INVALID_CREDENTIALS", None)
    assert error["message"] == "E-mail address and password do not match."
    assert not await town.fetch("SELECT FROM session")


@pytest.mark.parametrize("status", ["FORMER", "INVITED"])
async def test_who_has_left_or_not_come_yet_does_not_get_in(town: Company, status: str) -> None:
    await town.fetch("UPDATE app_user SET status = $1 WHERE name = 'Ann'", status)

    error = await Visitor(town).refusal("signIn", email="ann@acme.example", password=PASSWORD)

    assert error["code"] == "INVALID_CREDENTIALS"


async def test_the_audit_log_has_who_came_in_and_who_tried(town: Company) -> None:
    visitor = await signed_in(town)
    for name in ("bob", "nobody"):
        await visitor.refusal("signIn", email=f"{name}@acme.example", password="wrong")
    await run_jobs(town, SIGN_IN_REFUSED, run_sign_in_refused)
    await visitor.do("signOut", "endedSessions")

    assert await audit(town) == [
        ("signIn", "Ann", None),
        ("signIn", None, "INVALID_CREDENTIALS"),
        ("signOut", "Ann", None),
    ]
    rows = await town.fetch("SELECT DISTINCT address, subject_type FROM audit_entry")
    assert [tuple(row) for row in rows] == [("198.51.100.7", "User")]


async def test_a_hash_of_old_is_renewed_when_the_password_is_known(
    town: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    from argon2 import PasswordHasher

    weaker = PasswordHasher(time_cost=1, memory_cost=8192).hash(PASSWORD)
    await town.fetch("UPDATE app_user SET password_hash = $1 WHERE name = 'Ann'", weaker)

    await signed_in(town)

    renewed = (await town.row("app_user", town.ids["Ann"]))["password_hash"]
    assert renewed.split("$")[3] == hash_password("x").split("$")[3] != weaker.split("$")[3]
    await signed_in(town)
