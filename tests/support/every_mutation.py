"""For every mutation an input that is taken, and what makes it another input."""

from __future__ import annotations

from functools import cache
from typing import Any

from graph.schema import schema
from localmessages.auth import hash_password
from localmessages.rules.payments import PaymentEventKind
from tests.support.company import CUSTOMER, OTHER, STORE_A, Company
from tests.support.exports import waiting_export
from tests.support.notifications import notified
from tests.support.paying import happens

PASSWORD = "correct horse battery"


@cache
def _hashed() -> str:
    return hash_password(PASSWORD)


Given = tuple[str, dict[str, Any], dict[str, Any]]


async def given(town: Company) -> dict[str, Given]:
    """For each mutation what is selected, an input, and what makes it another input."""
    message = await town.text("Hello")
    other = await town.text("Hello", from_=OTHER)
    talk = {"conversationId": town.id("Conversation", message.conversation_id)}
    contact = {"contactId": town.id("Contact", message.contact_id)}
    place, account = town.id("Location", "Store A"), town.id("Account", "Acme")
    spare = await town.do("Olive", "createTag", "tag { id }", name="Spare")
    elsewhere = {"conversationId": town.id("Conversation", other.conversation_id)}
    sent = await town.do("Olive", "sendMessage", "message { id }", **elsewhere, body="Yes")
    await town.fetch("UPDATE message SET status = 'FAILED' WHERE direction = 'OUTBOUND'")
    moved = await town.do(
        "Olive",
        "transferConversation",
        "transfer { id }",
        **elsewhere,
        to=town.id("Place", "Store B"),
        notify=False,
    )
    open_bill, paid_bill = await bills(town)
    known = await notified(town, "Olive")
    report = {"window": {"last": "DAYS_7"}}
    saved = await town.do("Olive", "createSavedReport", "savedReport { id }", name="Saved", filter=report)
    saved_report = {"savedReportId": saved["savedReport"]["id"]}
    waiting, stopped = [town.id("Export", await waiting_export(town)) for _ in range(2)]
    await town.do("Olive", "cancelExport", "__typename", exportId=stopped)
    await town.key("REPORTS")
    await town.fetch("UPDATE app_user SET password_hash = $2 WHERE id = $1", town.ids["Olive"], _hashed())
    role = {"memberships": [{"location": {"locationId": place, "role": "AGENT"}}]}
    ida = {"name": "Ida", "email": "ida@acme.example", **role}
    invited = await town.do("Olive", "createUser", "user { id }", **(ida | {"email": "ivy@acme.example"}))
    bulk = [town.id("Conversation", message.conversation_id)]
    to_office = {"to": town.id("Place", "Head Office")}
    body = {"body": "Yes"}
    more, name = {"body": "No"}, {"name": "Other"}
    number = {"numbers": [{"number": "+13035550100"}]}
    text = {"fromNumber": CUSTOMER, "toNumber": STORE_A, **body}
    until, later = {"until": "2026-09-15T00:00:00Z"}, {"until": "2026-09-16T00:00:00Z"}
    conversation = "conversation { id }"
    return {
        "createAccount": ("account { id }", {"parentId": account, "name": "East"}, name),
        "updateAccount": ("account { id }", {"accountId": account, "name": "Acme!"}, name),
        "createLocation": (
            "location { id }",
            {"accountId": account, "name": "C", "timeZone": "UTC", **number},
            name,
        ),
        "updateLocation": ("location { name }", {"locationId": place, "name": "Ay"}, {"linkDomain": None}),
        "createContact": ("contact { id }", {"phone": "+19175550155"}, {"phone": "+19175550156"}),
        "updateContact": ("contact { firstName }", {**contact, "firstName": "Ada"}, {"lastName": None}),
        "blockContact": ("contact { id }", contact, {"contactId": "other"}),
        "unblockContact": ("contact { id }", contact, {"contactId": "other"}),
        "optOutContact": ("change { id }", contact, talk),
        "optInContact": ("change { id }", contact, talk),
        "startConversation": (
            "message { id } conversation { id }",
            {"locationId": place, "to": {"phone": CUSTOMER}, **body},
            more,
        ),
        "addNote": ("note { id }", {**talk, **body}, more),
        "assignConversation": (conversation, {**talk, "userId": town.id("User", "Ann")}, {"userId": None}),
        "closeConversation": (conversation, talk, {"expectedVersion": 1}),
        "reopenConversation": (conversation, talk, elsewhere),
        "snoozeConversation": (conversation, {**talk, **until}, later),
        "muteConversation": (conversation, talk, {"muted": False}),
        "markRead": ("conversations { id }", {"conversationIds": bulk}, {"conversationIds": []}),
        "markUnread": (conversation, talk, elsewhere),
        "tagConversation": (conversation, {**talk, "tagIds": [town.id("Tag", "VIP")]}, {"tagIds": []}),
        "untagConversation": (conversation, {**talk, "tagIds": [town.id("Tag", "VIP")]}, {"tagIds": []}),
        "createTag": ("tag { id }", {"name": "New"}, {"color": "#000000"}),
        "updateTag": ("tag { id name }", {"tagId": town.id("Tag", "VIP"), "name": "New"}, name),
        "deleteTag": ("deletedTagId", {"tagId": spare["tag"]["id"]}, {"tagId": town.id("Tag", "VIP")}),
        "sendMessage": ("message { id } conversation { id }", {**talk, **body}, more),
        "retryMessage": ("message { id }", {"messageId": sent["message"]["id"]}, {"messageId": "other"}),
        "simulateInboundMessage": ("message { id }", text, more),
        "transferConversation": (
            "transfer { id } conversation { id }",
            {**talk, **to_office},
            {"notify": False},
        ),
        "transferConversations": (
            "bulkTransfer { id }",
            {"conversationIds": bulk, **to_office},
            {"notify": False},
        ),
        "requestPayment": (
            "paymentRequest { id } message { id }",
            {**talk, "invoice": "INV-3", "amount": dollars("9.50")},
            {"amount": dollars("9.51")},
        ),
        "cancelPaymentRequest": (
            "paymentRequest { id status }",
            {"paymentRequestId": open_bill},
            {"paymentRequestId": paid_bill},
        ),
        "refundPayment": (
            "paymentRequest { id refunded { amount } }",
            {"paymentRequestId": paid_bill},
            {"amount": dollars("1.00")},
        ),
        "createSavedReport": (
            "savedReport { id }",
            {"name": "New", "filter": report, "schedule": schedule()},
            name,
        ),
        "updateSavedReport": (
            "savedReport { id name }",
            {**saved_report, "name": "New", "schedule": schedule()},
            name,
        ),
        "deleteSavedReport": ("deletedSavedReportId", saved_report, {"savedReportId": "other"}),
        "markNotificationsRead": (
            "viewer { unreadNotifications }",
            {"notificationIds": [town.id("Notification", known)]},
            {"notificationIds": None},
        ),
        "updateProfile": ("user { id name }", {"name": "Olivia", "alertByMail": True}, {"name": "Olga"}),
        "requestExport": (
            "export { id status }",
            {"source": {"transcriptOf": talk["conversationId"]}},
            {"format": "XLSX"},
        ),
        "cancelExport": ("export { id status }", {"exportId": waiting}, {"exportId": stopped}),
        "retryExport": ("export { id status }", {"exportId": stopped}, {"exportId": waiting}),
        "eraseContact": (
            "erasedContactId",
            {**contact, "confirmPhone": CUSTOMER},
            {"confirmPhone": OTHER},
        ),
        "createUser": ("user { id status }", ida, name),
        "updateUser": ("user { name }", {"userId": town.id("User", "Ann"), "name": "Anna", **role}, name),
        "removeUser": (
            "user { status }",
            {"userId": town.id("User", "Ann")},
            {"userId": town.id("User", "Vic")},
        ),
        "resendInvitation": (
            "user { status }",
            {"userId": invited["user"]["id"]},
            {"userId": town.id("User", "Ann")},
        ),
        "transferOwnership": (
            "account { id }",
            {"accountId": account, "userId": town.id("User", "Ann"), "password": PASSWORD},
            {"userId": town.id("User", "Vic")},
        ),
        "createApiKey": (
            "apiKey { id }",
            {"name": "Till", "accountId": account, "scopes": ["REPORTS"]},
            {"scopes": ["SETTINGS"]},
        ),
        "revokeApiKey": (
            "apiKey { id revokedAt }",
            {"apiKeyId": town.id("ApiKey", "the key")},
            {"apiKeyId": "other"},
        ),
        "undoTransfer": ("transfer { id }", {"transferId": moved["transfer"]["id"]}, {"transferId": "other"}),
    }


def schedule() -> dict[str, Any]:
    """When a report is sent, in an input."""
    return {
        "frequency": "MONTHLY",
        "dayOfMonth": 31,
        "timeZone": "America/New_York",
        "recipients": ["olive@acme.example"],
    }


def dollars(amount: str) -> dict[str, str]:
    """An amount of money in an input."""
    return {"amount": amount, "currency": "USD"}


async def bills(town: Company) -> list[str]:
    """The ids of two requests for payment in a conversation of their own; the second one is paid."""
    talk = await town.text("What do I owe you?", from_="+19175550199")
    ids = []
    for invoice in ("INV-1", "INV-2"):
        asked = await town.do(
            "Olive",
            "requestPayment",
            "paymentRequest { id }",
            conversationId=town.id("Conversation", talk.conversation_id),
            invoice=invoice,
            amount=dollars("50.00"),
        )
        ids.append(asked["paymentRequest"]["id"])
    await happens(town.services, town.tenant_id, PaymentEventKind.PAID, invoice="INV-2", at=town.clock())
    return ids


MUTATIONS = sorted(
    name
    for name, field in schema.core.mutation_type.fields.items()  # type: ignore[union-attr]
    if "idempotencyKey" in field.args["input"].type.of_type.fields
)
