"""Takes the turns of talks: customers text through the carrier's door, colleagues work in their inboxes."""

from enum import Enum, auto
from random import Random
from uuid import UUID, uuid4

from localmessages.actions.actor import Actor
from localmessages.actions.conversations import (
    add_note,
    assign_conversation,
    close_conversation,
)
from localmessages.actions.messages import receive_message, send_message
from localmessages.actions.payment_requests import Asked, ask_for_payment
from localmessages.actions.tagging import tag_conversation
from localmessages.actions.transfers import TransferRequest, transfer_conversation
from localmessages.demo.clockwork import open_at
from localmessages.demo.colleagues import Colleagues, is_colleague
from localmessages.demo.dialogues import Step
from localmessages.demo.payers import pay
from localmessages.demo.places import SHOP_BY_ID, Shop
from localmessages.demo.talk import State, Talk, state_of
from localmessages.demo.topics import destinations
from localmessages.rules.conversation import ConversationStatus
from localmessages.rules.texting import InboundText
from localmessages.services import Services
from models.catalogue import Catalogue


class Outcome(Enum):
    """How a talk goes on after a turn."""

    NEXT = auto()
    LATER = auto()
    END = auto()


class Stage:
    """Where talks are held."""

    def __init__(self, services: Services, tenant_id: UUID, rng: Random) -> None:
        self._services, self._tenant_id, self._rng = services, tenant_id, rng
        self.colleagues = Colleagues(services, tenant_id, rng)

    async def take_turn(self, talk: Talk) -> Outcome:
        """Take the next turn, if it can be taken now."""
        outcome = Outcome.NEXT
        if talk.turn.step is Step.CUSTOMER:
            await self._text_in(talk)
        else:
            outcome = await self._work(talk)
        if outcome is Outcome.NEXT:
            talk.position += 1
        if talk.over:
            await self._finish(talk)
            return Outcome.END
        return outcome

    async def _text_in(self, talk: Talk) -> None:
        if talk.invoice is not None and talk.dialogue.paid:
            await pay(self._services, self._tenant_id, talk.invoice, self._rng)
        text = InboundText(f"demo-{uuid4().hex}", talk.phone, talk.shop.number, talk.words(agent=None))
        message = await receive_message(self._services, text, self._services.clock())
        assert message is not None
        talk.conversation_id, talk.asked = message.conversation_id, message.eligible

    async def _work(self, talk: Talk) -> Outcome:
        state = await self._state(talk)
        catalogue = await self.colleagues.catalogue()
        talk.shop = shop_at(catalogue, state.location_id)
        if state.status is not ConversationStatus.OPEN:
            return Outcome.END
        if talk.asked and state.waiting_since is None:
            # Somebody who is signed in was quicker.
            talk.asked, talk.joined = False, True
            return Outcome.NEXT
        if self._is_somebody_elses(catalogue, state):
            talk.patience -= 1
            return Outcome.LATER if talk.patience else Outcome.END
        actor = await self.colleagues.at(state.location_id, same=talk.agent_id)
        if actor is None or not open_at(talk.shop, actor.now):
            return Outcome.END
        return await self._act(talk, actor)

    async def _state(self, talk: Talk) -> State:
        assert talk.conversation_id is not None
        async with self._services.database.connection() as connection:
            return await state_of(connection, self._tenant_id, talk.conversation_id)

    @staticmethod
    def _is_somebody_elses(catalogue: Catalogue, state: State) -> bool:
        """Whether it is assigned to a person who does not answer by themselves."""
        return state.assignee_id is not None and not is_colleague(catalogue.people[state.assignee_id])

    async def _act(self, talk: Talk, actor: Actor) -> Outcome:
        assert talk.conversation_id is not None
        assert actor.user_id is not None
        words = talk.words(agent=actor.catalogue.people[actor.user_id].name.split()[0])
        match talk.turn.step:
            case Step.AGENT:
                await send_message(actor, talk.conversation_id, words)
                if talk.agent_id is None:
                    await self._sort(talk, actor)
                talk.agent_id, talk.asked = actor.user_id, False
            case Step.INVOICE:
                talk.invoice = await self._bill(talk, actor, words)
                talk.agent_id, talk.asked = actor.user_id, False
            case Step.NOTE:
                await add_note(actor, talk.conversation_id, words)
            case Step.TRANSFER:
                target = self._destination(talk, actor)
                if target is None:
                    return Outcome.END
                await transfer_conversation(actor, talk.conversation_id, TransferRequest(target, words))
            case other:
                raise AssertionError(f"{other} is of the past alone")
        return Outcome.NEXT

    async def _bill(self, talk: Talk, actor: Actor, words: str) -> str:
        assert talk.conversation_id is not None
        assert talk.dialogue.amount is not None
        invoice = f"HV-{uuid4().hex[:8].upper()}"
        asked = Asked(invoice, talk.dialogue.amount, talk.shop.currency, body=words)
        await ask_for_payment(actor, talk.conversation_id, asked)
        return invoice

    async def _sort(self, talk: Talk, actor: Actor) -> None:
        """What the first who answers does beside: take it, and say what it is about."""
        assert talk.conversation_id is not None
        if self._rng.random() < 0.35:
            await assign_conversation(actor, talk.conversation_id, actor.user_id)
        tags = [tag.id for tag in actor.catalogue.tags.values() if tag.external_id == talk.dialogue.tag]
        if tags and self._rng.random() < 0.8:
            await tag_conversation(actor, talk.conversation_id, tags)

    def _destination(self, talk: Talk, actor: Actor) -> UUID | None:
        open_ones = [
            shop.id for shop in destinations(talk.shop, talk.dialogue.to) if open_at(shop, actor.now)
        ]
        places = [place.id for place in actor.catalogue.places.values() if place.external_id in open_ones]
        return self._rng.choice(places) if places else None

    async def _finish(self, talk: Talk) -> None:
        """Mostly, who answered closes it in the end; not where somebody who is signed in is at it."""
        if talk.joined or talk.agent_id is None or self._rng.random() > 0.75:
            return
        state = await self._state(talk)
        actor = await self.colleagues.at(state.location_id, same=talk.agent_id)
        if actor is not None and state.status is ConversationStatus.OPEN:
            assert talk.conversation_id is not None
            await close_conversation(actor, talk.conversation_id)


def shop_at(catalogue: Catalogue, location_id: UUID) -> Shop:
    """The shop that a location of the company is."""
    return SHOP_BY_ID[str(catalogue.places[location_id].external_id)]
