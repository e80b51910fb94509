"""Reads of locations: out of the catalogue, but for what waits in their inboxes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from strawberry import Info

from graph.ids import expect_id
from graph.loaders.hours_nodes import business_hours
from graph.loaders.reads import Reads, shown, too_many
from graph.types.campaign import Campaign
from graph.types.hours import BusinessHours
from graph.types.location import InboxCounts, Location, LocationConnection, LocationFilter, LocationOrder
from graph.types.place import Place
from graph.types.viewer import Viewer
from localmessages.reports.counts import Counts, inbox_counts
from localmessages.reports.keyset import Page
from localmessages.reports.listing import Listing
from localmessages.reports.search import contains
from localmessages.rules import place as rules
from localmessages.rules.access import Role
from localmessages.rules.hours import is_open, next_opening
from localmessages.rules.ordering import LocationOrderField, OrderDirection
from models.catalogue import Catalogue

MOST_EXTERNAL_IDS = 500
OPENS_WITHIN = timedelta(days=30)
NO_COUNTS = Counts()


class LocationReads(Reads):
    """The locations whose inboxes the viewer may read."""

    async def query_location(self, *, id: str, info: Info) -> Location | None:
        """One by its id."""
        return (await self.nodes()).location(expect_id("Location", id))

    async def query_locations(
        self, *, filter: LocationFilter | None, order_by: LocationOrder, page: Page, info: Info
    ) -> LocationConnection:
        """A page of them."""
        nodes = await self.nodes()
        catalogue = nodes.catalogue
        places = [catalogue.places[key] for key in nodes.viewer.location_ids if key in catalogue.places]
        found = [place for place in places if _matches(place, filter or LocationFilter(), catalogue)]
        counts: Mapping[UUID, Counts] = {}
        if order_by.field is not LocationOrderField.NAME:
            keys = [place.id for place in found]
            counts = dict(zip(keys, await self.counts(keys), strict=True))
        listing = _listing(order_by, counts)
        return LocationConnection.of(
            shown(listing.page(found, page), lambda place: nodes.location(place.id)),
            lambda node: listing.cursor(catalogue.places[node.key]),
            total_count=len(found),
        )

    async def counts(self, keys: Sequence[UUID]) -> list[Counts]:
        """What waits in each inbox."""
        return [found or NO_COUNTS for found in await self.all_batched(self._counts, keys)]

    async def _counts(self, keys: list[UUID]) -> dict[UUID, Counts]:
        viewer = (await self.nodes()).viewer
        async with self.connection() as connection:
            return await inbox_counts(connection, viewer, keys)

    async def location_inbox(self, location: Location, *, info: Info) -> InboxCounts:
        """What waits there."""
        return _inbox(await self.counts([location.key]))

    async def viewer_inbox(self, viewer: Viewer, *, info: Info) -> InboxCounts:
        """What waits in all inboxes."""
        return _inbox(await self.counts((await self.nodes()).viewer.location_ids))

    async def location_hours(self, location: Location, *, info: Info) -> BusinessHours:
        """The hours in force now."""
        return business_hours(await self._place(location), self.now)

    async def location_open_now(self, location: Location, *, info: Info) -> bool:
        """Whether it is open."""
        return is_open(self.now, (await self._place(location)).hours)

    async def location_opens_at(self, location: Location, *, info: Info) -> datetime | None:
        """When it opens next, within 30 days."""
        opens = next_opening(self.now, (await self._place(location)).hours)
        return opens if opens is not None and opens - self.now <= OPENS_WITHIN else None

    async def location_viewer_role(self, location: Location, *, info: Info) -> Role:
        """The viewer's highest role there."""
        return (await self.nodes()).viewer.location_roles[location.key]

    async def place_location(self, place: Place, *, info: Info) -> Location | None:
        """What is behind the outside."""
        return (await self.nodes()).location(place.key)

    async def campaign_locations(self, campaign: Campaign, *, info: Info) -> list[Location]:
        """Those that it sends from, as far as the viewer sees them, by name."""
        nodes = await self.nodes()
        found = map(nodes.location, nodes.catalogue.campaigns[campaign.key].location_ids)
        return sorted((node for node in found if node is not None), key=lambda node: node.name.casefold())

    async def _place(self, location: Location) -> rules.Place:
        return (await self.nodes()).catalogue.places[location.key]


def _inbox(counts: Sequence[Counts]) -> InboxCounts:
    totals = [sum(column) for column in zip(NO_COUNTS, *counts, strict=True)]
    return InboxCounts(**dict(zip(Counts._fields, totals, strict=True)))


def _matches(place: rules.Place, given: LocationFilter, catalogue: Catalogue) -> bool:
    if given.external_ids is not None and len(given.external_ids) > MOST_EXTERNAL_IDS:
        raise too_many("externalIds", len(given.external_ids), MOST_EXTERNAL_IDS)
    numbers = [number.number for number in place.numbers]
    return (
        (given.active is None or place.active == given.active)
        and (given.kind is None or place.kind is given.kind)
        and (given.external_ids is None or place.external_id in given.external_ids)
        and (given.account_id is None or _is_below(place, expect_id("Account", given.account_id), catalogue))
        and (given.search is None or contains(given.search, place.name, *numbers))
    )


def _is_below(place: rules.Place, account_id: UUID, catalogue: Catalogue) -> bool:
    return account_id in catalogue.accounts[place.account_id].path


def _listing(order: LocationOrder, counts: Mapping[UUID, Counts]) -> Listing[rules.Place]:
    """By name; of equal counts the names come A first, whichever way the counts go."""
    kind, descending = f"locations {order.field} {order.direction}", order.direction is OrderDirection.DESC
    if order.field is LocationOrderField.NAME:
        return Listing(kind, ("text", "uuid"), lambda place: (place.name.casefold(), place.id), descending)

    def key(place: rules.Place) -> tuple[Any, ...]:
        waiting = getattr(counts.get(place.id, NO_COUNTS), order.field.value.lower())
        return (-waiting if descending else waiting, place.name.casefold(), place.id)

    return Listing(kind, ("int", "text", "uuid"), key)
