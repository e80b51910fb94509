"""Signing in with somebody else's password, against a small issuer."""

from __future__ import annotations

import base64
import time
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import jwt
import orjson
import pytest
from pydantic import ValidationError

from localmessages.doctor import _identity
from localmessages.gateways.identity import Issuer
from localmessages.gateways.openid import OpenIdProvider
from localmessages.http.identity import JOURNEY_COOKIE
from localmessages.identity_settings import IdentitySettings
from models.database import Database
from tests.subscriptions.sockets import served
from tests.support.company import Company, open_company
from tests.support.issuer import CLIENT, SECRET, URL, SmallIssuer, come_back
from tests.support.live_server import live_server
from tests.support.visitor import Visitor

START = "/auth/acme-id/start"


@pytest.fixture
def issuer() -> SmallIssuer:
    return SmallIssuer()


@pytest.fixture
async def town(database: Database, issuer: SmallIssuer) -> Company:
    town = await open_company(database)
    use(town, issuer.issuer, issuer)
    return town


def use(town: Company, known: Issuer, issuer: SmallIssuer) -> None:
    """Have a town know of an issuer."""
    providers = {known.slug: OpenIdProvider(known, issuer.client)}
    town.services = replace(town.services, identity_providers=providers)


async def leave(visitor: Visitor, start: str = START) -> str:
    answer = await visitor.client.get(start)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def arrive(town: Company, issuer: SmallIssuer, *, start: str = START) -> tuple[Visitor, httpx.Response]:
    """A browser that went there and came back, and what it is told."""
    visitor = Visitor(town)
    back = await come_back(issuer.client, await leave(visitor, start))
    return visitor, await visitor.client.get(back)


async def is_refused(town: Company, issuer: SmallIssuer) -> str:
    visitor, answer = await arrive(town, issuer)
    assert answer.status_code == 403
    assert not visitor.client.cookies
    assert not await town.fetch("SELECT FROM session")
    return answer.text


async def test_the_ways_to_sign_in_are_told_to_everybody(town: Company) -> None:
    answer = await Visitor(town).post("{ identityProviders { name signInUrl } }")

    assert answer.json()["data"] == {
        "identityProviders": [{"name": "Acme ID", "signInUrl": "http://localhost:8000/auth/acme-id/start"}]
    }


async def test_who_comes_back_is_signed_in(town: Company, issuer: SmallIssuer) -> None:
    visitor, answer = await arrive(town, issuer)

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert await visitor.gets_in()
    assert visitor.cookie(JOURNEY_COOKIE) is None
    for line in answer.headers.get_list("set-cookie")[:2]:
        assert {"HttpOnly", "Path=/graphql", "SameSite=strict"} <= set(line.split("; "))
    (row,) = await town.fetch("SELECT action, user_id, changes, address FROM audit_entry")
    assert (row["action"], row["user_id"], row["address"]) == ("signIn", town.ids["Ann"], "198.51.100.7")
    assert row["changes"] == [{"field": "identityProvider", "before": None, "after": "Acme ID"}]


async def test_what_a_browser_brings_along_is_sealed(town: Company) -> None:
    visitor = Visitor(town)
    answer = await visitor.client.get(START)

    sent = parse_qs(urlsplit(answer.headers["location"]).query)
    assert sent["client_id"] == [CLIENT]
    assert sent["redirect_uri"] == ["http://localhost:8000/auth/acme-id/callback"]
    (line,) = answer.headers.get_list("set-cookie")
    assert {"HttpOnly", "Path=/auth", "SameSite=lax"} <= set(line.split("; "))
    kept = base64.urlsafe_b64decode(str(visitor.cookie(JOURNEY_COOKIE)).strip('"'))
    for name in ("state", "nonce"):
        assert sent[name][0].encode() not in kept


@pytest.mark.parametrize("email", ["nobody@acme.example", "fay@acme.example"])
async def test_nobody_becomes_a_user_by_it(town: Company, issuer: SmallIssuer, email: str) -> None:
    await town.fetch("UPDATE app_user SET status = 'FORMER', email = 'fay@acme.example' WHERE name = 'Vic'")
    issuer.claims["email"] = email

    assert "Ask who manages your account" in await is_refused(town, issuer)


