"""A place at work with a row of everything, each text a word of its own: told once a store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from graph.ids import parse_id
from localmessages.actions.bulk_transfers import transfer_next
from localmessages.actions.clicks import Visit, visit_link
from localmessages.actions.sessions import Device, begin_session
from localmessages.rules.keys import new_key
from localmessages.rules.payments import PaymentEventKind
from tests.crawl.markers import Whose
from tests.support.company import Company
from tests.support.exports import made_for, waiting_export
from tests.support.notifications import notified
from tests.support.paying import happens


@dataclass(frozen=True)
class Place:
    """Where a story is told, by whom, and where conversations go from there."""

    tenant_id: UUID
    whose: Whose
    name: str
    number: str
    account: str
    beside: str
    tag: str
    owner: str
    manages: Whose
    """Whose the settings are: they are for those who manage."""
    agent: str
    own: Whose
    """Of the agent alone."""


@dataclass
class Teller:
    """Does what people do at a place, in words of its own."""

    company: Company
    place: Place

    def word(self, what: str) -> str:
        return self.place.whose.word(what)

    def own(self, what: str) -> str:
        return self.place.own.word(what)

    def id(self, type_name: str, name: str) -> str:
        return self.company.id(type_name, name)

    async def do(
        self, mutation: str, select: str = "__typename", *, who: str | None = None, **given: Any
    ) -> Any:
        payload = await self.company.do(who or self.place.agent, mutation, select, **given)
        assert payload["userErrors"] == [], (mutation, payload["userErrors"])
        return payload

    async def text(self, body: str | None = None, *, from_: str) -> dict[str, str]:
        message = await self.company.text(body or self.word("question"), to=self.place.number, from_=from_)
        contact = self.company.id("Contact", message.contact_id)
        return {"talk": self.company.id("Conversation", message.conversation_id), "contact": contact}

    async def tell(self) -> dict[str, str]:
        """What is said there; a conversation of it."""
        talk = await self.conversation()
        await self.bills(talk)
        await self.moves()
        await self.campaign()
        await self.others()
        return talk

    async def settings(self) -> None:
        """How the place works."""
        hours = {
            "weekly": [{"weekday": "MONDAY", "intervals": [{"opens": "09:00", "closes": "17:00"}]}],
            "holidays": [{"on": "2026-12-25", "name": self.word("holiday"), "intervals": []}],
        }
        await self.do(
            "updateLocation",
            who=self.place.owner,
            locationId=self.id("Location", self.place.name),
            autoReplies={"inHours": self.word("in"), "outOfHours": self.word("out")},
            linkDomain=f"{self.word('host')}.example",
            hours=hours,
        )
        # What customers were sent of it is in their conversations.
        texts = {name: self.word(name) for name in ("optOutReply", "optInReply")}
        texts["helpReply"] = self.place.manages.word("help")
        account = self.id("Account", self.place.account)
        await self.do("updateAccount", who=self.place.owner, accountId=account, settings=texts)

    async def conversation(self) -> dict[str, str]:
        """One with something of every kind in it."""
        talk = await self.text(from_=self.place.whose.phone())
        here, owner = {"conversationId": talk["talk"]}, self.id("User", self.place.agent)
        name = {"firstName": self.word("first"), "lastName": self.word("last")}
        await self.do("updateContact", contactId=talk["contact"], **name, externalId=self.word("crm"))
        await self.do("addNote", **here, body=self.word("note"))
        await self.do("assignConversation", **here, userId=owner)
        await self.do("tagConversation", **here, tagIds=[self.id("Tag", self.place.tag)])
        link = f"https://{self.word('link')}.example/now"
        await self.do("sendMessage", **here, body=f"{self.word('answer')} {link}")
        await self.delivered()
        (row,) = await self.company.fetch("SELECT slug FROM tracked_link ORDER BY id DESC LIMIT 1")
        await visit_link(self.company.services, row["slug"], Visit(user_agent=self.word("browser")))
        await self.media()
        self.company.clock.passes(minutes=5)
        # Unread, and waiting.
        await self.company.text(self.word("more"), to=self.place.number, from_=await self.phone(talk))
        return talk

    async def phone(self, talk: dict[str, str]) -> str:
        document = "query ($id: ID!) { contact(id: $id) { phone } }"
        found = await self.company.ask(self.place.agent, document, id=talk["contact"])
        return str(found["contact"]["phone"])

    async def address(self) -> str:
        (row,) = await self.company.fetch(
            "SELECT email FROM app_user WHERE id = $1", self.company.ids[self.place.agent]
        )
        return str(row["email"])

    async def delivered(self) -> None:
        """The carrier takes what was sent."""
        await self.company.fetch(
            """
            WITH sent AS (UPDATE message SET status = 'DELIVERED' WHERE status = 'QUEUED' RETURNING *)
            INSERT INTO message_status (tenant_id, id, message_id, at, status, applied)
            SELECT tenant_id, gen_random_uuid(), id, at, 'DELIVERED', true FROM sent
            """
        )

    async def media(self) -> None:
        """A picture in the latest text."""
        await self.company.fetch(
            """
            INSERT INTO media
                (tenant_id, id, message_id, filename, content_type, bytes, storage_key, thumbnail_key)
            SELECT tenant_id, gen_random_uuid(), id, $1, 'image/png', 100, $2, $3
            FROM message
            ORDER BY id DESC LIMIT 1
            """,
            self.word("picture"),
            self.word("stored"),
            self.word("small"),
        )

    async def bills(self, talk: dict[str, str]) -> None:
        """One paid, one open."""
        paid, unpaid = self.word("invoice"), self.word("invoice")
        for invoice in (paid, unpaid):
            await self.do(
                "requestPayment",
                conversationId=talk["talk"],
                invoice=invoice,
                amount={"amount": "50.00", "currency": "USD"},
                description=self.word("what for"),
            )
        await self.delivered()
        company, tenant = self.company, self.place.tenant_id
        at = company.clock.passes(minutes=1)
        await happens(company.services, tenant, PaymentEventKind.PAID, invoice=paid, at=at)

    async def moves(self) -> None:
        """There and back, and one of many."""
        beside, here = self.id("Place", self.place.beside), self.id("Place", self.place.name)
        notes = {"note": self.word("handover"), "notice": self.word("notice")}
        moved = await self.text(from_=self.place.whose.phone())
        await self.do("transferConversation", conversationId=moved["talk"], to=beside, **notes)
        back = {"conversationIds": [moved["talk"]], "to": here, **notes}
        moving = await self.do("transferConversations", "bulkTransfer { id }", who=self.place.owner, **back)
        bulk = parse_id(moving["bulkTransfer"]["id"])
        assert bulk is not None
        while await transfer_next(self.company.services, self.place.tenant_id, bulk[1]):
            pass
        merging = await self.text(from_=self.place.whose.phone())
        await self.do("transferConversation", conversationId=merging["talk"], to=beside, **notes)
        self.company.clock.passes(minutes=1)

    async def campaign(self) -> None:
        """A text of a campaign, which failed; and what a carrier said of it."""
        key, at = new_key(self.company.clock()), self.company.clock()
        await self.company.fetch(
            """
            INSERT INTO message (
                tenant_id, id, conversation_id, location_id, contact_id, at, direction, origin, body,
                from_number, to_number, campaign_id, agent_id, status, status_at, failure_code, eligible,
                encoding, segments, version, external_id
            )
            SELECT tenant_id, $1, id, location_id, contact_id, $2, 'OUTBOUND', 'CAMPAIGN', $3, $4, $5, $6, $7,
                'FAILED', $2, '30005', false, 'GSM_7', 1, version, $8
            FROM conversation
            WHERE id = (SELECT conversation_id FROM message ORDER BY id DESC LIMIT 1)
            """,
            key, at, self.word("offer"), self.place.number, self.place.whose.phone(),
            self.company.ids[f"campaign of {self.place.tenant_id}"], self.company.ids[self.place.agent],
            self.word("carrier"),
        )  # fmt: skip
        await self.company.fetch(
            """
            INSERT INTO message_status (tenant_id, id, message_id, at, status, failure_code, applied)
            VALUES ($1, $2, $3, $4, 'FAILED', '30005', true)
            """,
            self.place.tenant_id, new_key(at), key, at,
        )  # fmt: skip

    async def others(self) -> None:
        """Customers who went their ways."""
        asleep, gone, stopped, blocked = [await self.text(from_=self.place.whose.phone()) for _ in range(4)]
        until = self.company.clock() + timedelta(days=1)
        await self.do("snoozeConversation", conversationId=asleep["talk"], until=until.isoformat())
        await self.do("closeConversation", conversationId=gone["talk"])
        await self.do("optOutContact", contactId=stopped["contact"], conversationId=stopped["talk"])
        phone = await self.phone(stopped)
        await self.company.text("START", to=self.place.number, from_=phone)
        await self.company.text("STOP", to=self.place.number, from_=phone)
        await self.do("blockContact", contactId=blocked["contact"])
        failed = await self.text(from_=self.place.whose.phone())
        await self.do("sendMessage", conversationId=failed["talk"], body=self.word("lost"))
        await self.company.fetch(
            "UPDATE message SET status = 'FAILED', refused = true WHERE status = 'QUEUED'"
        )
        await self.do("sendMessage", conversationId=failed["talk"], body=self.word("queued"))

    async def files(self, talk: dict[str, str]) -> None:
        """What the agent wrote down for themselves, and what they were told."""
        who, company = self.place.agent, self.company
        report = {"window": {"last": "DAYS_7"}, "locationIds": [self.id("Location", self.place.name)]}
        await self.do("createSavedReport", name=self.own("report"), filter=report)
        if who == self.place.owner:
            when = {"frequency": "WEEKLY", "weekday": "MONDAY", "at": "08:00", "timeZone": "UTC"}
            schedule = {**when, "recipients": [await self.address()]}
            name = self.own("mailed")
            await self.do("createSavedReport", name=name, filter=report, schedule=schedule)
        await made_for(company, who, {"transcriptOf": talk["talk"]})
        export = await waiting_export(company, who)
        await company.fetch("UPDATE export SET title = $2 WHERE id = $1", export, self.own("file"))
        stopped = company.id("Export", await waiting_export(company, who))
        await self.do("cancelExport", exportId=stopped)
        (row,) = await company.fetch("SELECT id FROM conversation ORDER BY id DESC LIMIT 1")
        await notified(company, who, self.own("alert"), subject=("Conversation", row["id"]))
        device = Device(self.own("address"), self.own("browser"))
        async with company.services.transaction() as tx:
            company.ids[f"session of {who}"] = await begin_session(
                tx, self.place.tenant_id, company.ids[who], device, at=company.clock()
            )

    async def keys(self) -> None:
        """A key for programs."""
        place, word = self.place, self.place.manages.word
        await self.company.key(
            "REPORTS",
            at=[place.name],
            by=place.owner,
            name=word("key"),
            accountId=self.id("Account", place.account),
        )
        await self.company.fetch(
            "UPDATE api_key SET prefix = $2, secret_hash = $3 WHERE id = $1",
            self.company.ids["the key"],
            word("prefix"),
            word("hash"),
        )
