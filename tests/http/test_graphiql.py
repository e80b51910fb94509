"""The GraphiQL page: what is served, and whether its ready operations are ones that the schema takes."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    NoUnusedFragmentsRule,
    OperationDefinitionNode,
    Visitor,
    build_schema,
    concat_ast,
    parse,
    specified_rules,
    validate,
    visit,
)
from httpx import ASGITransport, AsyncClient
from starlette.applications import Starlette

from localmessages.http.graphiql import graphiql_mount

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "web" / "graphiql"
FRAGMENTS = PAGE / "operations" / "fragments.graphql"
TABS = sorted(set(PAGE.glob("operations/*.graphql")) - {FRAGMENTS})
OWN = sorted(PAGE.glob("src/*.graphql"))
# A file of its own fragments is spliced in after each operation that spreads them: most spread only a few.
RULES = [rule for rule in specified_rules if rule is not NoUnusedFragmentsRule]
READY = {
    "Inbox", "ConversationPage", "MessagePreview", "SendMessage", "TransferPreview", "TransferConversation",
    "RequestPayment", "LocationsPage", "MessagesReport", "RequestExport", "InboxEvents", "LocationsPageLive",
    "MessagesReportLive", "SignIn",
}  # fmt: skip


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    printed, contract = ROOT / "schema.graphql", ROOT / "docs" / "contract.graphql"
    return build_schema((printed if printed.exists() else contract).read_text())


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[AsyncClient]:
    app = Starlette(routes=[graphiql_mount(tmp_path)])
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://inbox.example:8000") as client:
        yield client


def document(file: Path) -> DocumentNode:
    return parse(file.read_text())


def operation(file: Path) -> OperationDefinitionNode:
    (only,) = [node for node in document(file).definitions if isinstance(node, OperationDefinitionNode)]
    return only


def build(dist: Path) -> None:
    (dist / "assets").mkdir()
    (dist / "index.html").write_text("<!doctype html><title>GraphiQL</title>")
    (dist / "assets" / "index-4f2a.js").write_text("console.log(1);\n" * 1000)


@pytest.mark.parametrize("file", [*TABS, *OWN], ids=lambda file: file.stem)
def test_an_operation_of_the_page_is_valid_in_the_schema(file: Path, schema: GraphQLSchema):
    whole = concat_ast([document(file), document(FRAGMENTS)])

    assert [error.message for error in validate(schema, whole, RULES)] == []


def test_every_screen_that_a_newcomer_tries_has_its_operation():
    assert {file.stem for file in TABS} == READY
    assert {file.stem for file in TABS if operation(file).operation.value == "subscription"} == {
        "InboxEvents",
        "LocationsPageLive",
        "MessagesReportLive",
    }


@pytest.mark.parametrize("file", TABS, ids=lambda file: file.stem)
def test_an_operation_is_called_like_its_file_and_opened_as_a_tab(file: Path):
    name = operation(file).name

    assert name is not None
    assert name.value == file.stem
    assert f'"../operations/{file.name}?raw"' in (PAGE / "src" / "operations.ts").read_text()


def test_every_shared_fragment_is_used_by_an_operation():
    spread: set[str] = set()

    class Spreads(Visitor):
        def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
            spread.add(node.name.value)

    visit(concat_ast([document(file) for file in [*TABS, FRAGMENTS]]), Spreads())

    fragments = document(FRAGMENTS).definitions
    assert spread == {node.name.value for node in fragments if isinstance(node, FragmentDefinitionNode)}


async def test_a_page_that_is_not_built_says_how_to_build_it(browser: AsyncClient):
    answer = await browser.get("/graphiql/")

    assert answer.status_code == 503
    assert "make web" in answer.text
    assert "http://inbox.example:8000/graphql" in answer.text


async def test_a_page_that_is_built_while_the_server_runs_is_served(browser: AsyncClient, tmp_path: Path):
    before = await browser.get("/graphiql/assets/index-4f2a.js")
    build(tmp_path)
    page = await browser.get("/graphiql/")
    script = await browser.get("/graphiql/assets/index-4f2a.js")

    assert before.status_code == 404
    assert "immutable" not in before.headers.get("Cache-Control", "")
    assert page.text.endswith("<title>GraphiQL</title>")
    assert page.headers["Cache-Control"] == "no-cache"
    assert script.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert script.headers["Content-Encoding"] == "gzip"


async def test_the_address_without_its_last_slash_leads_to_the_page(browser: AsyncClient):
    answer = await browser.get("/graphiql")

    assert answer.headers["Location"] == "http://inbox.example:8000/graphiql/"


@pytest.mark.parametrize("built", [True, False], ids=["built", "not built"])
async def test_the_page_may_run_its_own_scripts_alone(browser: AsyncClient, tmp_path: Path, built: bool):
    if built:
        build(tmp_path)

    policy = (await browser.get("/graphiql/")).headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy


async def test_nothing_outside_the_built_assets_is_served(browser: AsyncClient, tmp_path: Path):
    build(tmp_path)
    (tmp_path / "secret.txt").write_text("no")

    for path in ("/graphiql/secret.txt", "/graphiql/assets/..%2fsecret.txt", "/graphiql/assets/"):
        assert (await browser.get(path)).status_code == 404
