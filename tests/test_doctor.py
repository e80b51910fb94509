from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from localmessages.doctor import Finding, _clock, examine
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


PRODUCTION = {
    "environment": Environment.PRODUCTION,
    "public_url": "https://texts.example",
    "secret_key": "vDd8nQmZ0y3kR7wT5xLb2cHs9fJg4pAe6uNi1oKq",
    "graphiql": False,
    "introspection": False,
    "metrics_token": "a token of some length",
    "smtp_url": "",
}


async def found(settings: Settings, **other: object) -> dict[str, Finding]:
    changed = settings.model_copy(update={**PRODUCTION, **other})
    return {finding.subject: finding async for finding in examine(changed)}


async def test_production_as_it_should_be_is_well_but_for_the_mail(
    settings: Settings, tmp_path: Path
) -> None:
    findings = await found(settings, storage_dir=tmp_path)

    assert [name for name, finding in findings.items() if not finding.well] == ["Mail"]
    assert {"PostgreSQL", "Migrations", "Redis", "PostgreSQL's clock", "Redis' clock", "Files"} <= set(
        findings
    )


@pytest.mark.parametrize(
    ("other", "subject", "says"),
    [
        ({"secret_key": "short"}, "Secret key", "SECRET_KEY"),
        ({"secret_key": "a" * 40}, "Secret key", "SECRET_KEY"),
        ({"secret_key": "please-change-me-please-1234567890-xyz"}, "Secret key", "SECRET_KEY"),
        ({"secret_key": ""}, "Secret key", "SECRET_KEY"),
        ({"public_url": "http://texts.example"}, "Public URL", "PUBLIC_URL"),
        ({"public_url": ""}, "Public URL", "PUBLIC_URL"),
        ({"graphiql": True}, "GraphiQL", "GRAPHIQL=false"),
        ({"introspection": True}, "Introspection", "INTROSPECTION=false"),
        ({"suggestions": True}, "Suggestions", "SUGGESTIONS=false"),
        ({"metrics_token": ""}, "Metrics", "METRICS_TOKEN"),
        ({"allowed_origins": "http://app.example"}, "Allowed origins", "https origins"),
        ({"trusted_documents": Path("/nowhere/documents.json")}, "Trusted documents", "make web"),
        ({"storage_dir": Path("/proc/nothing")}, "Files", "STORAGE_DIR"),
        ({"redis_url": "redis://127.0.0.1:1"}, "Redis", "REDIS_URL"),
    ],
)
async def test_what_production_must_not_be_is_named_with_what_to_do(
    settings: Settings, other: dict[str, object], subject: str, says: str
) -> None:
    findings = await found(settings, **other)

    assert not findings[subject].well
    assert says in (findings[subject].remedy or "")


def test_a_clock_that_is_wrong_is_named() -> None:
    late = _clock("Redis' clock", datetime.now(UTC) - timedelta(minutes=3))

    assert late.says == "180 s from this machine's"
    assert "NTP" in (late.remedy or "")
    assert _clock("Redis' clock", datetime.now(UTC)).well


async def test_in_development_it_does_not_matter_what_is_shown(settings: Settings) -> None:
    findings = {finding.subject: finding async for finding in examine(settings)}

    assert findings["Environment"].well
    assert "GraphiQL" not in findings
