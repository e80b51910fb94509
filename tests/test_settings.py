import stat
from pathlib import Path

import pytest
from pydantic import ValidationError

from localmessages.settings import Settings, read_settings

PRODUCTION = {
    "LOCALMESSAGES_ENVIRONMENT": "production",
    "DATABASE_URL": "postgresql://db/app",
    "REDIS_URL": "redis://cache",
    "LOCALMESSAGES_SECRET_KEY": "k" * 32,
}


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in PRODUCTION.items():
        monkeypatch.setenv(name, value)


def test_without_anything_said_the_servers_are_embedded():
    settings = Settings()

    assert settings.embedded
    assert settings.data_dir == Path(".data")


def test_production_takes_everything_from_the_environment(production):
    settings = Settings()

    assert settings.production
    assert not settings.embedded
    assert settings.database_url == "postgresql://db/app"
    assert settings.redis_url == "redis://cache"


def test_the_command_line_has_the_last_word(monkeypatch):
    monkeypatch.setenv("LOCALMESSAGES_PORT", "9000")

    assert read_settings(data_dir=None).port == 9000
    assert read_settings(data_dir=None, port=9001).port == 9001


@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL", "LOCALMESSAGES_SECRET_KEY"])
def test_production_names_what_is_missing(production, monkeypatch, name):
    monkeypatch.delenv(name)

    with pytest.raises(ValidationError, match=f"production needs {name}"):
        Settings()


def test_a_short_key_is_refused_in_production(production, monkeypatch):
    monkeypatch.setenv("LOCALMESSAGES_SECRET_KEY", "short")

    with pytest.raises(ValidationError, match="32 characters"):
        Settings()


def test_the_clock_cannot_be_stopped_in_production(production, monkeypatch):
    monkeypatch.setenv("LOCALMESSAGES_NOW", "2026-03-02T09:30:00Z")

    with pytest.raises(ValidationError, match="clock"):
        Settings()


def test_an_instant_without_an_offset_is_refused(monkeypatch):
    monkeypatch.setenv("LOCALMESSAGES_NOW", "2026-03-02T09:30:00")

    with pytest.raises(ValidationError, match="timezone"):
        Settings()


def test_secrets_do_not_show_in_what_is_printed(production):
    shown = repr(Settings())

    assert "kkk" not in shown
    assert "postgresql://" not in shown


def test_the_key_of_a_data_directory_is_made_once_and_readable_by_its_owner_alone(tmp_path):
    settings = Settings(data_dir=tmp_path)

    first, second = settings.with_secret().secret_key, settings.with_secret().secret_key

    assert first == second
    assert len(first) >= 32
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_the_address_that_customers_see_is_the_public_one():
    assert Settings(port=8123).url == "http://127.0.0.1:8123"
    assert Settings(public_url="https://texts.example/").url == "https://texts.example"


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("LOCALMESSAGES_SMTP_URL", "smtp://me:hunter2@mail.example.com", "a password needs smtps"),
        ("LOCALMESSAGES_SMTP_URL", "mail.example.com", "smtps://"),
        ("LOCALMESSAGES_MAIL_FROM", "nobody", "is no sender"),
    ],
)
def test_a_mail_server_that_cannot_be_is_refused_without_its_password(monkeypatch, name, value, says):
    monkeypatch.setenv(name, value)

    with pytest.raises(ValidationError, match=says) as error:
        Settings()

    assert "hunter2" not in str(error.value)


def test_a_password_of_a_server_is_not_shown(monkeypatch):
    monkeypatch.setenv("LOCALMESSAGES_SMTP_URL", "smtps://me:hunter2@mail.example.com")

    assert "hunter2" not in repr(Settings())


def test_webhooks_of_payments_have_a_secret_of_their_own_and_for_a_while_two():
    assert Settings(payment_webhook_secrets="new, old,").webhook_secrets == ["new", "old"]


def test_where_no_secret_of_webhooks_is_given_one_follows_from_the_key():
    (secret,) = Settings(secret_key="k" * 32).webhook_secrets

    assert len(secret) == 64
    assert Settings(secret_key="k" * 32).webhook_secrets == [secret]
    assert Settings(secret_key="l" * 32).webhook_secrets != [secret]


def test_files_are_kept_in_the_data_directory_unless_another_is_named(tmp_path):
    assert Settings(data_dir=tmp_path).files == tmp_path / "files"
    assert Settings(data_dir=tmp_path, storage_dir=tmp_path / "shared").files == tmp_path / "shared"
