"""Whatever somebody watches, from whosever position: nothing of others comes, live or out of the log."""

from __future__ import annotations

from tests.crawl.watching import Watching, all_is_heard, storm


async def test_nothing_of_others_is_told(watching: Watching) -> None:
    async with watching.open():
        await storm(watching)
        await all_is_heard(watching)

    found = list(watching.leaks())
    print(f"{len(watching.watches)} subscriptions, {watching.tried()} pairs of a field and a role")
    assert not found, "\n\n".join(found)
