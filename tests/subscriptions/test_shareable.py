"""What may be shared: walked over the whole schema, and executed for all beside for each."""

import asyncio
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from graphql import (
    GraphQLCompositeType,
    GraphQLObjectType,
    OperationDefinitionNode,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_object_type,
    is_required_argument,
    parse,
)
from hypothesis import given
from hypothesis import strategies as st

from graph.context import Beginning
from graph.execution import Engine
from graph.limits import Limits
from graph.request import GraphQLRequest
from graph.schema import schema
from localmessages.actions.conversations import add_note, close_conversation
from localmessages.actions.transfers import TransferRequest, transfer_conversation
from localmessages.rules.access import AnyViewer, Role, Viewer, ViewerIsAny
from subscriptions.audience import Run, SharedContext
from subscriptions.independent import INDEPENDENT
from subscriptions.plan import ALONE_SECONDS, KINDS, Plans
from subscriptions.rights import Change, Rights
from subscriptions.shareable import is_shareable
from tests.subscriptions.watching import PATIENCE, Watched, watched
from tests.support.desk import open_desk
from tests.support.logs import Line

AMY: Line = {
    "do": "user",
    "id": "amy",
    "name": "Amy Agent",
    "email": "amy@acme.example",
    "role": "AGENT",
    "locations": ["A"],
}
OSCAR: Line = {
    "do": "user",
    "id": "oscar",
    "name": "Oscar Owner",
    "email": "oscar@acme.example",
    "role": "OWNER",
    "account": "acme",
}
VIEWERS_OWN = {
    "Conversation": {"unreadCount"},
    "Location": {"inbox", "viewerRole", "members"},
    "User": {"email", "timeZone", "locale", "lastSeenAt", "memberships"},
    "Account": {"settings"},
    "Viewer": {"user", "apiKey", "account", "alerts", "memberships", "inbox"},
}


@dataclass(frozen=True)
class Way:
    """A way from the root to a field: each type with the field that leads on from it."""

    steps: tuple[tuple[GraphQLObjectType, str], ...]

    @property
    def document(self) -> str:
        text = ""
        for type_, name in reversed(self.steps[1:]):
            text = f"{{ ... on {type_.name} {{ {name} {text} }} }}"
        return f"subscription {{ {self.steps[0][1]} {text} }}"

    @property
    def is_declared(self) -> bool:
        return all(name in INDEPENDENT.get(type_.name, ()) for type_, name in self.steps)


def objects_of(type_: GraphQLCompositeType) -> list[GraphQLObjectType]:
    """Whose objects may stand there."""
    if is_abstract_type(type_):
        return sorted(schema.core.get_possible_types(type_), key=lambda each: each.name)
    assert is_object_type(type_)
    return [type_]


def subscriptions() -> GraphQLObjectType:
    root = schema.core.subscription_type
    assert root
    return root


def shareable(text: str) -> bool:
    document = parse(text)
    definition = document.definitions[0]
    assert isinstance(definition, OperationDefinitionNode)
    return is_shareable(schema.core, document, definition)


def ways() -> Iterator[Way]:
    """A shortest way to every field that a subscription can reach."""
    root = subscriptions()
    seen: set[tuple[str, str]] = set()
    due = [Way(((root, name),)) for name in root.fields]
    while due:
        way = due.pop(0)
        type_, name = way.steps[-1]
        if (type_.name, name) in seen:
            continue
        seen.add((type_.name, name))
        yield way
        below = get_named_type(type_.fields[name].type)
        if is_composite_type(below):
            due += [Way((*way.steps, (each, field))) for each in objects_of(below) for field in each.fields]


@pytest.mark.parametrize("way", list(ways()), ids=lambda way: ".".join(name for _, name in way.steps))
def test_a_field_is_declared_or_what_selects_it_is_not_shared(way):
    assert shareable(way.document) is way.is_declared


def test_what_is_declared_is_there_and_is_nobodys_own():
    for name, fields in INDEPENDENT.items():
        type_ = schema.core.type_map[name]
        assert is_object_type(type_)
        assert fields <= set(type_.fields)
        assert not fields & VIEWERS_OWN.get(name, set())
    assert INDEPENDENT["Subscription"] == set(KINDS)


