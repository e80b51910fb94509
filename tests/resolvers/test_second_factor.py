"""The second factor: set up, asked for, used up, turned off."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest

from tests.support.company import Company
from tests.support.visitor import PASSWORD, Visitor, application, give_passwords


@pytest.fixture
async def town(town: Company) -> Company:
    await give_passwords(town, "Ann", "Bob")
    return town


async def begun(town: Company) -> tuple[Visitor, pyotp.TOTP]:
    """Who has signed in and begun to set it up, and their app."""
    visitor = Visitor(town)
    await visitor.sign_in()
    payload = await visitor.do("startSecondFactor", "setup { secret otpauthUrl }", password=PASSWORD)
    return visitor, pyotp.TOTP(payload["setup"]["secret"])


async def with_factor(town: Company) -> tuple[Visitor, pyotp.TOTP, list[str]]:
    """The same once it is on, with the codes of last resort."""
    visitor, app = await begun(town)
    payload = await visitor.do("confirmSecondFactor", "recoveryCodes", code=app.at(town.clock()))
    assert payload["userErrors"] == []
    town.clock.passes(seconds=30)
    return visitor, app, payload["recoveryCodes"]


async def asked(town: Company, **more: Any) -> tuple[Visitor, str]:
    """Who has given the password, and the token for the code."""
    visitor = Visitor(town, **more)
    payload = await visitor.sign_in()
    assert (payload["viewer"], payload["accessToken"], payload["userErrors"]) == (None, None, [])
    return visitor, payload["secondFactorToken"]


async def verify(visitor: Visitor, token: str, code: str) -> Any:
    select = "viewer { user { name } secondFactorEnabled } accessToken { token }"
    return await visitor.do("verifySecondFactor", select, secondFactorToken=token, code=code)


async def test_it_is_on_once_a_first_code_was_seen(town: Company) -> None:
    visitor, app = await begun(town)
    assert (await Visitor(town).sign_in())["accessToken"]

    payload = await visitor.do(
        "confirmSecondFactor", "viewer { secondFactorEnabled } recoveryCodes", code=app.at(town.clock())
    )

    assert payload["viewer"] == {"secondFactorEnabled": True}
    assert len(set(payload["recoveryCodes"])) == 10
    assert await asked(town)


async def test_the_app_is_told_whose_it_is(town: Company) -> None:
    visitor = Visitor(town)
    await visitor.sign_in()

    payload = await visitor.do("startSecondFactor", "setup { secret otpauthUrl }", password=PASSWORD)

    url = urlsplit(payload["setup"]["otpauthUrl"])
    assert (url.scheme, url.netloc, url.path) == ("otpauth", "totp", "/LocalMessages:ann%40acme.example")
    assert parse_qs(url.query) == {"secret": [payload["setup"]["secret"]], "issuer": ["LocalMessages"]}


async def test_a_sign_in_is_finished_with_a_code(town: Company) -> None:
    _, app, _ = await with_factor(town)
    visitor, token = await asked(town)
    assert not await visitor.gets_in()

    payload = await verify(visitor, token, app.at(town.clock()))

    assert payload["userErrors"] == []
    assert payload["viewer"] == {"user": {"name": "Ann"}, "secondFactorEnabled": True}
    assert await visitor.gets_in()
    visitor.client.cookies.clear()
    visitor.token = payload["accessToken"]["token"]
    assert await visitor.gets_in()


@pytest.mark.parametrize(("off", "counts"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
async def test_a_clock_may_be_half_a_minute_off(town: Company, off: int, counts: bool) -> None:
    _, app, _ = await with_factor(town)
    town.clock.passes(minutes=5)
    visitor, token = await asked(town)

    payload = await verify(visitor, token, app.at(town.clock(), counter_offset=off))

    assert bool(payload["accessToken"]) == counts
    assert [error["code"] for error in payload["userErrors"]] == ([] if counts else ["INVALID_CODE"])


async def test_a_code_counts_once_and_none_before_it_does_after_it(town: Company) -> None:
    _, app, _ = await with_factor(town)
    visitor, token = await asked(town)
    code, earlier = app.at(town.clock()), app.at(town.clock(), counter_offset=-1)
    assert (await verify(visitor, token, code))["accessToken"]

    for again in (code, earlier):
        error = (await verify(visitor, token, again))["userErrors"][0]
        assert (error["code"], error["field"]) == ("INVALID_CODE", ["input", "code"])


async def test_of_two_who_use_a_code_at_once_one_gets_in(town: Company) -> None:
    _, app, _ = await with_factor(town)
    _, token = await asked(town)
    shared, code = application(town), app.at(town.clock())

    payloads = await asyncio.gather(*(verify(Visitor(town, app=shared), token, code) for _ in range(4)))

    assert [bool(payload["accessToken"]) for payload in payloads].count(True) == 1


async def test_a_code_of_last_resort_counts_once_however_it_is_typed(town: Company) -> None:
    _, _, codes = await with_factor(town)
    visitor, token = await asked(town)

    assert (await verify(visitor, token, f" {codes[3].upper().replace('-', ' ')} "))["accessToken"]

    assert (await verify(visitor, token, codes[3]))["userErrors"][0]["code"] == "INVALID_CODE"
    assert (await verify(visitor, token, codes[4]))["accessToken"]


async def test_after_five_wrong_codes_one_waits_from_everywhere(town: Company) -> None:
    _, app, _ = await with_factor(town)
    visitor, token = await asked(town)
    for _ in range(5):
        assert (await verify(visitor, token, "000000"))["userErrors"][0]["code"] == "INVALID_CODE"

    error = (await verify(Visitor(town, address="203.0.113.5"), token, app.at(town.clock())))["userErrors"][0]

    assert error["code"] == "TOO_MANY_ATTEMPTS"


async def test_the_token_for_a_code_lasts_five_minutes_and_opens_nothing_else(town: Company) -> None:
    _, app, _ = await with_factor(town)
    visitor, token = await asked(town)
    visitor.token = token
    assert (await visitor.post("{ viewer { user { id } } }")).status_code == 401
    visitor.token = None
    assert (await visitor.refusal("refreshSession", refreshToken=token))["code"] == "INVALID_TOKEN"
    town.clock.passes(minutes=5)

    error = (await verify(visitor, token, app.at(town.clock())))["userErrors"][0]

    assert (error["code"], error["field"]) == ("INVALID_TOKEN", ["input", "secondFactorToken"])


@pytest.mark.parametrize("what", ["nonsense", "an access token"])
async def test_without_the_password_there_is_nothing_to_verify(town: Company, what: str) -> None:
    signed_in, app, _ = await with_factor(town)
    token = signed_in.session_token if what == "an access token" else what

    error = (await verify(Visitor(town), str(token), app.at(town.clock())))["userErrors"][0]

    assert error["code"] == "INVALID_TOKEN"


async def test_it_is_turned_off_with_the_password_and_a_code(town: Company) -> None:
    visitor, app, _ = await with_factor(town)

    payload = await visitor.do(
        "disableSecondFactor",
        "viewer { secondFactorEnabled }",
        password=PASSWORD,
        code=app.at(town.clock()),
    )

    assert payload == {"viewer": {"secondFactorEnabled": False}, "userErrors": []}
    assert (await Visitor(town).sign_in())["accessToken"]
    assert not await town.fetch("SELECT FROM recovery_code")


@pytest.mark.parametrize(
    ("password", "code", "refused"),
    [("wrong", None, "INVALID_CREDENTIALS"), (PASSWORD, "000000", "INVALID_CODE")],
)
async def test_it_stays_on_without_the_one_or_the_other(
    town: Company, password: str, code: str | None, refused: str
) -> None:
    visitor, app, _ = await with_factor(town)

    error = await visitor.refusal("disableSecondFactor", password=password, code=code or app.at(town.clock()))

    assert error["code"] == refused
    assert await asked(town)


async def test_it_is_begun_with_the_password_and_only_while_it_is_off(town: Company) -> None:
    visitor, _, _ = await with_factor(town)

    assert (await visitor.refusal("startSecondFactor", password="wrong"))["code"] == "INVALID_CREDENTIALS"
    assert (await visitor.refusal("startSecondFactor", password=PASSWORD))["code"] == "WRONG_STATE"
    assert (await visitor.refusal("confirmSecondFactor", code="123456"))["code"] == "WRONG_STATE"


async def test_begun_again_the_first_secret_counts_no_more(town: Company) -> None:
    visitor, first = await begun(town)
    second = (await visitor.do("startSecondFactor", "setup { secret }", password=PASSWORD))["setup"]

    assert (await visitor.refusal("confirmSecondFactor", code=first.at(town.clock())))[
        "code"
    ] == "INVALID_CODE"
    code = pyotp.TOTP(second["secret"]).at(town.clock())
    assert (await visitor.do("confirmSecondFactor", "recoveryCodes", code=code))["recoveryCodes"]


async def test_nobody_confirms_what_they_have_not_begun(town: Company) -> None:
    visitor = Visitor(town)
    await visitor.sign_in("Bob")

    assert (await visitor.refusal("confirmSecondFactor", code="123456"))["code"] == "WRONG_STATE"


async def test_nothing_that_is_kept_makes_a_code(town: Company) -> None:
    _, app, codes = await with_factor(town)

    tables = ("second_factor", "recovery_code", "audit_entry", "live_event", "pgqueuer", "idempotency_key")
    texts = [
        row["text"]
        for table in tables
        for row in await town.fetch(f"SELECT {table}::text AS text FROM {table}")
    ]

    assert len(texts) > 11
    for secret in (app.secret, app.secret.encode().hex(), *codes, *(code.replace("-", "") for code in codes)):
        assert not [text for text in texts if secret in text]


async def test_a_secret_that_is_moved_to_somebody_else_opens_nothing(town: Company) -> None:
    from localmessages.sealed import NotSealed, seal, unseal

    sealed = seal("key", b"secret", "second factor of one")

    assert unseal("key", sealed, "second factor of one") == b"secret"
    for key, what, content in (
        ("key", "second factor of another", sealed),
        ("another", "second factor of one", sealed),
        ("key", "second factor of one", sealed[:-1]),
        ("key", "second factor of one", b""),
    ):
        with pytest.raises(NotSealed):
            unseal(key, content, what)


async def test_the_audit_log_has_it(town: Company) -> None:
    visitor, app, _ = await with_factor(town)
    other, token = await asked(town)
    await verify(other, token, "000000")
    await verify(other, token, app.at(town.clock()))
    town.clock.passes(seconds=30)
    await visitor.do("disableSecondFactor", "__typename", password=PASSWORD, code=app.at(town.clock()))

    rows = await town.fetch("SELECT action, changes FROM audit_entry ORDER BY id")

    assert [(row["action"], row["changes"][0]["after"] if row["changes"] else None) for row in rows] == [
        ("signIn", None),
        ("startSecondFactor", None),
        ("confirmSecondFactor", True),
        ("verifySecondFactor", "INVALID_CODE"),
        ("verifySecondFactor", None),
        ("disableSecondFactor", False),
    ]