async def test_who_has_a_second_factor_is_asked_for_a_code(town: Company, issuer: SmallIssuer) -> None:
    await town.fetch(
        """
        INSERT INTO second_factor (tenant_id, user_id, secret, created_at, confirmed_at)
        VALUES ($1, $2, '', now(), now())
        """,
        town.tenant_id,
        town.ids["Ann"],
    )

    visitor, answer = await arrive(town, issuer)

    assert answer.headers["location"].startswith("/sign-in#secondFactorToken=ey")
    assert not await visitor.gets_in()


WRONG: dict[str, dict[str, Any]] = {
    "another nonce": {"nonce": "another"},
    "no nonce": {"nonce": None},
    "another audience": {"aud": "another client"},
    "no audience": {"aud": None},
    "an audience of several, for another one": {"aud": [CLIENT, "another"], "azp": "another"},
    "an audience of several, for nobody": {"aud": [CLIENT, "another"]},
    "another issuer": {"iss": "https://evil.example"},
    "expired": {"exp": int(time.time()) - 120},
    "no end": {"exp": None},
    "of tomorrow": {"iat": int(time.time()) + 86_400},
    "no subject": {"sub": None},
    "an address that is not verified": {"email_verified": False},
    "an address of which nothing is said": {"email_verified": None},
    "an address that is none": {"email": "ann@acme.example\0"},
    "a letter that becomes another one": {"email": "ann@acme.example".replace("k", "\u212a") + "\u212a"},
    "no address": {"email": None},
    "an address of another kind": {"email": ["ann@acme.example"]},
}


@pytest.mark.parametrize("claims", WRONG.values(), ids=WRONG)
async def test_a_token_that_is_not_right_lets_nobody_in(
    town: Company, issuer: SmallIssuer, claims: dict[str, Any]
) -> None:
    issuer.claims |= claims

    assert "Acme ID did not confirm who you are." in await is_refused(town, issuer)


def _unsigned(token: str) -> str:
    return jwt.encode(jwt.decode(token, options={"verify_signature": False}), "", "none")


def _by_the_secret(token: str) -> str:
    return jwt.encode(jwt.decode(token, options={"verify_signature": False}), SECRET * 2, "HS256")


def _by_the_public_key(token: str) -> str:
    """The old trick: the issuer's public key, which everybody has, as a shared secret."""
    claims = jwt.decode(token, options={"verify_signature": False})
    head = base64.urlsafe_b64encode(orjson.dumps({"alg": "HS256", "kid": "first"})).rstrip(b"=")
    body = base64.urlsafe_b64encode(orjson.dumps(claims)).rstrip(b"=")
    return (head + b"." + body + b"." + head).decode()


