"""What an installation is told of its edge: who may ask from where, and how much."""

from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings


class EdgeSettings(BaseSettings):
    """The part of the settings that is about requests before anything is read for them."""

    allowed_origins: str = ""
    """Front ends elsewhere whose pages may ask, as `https://app.example.com`, with commas between them."""
    trusted_proxies: str = ""
    """Whose `X-Forwarded-For` and `X-Forwarded-Proto` count: networks, with commas between them."""

    requests_per_viewer: int = Field(default=1_200, ge=1)
    """Within `requests_seconds`, of all processes together."""
    requests_per_address: int = Field(default=6_000, ge=1)
    """The same of one address, behind which a whole office may sit."""
    requests_seconds: float = Field(default=60, gt=0)
    """The window that slides."""
    graphql_body_bytes: int = Field(default=200_000, ge=1_000)
    """The longest body of a request."""
    graphql_document_bytes: int = Field(default=16_000, ge=100)
    """The longest document."""
    graphql_variables_bytes: int = Field(default=64_000, ge=100)
    """The longest variables, as JSON."""
    graphql_tokens: int = Field(default=800, ge=10)
    """Of a document; screens have at most 400."""
    graphql_depth: int = Field(default=20, ge=1)
    """Levels of fields within fields."""
    graphql_fields: int = Field(default=2_000, ge=1)
    """Of an operation with its fragments written out."""
    graphql_aliases: int = Field(default=200, ge=0)
    """Of an operation with its fragments written out."""
    graphql_overlaps: int = Field(default=500, ge=0)
    """Pairs of fields by the same name in one place."""
    graphql_fragments: int = Field(default=50, ge=1)
    """Fragments within fragments."""
    graphql_cost: int = Field(default=50_000, ge=1)
    """Fields that an operation would read: pages multiply what is in them."""
    graphql_schema_fields: int = Field(default=30_000, ge=1)
    """Fields that an introspection may read."""
    graphql_seconds: float = Field(default=30, gt=0)
    """How long an operation may take (`TIMEOUT`)."""
    trusted_documents: Path | None = None
    """The file of trusted documents; empty: the one that the console's build wrote."""
    trusted_documents_only: bool = False
    """Whether nothing else is run."""
    persisted_queries: bool = True
    """Whether documents are kept for clients that send their hash from then on."""
    introspection: bool = True
    """Whether the schema tells of itself; trusted documents need none of it."""
    suggestions: bool = False
    """Whether errors say what was perhaps meant, which tells names."""
    statement_seconds: float = Field(default=30, gt=0)
    """How long PostgreSQL may work on one statement of a request."""
    pool_seconds: float = Field(default=5, gt=0)
    """How long a request may wait for a connection."""
    database_patience_seconds: float = Field(default=60, ge=0)
    """How long a process that starts waits for a database that is not there yet."""

    metrics_token: str = Field(default="", repr=False)
    """What Prometheus sends as `Authorization: Bearer …`; empty: no metrics in production, else for all."""
    worker_metrics_port: int = Field(default=0, ge=0, le=65535)
    """Where a worker shows its metrics, on `worker_metrics_host`; 0: nowhere."""
    worker_metrics_host: str = "127.0.0.1"

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
