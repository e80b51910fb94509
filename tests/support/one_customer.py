"""One customer in memory, three places, and a clock: what the rules are shown with."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from localmessages.rules import lifecycle
from localmessages.rules.account import Settings
from localmessages.rules.customer import Customer
from localmessages.rules.delivery import MessageOrigin
from localmessages.rules.hours import Hours, HoursVersion
from localmessages.rules.location import LocationKind, OldNumberReplies
from localmessages.rules.place import Number, Place
from localmessages.rules.records import Contact, Conversation, Message, Transfer, Wait
from localmessages.rules.texting import InboundText, OutboundText, receive, send
from localmessages.rules.transfer import check_transfer, move
from localmessages.rules.undo import check_undo, undo
from localmessages.rules.waits import WaitKind

MORNING = datetime(2026, 9, 14, 14, 0, tzinfo=UTC)
CUSTOMER = "+19175550123"
TENANT, AGENT, CAMPAIGN = uuid4(), uuid4(), uuid4()
NINE_TO_FIVE = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), (("09:00", "17:00"),))


def place(name: str, number: str, settings: Settings, zone: str) -> Place:
    """A store that is open from nine to five on weekdays."""
    return Place(
        id=uuid4(),
        tenant_id=TENANT,
        account_id=TENANT,
        scope_id=1,
        external_id=None,
        name=name,
        kind=LocationKind.STORE,
        active=True,
        hours=Hours(zone, (HoursVersion(MORNING - timedelta(days=900), NINE_TO_FIVE, {}),)),
        numbers=(Number(number),),
        settings=settings,
        business="Acme",
        auto_reply_in_hours=None,
        auto_reply_out_of_hours=None,
        link_domain=None,
        created_at=MORNING - timedelta(days=900),
    )


@dataclass
class Scene:
    """What happens to the customer, one step a call. Everything that ever was stays in `legs`."""

    settings: Settings = field(default_factory=Settings)
    now: datetime = MORNING

    def __post_init__(self) -> None:
        self.a = place("A", "+12125550100", self.settings, "America/New_York")
        self.b = place("B", "+13125550100", self.settings, "America/Chicago")
        self.c = place("C", "+14155550100", self.settings, "America/Los_Angeles")
        places = {each.id: each for each in (self.a, self.b, self.c)}
        contact = Contact(tenant_id=TENANT, id=uuid4(), phone=CUSTOMER, created_at=MORNING)
        self.customer = Customer(contact, places.__getitem__)
        self.sent_after: dict[UUID, int] = {}

    def passes(self, **length: float) -> datetime:
        self.now += timedelta(**length)
        return self.now

    def text(self, body: str = "Hello?", *, to: Place | None = None) -> Message:
        """The customer texts."""
        target = to or self.a
        self.now += timedelta(seconds=1)
        text = InboundText(None, CUSTOMER, target.number, body)
        if not self.customer.last_sent:
            self.customer.last_sent = dict.fromkeys(self.customer.conversations)
        for conversation_id in self.customer.conversations:
            self.customer.last_sent.setdefault(conversation_id, None)
        return receive(self.customer, target, text, self.now)

    def reply(self, talk: Conversation, origin: MessageOrigin = MessageOrigin.AGENT) -> Message:
        """Somebody answers; `origin` says who."""
        self.now += timedelta(seconds=1)
        number = self.customer.place_of(talk.location_id).number
        text = OutboundText(
            origin,
            "Yes",
            number,
            agent_id=AGENT if origin is MessageOrigin.AGENT else None,
            campaign_id=CAMPAIGN if origin is MessageOrigin.CAMPAIGN else None,
        )
        message = send(self.customer, talk, text, self.now)
        self.sent_after[talk.id] = message.version
        return message

    def close(self, talk: Conversation) -> None:
        self.now += timedelta(seconds=1)
        lifecycle.close(self.customer, talk, self.now, AGENT)

    def move(self, talk: Conversation, target: Place) -> Transfer:
        """A transfer that is allowed."""
        self.now += timedelta(seconds=1)
        check_transfer(talk, self.customer.place_of(talk.location_id), target)
        transfer = move(self.customer, talk, target, self.now, by=AGENT)
        # As the store does for legs that no rule has in hand.
        for ended, going_on in self.customer.joined_chains:
            for leg in self.legs:
                leg.chain_id = going_on if leg.chain_id == ended else leg.chain_id
        self.customer.joined_chains.clear()
        return transfer

    def undo(self, transfer: Transfer) -> None:
        """An undo that is allowed."""
        self.now += timedelta(seconds=1)
        talk = self.customer.conversations[transfer.conversation_id]
        sent = self.sent_after.get(talk.id, 0) > transfer.version
        check_undo(self.customer, transfer, talk, self.now, sent_since=sent)
        undo(self.customer, transfer, talk, {leg.id: leg for leg in self.legs}, self.now, by=AGENT)

    def talk_of(self, message: Message) -> Conversation:
        return self.customer.conversations[message.conversation_id]

    @property
    def legs(self) -> list[Wait]:
        """All legs of the customer's waits that stand."""
        return [wait for wait in self.customer.waits if wait.kind is WaitKind.INBOUND]


def start_new() -> Settings:
    """An account where the old number starts anew."""
    return Settings(old_number_replies=OldNumberReplies.START_NEW)
