"""Reads of accounts, people, tags and campaigns: all out of the catalogue."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from strawberry import Info

from graph.ids import expect_id, expect_ids
from graph.loaders.catalogue_nodes import CatalogueNodes
from graph.loaders.people_filter import is_wanted
from graph.loaders.reads import Reads, shown
from graph.scalars import TimeOfDay
from graph.types.account import Account, AccountConnection, AccountFilter, AccountSettings
from graph.types.campaign import Campaign, CampaignConnection, CampaignFilter
from graph.types.hours import OpenInterval
from graph.types.location import Location
from graph.types.tag import TagConnection
from graph.types.user import Membership, User, UserConnection, UserFilter
from localmessages.reports.keyset import Page
from localmessages.reports.listing import Listing
from localmessages.reports.search import contains
from localmessages.reports.sessions import last_seen
from localmessages.rules.access import ApiScope, Role
from models.catalogue import AccountEntry, CampaignEntry, Person, TagEntry

BY_NAME = ("text", "uuid")
ACCOUNTS = Listing[AccountEntry]("accounts", BY_NAME, lambda entry: (entry.name.casefold(), entry.id))
PEOPLE = Listing[Person]("users", BY_NAME, lambda entry: (entry.name.casefold(), entry.id))
TAGS = Listing[TagEntry]("tags", BY_NAME, lambda entry: (entry.name.casefold(), entry.id))
CAMPAIGNS = Listing[CampaignEntry](
    "campaigns", ("timestamptz", "uuid"), lambda entry: (entry.created_at, entry.id), descending=True
)


class DirectoryReads(Reads):
    """Small lists, read often."""

    async def query_accounts(
        self, *, filter: AccountFilter | None, page: Page, info: Info
    ) -> AccountConnection:
        """Accounts, by name."""
        nodes = await self.nodes()
        given = filter or AccountFilter()
        parent = None if given.parent_id is None else expect_id("Account", given.parent_id)
        found = [
            entry
            for entry in (nodes.catalogue.accounts[key] for key in nodes.seen_accounts)
            if (given.search is None or contains(given.search, entry.name))
            and (parent is None or entry.parent_id == parent)
        ]
        return AccountConnection.of(
            shown(ACCOUNTS.page(found, page), lambda entry: nodes.account(entry.id)),
            lambda node: ACCOUNTS.cursor(nodes.catalogue.accounts[node.key]),
            total_count=len(found),
        )

    async def account_parent(self, account: Account, *, info: Info) -> Account | None:
        """The account above."""
        nodes = await self.nodes()
        return nodes.seen_account(nodes.catalogue.accounts[account.key].parent_id)

    async def account_settings(self, account: Account, *, info: Info) -> AccountSettings | None:
        """How texting behaves there, for who manages it."""
        nodes = await self.nodes()
        viewer = nodes.viewer
        if not viewer.may_on_account(Role.MANAGER, account.key) or not viewer.has_scope(ApiScope.SETTINGS):
            return None
        settings = nodes.catalogue.accounts[account.key].settings
        return AccountSettings(
            reopen_within_days=settings.reopen_within_days,
            old_number_replies=settings.old_number_replies,
            transfer_notice=settings.transfer_notice,
            campaign_hours=OpenInterval(
                opens=TimeOfDay(settings.campaign_opens), closes=TimeOfDay(settings.campaign_closes)
            ),
            auto_reply_interval_seconds=settings.auto_reply_interval_seconds,
            help_reply=settings.help_reply,
            opt_out_reply=settings.opt_out_reply,
            opt_in_reply=settings.opt_in_reply,
        )

    async def query_users(self, *, filter: UserFilter | None, page: Page, info: Info) -> UserConnection:
        """People, by name."""
        nodes = await self.nodes()
        return self._people(nodes, is_wanted(filter or UserFilter(), nodes), page)

    async def location_members(
        self, location: Location, *, search: str | None, page: Page, info: Info
    ) -> UserConnection:
        """Who acts there, and so could be assigned."""
        nodes = await self.nodes()

        def is_member(person: Person) -> bool:
            rights = nodes.catalogue.viewer(person.id)
            return (
                rights is not None
                and rights.may(Role.AGENT, location.key)
                and (search is None or contains(search, person.name))
            )

        return self._people(nodes, is_member, page)

    def _people(self, nodes: CatalogueNodes, is_one: Callable[[Person], bool], page: Page) -> UserConnection:
        people = nodes.catalogue.people
        found = [person for person in people.values() if is_one(person)]
        return UserConnection.of(
            shown(PEOPLE.page(found, page), lambda person: nodes.user(person.id)),
            lambda node: PEOPLE.cursor(people[node.key]),
            total_count=len(found),
        )

    async def user_memberships(self, user: User, *, info: Info) -> list[Membership]:
        """A person's roles."""
        nodes = await self.nodes()
        return nodes.memberships(nodes.catalogue.people[user.key].memberships)

    async def user_last_seen_at(self, user: User, *, info: Info) -> datetime | None:
        """When a person last used the API, for who manages them. Too often to be in the catalogue."""
        nodes = await self.nodes()
        if not nodes.own(nodes.known(nodes.catalogue.people[user.key])):
            return None
        return await self.batched(self._last_seen, user.key)

    async def _last_seen(self, keys: list[UUID]) -> dict[UUID, datetime | None]:
        async with self.connection() as connection:
            return await last_seen(connection, (await self.nodes()).viewer.tenant_id, keys)

    async def query_tags(self, *, search: str | None, page: Page, info: Info) -> TagConnection:
        """Tags, by name."""
        nodes = await self.nodes()
        tags = nodes.catalogue.tags
        found = [entry for entry in tags.values() if search is None or contains(search, entry.name)]
        return TagConnection.of(
            shown(TAGS.page(found, page), lambda entry: nodes.tag(entry.id)),
            lambda node: TAGS.cursor(tags[node.key]),
            total_count=len(found),
        )

    async def query_campaign(self, *, id: str, info: Info) -> Campaign | None:
        """One by its id."""
        return (await self.nodes()).seen_campaign(expect_id("Campaign", id))

    async def query_campaigns(
        self, *, filter: CampaignFilter | None, page: Page, info: Info
    ) -> CampaignConnection:
        """Campaigns, newest first."""
        nodes = await self.nodes()
        given = filter or CampaignFilter()
        places = None if given.location_ids is None else set(expect_ids("Location", given.location_ids))
        found = [
            entry
            for entry in nodes.catalogue.campaigns.values()
            if nodes.sees_campaign(entry.id)
            and (given.search is None or contains(given.search, entry.name))
            and (given.statuses is None or entry.status in given.statuses)
            and (places is None or not places.isdisjoint(entry.location_ids))
        ]
        return CampaignConnection.of(
            shown(CAMPAIGNS.page(found, page), lambda entry: nodes.campaign(entry.id)),
            lambda node: CAMPAIGNS.cursor(nodes.catalogue.campaigns[node.key]),
            total_count=len(found),
        )
