"""Whatever somebody asks for, nothing of others comes back: what is hidden is like what does not exist."""

from __future__ import annotations

import os
import random

import pytest

from tests.crawl.actors import INSIDERS, OUTSIDERS, OWNER, Role
from tests.crawl.conftest import Open
from tests.crawl.queries import Queries, look_everywhere, page_from_others, pages_of, try_what_is_hidden

# Other ways to the same types, from other objects of one's own.
SEEDS = 10 if os.environ.get("SOAK") else 0


@pytest.mark.parametrize("role", [*INSIDERS, *OUTSIDERS], ids=str)
async def test_nothing_of_others_is_anywhere(crawling: Open, role: Role) -> None:
    crawler = await crawling(role)

    for chance in (None, *map(random.Random, range(SEEDS))):
        await look_everywhere(Queries(crawler, chance), crawler)

    assert not crawler.findings, "\n\n".join(crawler.findings)
    print(f"{role}: {crawler.attempts} documents, {len(crawler.tried)} fields tried")


@pytest.mark.parametrize("role", [OWNER, *INSIDERS, *OUTSIDERS], ids=str)
async def test_hidden_and_unknown_are_the_same(crawling: Open, role: Role) -> None:
    crawler = await crawling(role)

    await try_what_is_hidden(Queries(crawler), crawler)

    assert not crawler.findings, "\n\n".join(crawler.findings)
    print(f"{role}: {crawler.attempts} documents, {len(crawler.tried)} fields tried")


@pytest.mark.parametrize("role", INSIDERS, ids=str)
async def test_pages_of_others_lead_to_ones_own_things_alone(crawling: Open, role: Role) -> None:
    owner, crawler = await crawling(OWNER), await crawling(role)
    pages = await pages_of(Queries(owner), owner)

    await page_from_others(Queries(crawler), crawler, pages)

    assert not crawler.findings, "\n\n".join(crawler.findings)
    print(f"{role}: {crawler.attempts} documents")
