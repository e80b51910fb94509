"""Whatever happens to a customer, in whatever order: what must always hold does."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict
from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from localmessages.rules import lifecycle
from localmessages.rules.account import Settings
from localmessages.rules.conversation import ConversationStatus
from localmessages.rules.delivery import MessageOrigin
from localmessages.rules.location import OldNumberReplies
from localmessages.rules.place import Place
from localmessages.rules.records import (
    ConsentChange,
    Conversation,
    ConversationChange,
    Message,
    Note,
    Transfer,
    Wait,
)
from localmessages.rules.refusal import Refused
from tests.support.one_customer import AGENT, Scene

BODIES = st.sampled_from(["Hello?", "And now?", "Are you there?", "Thanks", "STOP", "START"])
ORIGINS = st.sampled_from([MessageOrigin.AGENT, MessageOrigin.CAMPAIGN, MessageOrigin.AUTO])
PICK = st.integers(0, 1000)


class CustomerLife(RuleBasedStateMachine):
    """Texts, people and time, at random."""

    def __init__(self) -> None:
        super().__init__()
        self.moves: list[Transfer] = []
        self.versions: dict[UUID, int] = {}

    @initialize(days=st.sampled_from([0, 1]), old=st.sampled_from(OldNumberReplies))
    def an_account_decides(self, days: int, old: OldNumberReplies) -> None:
        self.scene = Scene(Settings(reopen_within_days=days, old_number_replies=old))

    # ------------------------------------------------------------------------------------ what happens

    @rule(which=PICK, body=BODIES)
    def the_customer_texts(self, which: int, body: str) -> None:
        self.scene.text(body, to=self._place(which))

    @precondition(lambda self: self._live())
    @rule(which=PICK, origin=ORIGINS)
    def something_is_sent(self, which: int, origin: MessageOrigin) -> None:
        if self.scene.customer.contact.opted_out_at is None:
            self.scene.reply(self._one(self._live(), which), origin)

    @precondition(lambda self: self._live())
    @rule(which=PICK)
    def somebody_closes(self, which: int) -> None:
        self.scene.close(self._one(self._live(), which))

    @precondition(lambda self: self._live())
    @rule(which=PICK, hours=st.integers(1, 50))
    def somebody_snoozes(self, which: int, hours: int) -> None:
        until = self.scene.now + timedelta(hours=hours)
        lifecycle.snooze(self.scene.customer, self._one(self._live(), which), until, self.scene.now, AGENT)

    @precondition(lambda self: self._reopenable())
    @rule(which=PICK)
    def somebody_reopens(self, which: int) -> None:
        talk = self._one(self._reopenable(), which)
        lifecycle.reopen(self.scene.customer, talk, self.scene.passes(seconds=1), AGENT)

    @precondition(lambda self: self._live())
    @rule(which=PICK, to=PICK)
    def it_is_transferred(self, which: int, to: int) -> None:
        talk = self._one(self._live(), which)
        if talk.location_id != self._place(to).id:
            self.moves.append(self.scene.move(talk, self._place(to)))

    @precondition(lambda self: self.moves)
    @rule(which=PICK)
    def a_transfer_is_undone(self, which: int) -> None:
        with suppress(Refused):
            self.scene.undo(self._one(self.moves[-3:], which))

    @precondition(lambda self: self._live())
    @rule(which=PICK, to=PICK)
    def a_transfer_is_undone_at_once(self, which: int, to: int) -> None:
        talk = self._one(self._live(), which)
        if talk.location_id == self._place(to).id:
            return
        before = self._standing()
        self.scene.undo(self.scene.move(talk, self._place(to)))
        assert self._standing() == before

    @rule(what=st.sampled_from(["block", "unblock", "a day", "a night"]))
    def something_rarer_happens(self, what: str) -> None:
        at = self.scene.passes(hours={"a day": 25, "a night": 12}.get(what, 0), seconds=1)
        if what == "block":
            lifecycle.block(self.scene.customer, at, AGENT)
        elif what == "unblock":
            lifecycle.unblock(self.scene.customer, at, AGENT)

    # --------------------------------------------------------------------------------- what always holds

    @invariant()
    def one_conversation_at_most_is_live_at_a_place(self) -> None:
        places = [talk.location_id for talk in self._live()]
        assert len(places) == len(set(places))

    @invariant()
    def one_leg_at_most_is_open_in_a_conversation(self) -> None:
        waiting = [leg.conversation_id for leg in self._open_legs()]
        assert len(waiting) == len(set(waiting))

    @invariant()
    def who_waits_is_shown_since_the_chain_began(self) -> None:
        since = {
            leg.conversation_id: min(each.started_at for each in self._chain(leg))
            for leg in self._open_legs()
        }
        talks = self.scene.customer.conversations.values()
        assert {talk.id: talk.waiting_since for talk in talks if talk.waiting_since} == since
        assert all(self.scene.customer.conversations[talk_id].live for talk_id in since)

    @invariant()
    def a_leg_is_where_its_conversation_is_until_it_ends(self) -> None:
        for leg in self._open_legs():
            assert leg.location_id == self.scene.customer.conversations[leg.conversation_id].location_id

    @invariant()
    def the_legs_of_a_chain_leave_no_gap(self) -> None:
        for first in self.scene.legs:
            legs = sorted(self._chain(first), key=lambda leg: leg.started_at)
            reached = legs[0].started_at
            for leg in legs:
                assert leg.started_at <= reached
                assert leg.ended_at is None or leg.ended_at >= leg.started_at
                reached = max(reached, leg.ended_at or self.scene.now)
            assert sum(leg.ended_at is None for leg in legs) <= 1

    @invariant()
    def what_is_merged_is_closed_and_leads_to_what_is_not(self) -> None:
        talks = self.scene.customer.conversations
        for talk in talks.values():
            if talk.merged_into_id is not None:
                assert talk.status is ConversationStatus.CLOSED
            steps = 0
            while talk.merged_into_id is not None:
                talk, steps = talks[talk.merged_into_id], steps + 1  # noqa: PLW2901
                assert steps <= len(talks)

    @invariant()
    def who_is_blocked_has_nothing_live(self) -> None:
        if self.scene.customer.contact.blocked_at is not None:
            assert not self._live()

    @invariant()
    def versions_rise(self) -> None:
        for talk in self.scene.customer.conversations.values():
            assert talk.version >= self.versions.get(talk.id, 0)
            self.versions[talk.id] = talk.version
        entries = [
            (record.conversation_id, record.version)
            for record in self.scene.customer.added
            if isinstance(record, Message | Note | ConversationChange | ConsentChange | Transfer)
            if record.conversation_id is not None
        ]
        assert len(entries) == len(set(entries))

    # -------------------------------------------------------------------------------------------- looks

    def _place(self, which: int) -> Place:
        return (self.scene.a, self.scene.b, self.scene.c)[which % 3]

    @staticmethod
    def _one(of: list[Any], which: int) -> Any:
        return of[which % len(of)]

    def _live(self) -> list[Conversation]:
        return [talk for talk in self.scene.customer.conversations.values() if talk.live]

    def _reopenable(self) -> list[Conversation]:
        customer = self.scene.customer
        return [
            talk
            for talk in customer.conversations.values()
            if not talk.live
            and talk.merged_into_id is None
            and customer.contact.blocked_at is None
            and customer.live_at(talk.location_id) is None
        ]

    def _open_legs(self) -> list[Wait]:
        return [leg for leg in self.scene.legs if leg.ended_at is None]

    def _chain(self, of: Wait) -> list[Wait]:
        return [leg for leg in self.scene.legs if leg.chain_id == of.chain_id]

    def _standing(self) -> tuple[list[Any], list[Any]]:
        """Conversations but for what rises, and legs: what an undo puts back. A merged one wakes."""
        rises = {"version", "last_activity_at", "snoozed_until"}
        talks = [
            {name: value for name, value in asdict(talk).items() if name not in rises} | {"status": talk.live}
            for talk in self.scene.customer.conversations.values()
        ]
        return talks, sorted((asdict(leg) for leg in self.scene.legs), key=lambda leg: str(leg["id"]))


CustomerLife.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestCustomerLife = CustomerLife.TestCase
