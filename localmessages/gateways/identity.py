"""Signing in with somebody else's password: what an identity provider is, and what it says of a person."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol


class IdentityRefused(Exception):
    """The provider, or what it said, lets nobody in; the text is for the log."""


class IdentityUnavailable(Exception):
    """The provider cannot be reached, or answers what nobody understands; the text is for the log."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """A provider as an installation is told of it."""

    slug: str
    name: str
    url: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    domains: Sequence[str] = ()
    """Of whose addresses its word counts; empty for all."""

    def speaks_for(self, email: str) -> bool:
        """Whether its word counts for an address."""
        return not self.domains or email.rpartition("@")[2].lower() in self.domains


@dataclass(frozen=True, slots=True)
class Journey:
    """One way to a provider and back: what only the browser that began it knows."""

    state: str
    nonce: str
    verifier: str


class IdentityProvider(Protocol):
    """One provider at work."""

    @property
    def issuer(self) -> Issuer: ...

    async def leave(self, journey: Journey, back_to: str) -> str:
        """The address at the provider to which the browser goes."""

    async def arrive(self, journey: Journey, back_to: str, code: str) -> str:
        """The verified mail address of the person whom the provider sent back with `code`."""