FORGED = {
    "unsigned": _unsigned,
    "its signature cut off": lambda token: token.rpartition(".")[0] + ".",
    "signed by a secret that we share": _by_the_secret,
    "signed by the public key": _by_the_public_key,
    "changed since": lambda token: f"{token[:-6]}AAAAAA",
    "no token": lambda _: "nonsense",
    "nothing": lambda _: None,
    "a number": lambda _: 7,
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
async def test_a_token_that_the_issuer_did_not_sign_lets_nobody_in(
    town: Company, issuer: SmallIssuer, forge: Any
) -> None:
    issuer.wraps = forge

    await is_refused(town, issuer)


async def test_a_key_that_is_not_published_counts_for_nothing(town: Company, issuer: SmallIssuer) -> None:
    published = issuer.published
    issuer.rotates()
    issuer.published = published

    await is_refused(town, issuer)


async def test_a_new_key_is_looked_for_when_a_token_names_it(
    town: Company, issuer: SmallIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await arrive(town, issuer)
    issuer.rotates()
    # Not again at once: whoever makes names up does not have us ask each time.
    assert (await arrive(town, issuer))[1].status_code == 403
    asked = issuer.asked.count("/realms/acme/keys")
    monkeypatch.setattr("localmessages.gateways.openid._KEYS_SECONDS", 0)

    assert (await arrive(town, issuer))[1].status_code == 303

    assert issuer.asked.count("/realms/acme/keys") == asked + 1
    assert issuer.asked.count("/realms/acme/.well-known/openid-configuration") == 1


@pytest.mark.parametrize("skew", [-50, 50])
async def test_clocks_may_differ_by_a_minute(town: Company, issuer: SmallIssuer, skew: int) -> None:
    now = int(time.time())
    issuer.claims |= {"iat": now + skew, "exp": now + (skew if skew < 0 else 300)}

    assert (await arrive(town, issuer))[1].status_code == 303


async def test_an_issuer_may_sign_with_a_curve_or_not_name_its_only_key(
    town: Company, issuer: SmallIssuer
) -> None:
    issuer.key_name = None
    assert (await arrive(town, issuer))[1].status_code == 303
    issuer.signs_with_a_curve()
    use(town, issuer.issuer, issuer)

    assert (await arrive(town, issuer))[1].status_code == 303


async def test_an_issuer_may_take_the_secret_in_the_form(town: Company, issuer: SmallIssuer) -> None:
    issuer.metadata["token_endpoint_auth_methods_supported"] = ["client_secret_post"]

    assert (await arrive(town, issuer))[1].status_code == 303


async def test_an_address_may_stand_where_the_person_is_described(town: Company, issuer: SmallIssuer) -> None:
    issuer.claims = {}
    issuer.user_info = {"email": "Ann@Acme.example", "email_verified": "true"}
    assert (await arrive(town, issuer))[1].status_code == 303

    issuer.user_info["sub"] = "somebody else"
    assert (await arrive(town, issuer))[1].status_code == 403


async def test_an_issuer_speaks_for_its_own_domains_alone(town: Company, issuer: SmallIssuer) -> None:
    use(town, replace(issuer.issuer, domains=("acme.example",)), issuer)
    assert (await arrive(town, issuer))[1].status_code == 303
    issuer.claims["email"] = "nora@neighbours.example"

    _, answer = await arrive(town, issuer)

    assert answer.status_code == 403


async def test_only_the_browser_that_left_comes_back(town: Company, issuer: SmallIssuer) -> None:
    back = await come_back(issuer.client, await leave(Visitor(town)))
    other = Visitor(town)
    without = await other.client.get(back)
    await leave(other)
    elsewhere = await other.client.get(back)

    assert (without.status_code, elsewhere.status_code) == (403, 403)
    assert "begun in another browser" in without.text


async def test_a_way_back_is_gone_once(town: Company, issuer: SmallIssuer) -> None:
    visitor = Visitor(town)
    back = await come_back(issuer.client, await leave(visitor))
    kept = visitor.cookie(JOURNEY_COOKIE)
    assert (await visitor.client.get(back)).status_code == 303

    assert (await visitor.client.get(back)).status_code == 403
    again = await visitor.client.get(back, headers={"cookie": f"{JOURNEY_COOKIE}={kept}"})
    assert again.status_code == 403


async def test_a_way_takes_no_more_than_ten_minutes(town: Company, issuer: SmallIssuer) -> None:
    visitor = Visitor(town)
    back = await come_back(issuer.client, await leave(visitor))
    town.clock.passes(minutes=10)

    assert (await visitor.client.get(back)).status_code == 403


@pytest.mark.parametrize("sent", [{"error": "access_denied"}, {"code": ""}, {"iss": "https://evil.example"}])
async def test_an_answer_that_is_no_yes_is_a_no(
    town: Company, issuer: SmallIssuer, sent: dict[str, str]
) -> None:
    visitor = Visitor(town)
    back = await come_back(issuer.client, await leave(visitor))
    path, _, query = back.partition("?")
    asked = {name: values[0] for name, values in parse_qs(query).items()}

    answer = await visitor.client.get(f"{path}?{urlencode(asked | sent)}")

    assert answer.status_code == 403
    assert not visitor.client.cookies


async def test_the_code_of_somebody_else_is_of_no_use(town: Company, issuer: SmallIssuer) -> None:
    """What the verifier is for: a code that was overheard, slipped into one's own way back."""
    victim, thief = Visitor(town), Visitor(town)
    overheard = parse_qs((await come_back(issuer.client, await leave(victim))).partition("?")[2])
    back = await come_back(issuer.client, await leave(thief))
    own = parse_qs(back.partition("?")[2])

    sent = {"code": overheard["code"][0], "state": own["state"][0]}
    answer = await thief.client.get(f"/auth/acme-id/callback?{urlencode(sent)}")

    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("asked", "page"),
    [
        ("/reports?last=7", "/reports?last=7"),
        ("", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("/a\\b", "/"),
        ("/\r\nset-cookie: a=b", "/"),
    ],
)
async def test_one_comes_back_to_a_page_of_ours(
    town: Company, issuer: SmallIssuer, asked: str, page: str
) -> None:
    _, answer = await arrive(town, issuer, start=f"{START}?{urlencode({'return': asked})}")

    assert answer.headers["location"] == page


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"},
        {"authorization_endpoint": "http://issuer.example/authorize"},
        {"authorization_endpoint": None},
    ],
)
async def test_an_issuer_that_says_odd_things_of_itself_is_not_gone_to(
    town: Company, issuer: SmallIssuer, metadata: dict[str, Any]
) -> None:
    issuer.metadata = metadata

    answer = await Visitor(town).client.get(START)

    assert answer.status_code == 503
    assert "Acme ID does not answer right now" in answer.text


