"""Asks as a role, and looks at what comes back, what was asked of the database and what was written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from graph.context import Context, Faces
from graph.errors import RequestRefused
from graph.execution import Engine, refusal
from graph.limits import Limits
from graph.loaders import Loaders
from graph.request import GraphQLRequest
from graph.schema import schema
from localmessages.services import Services
from models.catalogue import Catalogues
from subscriptions.presence import Presence
from tests.crawl.actors import Role, hidden_from
from tests.crawl.markers import Hidden
from tests.crawl.sandbox import Row, Sandbox
from tests.crawl.walker import Document, answered
from tests.crawl.world import World

# What a client may not ask for at once has tests of its own; here a document asks for everything.
ENGINE = Engine(
    schema.core,
    Limits(document_bytes=10**7, tokens=10**6, fields=10**5, aliases=10**5, overlaps=10**6, cost=10**9),
)
# Global ids: two answers that differ in them alone are alike.
_PASSING = re.compile(r"(?<![\w-])[\w-]{23}(?![\w-])")


@dataclass(frozen=True)
class Tried:
    """What came of a document."""

    answer: dict[str, Any]
    statements: list[str]
    written: set[Row]

    @property
    def text(self) -> str:
        return orjson.dumps(self.answer).decode()

    def alike(self, given: Iterable[str]) -> str:
        """The answer without the ids in it, and without what was given."""
        text = self.text
        for each in given:
            text = text.replace(each, "GIVEN")
        return _PASSING.sub("ID", text)


@dataclass
class Crawler:
    """One role at work; remembers what it tried, and which fields were answered."""

    world: World
    role: Role
    sandbox: Sandbox
    presence: Presence
    hidden: Hidden = field(init=False)
    tried: set[tuple[str, str]] = field(default_factory=set)
    reached: set[tuple[str, str]] = field(default_factory=set)
    attempts: int = 0
    findings: list[str] = field(default_factory=list)
    _catalogues: Catalogues = field(default_factory=Catalogues)

    def __post_init__(self) -> None:
        self.hidden = hidden_from(self.world, self.role)

    @property
    def services(self) -> Services:
        return replace(
            self.world.company.services,
            database=self.sandbox,
            catalogues=self._catalogues,
            clock=lambda: self.world.now,
            presence=self.presence,
        )

    async def ask(self, document: Document) -> Tried:
        """The answer, which was looked through; nothing of what was done stands."""
        self.tried |= document.fields
        self.attempts += 1
        async with self.sandbox.attempt():
            answer = await self._answer(document.text, document.variables)
            statements = list(self.sandbox.statements)
            written = await self.sandbox.written()
        if written:
            # It may know what is undone by now.
            self._catalogues = Catalogues()
            await self.warm_up()
        tried = Tried(answer, statements, written)
        self.reached |= set(answered(answer.get("data")))
        self._look_through(document, tried)
        return tried

    async def warm_up(self) -> None:
        """Have the catalogue at hand, which only the first of many asks for."""
        async with self.sandbox.attempt():
            await self._answer("{ viewer { account { id } } }", {})

    async def _answer(self, text: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        context = Context(self.services, Faces(Loaders, live=_watches), self.role.bearer(self.world))
        try:
            operation = ENGINE.operation(GraphQLRequest(text, None, dict(variables)))
            return await ENGINE.execute(operation, context)
        except RequestRefused as refused:
            return refusal(refused)

    def _look_through(self, document: Document, tried: Tried) -> None:
        given = list(texts_in(document.variables))
        if told := self.hidden.found_in(tried.text, given=given):
            self.find(document, f"tells {sorted(told)}")
        for error in tried.answer.get("errors", ()):
            if error["extensions"]["code"] == "INTERNAL_SERVER_ERROR":
                self.find(document, f"breaks: {error}")
        for table, row in tried.written:
            if named := self.hidden.named_in(row, given=given):
                self.find(document, f"writes {sorted(named)} into {table}: {row}")

    def find(self, document: Document, what: str) -> None:
        """Something that must not be; the test fails in the end."""
        self.findings.append(f"{self.role}: {document.text[:250]}… with {document.variables} {what}")


def texts_in(value: Any) -> Iterable[str]:
    """Every text in an input."""
    if isinstance(value, str):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from texts_in(each)


def _watches(context: Context) -> Any:
    raise AssertionError("nobody watches here")
