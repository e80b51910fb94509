"""The payment page as a telephone opens it: what it says, and the form that it sends."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from html.parser import HTMLParser

import httpx
import pytest
from starlette.applications import Starlette

from graph.ids import global_id
from localmessages.actions.locations import create_location
from localmessages.http.pay import FORM_LASTS, pay_routes
from localmessages.rules.location import LocationKind
from localmessages.rules.paying import PAGE_OPEN_FOR
from localmessages.rules.place import Number
from models.catalogue import Catalogues
from tests.support.paying_server import PayingServer, paying_server


class Form(HTMLParser):
    """The fields of a page's form, the buttons, and the words that a person reads."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.choices: list[str] = []
        self.buttons: list[str] = []
        self.tags: set[str] = set()
        self.words = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.add(tag)
        if tag == "input" and given["type"] == "radio":
            self.choices.append(given["value"] or "")
        if tag == "input" and (given["type"] == "hidden" or "checked" in given):
            self.fields[given["name"] or ""] = given["value"] or ""
        if tag == "button":
            self.buttons.append(given["value"] or "")

    def handle_data(self, data: str) -> None:
        self.words += data if self.lasttag != "style" else ""


@pytest.fixture
async def server(database_url: str, redis_url: str) -> AsyncIterator[PayingServer]:
    async with paying_server(database_url, redis_url) as server:
        yield server


@pytest.fixture
async def phone(server: PayingServer) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server.url, timeout=20) as client:
        yield client


async def words(phone: httpx.AsyncClient, slug: str) -> str:
    page = await phone.get(f"/pay/{slug}")
    assert page.status_code == 200
    return " ".join(Form(page.text).words.split())


async def send(phone: httpx.AsyncClient, slug: str, do: str, **other: str) -> httpx.Response:
    """Open the page, choose, press a button."""
    form = Form((await phone.get(f"/pay/{slug}")).text)
    return await phone.post(f"/pay/{slug}", data={**form.fields, "do": do, **other})


async def test_it_says_who_asks_for_how_much_and_what_for(server: PayingServer, phone: httpx.AsyncClient):
    slug = await server.bill("INV-7", "1234.50", description="Delivery & <b>two</b> trees")

    page = await phone.get(f"/pay/{slug}")

    form = Form(page.text)
    for said in ("Acme", "Store A", "$1,234.50", "INV-7", "Delivery & <b>two</b> trees", "test page"):
        assert said in form.words
    assert form.buttons == ["pay", "decline", "abandon"]
    assert "VISA" in form.choices
    assert "AMEX" in form.choices
    assert form.fields["card"] == "VISA"


@pytest.mark.parametrize(
    ("amount", "currency", "shown"), [("500", "JPY", "¥500"), ("1.25", "KWD", "KWD 1.250")]
)
async def test_an_amount_is_written_as_its_currency_writes_it(
    server: PayingServer, phone: httpx.AsyncClient, amount: str, currency: str, shown: str
):
    slug = await server.bill("INV-1", amount, currency)

    assert shown in await words(phone, slug)

    await send(phone, slug, "pay")
    row = await server.request()
    assert row["paid_amount"] == row["amount"]


async def test_it_has_no_script_loads_nothing_and_is_kept_and_indexed_by_nobody(
    server: PayingServer, phone: httpx.AsyncClient
):
    page = await phone.get(f"/pay/{await server.bill()}")

    assert Form(page.text).tags.isdisjoint({"script", "img", "link", "iframe"})
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert "noindex" in page.headers["x-robots-tag"]


async def test_the_link_in_the_text_leads_to_the_page(server: PayingServer, phone: httpx.AsyncClient):
    slug = await server.bill()
    (link,) = await server.fetch("SELECT slug, url FROM tracked_link")

    followed = await phone.get(f"/l/{link['slug']}")

    assert followed.status_code == 302
    assert followed.headers["location"] == link["url"] == f"{server.services.public_url}/pay/{slug}"


async def test_a_payment_by_the_form_is_paid_and_says_so(server: PayingServer, phone: httpx.AsyncClient):
    slug = await server.bill()

    answer = await send(phone, slug, "pay", card="AMEX")

    assert (answer.status_code, answer.headers["location"]) == (303, f"/pay/{slug}")
    row = await server.request()
    assert (row["status"], row["card_type"]) == ("PAID", "AMEX")
    told = await words(phone, slug)
    assert "Paid" in told
    assert "American Express" in told
    assert Form((await phone.get(f"/pay/{slug}")).text).buttons == []


