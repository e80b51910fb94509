"""What an installation is told from outside. Read in `cli` and `graph.app`, passed down as values."""

import os
import secrets
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import AwareDatetime, Field, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from localmessages.auth import sign
from localmessages.edge_settings import EdgeSettings
from localmessages.gateways.mail import Sender
from localmessages.gateways.smtp_url import SmtpServer
from localmessages.identity_settings import IdentitySettings
from localmessages.live_settings import LiveSettings


class Environment(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


class Settings(LiveSettings, EdgeSettings, IdentitySettings):
    """From the environment: `DATABASE_URL`, `REDIS_URL`, and the rest as `LOCALMESSAGES_…`."""

    model_config = SettingsConfigDict(
        env_prefix="LOCALMESSAGES_", populate_by_name=True, extra="forbid", hide_input_in_errors=True
    )

    database_url: str = Field(default="", validation_alias="DATABASE_URL", repr=False)
    """Empty: the PostgreSQL of the data directory."""
    redis_url: str = Field(default="", validation_alias="REDIS_URL", repr=False)
    """Empty: the Redis of the data directory. `redis+cluster://one:7000,two:7000` is a cluster."""
    data_dir: Path = Path(".data")
    storage_dir: Path | None = None
    """Where files are kept, for all processes; empty: `files` in the data directory."""
    smtp_url: str = Field(default="", repr=False)
    """The mail server, such as `smtps://user:password@mail.example.com`; empty: mails are files."""
    mail_from: str = "LocalMessages <no-reply@localhost>"
    """Who mails come from."""
    secret_key: str = Field(default="", repr=False)
    """Signs tokens and links. Empty: made once, and kept in the data directory."""
    access_token_minutes: float = Field(default=15, gt=0, le=1440)
    """For how long an access token lets its bearer in; then a client asks for the next one."""
    payment_webhook_secrets: str = Field(default="", repr=False)
    """Who signs the webhooks of payments: the secret, and after a comma the old one while it is rotated."""
    environment: Environment = Environment.DEVELOPMENT
    graphiql: bool = True
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    public_url: str = ""
    """Where customers and browsers reach this installation; empty: `host` and `port`."""
    pool_min_size: int = Field(default=1, ge=0)
    pool_max_size: int = Field(default=16, ge=1)
    now: AwareDatetime | None = None
    """The instant at which the clock of a sandbox stands still."""
    log_level: str = "INFO"

    @property
    def production(self) -> bool:
        return self.environment is Environment.PRODUCTION

    @property
    def embedded(self) -> bool:
        """Whether a server of the data directory is used."""
        return not (self.database_url and self.redis_url)

    @property
    def url(self) -> str:
        return self.public_url.rstrip("/") or f"http://{self.host}:{self.port}"

    @property
    def webhook_secrets(self) -> list[str]:
        """The secrets of the payment provider's webhooks; where none is set, one out of our key."""
        given = [secret.strip() for secret in self.payment_webhook_secrets.split(",") if secret.strip()]
        return given or [sign(self.secret_key, "webhooks of the simulated payment provider")]

    @property
    def files(self) -> Path:
        """Where files are kept."""
        return (self.storage_dir or self.data_dir / "files").expanduser().absolute()

    @property
    def mails(self) -> Path:
        """Where mails are put that no mail server takes."""
        return (self.data_dir / "mail").expanduser().absolute()

    @field_validator("smtp_url")
    @classmethod
    def _a_mail_server(cls, url: str) -> str:
        if url:
            SmtpServer.parse(url)
        return url

    @field_validator("mail_from")
    @classmethod
    def _a_sender(cls, written: str) -> str:
        Sender.parse(written)
        return written

    @model_validator(mode="after")
    def _fit_for_production(self) -> Self:
        if not self.production:
            return self
        if self.now is not None:
            raise ValueError("the clock cannot be stopped in production: leave out --now")
        needed = {
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "LOCALMESSAGES_SECRET_KEY": self.secret_key,
        }
        if missing := [name for name, value in needed.items() if not value]:
            raise ValueError(f"production needs {', '.join(missing)}")
        if len(self.secret_key) < 32:
            raise ValueError("LOCALMESSAGES_SECRET_KEY needs 32 characters or more")
        return self

    def with_servers(self, database_url: str, redis_url: str) -> Self:
        return self.model_copy(update={"database_url": database_url, "redis_url": redis_url})

    def with_secret(self) -> Self:
        """These settings with the key of the data directory, made on first use, where none was given."""
        if self.secret_key:
            return self
        return self.model_copy(update={"secret_key": _kept_secret(self.data_dir / "secret")})


def read_settings(
    *, data_dir: Path | None, now: datetime | None = None, host: str | None = None, port: int | None = None
) -> Settings:
    """The environment's settings, with what the command line says instead."""
    said = {"data_dir": data_dir, "now": now, "host": host, "port": port}
    return Settings.model_validate(
        Settings().model_dump() | {name: value for name, value in said.items() if value is not None}
    )


def _kept_secret(file: Path) -> str:
    file.parent.mkdir(parents=True, exist_ok=True)
    # Written aside and linked into place: two processes that start at once end up with the same key.
    draft = file.with_name(f".secret.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(secrets.token_urlsafe(48))
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return file.read_text()