def test_one_undeclared_field_in_a_fragment_is_enough():
    assert not shareable(
        """
        subscription { inboxEvents { ...Event } }
        fragment Event on InboxEvent { at ... on MessageChanged { conversation { ...Talk } } }
        fragment Talk on Conversation { id unreadCount }
        """
    )


def test_what_has_failed_for_many_is_shared_again_after_a_while():
    now = [1_000.0]
    plans, engine = Plans(lambda: now[0]), Engine(schema.core)
    operation = engine.operation(GraphQLRequest("subscription { inboxEvents { at } }"))
    assert plans.of(schema.core, operation)

    plans.has_failed(operation)
    assert plans.of(schema.core, operation) is None

    now[0] += ALONE_SECONDS
    assert plans.of(schema.core, operation)


@pytest.mark.parametrize(
    ("text", "is_shared"),
    [
        ("subscription ($after: Cursor) { inboxEvents(after: $after) { at } }", True),
        ("subscription { inboxEvents(after: null) { at } }", True),
        ("subscription ($after: Cursor!) { inboxEvents(after: $after) { at } }", False),
        ('subscription ($after: Cursor = "AQ") { inboxEvents(after: $after) { at } }', False),
        ('subscription { inboxEvents(after: "AQ") { at } }', False),
        ("subscription { ...Root } fragment Root on Subscription { inboxEvents { at } }", False),
        ("subscription { viewerEvents { at } }", False),
    ],
)
def test_a_subscription_is_shared_if_its_beginning_can_be_left_out(text, is_shared):
    operation = Engine(schema.core).operation(GraphQLRequest(text))

    assert (Plans().of(schema.core, operation) is not None) is is_shared


def test_where_one_begins_is_not_in_the_key_and_all_else_is():
    variables = "$after: Cursor, $filter: InboxFilter"
    text = f"subscription ({variables}) {{ inboxEvents(after: $after, filter: $filter) {{ at }} }}"
    engine, plans = Engine(schema.core), Plans()

    def key(variables, access="class", name=None, document=text):
        operation = engine.operation(GraphQLRequest(document, name, variables))
        plan = plans.of(schema.core, operation)
        assert plan
        return plan.key(operation, access)

    assert key({"after": "AQ"}) == key({"after": "Ag"}) == key({})
    assert key({"filter": {"locationIds": ["a"]}}) != key({}) != key({"filter": {"locationIds": ["b"]}})
    assert key({}) != key({}, access="another class")
    assert key({}) != key({}, document=text + " ")


ROLES = st.dictionaries(st.integers(1, 3).map(lambda n: UUID(int=n)), st.sampled_from(Role), max_size=3)
VIEWERS = st.builds(Viewer, st.just(UUID(int=9)), st.uuids(), st.none(), ROLES, ROLES)


@given(VIEWERS, VIEWERS)
def test_viewers_have_one_key_exactly_if_they_have_the_same_rights(one, other):
    same = (one.account_roles, one.location_roles) == (other.account_roles, other.location_roles)

    assert (one.access == other.access) is same
    assert replace(one, tenant_id=UUID(int=8)).access != one.access
    assert replace(one, user_id=other.user_id).access == one.access


@given(VIEWERS)
def test_who_the_viewer_is_cannot_be_read_for_many(one):
    many = AnyViewer(one)

    assert (many.access, many.location_ids) == (one.access, one.location_ids)
    for name in ("user_id", "api_key_id", "actor_id"):
        with pytest.raises(ViewerIsAny):
            getattr(many, name)


@pytest.fixture
async def town(database, open_hub) -> Watched:
    """Olive and Oscar own all, Ann and Amy work at A, Bob at B."""
    town = watched(await open_desk(database, AMY, OSCAR), await open_hub(poll_seconds=0.2), together=True)
    town.engine = Engine(
        schema.core,
        Limits(
            document_bytes=10**6,
            fields=10**6,
            overlaps=10**9,
            aliases=10_000,
            tokens=100_000,
            depth=50,
            cost=10**9,
        ),
    )
    return town


async def test_the_people_of_a_company_share_exactly_with_those_of_the_same_rights(town):
    operation = town.engine.operation(GraphQLRequest("subscription { inboxEvents { at } }"))
    plan = Plans().of(schema.core, operation)
    assert plan
    names = ("owner", "oscar", "ann", "amy", "bob")
    keys = {
        name: plan.key(operation, (await (await town.context(name)).begin()).viewer.access) for name in names
    }

    alike = {frozenset(name for name in names if keys[name] == key) for key in keys.values()}
    assert alike == {frozenset({"owner", "oscar"}), frozenset({"ann", "amy"}), frozenset({"bob"})}


