"""What each line of a log does, by the rules of live traffic."""

import hashlib
from datetime import datetime
from uuid import UUID

from localmessages.actions.events import emit_happenings
from localmessages.replay.desk import Desk
from localmessages.replay.lines import (
    ActLine,
    AnyLine,
    AssignLine,
    ClickLine,
    InboundLine,
    NoteLine,
    OutboundLine,
    PayLine,
    StatusLine,
    TagActLine,
    TransferLine,
)
from localmessages.replay.world import World
from localmessages.rules import lifecycle
from localmessages.rules.consent import ConsentMethod, ConsentState
from localmessages.rules.conversation import ConversationStatus
from localmessages.rules.customer import Customer
from localmessages.rules.delivery import MessageOrigin, MessageStatus
from localmessages.rules.keys import new_key
from localmessages.rules.ledger import change_consent
from localmessages.rules.links import is_bot
from localmessages.rules.paying import record_click, record_payment, request_payment
from localmessages.rules.payment_events import card_brand, payment_event
from localmessages.rules.records import Contact, Conversation, Message, TrackedLink
from localmessages.rules.routing import conversation_for_outbound, conversation_named
from localmessages.rules.texting import InboundText, OutboundText, receive, report_status, send
from localmessages.rules.transfer import move


def dropped(sid: str) -> str:
    """The digest that a text is remembered by which was never sent, because its contact had opted out."""
    return hashlib.blake2b(f"dropped:{sid}".encode(), digest_size=16).hexdigest()