async def test_a_decline_leaves_it_open_and_another_card_pays(server: PayingServer, phone: httpx.AsyncClient):
    slug = await server.bill()

    declined = await send(phone, slug, "decline", card="DISCOVER")
    assert "was declined" in (await phone.get(declined.headers["location"])).text
    assert (await server.request())["status"] == "REQUESTED"

    await send(phone, slug, "pay", card="MASTERCARD")
    row = await server.request()
    assert (row["status"], row["card_type"]) == ("PAID", "MASTERCARD")
    kinds = [row["kind"] for row in await server.fetch("SELECT kind FROM payment_event ORDER BY at, id")]
    assert kinds == ["FAILED", "PAID"]


async def test_who_abandons_it_has_paid_nothing(server: PayingServer, phone: httpx.AsyncClient):
    slug = await server.bill()

    abandoned = await send(phone, slug, "abandon")

    assert "Nothing was paid" in (await phone.get(abandoned.headers["location"])).text
    assert await server.fetch("SELECT FROM payment_event") == []


async def test_a_form_that_is_sent_twice_is_one_payment(server: PayingServer, phone: httpx.AsyncClient):
    slug = await server.bill()
    form = Form((await phone.get(f"/pay/{slug}")).text)
    data = {**form.fields, "do": "pay"}

    answers = await asyncio.gather(*(phone.post(f"/pay/{slug}", data=data) for _ in range(4)))

    assert {answer.status_code for answer in answers} <= {303, 409}
    assert len(await server.fetch("SELECT FROM payment_event")) == 1


@pytest.mark.parametrize(
    ("token", "said"),
    [("", "open for too long"), ("1.x.y", "open for too long"), ("é\x00.é.é", "open for too long")],
)
async def test_a_form_that_is_not_ours_is_forbidden(
    server: PayingServer, phone: httpx.AsyncClient, token: str, said: str
):
    slug = await server.bill()

    answer = await send(phone, slug, "pay", token=token)

    assert answer.status_code == 403
    assert said in answer.text
    assert await server.fetch("SELECT FROM payment_event") == []


async def test_the_form_of_another_bill_is_forbidden(server: PayingServer, phone: httpx.AsyncClient):
    slug, other = await server.bill(), await server.bill("INV-2")
    form = Form((await phone.get(f"/pay/{other}")).text)

    assert (await phone.post(f"/pay/{slug}", data={**form.fields, "do": "pay"})).status_code == 403


async def test_a_form_of_yesterday_is_forbidden(server: PayingServer, phone: httpx.AsyncClient):
    slug = await server.bill()
    form = Form((await phone.get(f"/pay/{slug}")).text)
    clock = server.services.clock
    later(server, lambda: clock() + FORM_LASTS)

    assert (await phone.post(f"/pay/{slug}", data={**form.fields, "do": "pay"})).status_code == 403


def later(server: PayingServer, clock) -> None:
    state = server.live.app.state
    state.services = replace(state.services, clock=clock)


async def test_a_form_that_another_site_sends_is_forbidden(server: PayingServer, phone: httpx.AsyncClient):
    slug = await server.bill()
    form = Form((await phone.get(f"/pay/{slug}")).text)
    headers = {"sec-fetch-site": "cross-site"}

    answer = await phone.post(f"/pay/{slug}", data={**form.fields, "do": "pay"}, headers=headers)

    assert answer.status_code == 403
    assert (await server.request())["status"] == "REQUESTED"


@pytest.mark.parametrize("wrong", [{"do": ""}, {"do": "steal"}, {"card": "GOLD"}, {"card": ""}])
async def test_a_choice_that_is_none_is_a_bad_request(
    server: PayingServer, phone: httpx.AsyncClient, wrong: dict[str, str]
):
    answer = await send(phone, await server.bill(), **{"do": "pay", **wrong})

    assert answer.status_code == 400
    assert "choose again" in answer.text


@pytest.mark.parametrize("body", [b"\xff", b"&" * 5_000, b"a=1&" * 900, b""])
async def test_a_body_that_is_no_form_is_forbidden(
    server: PayingServer, phone: httpx.AsyncClient, body: bytes
):
    assert (await phone.post(f"/pay/{await server.bill()}", content=body)).status_code == 403


async def test_a_bill_that_is_withdrawn_says_so_and_takes_nothing(
    server: PayingServer, phone: httpx.AsyncClient
):
    slug = await server.bill()
    form = Form((await phone.get(f"/pay/{slug}")).text)
    await server.cancel()

    answer = await phone.post(f"/pay/{slug}", data={**form.fields, "do": "pay"})

    assert answer.status_code == 409
    assert "Withdrawn" in answer.text
    assert await server.fetch("SELECT FROM payment_event") == []


