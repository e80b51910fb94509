"""Playing the customer, where no real carrier is connected."""

from uuid import uuid4

from localmessages.actions.actor import Actor, IdempotencyKey, Made, once
from localmessages.actions.messages import receive_in
from localmessages.rules.access import Role
from localmessages.rules.refusal import NotFound, Refused, UserErrorCode
from localmessages.rules.texting import InboundText
from localmessages.rules.texts import BODY_LIMIT, check_text
from localmessages.services import Transaction


async def simulate_inbound(
    actor: Actor, from_number: str, to_number: str, body: str, *, key: IdempotencyKey | None = None
) -> Made:
    """A text arrives as if from a phone, with all that it sets off."""
    if not actor.services.simulator:
        raise Refused(
            UserErrorCode.SIMULATOR_ONLY,
            "Texts can be made up only with the simulated carrier.",
            remedy="Send a real text to the number.",
        )
    check_text(body, what="text", limit=BODY_LIMIT, field=["body"], may_be_empty=True)

    async def do(tx: Transaction) -> Made:
        place = actor.catalogue.place_by_number.get(to_number)
        if place is None:
            raise NotFound("number", field=["toNumber"])
        actor.needs(Role.AGENT, place.id, what="number", field="toNumber")
        text = InboundText(f"SIM{uuid4().hex}", from_number, to_number, body)
        message = await receive_in(tx, actor.services, text, actor.now)
        if message is None:
            raise NotFound("number", field=["toNumber"])
        return {"message": message.id}

    return await once(actor, key, do)