class Applier:
    """Lines against what is on the table."""

    def __init__(self, world: World, desk: Desk) -> None:
        self.world = world
        self.desk = desk

    async def apply(self, line: AnyLine, digest: str, tenant_id: UUID | None) -> bool:
        """Do what a line says; False when it was done before. `ValueError` when it is impossible."""
        match line:
            case InboundLine():
                return await self._inbound(line)
            case OutboundLine():
                return await self._outbound(line)
            case StatusLine():
                return self._status(line, digest)
            case ClickLine():
                return self._click(line, digest)
            case PayLine():
                return self._pay(line, digest)
        assert tenant_id is not None
        if not self.desk.first_time(tenant_id, digest):
            return False
        match line:
            case TransferLine():
                await self._transfer(line)
            case ActLine():
                await self._act(line)
            case AssignLine() | TagActLine() | NoteLine():
                await self._edit(line)
        return True

    def _tell(self, customer: Customer) -> None:
        emit_happenings(self.world.tx, customer)

    # -------------------------------------------------------------------------------------------- texts

    async def _inbound(self, line: InboundLine) -> bool:
        place = await self.world.place_of_number(line.to)
        if (place.tenant_id, line.sid) in self.desk.messages:
            return False
        customer = self._known_or_new(place.tenant_id, line.from_, line.at)
        if line.name and customer.contact.first_name is None and customer.contact.last_name is None:
            first, _, last = line.name.strip().partition(" ")
            customer.contact.first_name, customer.contact.last_name = first or None, last.strip() or None
            customer.touch(customer.contact)
        text = InboundText(line.sid, line.from_, line.to, line.body)
        self.desk.seat_message(receive(customer, place, text, line.at))
        self._tell(customer)
        return True

    def _known_or_new(self, tenant_id: UUID, phone: str, at: datetime) -> Customer:
        known = self.desk.customers.get((tenant_id, phone))
        if known is not None:
            return known
        return self.desk.add_customer(
            Contact(tenant_id=tenant_id, id=new_key(at), phone=phone, created_at=at)
        )

    async def _outbound(self, line: OutboundLine) -> bool:
        place = await self.world.place_of_number(line.from_)
        tenant_id = place.tenant_id
        if (tenant_id, line.sid) in self.desk.messages or (tenant_id, dropped(line.sid)) in self.desk.applied:
            return False
        agent = await self.world.user(tenant_id, line.agent)
        campaign = await self.world.campaign(tenant_id, line.campaign)
        customer = self._known_or_new(tenant_id, line.to, line.at)
        if customer.contact.opted_out_at is not None and line.origin is not MessageOrigin.SYSTEM:
            self.desk.first_time(tenant_id, dropped(line.sid))
            return True
        if line.link is not None and line.link.slug in self.desk.links:
            raise ValueError(f"the slug {line.link.slug!r} is another text's")
        conversation = conversation_for_outbound(customer, place, line.at) or customer.begin_conversation(
            place, line.at
        )
        if line.origin is MessageOrigin.AGENT and conversation.status is ConversationStatus.CLOSED:
            lifecycle.reopen(customer, conversation, line.at, agent)
        request_id = self._request_for(customer, conversation, line, agent)
        message = send(
            customer,
            conversation,
            OutboundText(
                line.origin,
                line.body,
                line.from_,
                agent_id=agent,
                campaign_id=campaign,
                payment_request_id=request_id,
                external_id=line.sid,
                refused=line.refused is not None,
                refusal_code=line.refused,
            ),
            line.at,
        )
        self.desk.seat_message(message)
        if request_id is not None:
            self.desk.texts_of_request.setdefault(request_id, []).append(message)
        if line.link is not None:
            self._link(customer, message, line.link.slug, line.link.url)
        self._tell(customer)
        return True

    def _link(self, customer: Customer, message: Message, slug: str, url: str) -> None:
        self.desk.links[slug] = customer.add(
            TrackedLink(
                tenant_id=message.tenant_id,
                id=new_key(message.at),
                message_id=message.id,
                position=0,
                slug=slug,
                url=url,
            )
        )

    def _request_for(
        self, customer: Customer, conversation: Conversation, line: OutboundLine, agent: UUID | None
    ) -> UUID | None:
        if line.payment is None:
            return None
        key = (customer.contact.tenant_id, line.payment.invoice)
        request = self.desk.requests.get(key)
        if request is None:
            request = self.desk.requests[key] = request_payment(
                customer,
                conversation,
                invoice=line.payment.invoice,
                amount=line.payment.amount,
                currency=line.payment.currency,
                at=line.at,
                by=agent,
                earlier=self.desk.payments.setdefault(key, []),
            )
        return request.id

    def _status(self, line: StatusLine, digest: str) -> bool:
        tenant_id, message = self._message(line.sid)
        if not self.desk.first_time(tenant_id, digest):
            return False
        if message is None:
            return True
        customer = self.desk.customer_of(message)
        waits = self.desk.waits_answered_by(message)
        report_status(
            customer, message, MessageStatus(line.status.upper()), line.error_code, line.at, answered=waits
        )
        self._tell(customer)
        return True

    def _message(self, sid: str) -> tuple[UUID, Message | None]:
        """The text with a carrier's id, and its tenant; None for one that was never sent."""
        for tenant_id in self.world.catalogues:
            if (message := self.desk.messages.get((tenant_id, sid))) is not None:
                if message.status is MessageStatus.RECEIVED:
                    raise ValueError(f"the text {sid!r} is an inbound one")
                return tenant_id, message
            if (tenant_id, dropped(sid)) in self.desk.applied:
                return tenant_id, None
        raise ValueError(f"there is no text {sid!r}")

    # --------------------------------------------------------------------------------- clicks and payments

    def _click(self, line: ClickLine, digest: str) -> bool:
        link = self.desk.links.get(line.slug)
        if not self.desk.first_time(link.tenant_id if link else self._any_tenant(), digest):
            return False
        if link is None:
            return True
        message = self.desk.message_by_id(link.message_id)
        customer = self.desk.customer_of(message)
        bot = is_bot(line.method, line.user_agent, after=line.at - message.at)
        record_click(
            customer, message, link, line.at, bot=bot, user_agent=line.user_agent, method=line.method
        )
        self._tell(customer)
        return True

    def _any_tenant(self) -> UUID:
        """For what no text names yet: the first organisation of the log."""
        if not self.world.catalogues:
            raise ValueError("no account is known yet")
        return next(iter(self.world.catalogues))

    def _pay(self, line: PayLine, digest: str) -> bool:
        known = (held for held in self.world.catalogues if (held, line.invoice) in self.desk.requests)
        tenant_id = next(known, None) or self._any_tenant()
        if not self.desk.first_time(tenant_id, digest):
            return False
        request = self.desk.requests.get((tenant_id, line.invoice))
        messages = self.desk.texts_of_request.get(request.id, []) if request else []
        texts = [(self.desk.customer_of(message), message) for message in messages]
        event = payment_event(
            tenant_id=tenant_id,
            invoice=line.invoice,
            kind=line.kind,
            amount=line.amount,
            card=card_brand(line.card),
            at=line.at,
        )
        events = self.desk.payments.setdefault((tenant_id, line.invoice), [])
        record_payment(request, texts, events, event, line.at)
        if not texts:
            self.desk.early_payments.append(event)
        for customer, _ in texts:
            self._tell(customer)
        return True

    # --------------------------------------------------------------------------------------- conversations

    async def _transfer(self, line: TransferLine) -> None:
        origin, target = await self.world.place(line.from_), await self.world.place(line.to)
        if origin.tenant_id != target.tenant_id:
            raise ValueError(f"{line.from_!r} and {line.to!r} belong to different organisations")
        by = await self.world.user(origin.tenant_id, line.by)
        customer = self.desk.customer(origin.tenant_id, line.contact)
        conversation = self._named(customer, await self._conversation(customer, line.from_))
        if conversation.location_id == target.id:
            raise ValueError(f"the conversation is at {line.to!r} already")
        notice = None
        if line.notify and customer.contact.opted_out_at is None:
            number = self.world.place_by_id(conversation.location_id).number
            text = OutboundText(MessageOrigin.SYSTEM, line.notify, number, agent_id=by, external_id=line.sid)
            notice = send(customer, conversation, text, line.at)
            # The move tells of it, at the new place.
            customer.happenings.pop()
            self.desk.seat_message(notice)
        elif line.sid:
            self.desk.first_time(origin.tenant_id, dropped(line.sid))
        viewer = self.world.catalogues[origin.tenant_id].viewer
        assignee = viewer(conversation.assignee_id) if conversation.assignee_id else None
        move(
            customer,
            conversation,
            target,
            line.at,
            by=by,
            note=line.note,
            notice=notice,
            keeps_assignee=assignee is not None and assignee.sees(target.id),
        )
        self._tell(customer)

    async def _conversation(self, customer: Customer, location: str) -> Conversation | None:
        return conversation_named(customer, await self.world.place(location))

    @staticmethod
    def _named(customer: Customer, conversation: Conversation | None) -> Conversation:
        if conversation is None:
            raise ValueError(f"there is no conversation with {customer.contact.phone} there")
        return conversation

    async def _act(self, line: ActLine) -> None:
        place = await self.world.place(line.location)
        customer = self.desk.customer(place.tenant_id, line.contact)
        by = await self.world.user(place.tenant_id, line.by)
        conversation = self._named(customer, conversation_named(customer, place))
        match line.do:
            case "close":
                lifecycle.close(customer, conversation, line.at, by)
            case "reopen":
                if not conversation.live and customer.live_at(conversation.location_id) is not None:
                    raise ValueError(f"another conversation with {line.contact} is open there")
                lifecycle.reopen(customer, conversation, line.at, by)
            case "block":
                lifecycle.block(customer, line.at, by)
            case "unblock":
                lifecycle.unblock(customer, line.at, by)
            case "opt_out" | "opt_in":
                state = ConsentState.OPTED_OUT if line.do == "opt_out" else ConsentState.OPTED_IN
                change_consent(customer, state, ConsentMethod.MANUAL, line.at, conversation, by=by)
        self._tell(customer)

    async def _edit(self, line: AssignLine | TagActLine | NoteLine) -> None:
        place = await self.world.place(line.location)
        customer = self.desk.customer(place.tenant_id, line.contact)
        by = await self.world.user(place.tenant_id, line.by)
        conversation = self._named(customer, conversation_named(customer, place))
        match line:
            case AssignLine():
                agent = await self.world.user(place.tenant_id, line.agent)
                lifecycle.assign(customer, conversation, agent, line.at, by)
            case TagActLine():
                tag_id = await self.world.tag(place.tenant_id, line.tag)
                change = lifecycle.tag if line.do == "tag_on" else lifecycle.untag
                change(customer, conversation, tag_id, line.at, by)
            case NoteLine():
                lifecycle.add_note(customer, conversation, line.body, line.at, by)
        self._tell(customer)
