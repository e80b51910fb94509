"""The links of mails, each good once."""

from datetime import timedelta

import pytest

from localmessages.actions.one_time_tokens import (
    TokenPurpose,
    issue_one_time_token,
    redeem_one_time_token,
    void_one_time_tokens,
)
from localmessages.rules.refusal import Refused
from models.database import Database
from tests.support.company import Company, open_company

RESET, INVITATION = TokenPurpose.PASSWORD_RESET, TokenPurpose.INVITATION


@pytest.fixture
async def town(database: Database) -> Company:
    return await open_company(database)


async def issue(town: Company, purpose: TokenPurpose = RESET) -> str:
    await town.fetch("UPDATE app_user SET status = $1 WHERE name = 'Ann'", purpose.is_for)
    async with town.services.transaction() as tx:
        return await issue_one_time_token(tx, town.tenant_id, town.ids["Ann"], purpose, at=town.clock())


async def redeem(town: Company, token: str, purpose: TokenPurpose = RESET) -> object:
    async with town.services.transaction() as tx:
        return await redeem_one_time_token(tx, token, purpose, at=town.clock())


async def test_a_link_is_good_once_for_the_one_it_was_sent_to(town: Company) -> None:
    token = await issue(town)

    assert await redeem(town, token) == (town.tenant_id, town.ids["Ann"])
    with pytest.raises(Refused, match="wrong, used or expired"):
        await redeem(town, token)


async def test_nothing_that_is_kept_opens_the_link(town: Company) -> None:
    token = await issue(town)

    (row,) = await town.fetch("SELECT one_time_token::text AS text FROM one_time_token")
    assert token not in row["text"]
    with pytest.raises(Refused):
        await redeem(town, (await town.fetch("SELECT encode(token_hash, 'hex') FROM one_time_token"))[0][0])


@pytest.mark.parametrize(("purpose", "hours"), [(RESET, 1), (INVITATION, 7 * 24)])
async def test_a_link_is_not_good_for_ever(town: Company, purpose: TokenPurpose, hours: int) -> None:
    token = await issue(town, purpose)
    town.clock.now += timedelta(hours=hours)

    with pytest.raises(Refused):
        await redeem(town, token, purpose)


async def test_a_link_is_good_for_its_purpose_alone(town: Company) -> None:
    token = await issue(town, INVITATION)

    with pytest.raises(Refused):
        await redeem(town, token, RESET)
    await redeem(town, token, INVITATION)


async def test_the_newest_link_alone_is_good(town: Company) -> None:
    first, second = await issue(town), await issue(town)

    with pytest.raises(Refused):
        await redeem(town, first)
    await redeem(town, second)


async def test_what_fails_after_it_leaves_the_link_good(town: Company) -> None:
    token = await issue(town)

    async def fail() -> None:
        async with town.services.transaction() as tx:
            await redeem_one_time_token(tx, token, RESET, at=town.clock())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()

    await redeem(town, token)


async def test_links_can_be_called_back(town: Company) -> None:
    tokens = {purpose: await issue(town, purpose) for purpose in (RESET, INVITATION)}

    async with town.services.transaction() as tx:
        await void_one_time_tokens(tx, town.tenant_id, town.ids["Ann"])

    for purpose, token in tokens.items():
        await town.fetch("UPDATE app_user SET status = $1 WHERE name = 'Ann'", purpose.is_for)
        with pytest.raises(Refused):
            await redeem(town, token, purpose)


@pytest.mark.parametrize("purpose", [RESET, INVITATION])
async def test_who_has_left_does_not_come_back_by_an_old_link(town: Company, purpose: TokenPurpose) -> None:
    token = await issue(town, purpose)
    await town.fetch("UPDATE app_user SET status = 'FORMER' WHERE name = 'Ann'")

    with pytest.raises(Refused):
        await redeem(town, token, purpose)
