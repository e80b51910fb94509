"""What an installation is told of its edge: who may ask from where, and how much."""

from collections.abc import Iterator
from ipaddress import ip_network
from urllib.parse import urlsplit

from pydantic import field_validator
from pydantic_settings import BaseSettings


class EdgeSettings(BaseSettings):
    """The part of the settings that is about requests before anything is read for them."""

    allowed_origins: str = ""
    """Front ends elsewhere whose pages may ask, as `https://app.example.com`, with commas between them."""
    trusted_proxies: str = ""
    """Whose `X-Forwarded-For` and `X-Forwarded-Proto` count: networks, with commas between them."""

    @property
    def origins(self) -> frozenset[str]:
        """The front ends elsewhere."""
        return frozenset(_listed(self.allowed_origins))

    @property
    def proxies(self) -> list[str]:
        """The proxies in front."""
        return list(_listed(self.trusted_proxies))

    @field_validator("allowed_origins")
    @classmethod
    def _origins(cls, written: str) -> str:
        for each in _listed(written):
            url = urlsplit(each)
            if (
                url.scheme not in ("http", "https")
                or each != f"{url.scheme}://{url.netloc}"
                or not url.netloc
            ):
                raise ValueError(f"{each!r} is no origin such as https://app.example.com")
        return written

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, written: str) -> str:
        for each in _listed(written):
            ip_network(each)
        return written


def _listed(written: str) -> Iterator[str]:
    return (each.strip() for each in written.split(",") if each.strip())
