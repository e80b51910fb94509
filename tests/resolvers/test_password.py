"""New passwords: by a mail, by the one so far, by an invitation."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from localmessages.actions.one_time_tokens import TokenPurpose, issue_one_time_token
from localmessages.actions.passwords import check_new_password
from localmessages.actions.queue import PASSWORD_RESET
from localmessages.jobs.sign_ins import run_password_reset
from localmessages.rules.refusal import Refused
from tests.support.company import Company
from tests.support.visitor import PASSWORD, Visitor, give_passwords, run_jobs

NEW = "four words nobody says together"


@pytest.fixture
async def town(town: Company) -> Company:
    await give_passwords(town, "Ann", "Bob")
    return town


async def mailed(town: Company) -> list[tuple[str, str]]:
    """Who was sent which token, by mail."""
    await run_jobs(town, PASSWORD_RESET, run_password_reset)
    rows = await town.fetch(
        """
        SELECT mail_recipient.address, mail.text
        FROM mail
        JOIN mail_recipient ON mail_recipient.mail_id = mail.id
        ORDER BY mail.id
        """
    )
    link_of = re.compile(r"^http://localhost:8000/reset-password\?token=(\S+)$", re.MULTILINE)
    links = [link_of.search(row["text"]) for row in rows]
    return [(row["address"], link[1]) for row, link in zip(rows, links, strict=True) if link]


async def ask(town: Company, email: str = "ann@acme.example") -> Any:
    return await Visitor(town).do("requestPasswordReset", "email", email=email)


async def invite(town: Company) -> str:
    await town.fetch("UPDATE app_user SET status = 'INVITED', password_hash = NULL WHERE name = 'Vic'")
    async with town.services.transaction() as tx:
        return await issue_one_time_token(
            tx, town.tenant_id, town.ids["Vic"], TokenPurpose.INVITATION, at=town.clock()
        )


async def test_whoever_asks_has_the_same_answer_and_a_person_has_a_mail(town: Company) -> None:
    for email in ("ANN@acme.example", "nobody@acme.example"):
        assert await ask(town, email) == {"email": email, "userErrors": []}

    assert [address for address, _ in await mailed(town)] == ["ann@acme.example"]


@pytest.mark.parametrize("status", ["INVITED", "FORMER"])
async def test_who_cannot_sign_in_has_no_mail(town: Company, status: str) -> None:
    await town.fetch("UPDATE app_user SET status = $1 WHERE name = 'Ann'", status)

    await ask(town)

    assert await mailed(town) == []


async def test_the_link_sets_a_password_and_ends_every_session(town: Company) -> None:
    before, bob = Visitor(town), Visitor(town)
    await before.sign_in()
    await bob.sign_in("Bob")
    await ask(town)
    ((_, token),) = await mailed(town)

    payload = await Visitor(town).do("resetPassword", "user { name email }", token=token, password=NEW)

    assert payload == {"user": {"name": "Ann", "email": "ann@acme.example"}, "userErrors": []}
    assert not await before.gets_in()
    assert await bob.gets_in()
    assert (await Visitor(town).sign_in(password=PASSWORD))["accessToken"] is None
    assert (await Visitor(town).sign_in(password=NEW))["accessToken"]
    again = await Visitor(town).refusal("resetPassword", token=token, password=NEW + "!")
    assert (again["code"], again["field"]) == ("INVALID_TOKEN", ["input", "token"])


async def test_the_link_signs_nobody_in(town: Company) -> None:
    await ask(town)
    ((_, token),) = await mailed(town)
    visitor = Visitor(town)

    await visitor.do("resetPassword", "user { name }", token=token, password=NEW)

    assert not visitor.client.cookies
    assert not await visitor.gets_in()


async def test_a_weak_password_leaves_the_link_good(town: Company) -> None:
    await ask(town)
    ((_, token),) = await mailed(town)

    error = await Visitor(town).refusal("resetPassword", token=token, password="short")

    assert (error["code"], error["field"]) == ("WEAK_PASSWORD", ["input", "password"])
    assert (await Visitor(town).do("resetPassword", "user { name }", token=token, password=NEW))["user"]


async def test_a_link_is_over_after_an_hour(town: Company) -> None:
    await ask(town)
    ((_, token),) = await mailed(town)
    town.clock.passes(hours=1)

    assert (await Visitor(town).refusal("resetPassword", token=token, password=NEW))[
        "code"
    ] == "INVALID_TOKEN"


async def test_who_asks_again_and_again_waits(town: Company) -> None:
    for _ in range(5):
        assert (await ask(town, "nobody@acme.example"))["userErrors"] == []

    error = await Visitor(town).refusal("requestPasswordReset", email="Nobody@acme.example")

    assert error["code"] == "TOO_MANY_ATTEMPTS"
    assert (await ask(town))["userErrors"] == []


async def test_ones_own_password_is_changed_and_every_other_session_ends(town: Company) -> None:
    visitor, other = Visitor(town), Visitor(town)
    await visitor.sign_in()
    await other.sign_in()
    await ask(town)
    ((_, token),) = await mailed(town)

    payload = await visitor.do(
        "changePassword",
        "viewer { sessions { nodes { current } } }",
        currentPassword=PASSWORD,
        newPassword=NEW,
    )

    assert payload == {"viewer": {"sessions": {"nodes": [{"current": True}]}}, "userErrors": []}
    assert await visitor.gets_in()
    assert not await other.gets_in()
    # A link that was asked for before opens nothing any more.
    assert (await visitor.refusal("resetPassword", token=token, password=NEW))["code"] == "INVALID_TOKEN"
    assert (await Visitor(town).sign_in(password=NEW))["accessToken"]


@pytest.mark.parametrize(
    ("current", "new", "code", "field"),
    [
        ("wrong", NEW, "INVALID_CREDENTIALS", "currentPassword"),
        (PASSWORD, "short", "WEAK_PASSWORD", "newPassword"),
    ],
)
async def test_a_password_that_is_not_changed_stays(
    town: Company, current: str, new: str, code: str, field: str
) -> None:
    visitor = Visitor(town)
    await visitor.sign_in()

    error = await visitor.refusal("changePassword", currentPassword=current, newPassword=new)

    assert (error["code"], error["field"]) == (code, ["input", field])
    assert (await Visitor(town).sign_in(password=PASSWORD))["accessToken"]


async def test_who_has_a_session_alone_does_not_try_passwords_for_long(town: Company) -> None:
    visitor = Visitor(town)
    await visitor.sign_in()
    for _ in range(5):
        await visitor.refusal("changePassword", currentPassword="wrong", newPassword=NEW)

    error = await visitor.refusal("changePassword", currentPassword=PASSWORD, newPassword=NEW)

    assert error["code"] == "TOO_MANY_ATTEMPTS"


async def test_who_accepts_an_invitation_is_a_user_and_signed_in(town: Company) -> None:
    token, visitor = await invite(town), Visitor(town)

    payload = await visitor.do(
        "acceptInvitation",
        "viewer { user { name status } } accessToken { token }",
        token=token,
        name=" Victoria ",
        password=NEW,
    )

    assert payload["userErrors"] == []
    assert payload["viewer"] == {"user": {"name": "Victoria", "status": "ACTIVE"}}
    assert await visitor.gets_in()
    assert (await Visitor(town).sign_in("Vic", NEW))["accessToken"]
    again = await visitor.refusal("acceptInvitation", token=token, name="Vic", password=NEW)
    assert again["code"] == "INVALID_TOKEN"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"name": " "}, "EMPTY"),
        ({"password": "greenhouse"}, "WEAK_PASSWORD"),
        ({"token": "nonsense"}, "INVALID_TOKEN"),
    ],
)
async def test_an_invitation_that_is_not_accepted_stays_open(
    town: Company, given: dict[str, str], code: str
) -> None:
    whole = {"token": await invite(town), "name": "Vic", "password": NEW}

    error = await Visitor(town).refusal("acceptInvitation", **{**whole, **given})

    assert error["code"] == code
    assert (await Visitor(town).do("acceptInvitation", "viewer { user { name } }", **whole))["viewer"]


async def test_the_audit_log_has_every_way_to_a_new_password_and_no_secret(town: Company) -> None:
    visitor = Visitor(town)
    await visitor.sign_in()
    await visitor.do("changePassword", "__typename", currentPassword=PASSWORD, newPassword=NEW)
    await ask(town)
    ((_, token),) = await mailed(town)
    await visitor.do("resetPassword", "__typename", token=token, password=NEW + "!")

    rows = await town.fetch("SELECT action, audit_entry::text AS text FROM audit_entry ORDER BY id")

    assert [row["action"] for row in rows] == [
        "signIn",
        "changePassword",
        "requestPasswordReset",
        "resetPassword",
    ]
    secrets = [PASSWORD, NEW, token]
    assert not [row for row in rows if any(secret in row["text"] for secret in secrets)]


@pytest.mark.parametrize(
    "password",
    [
        "elevenchars",
        "passwordpassword",
        "123456789012",
        "qwertyuiop12",
        "aaaaaaaaaaaaaaaa",
        "iloveyou1234",
        "ann@acme.example",
        "annannannann",
        "localmessages",
        "x" * 1001,
    ],
)
def test_what_is_tried_first_is_no_password(password: str) -> None:
    with pytest.raises(Refused) as refused:
        check_new_password(password, of=["ann@acme.example", "Ann"], field="password")

    assert refused.value.code == "WEAK_PASSWORD"
    assert refused.value.remedy


@pytest.mark.parametrize("password", [NEW, "Tr0ub4dor&3xyz", "пароль никто не знает", "x7Kq-92mZ+" * 4])
def test_what_nobody_tries_first_is_one(password: str) -> None:
    check_new_password(password, of=["ann@acme.example", "Ann"], field="password")


def test_the_time_of_a_reset_is_an_hour_and_of_an_invitation_a_week() -> None:
    assert TokenPurpose.PASSWORD_RESET.lasts == timedelta(hours=1)
    assert TokenPurpose.INVITATION.lasts == timedelta(days=7)
