"""What the filter of people means."""

from __future__ import annotations

from collections.abc import Callable

from graph.ids import expect_ids
from graph.loaders.catalogue_nodes import CatalogueNodes
from graph.types.user import UserFilter
from localmessages.reports.search import contains
from localmessages.rules.access import UserStatus
from models.catalogue import Grant, Person

HERE = (UserStatus.INVITED, UserStatus.ACTIVE)


def is_wanted(given: UserFilter, nodes: CatalogueNodes) -> Callable[[Person], bool]:
    """Whether a person is asked for. Who left is only if it is said; a hidden address is not searched."""
    statuses = HERE if given.statuses is None else given.statuses
    places = None if given.location_ids is None else expect_ids("Location", given.location_ids)
    accounts = nodes.catalogue.accounts

    def covers_one(person: Person) -> bool:
        held = {grant.account_id or grant.location_id for grant in person.memberships}
        return any(
            not held.isdisjoint({place.id, *accounts[place.account_id].path})
            for place in map(nodes.catalogue.places.__getitem__, filter(nodes.viewer.sees, places or ()))
        )

    def is_seen(grant: Grant) -> bool:
        if grant.location_id is not None:
            return nodes.viewer.sees(grant.location_id)
        return grant.account_id in nodes.seen_accounts

    def decide(person: Person) -> bool:
        shown = (person.name, person.email) if nodes.manages(person) else (person.name,)
        return (
            person.status in statuses
            and (given.search is None or contains(given.search, *shown))
            and (places is None or covers_one(person))
            and (
                given.roles is None
                or any(grant.role in given.roles and is_seen(grant) for grant in person.memberships)
            )
        )

    return decide
