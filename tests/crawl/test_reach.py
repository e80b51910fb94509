"""The crawl comes everywhere: what the owner of the data never reaches, nobody was kept from."""

from __future__ import annotations

from dataclasses import replace

from graphql import GraphQLObjectType

from graph.schema import schema
from tests.crawl.actors import OWNER, hidden_from
from tests.crawl.conftest import Open
from tests.crawl.mutations import Mutations, do_everything
from tests.crawl.queries import Queries, look_everywhere
from tests.crawl.watching import Watching, all_is_heard, storm

SCHEMA = schema.core
# What a crawl cannot come to, and why; the fields of these types hold nothing that is not named here.
UNREACHED = {
    "AccessToken": "signing in takes a password, which nobody here has",
    "SecondFactorSetup": "the same",
    "AlreadyExistsError": "made things are undone after each attempt, so none is in the way of the next",
    "AlreadyTransferredError": "it is for who acts in what has just moved away",
    "IdentityProvider": "this installation has none",
    "LimitError": "what is given here is short",
    "OptedOutError": "objects are tried until something is done",
    "PlaceholderError": "the texts that are given here have none",
    "RetryLaterError": "nothing here comes too early",
    "StaleVersionError": "no version is given here",
    "Presence": "one does not see oneself, and who crawls is alone",
    "PresenceChanged": "the same",
    "ConversationMovedOut": "it is for who loses sight of a conversation; the owner sees where it goes",
    "Resync": "the log is kept, and the rights of who watches stay",
    "ViewerChanged": "the rights of who watches stay",
}
_PASSWORD, _TOKEN = "takes a password, which nobody here has", "takes a token, which nobody here has"
UNDONE = {
    "signIn": _PASSWORD,
    "changePassword": _PASSWORD,
    "startSecondFactor": _PASSWORD,
    "disableSecondFactor": _PASSWORD,
    "transferOwnership": _PASSWORD,
    "eraseContact": "takes the number of the contact, which no other field is named like",
    "confirmSecondFactor": "takes a code, which comes after the password",
    "verifySecondFactor": _TOKEN,
    "refreshSession": _TOKEN,
    "resetPassword": _TOKEN,
    "acceptInvitation": _TOKEN,
}


async def test_the_owner_of_the_data_reaches_every_field(crawling: Open, watching: Watching) -> None:
    crawler = await crawling(OWNER)
    watching.roles = (OWNER,)

    await look_everywhere(Queries(crawler), crawler)
    undone = await do_everything(Mutations(crawler), crawler)
    async with watching.open():
        await storm(watching)
        await all_is_heard(watching)

    reached = crawler.reached | watching.reached(OWNER)
    missing = {f"{name}.{field}" for name, field in _fields() - reached if name not in UNREACHED}
    assert not missing, f"never reached: {sorted(missing)}"
    assert set(undone) == set(UNDONE), {name: tried.text for name, tried in undone.items()}
    assert not crawler.findings, "\n\n".join(crawler.findings)
    print(f"{len(reached)} fields reached")


async def test_the_crawl_sees_what_it_must_not(crawling: Open) -> None:
    crawler = await crawling(OWNER)
    crawler.hidden = hidden_from(crawler.world, replace(OWNER, sees=frozenset()))

    await look_everywhere(Queries(crawler), crawler)

    # At least half of the lists, and each of them more than once.
    assert len(crawler.findings) > 10


def _fields() -> set[tuple[str, str]]:
    return {
        (name, field)
        for name, type_ in SCHEMA.type_map.items()
        if isinstance(type_, GraphQLObjectType) and not name.startswith("__")
        for field in type_.fields
    }
