"""Asking for money, taking that back, giving money back: what is done, told, and refused."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from localmessages.gateways.payments import PaymentReport, RefundOrder, RefundRefused
from localmessages.gateways.simulated_payments import SimulatedPayments
from localmessages.rules.billing import pay_url
from localmessages.rules.payments import PaymentEventKind
from tests.support.company import CUSTOMER, OTHER, SECRET, STORE_A, Company
from tests.support.paying import happens

REQUEST = """paymentRequest {
    id invoice amount { amount currency } description status payUrl paidAt cardType
    paid { amount currency } refunded { amount currency } contact { id } location { id }
    events { kind amount { amount } cardType }
} """
MESSAGE = "message { id body status origin agent { id } paymentRequest { id } links { url } }"


def dollars(amount: str = "50.00", currency: str = "USD") -> dict[str, str]:
    return {"amount": amount, "currency": currency}


async def asking(town: Company, **more: Any) -> dict[str, Any]:
    """An input that is taken."""
    talk = more.pop("talk", None) or await town.conversation()
    return {
        "conversationId": town.id("Conversation", talk),
        "invoice": "INV-1",
        "amount": dollars(),
        **more,
    }


async def ask(town: Company, who: str = "Ann", **more: Any) -> Any:
    payload = await town.do(who, "requestPayment", REQUEST + MESSAGE, **await asking(town, **more))
    assert payload["userErrors"] == []
    return payload


async def paid(town: Company, **more: Any) -> str:
    """A request that was paid; its id."""
    request = (await ask(town, **more))["paymentRequest"]
    await pay(town, invoice=more.get("invoice", "INV-1"))
    return str(request["id"])


async def pay(town: Company, kind: PaymentEventKind = PaymentEventKind.PAID, **what: Any) -> None:
    await happens(town.services, town.tenant_id, kind, **{"at": town.clock.passes(seconds=1), **what})


async def refund(town: Company, request: str, who: str = "Ann", **more: Any) -> Any:
    payload = await town.do(who, "refundPayment", REQUEST, paymentRequestId=request, **more)
    assert payload["userErrors"] == []
    return payload["paymentRequest"]


async def test_a_request_is_a_bill_and_a_text_with_its_link(town: Company) -> None:
    talk = await town.conversation()

    payload = await ask(town, talk=talk, description=" Two trees ")

    request, message = payload["paymentRequest"], payload["message"]
    (row,) = await town.fetch("SELECT * FROM payment_request")
    assert request["invoice"] == "INV-1"
    assert request["amount"] == {"amount": "50.00", "currency": "USD"}
    assert (request["status"], request["description"]) == ("REQUESTED", "Two trees")
    assert request["payUrl"] == pay_url(town.services.public_url, row["id"])
    assert (request["paid"], request["refunded"], request["events"]) == (None, None, [])
    assert message["paymentRequest"] == {"id": request["id"]}
    assert message["agent"] == {"id": town.id("User", "Ann")}
    assert (message["status"], message["origin"]) == ("QUEUED", "AGENT")
    assert [link["url"] for link in message["links"]] == [request["payUrl"]]
    assert "$50.00" in message["body"]
    assert row["expires_at"] - row["created_at"] == timedelta(days=30)
    assert len(await town.fetch("SELECT FROM pgqueuer WHERE entrypoint = 'send'")) == 1


async def test_a_request_answers_who_waits_and_its_author_has_read_everything(town: Company) -> None:
    talk = await town.conversation()

    await ask(town, talk=talk)

    (wait,) = await town.waits()
    assert wait["outcome"] == "ANSWERED"
    (mark,) = await town.fetch("SELECT entry_count FROM conversation_read")
    assert mark["entry_count"] == (await town.row("conversation", talk))["entry_count"]


async def test_the_text_may_be_ones_own(town: Company) -> None:
    payload = await ask(town, body="Hello! {link} is {invoice} over {amount}. {business}")

    body = payload["message"]["body"]
    assert body.startswith("Hello! http")
    assert body.endswith(" is INV-1 over $50.00. Acme")


@pytest.mark.parametrize(
    ("amount", "currency"), [("500", "JPY"), ("1.250", "KWD"), ("99999999999.99", "USD")]
)
async def test_an_amount_has_the_decimals_of_its_currency(town: Company, amount: str, currency: str) -> None:
    payload = await ask(town, amount=dollars(amount, currency))

    assert payload["paymentRequest"]["amount"] == {"amount": amount, "currency": currency}


async def test_the_same_invoice_again_texts_the_same_request(town: Company) -> None:
    talk = await town.conversation()
    first = await ask(town, talk=talk)
    town.clock.passes(days=3)

    second = await ask(town, talk=talk)

    assert second["paymentRequest"]["id"] == first["paymentRequest"]["id"]
    assert second["message"]["id"] != first["message"]["id"]
    assert second["message"]["paymentRequest"] == first["message"]["paymentRequest"]
    (row,) = await town.fetch("SELECT * FROM payment_request")
    assert row["expires_at"] - row["created_at"] == timedelta(days=33, seconds=1)


async def test_the_same_invoice_may_be_texted_to_somebody_else_who_pays(town: Company) -> None:
    await ask(town)
    other = await town.conversation(from_=OTHER)

    second = await ask(town, talk=other)
    await pay(town)

    contacts = await town.fetch(
        "SELECT DISTINCT contact_id FROM message WHERE payment_request_id IS NOT NULL"
    )
    assert len(contacts) == 2
    node = "query ($id: ID!) { node(id: $id) { ... on PaymentRequest { status } } }"
    assert (await town.ask("Ann", node, id=second["paymentRequest"]["id"]))["node"] == {"status": "PAID"}


async def test_a_request_that_was_withdrawn_is_open_again_when_it_is_texted_again(town: Company) -> None:
    talk = await town.conversation()
    request = (await ask(town, talk=talk))["paymentRequest"]["id"]
    await town.do("Ann", "cancelPaymentRequest", "__typename", paymentRequestId=request)

    assert (await ask(town, talk=talk))["paymentRequest"]["status"] == "REQUESTED"


async def test_many_at_once_for_an_invoice_are_one_request(town: Company) -> None:
    talks = [await town.conversation(from_=f"+1917555{number:04}") for number in range(6)]

    asked = await asyncio.gather(*(ask(town, talk=talk) for talk in talks))

    assert len({payload["paymentRequest"]["id"] for payload in asked}) == 1
    assert len(await town.fetch("SELECT FROM message WHERE payment_request_id IS NOT NULL")) == 6


@pytest.mark.parametrize("amount", [dollars("50.01"), dollars("50.00", "EUR")])
async def test_another_amount_is_another_bill_and_says_which_one_is_there(
    town: Company, amount: dict[str, str]
) -> None:
    talk = await town.conversation()
    request = (await ask(town, talk=talk))["paymentRequest"]["id"]

    error = await town.refusal("Ann", "requestPayment", **await asking(town, talk=talk, amount=amount))

    assert (error["code"], error["existing"]) == ("ALREADY_EXISTS", {"id": request})
    assert "$50.00" in error["message"]


async def test_a_bill_of_somebody_else_says_no_more_than_that_it_is_there(town: Company) -> None:
    await ask(town)
    talk = await town.conversation(to="+13125550100")

    error = await town.refusal("Bob", "requestPayment", **await asking(town, talk=talk))

    assert (error["code"], error["existing"], error["remedy"]) == ("ALREADY_EXISTS", None, None)
    assert "50" not in error["message"]


async def test_a_bill_that_is_paid_is_not_asked_for_again(town: Company) -> None:
    request = await paid(town)
    talk = await town.conversation()

    error = await town.refusal("Ann", "requestPayment", **await asking(town, talk=talk))

    assert (error["code"], error["existing"]) == ("ALREADY_EXISTS", {"id": request})


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [
        ({"amount": dollars("0")}, "INVALID", ["input", "amount", "amount"]),
        ({"amount": dollars("-1")}, "INVALID", ["input", "amount", "amount"]),
        ({"amount": dollars("1.001")}, "INVALID", ["input", "amount", "amount"]),
        ({"amount": dollars("1.5", "JPY")}, "INVALID", ["input", "amount", "amount"]),
        ({"amount": dollars("1.0001", "KWD")}, "INVALID", ["input", "amount", "amount"]),
        ({"amount": dollars("100000000000")}, "INVALID", ["input", "amount", "amount"]),
        ({"amount": dollars("1", "XTS")}, "INVALID", ["input", "amount", "currency"]),
        ({"invoice": ""}, "INVALID", ["input", "invoice"]),
        ({"invoice": " \n "}, "INVALID", ["input", "invoice"]),
        ({"invoice": "x" * 101}, "LIMIT_EXCEEDED", ["input", "invoice"]),
        ({"description": "x" * 501}, "LIMIT_EXCEEDED", ["input", "description"]),
        ({"description": "\u0001"}, "INVALID", ["input", "description"]),
        ({"body": ""}, "INVALID", ["input", "body"]),
        ({"body": "Please pay."}, "INVALID", ["input", "body"]),
        ({"body": "{link}\u0001"}, "INVALID", ["input", "body"]),
        ({"body": "{link} {agent}"}, "UNKNOWN_PLACEHOLDER", ["input", "body"]),
        ({"body": "{link}" + "x" * 1600}, "LIMIT_EXCEEDED", ["input", "body"]),
    ],
)
async def test_what_cannot_be_asked_for_is_refused(
    town: Company, wrong: dict[str, Any], code: str, field: list[str]
) -> None:
    error = await town.refusal("Ann", "requestPayment", **await asking(town, **wrong))

    assert (error["code"], error["field"]) == (code, field)


@pytest.mark.parametrize(
    ("prepare", "code"),
    [
        ("closeConversation", "CONVERSATION_CLOSED"),
        ("optOutContact", "OPTED_OUT"),
        ("blockContact", "BLOCKED"),
        ("transferConversation", "ALREADY_TRANSFERRED"),
    ],
)
async def test_who_may_not_be_texted_is_not_asked_for_money(town: Company, prepare: str, code: str) -> None:
    message = await town.text("Hello")
    talk = {"conversationId": town.id("Conversation", message.conversation_id)}
    contact = {"contactId": town.id("Contact", message.contact_id)}
    to = {"to": town.id("Place", "Store B")} if prepare == "transferConversation" else {}
    await town.do("Olive", prepare, "__typename", **(contact if "Contact" in prepare else talk), **to)

    error = await town.refusal("Ann", "requestPayment", **await asking(town, talk=message.conversation_id))

    assert error["code"] == code


async def test_a_location_out_of_service_asks_for_no_money(town: Company) -> None:
    given = await asking(town)
    await town.do(
        "Olive", "updateLocation", "__typename", locationId=town.id("Location", "Store A"), active=False
    )

    assert (await town.refusal("Ann", "requestPayment", **given))["code"] == "INACTIVE_LOCATION"


async def test_without_a_provider_nobody_can_be_asked(town: Company) -> None:
    given = await asking(town)
    town.services = replace(town.services, payments=None)

    assert (await town.refusal("Ann", "requestPayment", **given))["code"] == "PROVIDER_UNAVAILABLE"


@pytest.mark.parametrize("mutation", ["requestPayment", "cancelPaymentRequest", "refundPayment"])
@pytest.mark.parametrize(
    ("who", "code"), [("Vic", "NOT_ALLOWED"), ("Bob", "NOT_FOUND"), ("Nora", "NOT_FOUND")]
)
async def test_who_only_reads_may_not_and_a_stranger_finds_nothing(
    town: Company, mutation: str, who: str, code: str
) -> None:
    talk = await town.conversation()
    given = {"paymentRequestId": await paid(town, talk=talk)}
    if mutation == "requestPayment":
        given = await asking(town, talk=talk, invoice="INV-2")

    assert (await town.refusal(who, mutation, **given))["code"] == code


async def test_a_request_that_is_withdrawn_is_canceled_and_stays_so(town: Company) -> None:
    request = (await ask(town))["paymentRequest"]["id"]

    for _ in range(2):
        payload = await town.do("Ann", "cancelPaymentRequest", REQUEST, paymentRequestId=request)
        assert payload["userErrors"] == []
        assert payload["paymentRequest"]["status"] == "CANCELED"

    (entry,) = await town.fetch(
        "SELECT action, subject_name FROM audit_entry WHERE action = 'cancelPaymentRequest'"
    )
    assert tuple(entry) == ("cancelPaymentRequest", "INV-1")


async def test_what_is_paid_cannot_be_withdrawn(town: Company) -> None:
    request = await paid(town)

    error = await town.refusal("Ann", "cancelPaymentRequest", paymentRequestId=request)

    assert (error["code"], error["field"]) == ("WRONG_STATE", ["input", "paymentRequestId"])
    assert "refund" in error["remedy"]


async def test_a_payment_that_comes_after_the_withdrawal_counts(town: Company) -> None:
    request = (await ask(town))["paymentRequest"]["id"]
    await town.do("Ann", "cancelPaymentRequest", "__typename", paymentRequestId=request)

    await pay(town)

    (row,) = await town.fetch("SELECT status, paid_amount FROM payment_request")
    assert tuple(row) == ("PAID", Decimal(50))


async def test_all_that_was_paid_is_given_back(town: Company) -> None:
    request = await paid(town)

    after = await refund(town, request)

    assert after["status"] == "REFUNDED"
    assert after["paid"] == after["refunded"] == {"amount": "50.00", "currency": "USD"}
    assert [event["kind"] for event in after["events"]] == ["PAID", "REFUNDED"]


async def test_a_part_is_given_back_and_then_the_rest(town: Company) -> None:
    request = await paid(town)

    part = await refund(town, request, amount=dollars("20.00"))
    assert (part["status"], part["refunded"]["amount"]) == ("PARTLY_REFUNDED", "20.00")

    rest = await refund(town, request)
    assert (rest["status"], rest["refunded"]["amount"]) == ("REFUNDED", "50.00")
    entries = await town.fetch("SELECT changes FROM audit_entry WHERE action = 'refundPayment' ORDER BY id")
    assert [entry["changes"][0]["after"] for entry in entries] == ["20.00", "50.00"]


@pytest.mark.parametrize(
    ("amount", "code", "field"),
    [
        (dollars("50.01"), "INVALID", ["input", "amount", "amount"]),
        (dollars("0"), "INVALID", ["input", "amount", "amount"]),
        (dollars("-5"), "INVALID", ["input", "amount", "amount"]),
        (dollars("1.001"), "INVALID", ["input", "amount", "amount"]),
        (dollars("1", "EUR"), "INVALID", ["input", "amount", "currency"]),
    ],
)
async def test_no_more_than_was_paid_is_given_back(
    town: Company, amount: dict[str, str], code: str, field: list[str]
) -> None:
    request = await paid(town)

    error = await town.refusal("Ann", "refundPayment", paymentRequestId=request, amount=amount)

    assert (error["code"], error["field"]) == (code, field)


async def test_what_was_not_paid_or_was_all_given_back_cannot_be(town: Company) -> None:
    request = (await ask(town))["paymentRequest"]["id"]
    assert (await town.refusal("Ann", "refundPayment", paymentRequestId=request))["code"] == "WRONG_STATE"

    await pay(town)
    await refund(town, request)

    assert (await town.refusal("Ann", "refundPayment", paymentRequestId=request))["code"] == "WRONG_STATE"


async def test_many_refunds_at_once_never_give_back_more_than_was_paid(town: Company) -> None:
    request = await paid(town)

    payloads = await asyncio.gather(
        *(
            town.do("Ann", "refundPayment", "__typename", paymentRequestId=request, amount=dollars("20.00"))
            for _ in range(5)
        )
    )

    codes = sorted(error["code"] for payload in payloads for error in payload["userErrors"])
    assert codes == ["INVALID"] * 3
    (row,) = await town.fetch("SELECT refunded_amount FROM payment_request")
    assert row["refunded_amount"] == 40


async def test_who_works_where_the_conversation_is_now_may_give_it_back(town: Company) -> None:
    talk = await town.conversation()
    request = await paid(town, talk=talk)
    await town.do(
        "Olive",
        "transferConversation",
        "__typename",
        conversationId=town.id("Conversation", talk),
        to=town.id("Place", "Store B"),
    )

    assert (await refund(town, request, "Bob"))["status"] == "REFUNDED"


async def test_an_opt_out_after_it_was_caused_by_the_bill(town: Company) -> None:
    request = (await ask(town))["paymentRequest"]["id"]

    await town.text("STOP")

    cause = "query { consentChanges { nodes { cause causePayment { id } } } }"
    (change,) = (await town.ask("Ann", cause))["consentChanges"]["nodes"]
    assert change == {"cause": "PAYMENT_LINK", "causePayment": {"id": request}}


class Away(SimulatedPayments):
    """Does not answer, after it has done what it was asked."""

    async def refund(self, order: RefundOrder) -> PaymentReport:
        self.orders = [*getattr(self, "orders", []), order]
        raise TimeoutError


class Strict(SimulatedPayments):
    """Gives nothing back."""

    async def refund(self, order: RefundOrder) -> PaymentReport:
        raise RefundRefused("The payment is too old.")


async def test_a_provider_that_does_not_answer_changes_nothing(town: Company) -> None:
    request = await paid(town)
    town.services = replace(town.services, payments=SimulatedPayments([SECRET], town.clock, available=False))

    error = await town.refusal("Ann", "refundPayment", paymentRequestId=request)

    assert error["code"] == "PROVIDER_UNAVAILABLE"


async def test_a_second_attempt_after_no_answer_is_the_same_refund(town: Company) -> None:
    request = await paid(town)
    away = Away([SECRET], town.clock)
    town.services = replace(town.services, payments=away)

    for _ in range(2):
        error = await town.refusal("Ann", "refundPayment", paymentRequestId=request, amount=dollars("20.00"))
        assert error["code"] == "PROVIDER_UNAVAILABLE"

    one, other = away.orders
    assert one == other
    assert one.paid is not None


async def test_a_provider_that_refuses_says_why(town: Company) -> None:
    request = await paid(town)
    town.services = replace(town.services, payments=Strict([SECRET], town.clock))

    error = await town.refusal("Ann", "refundPayment", paymentRequestId=request)

    assert error["code"] == "WRONG_STATE"
    assert "too old" in error["message"]


async def test_a_bill_whose_text_failed_is_sent_again_as_the_same_bill(town: Company) -> None:
    asked = await ask(town)
    await town.fetch("UPDATE message SET status = 'FAILED' WHERE direction = 'OUTBOUND'")

    again = await town.do("Ann", "retryMessage", MESSAGE, messageId=asked["message"]["id"])

    assert again["message"]["paymentRequest"] == {"id": asked["paymentRequest"]["id"]}
    assert again["message"]["links"] == asked["message"]["links"]
    (row,) = await town.fetch(
        "SELECT count(*) AS texts, count(DISTINCT payment_request_id) AS bills FROM message "
        "WHERE direction = 'OUTBOUND' AND contact_id = (SELECT id FROM contact WHERE phone = $1)",
        CUSTOMER,
    )
    assert tuple(row) == (2, 1)
    assert STORE_A in {text["from_number"] for text in await town.fetch("SELECT from_number FROM message")}
