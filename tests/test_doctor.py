from collections.abc import AsyncIterator

import pytest

from localmessages.doctor import Finding, examine
from localmessages.settings import Environment, Settings
from tests.support.mail_server import MailServer, mail_server


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with mail_server() as server:
        yield server


@pytest.fixture
def settings(database_url: str, redis_url: str) -> Settings:
    return Settings(mail_from="Acme <reports@acme.example>").with_servers(database_url, redis_url)


async def of_mail(settings: Settings, **other: object) -> Finding:
    changed = settings.model_copy(update=other)
    found = [finding async for finding in examine(changed) if finding.subject == "Mail"]
    (finding,) = found
    return finding


async def test_a_mail_server_that_answers_is_well(settings: Settings, server: MailServer) -> None:
    finding = await of_mail(settings, smtp_url=f"smtp://127.0.0.1:{server.port}")

    assert (finding.well, finding.says) == (True, "127.0.0.1 answers")
    assert server.sessions == 0
    assert server.mails == []


async def test_a_mail_server_that_does_not_answer_is_named_with_what_to_do(settings: Settings) -> None:
    finding = await of_mail(settings, smtp_url="smtp://127.0.0.1:1")

    assert "cannot be used" in finding.says
    assert "LOCALMESSAGES_SMTP_URL" in (finding.remedy or "")


async def test_a_sender_that_nobody_can_answer_is_named(settings: Settings, server: MailServer) -> None:
    finding = await of_mail(
        settings, smtp_url=f"smtp://127.0.0.1:{server.port}", mail_from="no-reply@localhost"
    )

    assert finding.remedy == "Set LOCALMESSAGES_MAIL_FROM."


async def test_without_a_mail_server_mails_are_files_but_not_in_production(settings: Settings) -> None:
    assert (await of_mail(settings)).well
    assert not (await of_mail(settings, environment=Environment.PRODUCTION)).well
