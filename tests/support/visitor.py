"""Somebody at the door: the whole application over HTTP, as a browser or a program comes to it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cache
from types import SimpleNamespace
from typing import Any, cast

import httpx
import orjson
from pgqueuer.models import Job
from starlette.applications import Starlette

from graph.app import create_app
from graph.context import Faces
from graph.loaders import Loaders
from localmessages.auth import hash_password
from localmessages.http.visit import REFRESH_COOKIE, SESSION_COOKIE
from localmessages.services import Services
from localmessages.settings import Settings
from tests.support.company import ERRORS, Company

URL = "http://texts.example"
PASSWORD = "correct horse battery staple"


def application(town: Company) -> Starlette:
    """The application over a town, as it stands."""
    app = create_app(Settings(secret_key=town.services.secret, port=0, persisted_queries=False))
    app.state.services = town.services
    app.state.faces = Faces(Loaders, live=_nobody)
    return app


def _nobody(context: object) -> Any:
    raise AssertionError("nobody watches here")


@dataclass
class Visitor:
    """A browser with its cookies, unless it is told otherwise; it comes from one address."""

    town: Company
    address: str = "198.51.100.7"
    headers: dict[str, str] = field(default_factory=lambda: {"sec-fetch-site": "same-origin"})
    token: str | None = None
    """Sent as `Authorization`, where there is one."""
    app: Starlette | None = None

    def __post_init__(self) -> None:
        transport = httpx.ASGITransport(self.app or application(self.town), client=(self.address, 4711))
        self.client = httpx.AsyncClient(transport=transport, base_url=URL)

    async def post(self, document: str, **variables: Any) -> httpx.Response:
        headers = {**self.headers, **({"authorization": f"Bearer {self.token}"} if self.token else {})}
        sent = {"query": document, "variables": variables}
        return await self.client.post("/graphql", json=sent, headers=headers)

    async def do(self, mutation: str, select: str, /, **input: Any) -> Any:
        """The payload of a mutation, with everything that a refusal says."""
        kind = f"{mutation[0].upper()}{mutation[1:]}Input"
        errors = ERRORS.replace("code message", "code message ... on RetryLaterError { until }", 1)
        document = f"mutation ($input: {kind}!) {{ {mutation}(input: $input) {{ {select} {errors} }} }}"
        answer = (await self.post(document, input=input)).json()
        assert "errors" not in answer, answer["errors"]
        return answer["data"][mutation]

    async def refusal(self, mutation: str, /, **input: Any) -> Any:
        """The one refusal of a mutation."""
        (error,) = (await self.do(mutation, "__typename", **input))["userErrors"]
        assert error["message"].endswith(".")
        return error

    async def sign_in(self, name: str = "Ann", password: str = PASSWORD) -> Any:
        """Sign in as one of the town's people; the payload."""
        select = "viewer { user { name } } accessToken { token expiresAt } secondFactorToken"
        return await self.do("signIn", select, email=f"{name.lower()}@acme.example", password=password)

    async def gets_in(self) -> bool:
        """Whether it is let in, by whatever it has."""
        answer = (await self.post("{ viewer { user { id } } }")).json()
        if "errors" in answer:
            assert [error["extensions"]["code"] for error in answer["errors"]] == ["UNAUTHENTICATED"]
        return "errors" not in answer

    def cookie(self, name: str) -> str | None:
        """What the browser keeps under a name."""
        return self.client.cookies.get(name)

    @property
    def refresh_token(self) -> str | None:
        return self.cookie(REFRESH_COOKIE)

    @property
    def session_token(self) -> str | None:
        return self.cookie(SESSION_COOKIE)

    def forgets_access(self) -> None:
        """What a browser does when the access token has ended."""
        self.client.cookies.delete(SESSION_COOKIE)


@cache
def password_hash() -> str:
    """Of `PASSWORD`."""
    return hash_password(PASSWORD)


async def give_passwords(town: Company, *names: str) -> None:
    """Have some of the town's people sign in by `PASSWORD`."""
    await town.fetch(
        "UPDATE app_user SET password_hash = $1 WHERE name = ANY ($2)", password_hash(), list(names)
    )


async def run_jobs(
    town: Company, name: str, run: Callable[[Services, Job], Awaitable[None]]
) -> list[dict[str, Any]]:
    """Do what a worker would, with all jobs of a name; what they were about."""
    rows = await town.fetch("DELETE FROM pgqueuer WHERE entrypoint = $1 RETURNING payload", name)
    for row in rows:
        await run(town.services, cast(Job, SimpleNamespace(payload=row["payload"])))
    return [orjson.loads(row["payload"]) for row in rows]
