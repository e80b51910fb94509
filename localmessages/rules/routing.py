"""Which conversation a text belongs to (messaging.md, "Conversations" and "Transfer")."""

from datetime import datetime, timedelta

from localmessages.rules.customer import Customer
from localmessages.rules.location import OldNumberReplies
from localmessages.rules.place import Place
from localmessages.rules.records import Conversation


def conversation_for_inbound(customer: Customer, place: Place, at: datetime) -> Conversation | None:
    """Where a text to a number of `place` goes; None for a new conversation there.

    However long one is open, it goes on; what was closed too long ago is over, also for a keyword.
    """
    if (talk := customer.live_at(place.id)) is not None:
        return talk
    last = latest_at(customer, place)
    if last is None:
        return None
    # One that moved on may be closed where it is now, while another is open there.
    if not last.live and (talk := customer.live_at(last.location_id)) is not None:
        return talk
    if last.live or _reopens(last, at, place.settings.reopen_within):
        return last
    return None


def conversation_for_outbound(customer: Customer, place: Place, at: datetime) -> Conversation | None:
    """Where a text from a number of `place` goes; None for a new conversation there."""
    if (talk := customer.live_at(place.id)) is not None:
        return talk
    closed = _last_closed_at(customer, place)
    return closed if closed is not None and _reopens(closed, at, place.settings.reopen_within) else None


def conversation_named(customer: Customer, place: Place) -> Conversation | None:
    """The one that a person at `place` means: open there, else the last one, followed where it went."""
    return customer.live_at(place.id) or latest_at(customer, place, follow=True)


def latest_at(customer: Customer, place: Place, *, follow: bool | None = None) -> Conversation | None:
    """The contact's latest conversation at a place; one that left is followed if the account says so."""
    if follow is None:
        follow = place.settings.old_number_replies is OldNumberReplies.FOLLOW
    closed = _last_closed_at(customer, place)
    moved = _last_moved_from(customer, place) if follow else None
    if closed is None or (moved is not None and moved[0] >= (closed.closed_at or closed.created_at)):
        return moved[1] if moved is not None else None
    return closed


def _last_closed_at(customer: Customer, place: Place) -> Conversation | None:
    closed = [
        talk
        for talk in customer.conversations.values()
        if talk.location_id == place.id and not talk.live and talk.merged_into_id is None
    ]
    return max(closed, key=lambda talk: (talk.closed_at, talk.id), default=None)


def _last_moved_from(customer: Customer, place: Place) -> tuple[datetime, Conversation] | None:
    moves = [
        move for move in customer.transfers if move.from_location_id == place.id and move.undone_at is None
    ]
    for move in sorted(moves, key=lambda move: (move.at, move.id), reverse=True):
        talk = customer.conversations[move.conversation_id]
        while talk.merged_into_id is not None:
            talk = customer.conversations[talk.merged_into_id]
        if talk.location_id != place.id:
            return move.at, talk
    return None


def _reopens(talk: Conversation, at: datetime, within: timedelta) -> bool:
    return talk.closed_at is not None and at - talk.closed_at < within
