"""All that can be asked for: from every field of the root, from every object, and with every argument."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from typing import Any, cast

from graphql import GraphQLObjectType

from graph.schema import schema
from tests.crawl.actors import TYPES, seen_ids
from tests.crawl.crawler import Crawler, Tried, texts_in
from tests.crawl.paths import Path, paths
from tests.crawl.probes import Probe, Prober
from tests.crawl.values import PAGES, Position, Values, positions
from tests.crawl.walker import Document, Writer

SCHEMA = schema.core
QUERY = cast("GraphQLObjectType", SCHEMA.query_type)
# How many objects of a type a crawl begins at.
STARTS = 2
SHALLOW = 2 if os.environ.get("SOAK") else 1
Pages = dict[tuple[str, str], set[str]]


class Queries:
    """The documents of one role."""

    def __init__(self, crawler: Crawler, chance: random.Random | None = None) -> None:
        self._crawler = crawler
        self._chance = chance
        self.prober = Prober(crawler.world, crawler.role)
        self.values = Values(crawler.world.now, self.prober.own)

    def _writer(self) -> Writer:
        return Writer(SCHEMA, self.values, self._chance)

    def own(self, type_name: str) -> list[str]:
        """The role's own objects of a type, those that a crawl begins at."""
        found = seen_ids(self._crawler.world, self._crawler.role, type_name)
        if self._chance is not None:
            return self._chance.sample(found, min(len(found), STARTS))
        return [*found[:STARTS], *found[-STARTS:]]

    def trees(self) -> Iterator[Document]:
        """Everything below each field of the root, and below each object."""
        for name, field in QUERY.fields.items():
            for all_given in (False, True):
                arguments = self.values.arguments(field.args, all_given=all_given)
                yield self._writer().document("query", [(QUERY, name, arguments)])
        for type_name in TYPES:
            for one in self.own(type_name):
                end = SCHEMA.type_map[type_name]
                assert isinstance(end, GraphQLObjectType)
                yield self._writer().document("query", [(QUERY, "node", {"id": one})], end=end)

    def paths(self) -> dict[str, Path]:
        """The ways to all types; for who is let in nowhere the doors alone."""
        if not self._crawler.role.sees:
            return {QUERY.name: []}
        return paths(SCHEMA, self.values, lambda type_name: next(iter(self.own(type_name)), None))

    def with_arguments(self) -> Iterator[tuple[Path, GraphQLObjectType, str, Position]]:
        """Every place for a value, and the way to the object of whose field it is an argument."""
        for type_name, path in self.paths().items():
            type_ = SCHEMA.type_map[type_name]
            assert isinstance(type_, GraphQLObjectType)
            for name, field in type_.fields.items():
                for place in positions(field.args):
                    yield path, type_, name, place

    def probing(
        self, path: Path, type_: GraphQLObjectType, name: str, place: Position, value: Any
    ) -> Document:
        """The field with a value at a place."""
        arguments = self.values.arguments(type_.fields[name].args, place.path, value)
        return self._writer().document("query", [*path, (type_, name, arguments)], deepest=SHALLOW)


async def look_everywhere(queries: Queries, crawler: Crawler) -> None:
    """Walk over everything that the role can reach; nothing hidden may be there, and nothing is written."""
    for document in queries.trees():
        tried = await crawler.ask(document)
        codes = {error["extensions"]["code"] for error in tried.answer.get("errors", ())}
        # What is for others alone says so whatever it is asked for.
        if crawler.role.sees and codes - {"FORBIDDEN"}:
            crawler.find(document, f"is refused: {tried.answer['errors']}")
        if tried.written:
            crawler.find(document, f"writes {tried.written}")


async def try_what_is_hidden(queries: Queries, crawler: Crawler) -> None:
    """With a hidden value at each place for one: as with what does not exist, word for word."""
    for path, type_, name, place in queries.with_arguments():
        for probe in queries.prober.at(place):
            await compare(
                crawler,
                queries.probing(path, type_, name, place, probe.hidden),
                queries.probing(path, type_, name, place, probe.unknown),
                probe,
            )


async def compare(crawler: Crawler, hidden: Document, unknown: Document, probe: Probe) -> Tried:
    """The same answer, from as many statements, and nothing of others is written."""
    one, other = await crawler.ask(hidden), await crawler.ask(unknown)
    if probe.is_told:
        return one
    # What was made anew has addresses and instants of its own.
    is_refused = not one.written and not other.written
    said, nothing = one.alike(texts_in(probe.hidden)), other.alike(texts_in(probe.unknown))
    if is_refused and said != nothing:
        crawler.find(hidden, f"answers {said[-400:]}, and of nothing {nothing[-400:]}")
    if len(one.statements) != len(other.statements):
        more = [text for text in one.statements if text not in other.statements]
        crawler.find(hidden, f"asks {len(one.statements)}, not {len(other.statements)} times, also {more}")
    if bool(one.written) != bool(other.written):
        crawler.find(hidden, f"writes {one.written ^ other.written}")
    return one


def places_for_pages(queries: Queries) -> Iterator[tuple[Path, GraphQLObjectType, str, Position]]:
    """Every list that can be paged."""
    for path, type_, name, place in queries.with_arguments():
        if place.name in PAGES:
            yield path, type_, name, place


async def pages_of(queries: Queries, crawler: Crawler) -> Pages:
    """The cursors that a role is given, by the list."""
    found: Pages = {}
    for path, type_, name, _ in places_for_pages(queries):
        if (type_.name, name) in found:
            continue
        arguments = queries.values.arguments(type_.fields[name].args)
        document = Writer(SCHEMA, queries.values).document(
            "query", [*path, (type_, name, arguments)], deepest=1
        )
        tried = await crawler.ask(document)
        found[type_.name, name] = set(_cursors(tried.answer.get("data")))
    return found


def _cursors(value: Any) -> Iterator[str]:
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _cursors(each)
    if isinstance(value, dict):
        yield from [value[key] for key in ("startCursor", "endCursor") if value.get(key)]


async def page_from_others(queries: Queries, crawler: Crawler, pages: Pages) -> None:
    """Go on where somebody else's page ended."""
    for path, type_, name, place in places_for_pages(queries):
        for cursor in sorted(pages.get((type_.name, name), ())):
            await crawler.ask(queries.probing(path, type_, name, place, cursor))
