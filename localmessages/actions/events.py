"""From what a rule says has happened to the event that the log gets."""

from localmessages.rules.customer import Customer, Happening
from localmessages.services import Transaction
from subscriptions.events import NewEvent


def event_of(happening: Happening) -> NewEvent:
    """The event, in the lane of the inbox that it concerns."""
    place = happening.place
    return NewEvent(
        place.tenant_id,
        place.scope_id,
        happening.kind,
        happening.at,
        place.id,
        happening.conversation_id,
        happening.body,
    )


def emit_happenings(tx: Transaction, customer: Customer) -> None:
    """Hand the customer's news to the log."""
    for happening in customer.happenings:
        tx.emit(event_of(happening))
    customer.happenings.clear()
