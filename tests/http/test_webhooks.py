"""The door of the payment provider: what it signed counts, once; the rest is told what is wrong with it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import orjson
import pytest
from starlette.applications import Starlette

from localmessages.gateways.payments import Webhook
from localmessages.gateways.signature import sign_webhook
from localmessages.gateways.simulated_payments import SIGNATURE, SimulatedPayments
from localmessages.http.webhooks import BODY_LIMIT, webhook_routes
from localmessages.rules.payments import PaymentEventKind
from localmessages.services import utc_now
from tests.support.paying import provider_of, report
from tests.support.paying_server import PayingServer, paying_server

DOOR = "/webhooks/payments"
OLD, NEW = "the secret of last year", "the secret of this year"


@pytest.fixture
async def server(database_url: str, redis_url: str) -> AsyncIterator[PayingServer]:
    """Ann has texted the bill INV-1 over 50 dollars."""
    async with paying_server(database_url, redis_url, webhook_secrets=f"{NEW},{OLD}") as server:
        await server.bill()
        yield server


async def deliver(server: PayingServer, webhook: Webhook) -> int:
    async with httpx.AsyncClient(base_url=server.url) as client:
        return (await client.post(DOOR, content=webhook.body, headers=dict(webhook.headers))).status_code


def paid(server: PayingServer, **what: Any) -> dict[str, Any]:
    said = report(server.services, server.tenant_id, PaymentEventKind.PAID, **what)
    return dict(orjson.loads(said.content))


def signed(body: bytes, secret: str = NEW, *, ago: timedelta = timedelta(0)) -> Webhook:
    return Webhook(body, {SIGNATURE: sign_webhook(secret, body, utc_now() - ago)})


async def test_a_payment_that_is_reported_is_paid(server: PayingServer):
    said = report(server.services, server.tenant_id, PaymentEventKind.PAID, card="mastercard")

    assert await deliver(server, provider_of(server.services).webhook(said)) == 200

    row = await server.request()
    assert (row["status"], row["card_type"], str(row["paid_amount"])) == ("PAID", "MASTERCARD", "50.000")
    assert row["paid_at"] == said.at


async def test_a_repeat_is_taken_and_changes_nothing(server: PayingServer):
    webhook = signed(orjson.dumps(paid(server)))
    assert await deliver(server, webhook) == 200
    before = await server.everything()

    assert [await deliver(server, webhook) for _ in range(3)] == [200, 200, 200]
    assert await server.everything() == before


@pytest.mark.parametrize("secret", [NEW, OLD])
async def test_both_secrets_are_good_while_one_is_rotated(server: PayingServer, secret: str):
    assert await deliver(server, signed(orjson.dumps(paid(server)), secret)) == 200
    assert (await server.request())["status"] == "PAID"


async def test_what_we_sign_is_signed_with_the_new_secret(server: PayingServer):
    said = report(server.services, server.tenant_id)
    only_new = SimulatedPayments([NEW], utc_now)

    assert only_new.read(provider_of(server.services).webhook(said), utc_now()) == said


@pytest.mark.parametrize(
    "forge",
    [
        lambda webhook: Webhook(webhook.body, {}),
        lambda webhook: Webhook(webhook.body, {SIGNATURE: ""}),
        lambda webhook: Webhook(webhook.body, {SIGNATURE: "t=,v1="}),
        lambda webhook: Webhook(webhook.body, {SIGNATURE: "t=1,t=2,v1=00"}),
        lambda webhook: Webhook(webhook.body, {SIGNATURE: webhook.headers[SIGNATURE].split(",")[0]}),
        lambda webhook: Webhook(webhook.body, {SIGNATURE: webhook.headers[SIGNATURE].upper()}),
        lambda webhook: Webhook(webhook.body, {SIGNATURE: webhook.headers[SIGNATURE][:-1]}),
        lambda webhook: Webhook(webhook.body + b" ", webhook.headers),
        lambda webhook: Webhook(webhook.body.replace(b"5000", b"5001"), webhook.headers),
        lambda webhook: Webhook(b"", webhook.headers),
        lambda webhook: signed(webhook.body, "a secret of somebody else"),
        lambda webhook: signed(webhook.body, ""),
        lambda webhook: signed(webhook.body, ago=timedelta(minutes=6)),
        lambda webhook: signed(webhook.body, ago=-timedelta(minutes=6)),
    ],
)
async def test_what_the_provider_did_not_sign_just_now_is_forbidden(server: PayingServer, forge: Any):
    before = await server.everything()

    assert await deliver(server, forge(signed(orjson.dumps(paid(server))))) == 403
    assert await server.everything() == before


def without(event: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in event.items() if key != name}


def with_data(event: dict[str, Any], **data: Any) -> dict[str, Any]:
    return {**event, "data": {**event["data"], **data}}


@pytest.mark.parametrize(
    "spoil",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"null",
        b"[]",
        b'"paid"',
        b"[" * 5_000 + b"]" * 5_000,
        lambda event: without(event, "id"),
        lambda event: without(event, "type"),
        lambda event: without(event, "created"),
        lambda event: without(event, "data"),
        lambda event: {**event, "object": "charge"},
        lambda event: {**event, "id": 7},
        lambda event: {**event, "id": ""},
        lambda event: {**event, "id": "x" * 201},
        lambda event: {**event, "id": "a\0b"},
        lambda event: {**event, "created": "yesterday"},
        lambda event: {**event, "created": -1},
        lambda event: {**event, "created": 1e15},
        lambda event: {**event, "created": True},
        lambda event: {**event, "data": []},
        lambda event: with_data(event, tenant="acme"),
        lambda event: with_data(event, tenant=None),
        lambda event: with_data(event, invoice=""),
        lambda event: with_data(event, invoice="a\0b"),
        lambda event: with_data(event, invoice=["INV-1"]),
        lambda event: with_data(event, amount="5000"),
        lambda event: with_data(event, amount=50.5),
        lambda event: with_data(event, amount=0),
        lambda event: with_data(event, amount=-5000),
        lambda event: with_data(event, amount=True),
        lambda event: with_data(event, amount=10**15),
        lambda event: with_data(event, currency="XTS"),
        lambda event: with_data(event, currency=None),
        lambda event: with_data(event, currency="EUR"),
        lambda event: with_data(event, card={"number": "4242"}),
        lambda event: with_data(event, card="x" * 41),
    ],
)
async def test_what_cannot_be_read_is_a_bad_request(server: PayingServer, spoil: Any):
    before = await server.everything()
    body = spoil if isinstance(spoil, bytes) else orjson.dumps(spoil(paid(server)))

    assert await deliver(server, signed(body)) == 400
    assert await server.everything() == before


async def test_what_is_unknown_in_it_is_kept(server: PayingServer):
    event = {**with_data(paid(server), risk={"score": 7}, note="a\0b"), "livemode": False}
    body = orjson.dumps(event)

    assert await deliver(server, signed(body)) == 200

    (row,) = await server.fetch("SELECT content FROM payment_event WHERE external_id = $1", event["id"])
    assert row["content"].encode() == body


async def test_a_brand_that_is_not_ours_to_name_is_another(server: PayingServer):
    assert await deliver(server, signed(orjson.dumps(paid(server, card="girocard")))) == 200

    assert (await server.request())["card_type"] == "OTHER"


@pytest.mark.parametrize("kind", ["customer.created", "payment.disputed", ""])
async def test_what_is_not_about_a_payment_is_taken_and_left(server: PayingServer, kind: str):
    before = await server.everything()

    assert await deliver(server, signed(orjson.dumps({**paid(server), "type": kind}))) == 200
    assert await server.everything() == before


async def test_a_payment_for_nobody_known_here_is_taken_and_left(server: PayingServer):
    before = await server.everything()
    event = with_data(paid(server), tenant="00000000-0000-7000-8000-000000000000")

    assert await deliver(server, signed(orjson.dumps(event))) == 200
    assert await server.everything() == before


async def test_a_payment_before_its_bill_counts_once_the_bill_is_texted(server: PayingServer):
    said = report(server.services, server.tenant_id, invoice="INV-2", amount="20.00", card="amex")
    assert await deliver(server, provider_of(server.services).webhook(said)) == 200

    await server.bill("INV-2", "20.00")

    row = await server.request("INV-2")
    assert (row["status"], row["card_type"], row["paid_at"]) == ("PAID", "AMEX", said.at)


async def test_the_webhook_of_a_refund_that_was_asked_for_changes_nothing(server: PayingServer):
    await deliver(server, signed(orjson.dumps(paid(server))))
    await server.refund()
    (row,) = await server.fetch("SELECT content FROM payment_event WHERE kind = 'REFUNDED'")
    before = await server.everything()

    assert await deliver(server, signed(row["content"].encode())) == 200
    assert await server.everything() == before


async def test_more_than_any_report_is_too_much(server: PayingServer):
    assert await deliver(server, signed(b" " * (BODY_LIMIT + 1))) == 413


async def test_only_a_post_is_a_webhook(server: PayingServer):
    async with httpx.AsyncClient(base_url=server.url) as client:
        assert [(await client.request(method, DOOR)).status_code for method in ("GET", "PUT")] == [405, 405]


async def test_what_cannot_be_kept_in_time_is_to_be_sent_again(server: PayingServer):
    app = Starlette(routes=webhook_routes(patience_seconds=0.2))
    app.state.services = server.services
    webhook = signed(orjson.dumps(paid(server)))
    async with (
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://texts.example") as client,
        server.services.database.transaction() as connection,
    ):
        await connection.execute("SELECT FROM contact FOR UPDATE")
        answer = await client.post(DOOR, content=webhook.body, headers=dict(webhook.headers))
    assert answer.status_code == 503
    assert (await server.request())["status"] == "REQUESTED"

    assert await deliver(server, webhook) == 200
    assert (await server.request())["status"] == "PAID"


async def test_without_a_provider_there_is_no_door(server: PayingServer):
    state = server.live.app.state
    state.services = replace(state.services, payments=None)

    assert await deliver(server, signed(b"{}")) == 404
