"""What opens a door is told to whose it is, and to nobody and nothing else."""

from __future__ import annotations

import logging
import re

import pyotp
import pytest

from localmessages.actions.queue import PASSWORD_RESET
from localmessages.auth import hash_password
from localmessages.jobs.sign_ins import run_password_reset
from models.database import Database
from tests.support.company import Company, open_company
from tests.support.visitor import PASSWORD, Visitor, give_passwords, run_jobs

NEW, WRONG = "four words nobody says together", "a password that is not the one"


@pytest.fixture
async def town(database: Database) -> Company:
    town = await open_company(database)
    await give_passwords(town, "Ann")
    return town


async def everything_that_opens(town: Company) -> dict[str, str]:
    """Somebody comes in every way there is; all secrets that went to and fro, by what they are."""
    visitor, secrets = Visitor(town), {"password": PASSWORD, "new password": NEW, "wrong password": WRONG}
    await visitor.refusal("signIn", email="ann@acme.example", password=WRONG)
    payload = await visitor.sign_in()
    secrets["access token"] = payload["accessToken"]["token"]
    secrets["refresh token"] = str(visitor.refresh_token)
    await visitor.do("refreshSession", "__typename")
    secrets["next refresh token"] = str(visitor.refresh_token)
    secrets["next access token"] = str(visitor.session_token)
    setup = (await visitor.do("startSecondFactor", "setup { secret }", password=PASSWORD))["setup"]
    secrets["shared secret"] = setup["secret"]
    app = pyotp.TOTP(setup["secret"])
    secrets["code"] = app.at(town.clock())
    codes = await visitor.do("confirmSecondFactor", "recoveryCodes", code=secrets["code"])
    secrets["recovery code"] = codes["recoveryCodes"][0]
    secrets["token for a code"] = (await visitor.sign_in())["secondFactorToken"]
    token = {"secondFactorToken": secrets["token for a code"]}
    await visitor.refusal("verifySecondFactor", **token, code="a1b2c3d4e5")
    await visitor.do("verifySecondFactor", "__typename", **token, code=secrets["recovery code"])
    await visitor.do("requestPasswordReset", "email", email="ann@acme.example")
    await run_jobs(town, PASSWORD_RESET, run_password_reset)
    (mail,) = await town.fetch("SELECT text FROM mail")
    secrets["token of the mail"] = re.findall(r"token=(\S+)", mail["text"])[0]
    await visitor.refusal("resetPassword", token=secrets["token of the mail"], password="short")
    await visitor.do("resetPassword", "__typename", token=secrets["token of the mail"], password=NEW)
    await visitor.refusal("resetPassword", token=secrets["token of the mail"], password=NEW)
    return secrets


async def test_no_secret_is_logged_or_kept(
    town: Company, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    secrets = await everything_that_opens(town)

    out, err = capfd.readouterr()
    logged = "\n".join([out, err, *(record.getMessage() for record in caplog.records)])
    assert "http.request" in logged
    tables = [table for table in await town.everything() if table != "mail"]
    rows = [await town.fetch(f"SELECT t::text AS text FROM {table} AS t") for table in tables]
    kept = "\n".join(row["text"] for each in rows for row in each)
    assert "signIn" in kept
    for what, secret in secrets.items():
        # Six digits may turn up in a hash.
        if what != "code":
            assert secret not in logged, f"the {what} is logged"
            assert secret not in kept, f"the {what} is kept"
        assert f"{secret}\n" not in logged
        assert f'"{secret}"' not in kept


def test_two_hashes_of_a_password_have_nothing_in_common() -> None:
    one, other = hash_password(PASSWORD), hash_password(PASSWORD)

    assert one.rpartition("$")[0] != other.rpartition("$")[0]
    assert one.startswith("$argon2id$")
