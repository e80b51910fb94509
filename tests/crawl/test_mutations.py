"""Whatever somebody tries, nothing of others is touched, and what is hidden is like what does not exist."""

from __future__ import annotations

import pytest

from tests.crawl.actors import INSIDERS, OUTSIDERS, OWNER, Role
from tests.crawl.conftest import Open
from tests.crawl.mutations import Mutations, try_every_place


@pytest.mark.parametrize("role", [OWNER, *INSIDERS, *OUTSIDERS], ids=str)
async def test_hidden_and_unknown_are_the_same(crawling: Open, role: Role) -> None:
    crawler = await crawling(role)

    await try_every_place(Mutations(crawler), crawler)

    assert not crawler.findings, "\n\n".join(crawler.findings)
    print(f"{role}: {crawler.attempts} documents, {len(crawler.tried)} fields tried")
