"""The whole API on a real port, in which Ann asks a customer for money."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from graph.ids import global_id
from localmessages.actions.messages import receive_message
from localmessages.replay import replay_lines
from localmessages.rules.billing import pay_slug
from localmessages.rules.texting import InboundText
from localmessages.services import Services
from tests.support.live_server import LiveServer, live_server
from tests.support.logs import ANN, COMPANY, CUSTOMER, encoded

PAYMENT = "paymentRequest { id status amount { amount currency } refunded { amount } payUrl events { kind } }"
ASK = f"""
mutation ($input: RequestPaymentInput!) {{
  requestPayment(input: $input) {{ {PAYMENT} message {{ id body }} userErrors {{ code message }} }}
}}
"""
CANCEL = f"""
mutation ($input: CancelPaymentRequestInput!) {{
  cancelPaymentRequest(input: $input) {{ {PAYMENT} userErrors {{ code message }} }}
}}
"""
REFUND = f"""
mutation ($input: RefundPaymentInput!) {{
  refundPayment(input: $input) {{ {PAYMENT} userErrors {{ code message }} }}
}}
"""
ANN_AGENT = "ann@acme.example"


@dataclass(frozen=True)
class PayingServer:
    """A running API; bills by their invoice."""

    live: LiveServer
    tenant_id: UUID
    conversation_id: UUID

    @property
    def url(self) -> str:
        return self.live.url

    @property
    def services(self) -> Services:
        return self.live.services

    async def bill(
        self, invoice: str = "INV-1", amount: str = "50.00", currency: str = "USD", **more: Any
    ) -> str:
        """Ann asks for it; the slug of its page."""
        asked = {
            "conversationId": global_id("Conversation", self.conversation_id),
            "invoice": invoice,
            "amount": {"amount": amount, "currency": currency},
            **more,
        }
        payload = (await self.live.ask(ANN_AGENT, ASK, input=asked))["requestPayment"]
        assert payload["userErrors"] == []
        return pay_slug((await self.request(invoice))["id"])

    async def cancel(self, invoice: str = "INV-1") -> Any:
        """Ann takes it back."""
        return await self._change(CANCEL, invoice)

    async def refund(self, invoice: str = "INV-1", **more: Any) -> Any:
        """Ann gives it back."""
        return await self._change(REFUND, invoice, **more)

    async def _change(self, mutation: str, invoice: str, **more: Any) -> Any:
        request = global_id("PaymentRequest", (await self.request(invoice))["id"])
        data = await self.live.ask(ANN_AGENT, mutation, input={"paymentRequestId": request, **more})
        (payload,) = data.values()
        assert payload["userErrors"] == []
        return payload["paymentRequest"]

    async def request(self, invoice: str = "INV-1") -> asyncpg.Record:
        """Its row."""
        (row,) = await self.fetch("SELECT * FROM payment_request WHERE invoice = $1", invoice)
        return row

    async def fetch(self, statement: str, *args: Any) -> list[asyncpg.Record]:
        async with self.services.database.connection() as connection:
            return await connection.fetch(statement, *args)

    async def everything(self) -> list[Any]:
        """What payments and their texts are, and what was told of them."""
        tables = ("payment_request", "payment_event", "message", "live_event")
        return [await self.fetch(f"SELECT * FROM {table} ORDER BY 1, 2, 3") for table in tables]


@asynccontextmanager
async def paying_server(
    database_url: str, redis_url: str, *, webhook_secrets: str = ""
) -> AsyncIterator[PayingServer]:
    """Serve an API in whose inbox a customer has just texted."""
    async with live_server(database_url, redis_url, payment_webhook_secrets=webhook_secrets) as live:
        await replay_lines(live.services, encoded(COMPANY))
        text = InboundText("IN1", CUSTOMER, ANN, "What do I owe you?")
        message = await receive_message(live.services, text, live.services.clock())
        assert message is not None
        yield PayingServer(live, message.tenant_id, message.conversation_id)
