"""One customer with everything that a rule about them looks at, and what the rules changed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from localmessages.rules.conversation import ConversationChangeKind, ConversationStatus
from localmessages.rules.keys import new_key
from localmessages.rules.live import EventKind
from localmessages.rules.place import Place
from localmessages.rules.records import (
    Contact,
    Conversation,
    ConversationChange,
    Entry,
    Message,
    Record,
    Transfer,
    Wait,
)
from localmessages.rules.waits import WaitKind

R = TypeVar("R", bound=Record)
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Happening:
    """An event to be: `place` says in which inbox."""

    kind: EventKind
    place: Place
    at: datetime
    conversation_id: UUID | None
    body: dict[str, Any]


@dataclass(slots=True)
class Customer:
    """A contact, all their conversations, open waits and standing transfers, as one transaction holds them.

    Rules change the records in place, `add` new ones, and say what happened; a store saves `added` and
    `touched` and appends `happenings`.
    """

    contact: Contact
    place_of: Callable[[UUID], Place]
    conversations: dict[UUID, Conversation] = field(default_factory=dict)
    waits: list[Wait] = field(default_factory=list)
    transfers: list[Transfer] = field(default_factory=list)
    # The last AGENT or CAMPAIGN text of a conversation: loaded only where a consent changes.
    last_sent: dict[UUID, Message | None] = field(default_factory=dict)
    added: list[Record] = field(default_factory=list)
    touched: dict[int, Record] = field(default_factory=dict)
    removed: list[Wait] = field(default_factory=list)
    # Chains that became one: (the chain that ends, the chain that goes on).
    joined_chains: list[tuple[UUID, UUID]] = field(default_factory=list)
    happenings: list[Happening] = field(default_factory=list)
    _new: set[int] = field(default_factory=set)

    def add(self, record: R) -> R:
        """Take a new record."""
        self.added.append(record)
        self._new.add(id(record))
        match record:
            case Conversation():
                self.conversations[record.id] = record
            case Wait():
                self.waits.append(record)
            case Transfer():
                self.transfers.append(record)
        return record

    def touch(self, record: Record) -> None:
        """Say that a record was changed."""
        if id(record) not in self._new:
            self.touched[id(record)] = record

    def remove_wait(self, wait: Wait) -> None:
        """Take a leg out as if it had never been."""
        self.waits.remove(wait)
        if id(wait) in self._new:
            self.added.remove(wait)
        else:
            self.removed.append(wait)

    def next_version(self, conversation: Conversation) -> int:
        """The conversation's version with one change more."""
        conversation.version += 1
        self.touch(conversation)
        return conversation.version

    def happened(
        self,
        kind: EventKind,
        conversation: Conversation,
        at: datetime,
        *,
        location_id: UUID | None = None,
        **body: Any,
    ) -> None:
        """Tell the inbox of `location_id`, or of the conversation's location."""
        place = self.place_of(location_id or conversation.location_id)
        self.happenings.append(Happening(kind, place, at, conversation.id, body))

    def tell_everywhere(self, at: datetime, *, told: Iterable[Conversation] = ()) -> None:
        """What inboxes show of the contact has changed: closed conversations show it too.

        Those of `told` hear of it otherwise.
        """
        others = self.conversations.keys() - {conversation.id for conversation in told}
        for conversation in self.conversations.values():
            if conversation.id in others:
                self.happened(EventKind.CONVERSATION_CHANGED, conversation, at)

    def entered(self, conversation: Conversation, entry: Entry) -> None:
        """Tell of a new entry of the timeline."""
        name = type(entry).__name__
        self.happened(EventKind.ENTRY_ADDED, conversation, entry.at, entry=[name, str(entry.id)])

    def note_change(
        self,
        conversation: Conversation,
        kind: ConversationChangeKind,
        at: datetime,
        by: UUID | None,
        **details: Any,
    ) -> ConversationChange:
        """Put a change into the timeline."""
        change = self.add(
            ConversationChange(
                tenant_id=conversation.tenant_id,
                id=new_key(at),
                conversation_id=conversation.id,
                at=at,
                kind=kind,
                by_user_id=by,
                version=self.next_version(conversation),
                **details,
            )
        )
        self.entered(conversation, change)
        return change

    def after(self, at: datetime) -> datetime:
        """`at`, or right after the last thing that happened here: clocks differ, and writers queue up.

        For live traffic: whoever waited for the lock must not answer before they were asked, and no two
        changes have the same instant, so that a timeline has one order.
        """
        instants = [talk.last_activity_at for talk in self.conversations.values()]
        instants += [talk.closed_at for talk in self.conversations.values() if talk.closed_at is not None]
        instants += [wait.started_at for wait in self.waits]
        return max([at, self.contact.created_at, *(instant + _INSTANT for instant in instants)])

    def live_at(self, location_id: UUID) -> Conversation | None:
        """The conversation that is open or snoozed there."""
        return next(
            (talk for talk in self.conversations.values() if talk.location_id == location_id and talk.live),
            None,
        )

    def open_wait(self, conversation: Conversation, kind: WaitKind = WaitKind.INBOUND) -> Wait | None:
        """The leg, or the run, that has not ended."""
        return next(
            (
                wait
                for wait in self.waits
                if wait.conversation_id == conversation.id and wait.kind is kind and wait.ended_at is None
            ),
            None,
        )

    def begin_conversation(
        self, place: Place, at: datetime, status: ConversationStatus = ConversationStatus.OPEN
    ) -> Conversation:
        """A conversation at a place where there was none to go on with."""
        conversation = self.add(
            Conversation(
                tenant_id=self.contact.tenant_id,
                id=new_key(at),
                location_id=place.id,
                contact_id=self.contact.id,
                created_at=at,
                last_activity_at=at,
                status=status,
                closed_at=at if status is ConversationStatus.CLOSED else None,
            )
        )
        self.last_sent[conversation.id] = None
        return conversation

    def saved(self) -> None:
        """Forget what was changed: it is in the database now."""
        self.added.clear()
        self.touched.clear()
        self.removed.clear()
        self.joined_chains.clear()
        self.happenings.clear()
        self._new.clear()
        self.waits = [wait for wait in self.waits if wait.ended_at is None]
