"""What people text which shop about, and where that is passed on to."""

from collections.abc import Callable
from random import Random

from localmessages.demo.dialogues import Destination, Dialogue, dialogues
from localmessages.demo.places import HEAD_OFFICE, SHOP_BY_ID, SHOPS, Shop
from localmessages.rules.location import LocationKind

_RARE = {"stop", "no more texts", "prize spam"}


def pick(rng: Random, shop: Shop, fits: Callable[[Dialogue], bool] = lambda _: True) -> Dialogue:
    """What somebody texts a shop about: one that `fits`, and is not passed on to where it is."""
    choice = [each for each in dialogues() if fits(each) and (each.to is None or destinations(shop, each.to))]
    return rng.choices(choice, [_weight(each) for each in choice])[0]


def topic(name: str) -> Dialogue:
    """The dialogue about that."""
    return next(each for each in dialogues() if each.topic == name)


def destinations(shop: Shop, to: Destination | None) -> list[Shop]:
    """Where a dialogue may be passed on to from a shop: a store near it, or the head office."""
    if shop.kind is LocationKind.HEAD_OFFICE or to is None:
        return []
    if to is Destination.HEAD_OFFICE:
        return [SHOP_BY_ID[HEAD_OFFICE]]
    stores = [other for other in SHOPS if other.kind is LocationKind.STORE and other is not shop]
    return [store for store in stores if store.holidays == shop.holidays]


def _weight(dialogue: Dialogue) -> float:
    if dialogue.topic in _RARE:
        return 0.3
    return 0.6 if dialogue.to is not None else 1