async def test_an_issuer_that_is_down_is_said_to_be_and_asked_again_later(
    town: Company, issuer: SmallIssuer
) -> None:
    issuer.is_down = True
    assert (await Visitor(town).client.get(START)).status_code == 503
    issuer.is_down = False

    assert (await arrive(town, issuer))[1].status_code == 303


@pytest.mark.parametrize("path", ["/auth/unknown/start", "/auth/unknown/callback?code=1&state=2"])
async def test_a_way_that_is_not_there_is_said_to_be_not_there(town: Company, path: str) -> None:
    assert (await Visitor(town).client.get(path)).status_code == 404


def test_settings_name_several_issuers_and_keep_their_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "IDENTITY_PROVIDERS",
        orjson.dumps(
            [
                {"name": "Acme ID", "issuer": URL, "client_id": CLIENT, "client_secret": SECRET},
                {
                    "name": "Google",
                    "issuer": "https://accounts.google.com",
                    "client_id": "2",
                    "domains": ["A.example"],
                },
            ]
        ).decode(),
    )

    settings = IdentitySettings()

    assert [(each.slug, each.client_secret, each.domains) for each in settings.issuers] == [
        ("acme-id", SECRET, ()),
        ("google", "", ("a.example",)),
    ]
    assert SECRET not in repr(settings) + repr(settings.issuers)


@pytest.mark.parametrize(
    "providers",
    [
        [{"name": "One", "issuer": "http://issuer.example", "client_id": "1"}],
        [{"name": "…", "issuer": URL, "client_id": "1"}],
        [{"name": "One", "issuer": URL}],
        [{"name": name, "issuer": URL, "client_id": "1"} for name in ("One", "ONE")],
    ],
)
def test_issuers_that_cannot_be_are_refused_at_the_start(providers: list[dict[str, str]]) -> None:
    with pytest.raises(ValidationError):
        IdentitySettings.model_validate({"identity_providers": providers})
    assert SmallIssuer().issuer.url == URL


async def test_an_installation_that_is_told_of_an_issuer_signs_people_in_by_it(
    database: Database, database_url: str, redis_url: str
) -> None:
    await open_company(database)
    issuer = SmallIssuer()
    async with served(issuer.app) as address:
        issuer.url = f"http://{address}/realms/acme"
        known = {"name": "Acme ID", "issuer": issuer.url, "client_id": CLIENT, "client_secret": SECRET}
        async with (
            live_server(database_url, redis_url, identity_providers=[known]) as server,
            httpx.AsyncClient(base_url=server.url) as browser,
        ):
            left = await browser.get(START)
            back = await come_back(httpx.AsyncClient(), left.headers["location"])
            arrived = await browser.get(back)
            who = await browser.post("/graphql", json={"query": "{ viewer { user { name } } }"})

    assert (left.status_code, arrived.status_code) == (303, 303)
    assert who.json()["data"] == {"viewer": {"user": {"name": "Ann"}}}


async def test_the_doctor_says_whether_an_issuer_answers() -> None:
    issuer = SmallIssuer()
    async with served(issuer.app) as address:
        good, other = f"http://{address}/realms/acme", f"http://{address}/realms/other"
        issuer.url = good
        known = [Issuer(name, name, url, CLIENT) for name, url in (("good", good), ("other", other))]

        found = [finding async for finding in _identity(known)]

    assert [(finding.subject, finding.well) for finding in found] == [
        ("Identity provider good", True),
        ("Identity provider other", False),
    ]
