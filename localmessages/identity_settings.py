"""What an installation is told of other ways to sign in."""

import re
from typing import Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings

from localmessages.gateways.identity import Issuer

_LOCAL = ("localhost", "127.0.0.1", "::1")


class IdentityProviderSettings(BaseModel):
    """One issuer of OpenID Connect."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    name: str
    """What is on the button; in addresses it is in lower case, with dashes."""
    issuer: str
    """Its address, exactly as it writes it itself in its discovery document."""
    client_id: str
    client_secret: SecretStr = SecretStr("")
    domains: list[str] = []
    """Of whose mail addresses its word counts; empty for all: then trust it with all."""

    @property
    def slug(self) -> str:
        return re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")

    @field_validator("issuer")
    @classmethod
    def _safe(cls, issuer: str) -> str:
        url = urlsplit(issuer)
        if url.scheme != "https" and not (url.scheme == "http" and url.hostname in _LOCAL):
            raise ValueError("an issuer is an https address")
        return issuer

    @model_validator(mode="after")
    def _named(self) -> Self:
        if not self.slug:
            raise ValueError("an identity provider needs a name with letters of a to z, or digits")
        return self


class IdentitySettings(BaseSettings):
    """The part of the settings that is about other ways to sign in."""

    identity_providers: list[IdentityProviderSettings] = []
    """As JSON: `[{"name": "Google", "issuer": "https://accounts.google.com", "client_id": "…", …}]`."""

    @property
    def issuers(self) -> list[Issuer]:
        """The providers as the rest of the program knows them."""
        return [
            Issuer(
                slug=each.slug,
                name=each.name,
                url=each.issuer,
                client_id=each.client_id,
                client_secret=each.client_secret.get_secret_value(),
                domains=tuple(domain.lower() for domain in each.domains),
            )
            for each in self.identity_providers
        ]

    @field_validator("identity_providers")
    @classmethod
    def _apart(cls, providers: list[IdentityProviderSettings]) -> list[IdentityProviderSettings]:
        slugs = [each.slug for each in providers]
        if len(set(slugs)) < len(slugs):
            raise ValueError("two identity providers have the same name")
        return providers
