"""What compiled functions answer is what the interpreter answers, errors and the order of fields included."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
import strawberry
from graphql import OperationType, parse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from structlog.testing import capture_logs

from graph.compiled import Readers
from graph.documents import MOST_CASES, Document
from graph.execution import Engine, Operation
from graph.ids import global_id
from graph.request import GraphQLRequest
from tests.graph.conftest import Ask
from tests.support.odd_people import ATTRIBUTES, ODD_VALUES, Mood, Person, Robot, Tag, people
from tests.support.odd_people import schema as _schema
from tests.support.operations import operation as ready_operation
from tests.support.random_documents import documents
from tests.support.random_town import RandomTown
from tests.support.story import story_in

odd_schema = _schema._schema
FLAGS = st.tuples(st.booleans(), st.booleans())


class NoReaders(Readers):
    """Everything is interpreted."""

    def of_object(self, *_: Any) -> None:
        return None

    def of_field(self, *_: Any) -> None:
        return None


class InterpretedDocument(Document):
    def readers(self, *_: Any) -> Readers:
        return NoReaders(self.schema)


async def answers(document: Document, variables: dict[str, Any], context: Any) -> bytes:
    """The answer of a query or mutation, or those of a subscription's events, and what was logged of bugs."""
    engine = Engine(document.schema)
    (definition,) = document.operations
    operation = Operation(GraphQLRequest("", None, variables), document, definition)
    with capture_logs() as logs:
        if operation.type is OperationType.SUBSCRIPTION:
            found = [answer async for answer in await engine.subscribe(operation, context)]
        else:
            found = [await engine.execute(operation, context)]
    for answer in found:
        for error in answer.get("errors", ()):
            # Another one each time.
            error["extensions"].pop("errorId", None)
    return orjson.dumps([found, [(log["path"], log["message"], repr(log["exc_info"])) for log in logs]])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=documents(odd_schema), context=st.lists(people(), min_size=1, max_size=3), flags=FLAGS)
async def test_answers_are_those_of_the_interpreter(
    text: str, context: list[Any], flags: tuple[bool, bool]
) -> None:
    node = parse(text)
    compiled, interpreted = Document(node, odd_schema), InterpretedDocument(node, odd_schema)

    for yes, no in (flags, (not flags[0], flags[1]), flags):
        variables = {"yes": yes, "no": no}

        assert await answers(compiled, variables, context) == await answers(interpreted, variables, context)


ALL_OF_A_PERSON = """
query ($yes: Boolean = true) { people {
    ...Known name nick risky age height active born phone mood moods grid aliases
    tags { label color } favourite { __typename label }
    friend { name friend: twin { name } } friends { name }
    pet { __typename id ... on Robot { serial } ... on Person @include(if: $yes) { nick } }
    beings { name }
    friend { age }
} }
fragment Known on Being { id again: name }
"""


@pytest.mark.parametrize("name", ATTRIBUTES)
async def test_an_attribute_may_be_anything(name: str):
    node = parse(ALL_OF_A_PERSON)
    compiled, interpreted = Document(node, odd_schema), InterpretedDocument(node, odd_schema)

    for value in [*ODD_VALUES, somebody(), [somebody()], Robot(id=strawberry.ID("3"), name="R3", serial=3)]:
        context = [somebody(), somebody(**{name: value})]

        assert await answers(compiled, {}, context) == await answers(interpreted, {}, context), value


@pytest.fixture
def interpreted_fields(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The fields that the interpreter runs, by type and name."""
    fields: list[str] = []
    run = StrawberryGraphQLCoreExecutionContext.execute_field

    def noted(self: Any, parent_type: Any, source: Any, details: Any, *more: Any) -> Any:
        fields.append(f"{parent_type.name}.{details[0].node.name.value}")
        return run(self, parent_type, source, details, *more)

    monkeypatch.setattr(StrawberryGraphQLCoreExecutionContext, "execute_field", noted)
    return fields


def somebody(**more: Any) -> Person:
    known: dict[str, Any] = {
        "id": strawberry.ID("1"), "name": "Ada", "nick": None, "age": 36, "height": 1.7, "active": True,
        "born": datetime(2026, 1, 2, tzinfo=UTC), "phone": "+12125550100", "mood": Mood.GOOD,
        "moods": [Mood.BAD, None], "grid": [[1], []], "aliases": ["Countess"], "tags": [Tag(label="vip")],
        "favourite": None,
        "friend": None, "friends": [None], "pet": Robot(id=strawberry.ID("2"), name="R2", serial=2),
        "beings": [], "twin": None, "broken": False,
    }  # fmt: skip
    return Person(**{**known, **more})


async def test_nothing_below_the_root_is_interpreted_where_all_are_attributes(interpreted_fields: list[str]):
    document = Document(parse(ALL_OF_A_PERSON), odd_schema)
    friend = somebody(twin=somebody())

    answer = await answers(document, {}, [somebody(friend=friend, beings=[somebody()]), somebody()])

    assert b"errors" not in answer
    assert interpreted_fields == ["Query.people"]


async def test_what_lies_beside_a_resolver_is_compiled_all_the_same(interpreted_fields: list[str]):
    document = Document(parse("{ person { name tags { label } boss { name } age greeting } }"), odd_schema)

    await answers(document, {}, [somebody(friend=somebody())])

    assert interpreted_fields == ["Query.person", "Person.boss", "Person.greeting"]


async def test_only_what_is_broken_is_interpreted(interpreted_fields: list[str]):
    document = Document(parse("{ people { name age } }"), odd_schema)

    await answers(document, {}, [somebody(), somebody(age="old"), somebody()])

    assert interpreted_fields == ["Query.people", "Person.age"]


async def test_compiled_functions_are_kept_with_their_document():
    document = Document(
        parse("query ($yes: Boolean!) { people { name age @include(if: $yes) } }"), odd_schema
    )

    assert document.readers({"yes": True}) is document.readers({"yes": True, "other": 1})
    assert document.readers({"yes": True}) is not document.readers({"yes": False})


async def test_few_sets_of_conditions_are_kept_compiled():
    names = [f"v{number}" for number in range(10)]
    variables = ", ".join(f"${name}: Boolean!" for name in names)
    fields = " ".join(f"name @include(if: ${name})" for name in names)
    document = Document(parse(f"query ({variables}) {{ people {{ {fields} }} }}"), odd_schema)

    for case in range(2 ** len(names)):
        document.readers({name: bool(case >> place & 1) for place, name in enumerate(names)})

    assert len(document._readers) <= MOST_CASES


async def test_the_inbox_is_read_by_compiled_functions(ask: Ask, interpreted_fields: list[str]):
    data = await ask("Olga").data(ready_operation("Inbox"))

    assert len(data["conversations"]["edges"]) == 25
    assert sorted(interpreted_fields) == ["Query.conversations", "Query.eventCursor"]


async def test_ready_operations_answer_as_the_interpreter_does(
    ask: Ask, town: RandomTown, monkeypatch: pytest.MonkeyPatch
):
    talk = global_id("Conversation", story_in(town)["id"])
    asked: dict[str, dict[str, Any]] = {
        "Inbox": {},
        "ConversationPage": {"id": talk},
        "LocationsPage": {"window": {"last": "DAYS_30"}},
    }
    olga = ask("Olga")
    compiled = {name: await olga.answer(ready_operation(name), **more) for name, more in asked.items()}

    monkeypatch.setattr(Document, "readers", InterpretedDocument.readers)

    for name, more in asked.items():
        assert compiled[name] == await olga.answer(ready_operation(name), **more)
