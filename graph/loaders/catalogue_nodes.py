"""People, tags and campaigns of the API, out of the catalogue in memory."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from operator import attrgetter
from uuid import UUID

from graph.loaders.place_nodes import PlaceNodes, node_id
from graph.types.campaign import Campaign
from graph.types.from_row import Source, made_from
from graph.types.tag import Tag
from graph.types.user import Membership, User
from localmessages.rules.access import ApiScope, Role, Viewer
from localmessages.rules.campaigns import CampaignStatus
from models.catalogue import Catalogue, Grant, Person


class CatalogueNodes(PlaceNodes):
    """What a viewer sees of everything that the catalogue holds."""

    def __init__(self, viewer: Viewer, catalogue: Catalogue, public_url: str) -> None:
        super().__init__(viewer, catalogue, public_url)
        self._tags: dict[UUID, Tag] = {}
        self._users: dict[UUID, User] = {}

    def user(self, key: UUID | None) -> User | None:
        """A person: name and status for everyone, the rest for who manages them, and for themselves."""
        if key is None or (person := self.catalogue.people.get(key)) is None:
            return None
        if (node := self._users.get(key)) is None:
            node = self._users[key] = User.of_row(self, person)
        return node

    def known(self, person: Person) -> bool:
        """Whether the viewer may know more of a person than their name and status."""
        return not self.viewer.is_any and self.manages(person)

    def manages(self, person: Person) -> bool:
        """Whether the viewer is that person, or a manager where one of the person's roles holds."""
        if person.id == self.viewer.user_id:
            return True
        if not self.viewer.has_scope(ApiScope.PEOPLE):
            return False
        if not person.memberships:
            return self.viewer.may_on_account(Role.MANAGER, self.viewer.tenant_id)
        return any(
            self.viewer.may_on_account(Role.MANAGER, held.account_id)
            if held.account_id is not None
            else held.location_id is not None and self.viewer.may(Role.MANAGER, held.location_id)
            for held in person.memberships
        )

    def memberships(self, grants: Iterable[Grant]) -> list[Membership]:
        """Roles, as far as the viewer may see the places."""
        found = [
            Membership(
                role=held.role,
                account=self.seen_account(held.account_id),
                location=self.location(held.location_id),
            )
            for held in grants
        ]
        return [membership for membership in found if membership.account or membership.location]

    def tag(self, key: UUID | None) -> Tag | None:
        """A tag; None when it was deleted."""
        if key is None or (entry := self.catalogue.tags.get(key)) is None:
            return None
        if (node := self._tags.get(key)) is None:
            node = self._tags[key] = Tag.of_row(self, entry)
        return node

    def tags(self, keys: Iterable[UUID]) -> list[Tag]:
        """Tags by name, without deleted ones."""
        found = [tag for key in keys if (tag := self.tag(key)) is not None]
        return sorted(found, key=lambda tag: (tag.name.casefold(), tag.key)) if len(found) > 1 else found

    def campaign(self, key: UUID | None) -> Campaign | None:
        """A campaign of the tree, whether or not the viewer may look into it."""
        if key is None or (entry := self.catalogue.campaigns.get(key)) is None:
            return None
        return Campaign.of_row(self, entry)

    def seen_campaign(self, key: UUID) -> Campaign | None:
        """A campaign of an account in which, or below which, the viewer sees one; None if it is hidden."""
        return self.campaign(key) if self.sees_campaign(key) else None

    def sees_campaign(self, key: UUID) -> bool:
        """Whether the viewer may look into a campaign."""
        entry = self.catalogue.campaigns.get(key)
        return entry is not None and entry.account_id in self._accounts_above_viewer

    @cached_property
    def _accounts_above_viewer(self) -> frozenset[UUID]:
        accounts = self.catalogue.accounts
        return frozenset(above for key in self.seen_accounts for above in accounts[key].path)


def _for_who_manages(attribute: str) -> Source:
    """What is shown to the person, and to who manages them."""
    read = attrgetter(attribute)
    return lambda nodes, person: nodes.own(read(person) if nodes.known(person) else None)


made_from(
    User,
    key="id",
    id=lambda _, person: node_id("User", person.id),
    external_id="external_id",
    name="name",
    status="status",
    email=_for_who_manages("email"),
    time_zone=_for_who_manages("time_zone"),
    locale=_for_who_manages("locale"),
    created_at="created_at",
)
made_from(
    Tag,
    key="id",
    id=lambda _, tag: node_id("Tag", tag.id),
    external_id="external_id",
    name="name",
    color="color",
)
made_from(
    Campaign,
    key="id",
    id=lambda _, campaign: node_id("Campaign", campaign.id),
    external_id="external_id",
    name="name",
    status=lambda _, campaign: CampaignStatus(campaign.status),
    body="body",
    link="link",
    scheduled_at="scheduled_at",
    messages_per_minute="messages_per_minute",
    by=lambda nodes, campaign: nodes.user(campaign.by_user_id),
    created_at="created_at",
    launched_at="launched_at",
    finished_at="finished_at",
)
