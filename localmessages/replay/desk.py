"""The customers, texts, links and invoices that a stretch of a log speaks of, until they are saved."""

from collections.abc import Iterable
from uuid import UUID

from localmessages.actions.records import record_of
from localmessages.actions.store import copy_rows, load_dealings, load_last_sent, save_customers
from localmessages.replay.world import World
from localmessages.rules.customer import Customer
from localmessages.rules.records import (
    Contact,
    Message,
    PaymentEvent,
    PaymentRequest,
    TrackedLink,
    Wait,
)

Key = tuple[UUID, str]


class Desk:
    """What is on the table: fetched in bulk before the lines that need it, saved in bulk after them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.connection = world.tx.connection
        self.customers: dict[Key, Customer] = {}
        self.messages: dict[Key, Message] = {}
        self.links: dict[str, TrackedLink] = {}
        self.requests: dict[Key, PaymentRequest] = {}
        self.payments: dict[Key, list[PaymentEvent]] = {}
        self.texts_of_request: dict[UUID, list[Message]] = {}
        self.answered: dict[UUID, list[Wait]] = {}
        self.applied: set[Key] = set()
        self._by_contact: dict[UUID, Customer] = {}
        self._message_by_id: dict[UUID, Message] = {}
        self._new_digests: list[tuple[UUID, bytes]] = []
        # Payments on invoices that nothing has texted yet.
        self.early_payments: list[PaymentEvent] = []

    # --------------------------------------------------------------------------------------- fetching

    async def fetch_customers(self, tenant_id: UUID, phones: Iterable[str]) -> None:
        """Lock and load those that are known, by number: no two loads wait for each other."""
        wanted = sorted({phone for phone in phones if (tenant_id, phone) not in self.customers})
        if wanted:
            # contact_tenant_id_phone_key
            rows = await self.connection.fetch(
                """
                SELECT * FROM contact
                WHERE tenant_id = $1 AND phone = ANY ($2::text[])
                ORDER BY phone
                FOR NO KEY UPDATE
                """,
                tenant_id,
                wanted,
            )
            await self._take([record_of(Contact, row) for row in rows])

    async def _fetch_contacts(self, tenant_id: UUID, ids: Iterable[UUID]) -> None:
        wanted = [contact_id for contact_id in set(ids) if contact_id not in self._by_contact]
        if wanted:
            # contact_pkey
            phones = await self.connection.fetch(
                "SELECT phone FROM contact WHERE tenant_id = $1 AND id = ANY ($2::uuid[])", tenant_id, wanted
            )
            await self.fetch_customers(tenant_id, [row["phone"] for row in phones])

    async def _take(self, contacts: list[Contact]) -> None:
        fresh = [Customer(contact, self.world.place_by_id) for contact in contacts]
        for customer in fresh:
            self._seat(customer)
        if fresh:
            await load_dealings(self.connection, fresh[0].contact.tenant_id, fresh)

    def _seat(self, customer: Customer) -> None:
        contact = customer.contact
        self.customers[contact.tenant_id, contact.phone] = customer
        self._by_contact[contact.id] = customer

    async def fetch_messages(self, tenant_id: UUID, external_ids: Iterable[str]) -> None:
        """The texts with these carrier's ids, with their customers and the waits that they answered."""
        wanted = [key for key in set(external_ids) if (tenant_id, key) not in self.messages]
        if not wanted:
            return
        # message_external_id_key
        rows = await self.connection.fetch(
            "SELECT * FROM message WHERE tenant_id = $1 AND external_id = ANY ($2::text[])", tenant_id, wanted
        )
        await self._keep(tenant_id, [record_of(Message, row) for row in rows])

    async def _keep(self, tenant_id: UUID, messages: list[Message]) -> None:
        fresh = [message for message in messages if message.id not in self._message_by_id]
        for message in fresh:
            self.seat_message(message)
        await self._fetch_contacts(tenant_id, [message.contact_id for message in fresh])
        # wait_answer_idx
        rows = await self.connection.fetch(
            "SELECT * FROM wait WHERE tenant_id = $1 AND answer_id = ANY ($2::uuid[]) AND kind = 'INBOUND'",
            tenant_id,
            [message.id for message in fresh],
        )
        for row in rows:
            self.answered.setdefault(row["answer_id"], []).append(record_of(Wait, row))

    def seat_message(self, message: Message) -> None:
        """Find it by the carrier's id from now on."""
        self._message_by_id[message.id] = message
        if message.external_id is not None:
            self.messages[message.tenant_id, message.external_id] = message

    async def fetch_links(self, slugs: Iterable[str]) -> None:
        """The links with these slugs, with the texts that they stand in."""
        wanted = [slug for slug in set(slugs) if slug not in self.links]
        if not wanted:
            return
        # tracked_link_slug_key
        rows = await self.connection.fetch("SELECT * FROM tracked_link WHERE slug = ANY ($1::text[])", wanted)
        for row in rows:
            link = record_of(TrackedLink, row)
            self.links[link.slug] = link
            if link.message_id not in self._message_by_id:
                # message_pkey
                message = await self.connection.fetchrow(
                    "SELECT * FROM message WHERE tenant_id = $1 AND id = $2", link.tenant_id, link.message_id
                )
                assert message is not None
                await self._keep(link.tenant_id, [record_of(Message, message)])

    async def fetch_payments(self, tenant_id: UUID, invoices: Iterable[str]) -> None:
        """The invoices with what was paid on them and the texts that carry them."""
        wanted = [invoice for invoice in set(invoices) if (tenant_id, invoice) not in self.payments]
        if not wanted:
            return
        for invoice in wanted:
            self.payments[tenant_id, invoice] = []
        # payment_request_tenant_id_invoice_key, payment_event_invoice_idx, message_payment_idx
        rows = await self.connection.fetch(
            "SELECT * FROM payment_request WHERE tenant_id = $1 AND invoice = ANY ($2::text[])",
            tenant_id,
            wanted,
        )
        for row in rows:
            self.requests[tenant_id, row["invoice"]] = record_of(PaymentRequest, row)
        events = await self.connection.fetch(
            "SELECT * FROM payment_event WHERE tenant_id = $1 AND invoice = ANY ($2::text[]) ORDER BY at, id",
            tenant_id,
            wanted,
        )
        for row in events:
            self.payments[tenant_id, row["invoice"]].append(record_of(PaymentEvent, row))
        texts = await self.connection.fetch(
            "SELECT * FROM message WHERE tenant_id = $1 AND payment_request_id = ANY ($2::uuid[])",
            tenant_id,
            [row["id"] for row in rows],
        )
        await self._keep(tenant_id, [record_of(Message, row) for row in texts])
        for row in texts:
            self.texts_of_request.setdefault(row["payment_request_id"], []).append(
                self._message_by_id[row["id"]]
            )

    async def fetch_last_sent(self, tenant_id: UUID, phones: Iterable[str]) -> None:
        """What a change of consent of these customers looks at."""
        known = [
            self.customers[tenant_id, phone] for phone in set(phones) if (tenant_id, phone) in self.customers
        ]
        await load_last_sent(self.connection, known)

    async def fetch_applied(self, tenant_id: UUID, digests: Iterable[str]) -> None:
        """Which of these lines were applied before."""
        # replay_line_pkey
        rows = await self.connection.fetch(
            "SELECT digest FROM replay_line WHERE tenant_id = $1 AND digest = ANY ($2::bytea[])",
            tenant_id,
            [bytes.fromhex(digest) for digest in digests],
        )
        self.applied.update((tenant_id, row["digest"].hex()) for row in rows)

    # -------------------------------------------------------------------------------------- on the table

    def first_time(self, tenant_id: UUID, digest: str) -> bool:
        """Whether a line was not applied yet; from now on it was."""
        if (tenant_id, digest) in self.applied:
            return False
        self.applied.add((tenant_id, digest))
        self._new_digests.append((tenant_id, bytes.fromhex(digest)))
        return True

    def customer(self, tenant_id: UUID, phone: str) -> Customer:
        """Who has a number."""
        known = self.customers.get((tenant_id, phone))
        if known is None:
            raise ValueError(f"there is no contact {phone}")
        return known

    def add_customer(self, contact: Contact) -> Customer:
        """A contact seen for the first time."""
        customer = Customer(contact, self.world.place_by_id)
        customer.add(contact)
        self._seat(customer)
        return customer

    def customer_of(self, message: Message) -> Customer:
        """Whose text it is."""
        return self._by_contact[message.contact_id]

    def message_by_id(self, message_id: UUID) -> Message:
        """A text that was fetched or made."""
        return self._message_by_id[message_id]

    def waits_answered_by(self, message: Message) -> list[Wait]:
        """The waits that a text answered, saved ones too."""
        open_here = [wait for wait in self.customer_of(message).waits if wait.answer_id == message.id]
        return [wait for wait in open_here if wait.kind == "INBOUND"] or self.answered.get(message.id, [])

    # ----------------------------------------------------------------------------------------- saving

    async def save(self) -> None:
        """Write everything that the lines changed."""
        by_tenant: dict[UUID, list[Customer]] = {}
        for customer in self.customers.values():
            if customer.added or customer.touched:
                by_tenant.setdefault(customer.contact.tenant_id, []).append(customer)
        for changed in by_tenant.values():
            for customer in changed:
                for wait in customer.waits:
                    if wait.answer_id is not None and wait.kind == "INBOUND":
                        self.answered.setdefault(wait.answer_id, []).append(wait)
            await save_customers(self.connection, changed, bulk=True)
        await copy_rows(self.connection, self.early_payments)
        self.early_payments.clear()
        await self.connection.copy_records_to_table(
            "replay_line", records=self._new_digests, columns=("tenant_id", "digest")
        )
        self._new_digests.clear()