async def test_a_page_whose_time_is_over_is_closed_at_once(server: PayingServer, phone: httpx.AsyncClient):
    slug = await server.bill()
    clock = server.services.clock
    later(server, lambda: clock() + PAGE_OPEN_FOR)

    assert "Expired" in await words(phone, slug)


async def test_what_was_given_back_is_told(server: PayingServer, phone: httpx.AsyncClient):
    slug = await server.bill()
    await send(phone, slug, "pay")

    await server.refund(amount={"amount": "20", "currency": "USD"})
    assert "$20.00 of it was given back" in await words(phone, slug)

    await server.refund()
    assert "All of it was given back" in await words(phone, slug)


@pytest.mark.parametrize("slug", ["x", "x" * 22, "%00", "é" * 22, "A" * 21 + "B", "A" * 22, "..%2f..%2fetc"])
async def test_a_slug_of_nothing_is_a_plain_page(server: PayingServer, phone: httpx.AsyncClient, slug: str):
    for method in ("GET", "POST", "HEAD"):
        assert (await phone.request(method, f"/pay/{slug}")).status_code == 404


async def test_without_the_simulator_the_bill_is_shown_and_nothing_can_be_made_up(
    server: PayingServer, phone: httpx.AsyncClient
):
    slug = await server.bill()
    form = Form((await phone.get(f"/pay/{slug}")).text)
    state = server.live.app.state
    state.services = replace(state.services, simulator=False)

    page = Form((await phone.get(f"/pay/{slug}")).text)
    assert page.buttons == []
    assert "$50.00" in page.words
    assert (await phone.post(f"/pay/{slug}", data={**form.fields, "do": "pay"})).status_code == 403
    assert (await server.request())["status"] == "REQUESTED"


async def test_who_cannot_be_answered_in_time_is_asked_to_come_again(server: PayingServer):
    app = Starlette(routes=pay_routes(patience_seconds=0.5))
    app.state.services = server.services
    slug = await server.bill()
    async with (
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://texts.example") as client,
        server.services.database.transaction() as connection,
    ):
        form = Form((await client.get(f"/pay/{slug}")).text)
        await connection.execute("SELECT FROM contact FOR UPDATE")
        answer = await client.post(f"/pay/{slug}", data={**form.fields, "do": "pay"})

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert (await server.request())["status"] == "REQUESTED"


async def test_a_location_that_this_server_has_not_heard_of_yet_has_its_page(
    server: PayingServer, database_url: str
):
    slug = await server.bill()
    state = server.live.app.state
    state.services = replace(state.services, catalogues=Catalogues())
    async with server.services.database.connection() as connection:
        before = await state.services.catalogues.of(connection, server.tenant_id, 0)
    async with server.services.transaction() as tx:
        new = await create_location(
            tx,
            tenant_id=server.tenant_id,
            account_id=server.tenant_id,
            name="Store N",
            kind=LocationKind.STORE,
            time_zone="UTC",
            numbers=[Number("+12125550177")],
            at=server.services.clock(),
        )
        await tx.connection.execute("UPDATE payment_request SET location_id = $1", new)

    assert new not in before.places
    async with httpx.AsyncClient(base_url=server.url) as client:
        assert "Store N" in await words(client, slug)


async def test_every_colour_has_a_dark_one(server: PayingServer, phone: httpx.AsyncClient):
    page = (await phone.get(f"/pay/{await server.bill()}")).text

    light, dark = (
        set(re.findall(r"--[\w-]+(?=:)", part)) for part in page.split("prefers-color-scheme: dark")
    )
    assert light == dark


async def test_whoever_watches_the_conversation_sees_the_payment(
    server: PayingServer, phone: httpx.AsyncClient
):
    slug = await server.bill()
    ann = "ann@acme.example"
    cursor = (await server.live.ask(ann, "{ eventCursor }"))["eventCursor"]
    document = """subscription ($id: ID!, $after: Cursor) { conversationEvents(id: $id, after: $after) {
      __typename ... on MessageChanged { message { paymentRequest { status cardType } } }
    } }"""
    talk = global_id("Conversation", server.conversation_id)

    async with server.live.watch(ann, document, id=talk, after=cursor) as seen:
        await send(phone, slug, "pay")
        events = await seen.until("MessageChanged")

    assert events[-1]["message"]["paymentRequest"] == {"status": "PAID", "cardType": "VISA"}