def everything(type_: GraphQLObjectType, depth: int) -> str:
    """All that is declared below a type."""
    parts = ["__typename"]
    for name in sorted(INDEPENDENT[type_.name]):
        field = type_.fields[name]
        arguments = "(first: 3)" if "first" in field.args else ""
        assert not any(is_required_argument(each) for each in field.args.values())
        below = get_named_type(field.type)
        if not is_composite_type(below):
            parts.append(f"{type_.name}_{name}: {name}")
        elif depth:
            parts.append(f"{type_.name}_{name}: {name}{arguments} {{ {under(below, depth - 1)} }}")
    return " ".join(parts)


def under(type_, depth: int) -> str:
    return " ".join(f"... on {each.name} {{ {everything(each, depth)} }}" for each in objects_of(type_))


FIELDS = {
    "inboxEvents": "",
    "locationsSummaryChanged": "",
    "messagesReportChanged": "(filter: {window: {last: DAYS_7}})",
}


@pytest.mark.parametrize("name", FIELDS)
async def test_all_that_is_declared_is_for_all_what_it_is_for_each(town, name):
    type_ = get_named_type(subscriptions().fields[name].type)
    depth = 3 if name == "inboxEvents" else 4
    query = f"subscription {{ {name}{FIELDS[name]} {{ {under(type_, depth)} }} }}"
    now = datetime.now(UTC)
    town.desk.services = replace(town.desk.services, clock=lambda: now)
    contexts = [await town.context(who) for who in ("owner", "oscar")]
    contexts.append(await shared(town, contexts[0]))
    for context in contexts:
        await context.begin()
    await what_happens(town)

    told = [
        await first_answers(town, query, context, 8 if name == "inboxEvents" else 1) for context in contexts
    ]

    assert without_cursors(told[0]) == without_cursors(told[1]) == without_cursors(told[2])
    assert not any("errors" in answer for answer in told[2])


async def shared(town: Watched, one) -> SharedContext:
    beginning = await one.begin()
    cursor = replace(beginning.cursor, own=None, access=0)
    rights = Rights(town.desk.services, _nobody_is_told)
    run = Run(rights, Beginning(AnyViewer(beginning.viewer), beginning.catalogue, cursor), events=True)
    return SharedContext(town.desk.services, town.faces, run)


def _nobody_is_told(change: Change) -> None:
    """Nobody sits anywhere."""


async def what_happens(town: Watched) -> None:
    received = await town.desk.receive("Hello")
    await town.desk.reply(received, "See https://example.com/a")
    await add_note(await town.desk.actor("ann"), received.conversation_id, "a note")
    target = TransferRequest((await town.desk.place("B")).id, note="Please help")
    await transfer_conversation(await town.desk.actor(), received.conversation_id, target)
    await close_conversation(await town.desk.actor(), received.conversation_id)
    await town.desk.receive("STOP")


async def first_answers(town: Watched, query: str, context, count: int):
    operation = town.engine.operation(GraphQLRequest(query))
    answers = await town.engine.subscribe(operation, context)
    async with asyncio.timeout(PATIENCE), aclosing(answers):
        return [await anext(answers) for _ in range(count)]


def without_cursors(value):
    match value:
        case dict():
            return {
                key: without_cursors(each)
                for key, each in value.items()
                if not key.endswith("_cursor") or "Edge" in key
            }
        case list():
            return [without_cursors(each) for each in value]
    return value


@pytest.mark.parametrize("field", ["unreadCount", "lastMessage { agent { email } }"])
async def test_what_is_one_viewers_own_is_an_error_for_many(town, field):
    query = f"subscription {{ inboxEvents {{ ... on TimelineEntryAdded {{ conversation {{ {field} }} }} }} }}"
    received = await town.desk.receive("Hello")
    context = await shared(town, await town.context("owner"))
    await context.begin()
    await town.desk.reply(received, "Hi")

    (answer,) = await first_answers(town, query, context, 1)

    assert [error["extensions"]["code"] for error in answer["errors"]] == ["INTERNAL_SERVER_ERROR"]
    assert "olive@" not in str(answer)
