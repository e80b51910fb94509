"""All that can be done, with all that can be given: nothing of others is touched, or told from nothing."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, product
from typing import Any, cast

from graphql import GraphQLObjectType

from graph.schema import schema
from tests.crawl.actors import hidden_ids
from tests.crawl.crawler import Crawler, Tried
from tests.crawl.probes import Probe, Prober, type_of, unknown_of
from tests.crawl.queries import compare
from tests.crawl.sandbox import Row
from tests.crawl.values import Position, Values, positions
from tests.crawl.walker import Document, Writer

SCHEMA = schema.core
MUTATION = cast("GraphQLObjectType", SCHEMA.mutation_type)
SHALLOW, DEEP = 1, 2
# So many objects of a type are tried until something is done.
MOST_CANDIDATES, MOST_ATTEMPTS = 12, 60
# These are counted when they fail, and noted in the audit log: at once, or by a job that knows whose it was.
TRIES_TO_GET_IN = (
    "signIn",
    "verifySecondFactor",
    "changePassword",
    "startSecondFactor",
    "confirmSecondFactor",
    "disableSecondFactor",
    "transferOwnership",
)
OF_ATTEMPTS = ("failed_attempt", "audit_entry", "pgqueuer", "pgqueuer_log")


class Mutations:
    """The documents of one role."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self.prober = Prober(crawler.world, crawler.role, writes=True)
        self.values = Values(crawler.world.now, self.prober.own)

    def document(self, name: str, place: Position | None, value: Any, *, all_given: bool = False) -> Document:
        """A mutation with a value at a place."""
        args = MUTATION.fields[name].args
        arguments = self.values.arguments(args, place.path if place else (), value, all_given=all_given)
        return self._of(name, arguments)

    def _of(self, name: str, arguments: dict[str, Any], deepest: int = SHALLOW) -> Document:
        return Writer(SCHEMA, self.values).document(
            "mutation", [(MUTATION, name, arguments)], deepest=deepest
        )

    def places(self) -> Iterator[tuple[str, Position]]:
        """Every place for a value."""
        for name, field in MUTATION.fields.items():
            for place in positions(field.args):
                yield name, place

    def all_hidden(self, name: str) -> tuple[Document, Document, Probe]:
        """With hidden things at every place for an id at once; and the same with things that do not exist."""
        used: list[str] = []

        def hidden(place: str) -> str:
            type_ = type_of(place) or "Conversation"
            used.append(
                next(iter(hidden_ids(self._crawler.world, self._crawler.role, type_)), self.prober.own(place))
            )
            return used[-1]

        args, now = MUTATION.fields[name].args, self._crawler.world.now
        one = self._of(name, Values(now, hidden).arguments(args, all_given=True))
        unknown = Values(now, lambda place: unknown_of(hidden(place)))
        other = self._of(name, unknown.arguments(args, all_given=True))
        return one, other, Probe(used, [unknown_of(each) for each in used])

    def attempts(self, name: str) -> Iterator[Document]:
        """With one's own things, one after the other, until something is done."""
        args, now = MUTATION.fields[name].args, self._crawler.world.now
        places = sorted({place.name for place in positions(args) if place.scalar == "ID"})
        candidates = [self.prober.candidates(place)[-MOST_CANDIDATES:] or [""] for place in places]
        for chosen in islice(product(*candidates), MOST_ATTEMPTS):
            ids = dict(zip(places, chosen, strict=True))
            for all_given in (True, False):
                yield self._of(name, Values(now, ids.__getitem__).arguments(args, all_given=all_given), DEEP)


def refused(tried: Tried) -> bool:
    """Whether a mutation says that it did nothing."""
    payloads = [each for each in (tried.answer.get("data") or {}).values() if isinstance(each, dict)]
    return not payloads or any(payload["userErrors"] for payload in payloads)


async def try_every_place(mutations: Mutations, crawler: Crawler) -> None:
    """With a hidden value at each place for one; who is let in nowhere tries all at once alone."""
    for name, place in mutations.places() if crawler.role.sees else ():
        for probe in mutations.prober.at(place):
            one = mutations.document(name, place, probe.hidden)
            other = mutations.document(name, place, probe.unknown)
            await check_alike(crawler, one, other, probe)
    for name in MUTATION.fields:
        await check_alike(crawler, *mutations.all_hidden(name))


async def check_alike(crawler: Crawler, one: Document, other: Document, probe: Probe) -> None:
    tried = await compare(crawler, one, other, probe)
    if refused(tried) and (written := _written(one, tried)):
        crawler.find(one, f"is refused and writes {written}")


def _written(document: Document, tried: Tried) -> set[Row]:
    """What was written, but that somebody tried to get in."""
    tries = any(("Mutation", name) in document.fields for name in TRIES_TO_GET_IN)
    return {row for row in tried.written if not (tries and row[0] in OF_ATTEMPTS)}


async def do_everything(mutations: Mutations, crawler: Crawler) -> dict[str, Tried]:
    """Do each thing once with one's own; what is never done, with what came of it the last time."""
    failed = {}
    for name in MUTATION.fields:
        for document in mutations.attempts(name):
            tried = await crawler.ask(document)
            if not refused(tried):
                break
            if written := _written(document, tried):
                crawler.find(document, f"is refused and writes {written}")
        else:
            failed[name] = tried
    return failed
