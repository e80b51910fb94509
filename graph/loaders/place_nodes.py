"""Accounts, locations and places of the API, out of the catalogue in memory."""

from __future__ import annotations

from functools import cached_property
from typing import TypeVar, cast
from urllib.parse import urlsplit
from uuid import UUID

import strawberry

from graph.ids import global_id
from graph.scalars import PhoneNumber
from graph.types.account import Account
from graph.types.from_row import made_from
from graph.types.location import AutoReplies, Location, LocationNumber
from graph.types.place import Place
from localmessages.rules import place as rules
from localmessages.rules.access import Viewer, ViewerIsAny
from models.catalogue import Catalogue

T = TypeVar("T")


def node_id(type_name: str, key: UUID) -> strawberry.ID:
    """The global id of an object."""
    return strawberry.ID(global_id(type_name, key))


class Nobodys:
    """Stands where a viewer's own value would, in an execution for all who have the same rights."""

    def __str__(self) -> str:
        raise ViewerIsAny


class PlaceNodes:
    """What a viewer sees of accounts and locations. Each object is made once an operation."""

    def __init__(self, viewer: Viewer, catalogue: Catalogue, public_url: str) -> None:
        self.viewer = viewer
        self.catalogue = catalogue
        self.public_url = public_url
        self._accounts: dict[UUID, Account] = {}
        self._locations: dict[UUID, Location] = {}
        self._places: dict[UUID, Place] = {}

    def own(self, value: T) -> T:
        """A value that depends on who the viewer is; an error when read where that is not said."""
        return cast(T, Nobodys()) if self.viewer.is_any else value

    def account(self, key: UUID) -> Account:
        """An account of the tree, whether or not the viewer has a role on it."""
        if (node := self._accounts.get(key)) is None:
            entry = self.catalogue.accounts[key]
            node = self._accounts[key] = Account(
                key=key,
                id=node_id("Account", key),
                external_id=entry.external_id,
                name=entry.name,
                created_at=entry.created_at,
            )
        return node

    @cached_property
    def seen_accounts(self) -> frozenset[UUID]:
        """Those that a role of the viewer reaches, the owners of their locations, the top of the tree."""
        owners = {self.catalogue.places[key].account_id for key in self.viewer.location_roles}
        return frozenset({self.viewer.tenant_id, *self.viewer.account_roles, *owners})

    def seen_account(self, key: UUID | None) -> Account | None:
        """An account, unless it is hidden."""
        return self.account(key) if key is not None and key in self.seen_accounts else None

    def location(self, key: UUID | None) -> Location | None:
        """A location, unless it is hidden."""
        if key is None or not self.viewer.sees(key):
            return None
        if (node := self._locations.get(key)) is None:
            node = self._locations[key] = Location.of_row(self, self.catalogue.places[key])
        return node

    def place(self, key: UUID) -> Place:
        """The outside of a location, which everyone in the tree may see."""
        if (node := self._places.get(key)) is None:
            node = self._places[key] = Place.of_row(self, self.catalogue.places[key])
        return node

    def seen_place(self, key: UUID) -> Place | None:
        """The outside of a location, if it is one of the tree."""
        return self.place(key) if key in self.catalogue.places else None


made_from(
    Location,
    key="id",
    id=lambda _, place: node_id("Location", place.id),
    external_id="external_id",
    account=lambda nodes, place: nodes.account(place.account_id),
    name="name",
    kind="kind",
    active="active",
    time_zone="zone",
    number="number",
    numbers=lambda _, place: [_number(each, place) for each in place.numbers],
    auto_replies=lambda _, place: AutoReplies(
        in_hours=place.auto_reply_in_hours, out_of_hours=place.auto_reply_out_of_hours
    ),
    link_domain=lambda nodes, place: place.link_domain or urlsplit(nodes.public_url).netloc,
    created_at="created_at",
)
made_from(
    Place,
    key="id",
    id=lambda _, place: node_id("Place", place.id),
    name="name",
    kind="kind",
    number="number",
)


def _number(number: rules.Number, place: rules.Place) -> LocationNumber:
    return LocationNumber(
        number=PhoneNumber(number.number),
        primary=number is place.numbers[0],
        messages_per_second=number.messages_per_second,
    )
