"""A bill under lock: its request, what the provider said of it, and everybody who was texted it.

Its lock is taken before that of any customer, and customers in the order of their numbers: nobody who holds a
customer ever waits for a bill.
"""

from dataclasses import dataclass, field
from uuid import UUID

from localmessages.actions.events import emit_happenings
from localmessages.actions.records import record_of
from localmessages.actions.store import PlaceOf, lock_customers, save_customers
from localmessages.rules.customer import Customer
from localmessages.rules.records import Message, PaymentEvent, PaymentRequest
from localmessages.services import Transaction


@dataclass(slots=True)
class Bill:
    """An invoice of a tenant; `customers` by their contact's id, once they were called."""

    tx: Transaction
    tenant_id: UUID
    invoice: str
    request: PaymentRequest | None
    events: list[PaymentEvent]
    customers: dict[UUID, Customer] = field(default_factory=dict)
    texts: list[tuple[Customer, Message]] = field(default_factory=list)

    @property
    def asked(self) -> PaymentRequest:
        """The request, where there must be one."""
        assert self.request is not None
        return self.request

    async def call_customers(self, place_of: PlaceOf, *, also: UUID | None = None) -> None:
        """Lock and load everybody who was texted the bill, and the contact of the conversation `also`."""
        # message_payment_idx, conversation_pkey, contact_pkey
        rows = await self.tx.connection.fetch(
            """
            SELECT contact.phone
            FROM message
            JOIN contact ON contact.tenant_id = $1 AND contact.id = message.contact_id
            WHERE message.tenant_id = $1 AND message.payment_request_id = $2
            UNION
            SELECT contact.phone
            FROM conversation
            JOIN contact ON contact.tenant_id = $1 AND contact.id = conversation.contact_id
            WHERE conversation.tenant_id = $1 AND conversation.id = $3
            """,
            self.tenant_id,
            self.request.id if self.request else None,
            also,
        )
        phones = [row["phone"] for row in rows]
        customers = await lock_customers(self.tx.connection, self.tenant_id, place_of, phones=phones)
        self.customers = {customer.contact.id: customer for customer in customers}
        self.texts = [(self.customers[text.contact_id], text) for text in await self._sent()]

    async def _sent(self) -> list[Message]:
        if self.request is None:
            return []
        # message_payment_idx
        rows = await self.tx.connection.fetch(
            "SELECT * FROM message WHERE tenant_id = $1 AND payment_request_id = $2 ORDER BY at, id",
            self.tenant_id,
            self.request.id,
        )
        return [record_of(Message, row) for row in rows]

    def in_conversation(self, conversation_id: UUID) -> Customer | None:
        """Whose conversation it is."""
        return next(
            (customer for customer in self.customers.values() if conversation_id in customer.conversations),
            None,
        )

    async def save(self) -> None:
        """Write what the rules changed, and tell of it."""
        changed = [one for one in self.customers.values() if one.added or one.touched or one.happenings]
        for customer in changed:
            emit_happenings(self.tx, customer)
        if changed:
            await save_customers(self.tx.connection, changed)


async def open_bill(tx: Transaction, tenant_id: UUID, invoice: str) -> Bill:
    """Lock a bill, which nobody may have heard of yet."""
    await tx.connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended($1::text || $2::text, 0))", str(tenant_id), invoice
    )
    # payment_request_tenant_id_invoice_key
    row = await tx.connection.fetchrow(
        "SELECT * FROM payment_request WHERE tenant_id = $1 AND invoice = $2", tenant_id, invoice
    )
    # payment_event_invoice_idx
    rows = await tx.connection.fetch(
        "SELECT * FROM payment_event WHERE tenant_id = $1 AND invoice = $2 ORDER BY at, id",
        tenant_id,
        invoice,
    )
    request = record_of(PaymentRequest, row) if row else None
    return Bill(tx, tenant_id, invoice, request, [record_of(PaymentEvent, one) for one in rows])
