"""Whether what a report is asked about is there for the viewer, and not too much."""

from collections.abc import Collection, Sequence
from uuid import UUID

from localmessages.actions.actor import Actor
from localmessages.reports.campaigns import seen_campaigns
from localmessages.reports.messages_report.asked import AskedFilter
from localmessages.rules.refusal import LimitRefused, NotFound, Refused, UserErrorCode
from localmessages.rules.report import MOST_FILTER_IDS

Ids = Sequence[UUID] | None


def check_filter(actor: Actor, asked: AskedFilter, at: list[str]) -> None:
    """Raise `NotFound` or `LimitRefused` for what a filter names; `at` is where the filter stands."""
    catalogue = actor.catalogue
    known: list[tuple[Ids, Collection[UUID], str, list[str]]] = [
        (asked.location_ids, actor.viewer.location_roles, "location", ["locationIds"]),
        (asked.agent_ids, catalogue.people, "person", ["agentIds"]),
        (asked.campaign_ids, seen_campaigns(actor.viewer, catalogue), "campaign", ["campaignIds"]),
        (asked.any_tags, catalogue.tags, "tag", ["tags", "anyOf"]),
        (asked.all_tags, catalogue.tags, "tag", ["tags", "allOf"]),
    ]
    for ids, there, what, name in known:
        check_ids(ids, there, what, [*at, *name])


def check_not_empty(asked: AskedFilter, at: list[str]) -> None:
    """Raise `Refused` for a list of nothing: shown again, it would read as no condition."""
    lists = [
        (asked.location_ids, ["locationIds"]),
        (asked.agent_ids, ["agentIds"]),
        (asked.campaign_ids, ["campaignIds"]),
        (asked.any_tags, ["tags", "anyOf"]),
        (asked.all_tags, ["tags", "allOf"]),
    ]
    for ids, name in lists:
        if ids is not None and not ids:
            raise Refused(
                UserErrorCode.EMPTY,
                "A report about none of them would be about nothing.",
                field=[*at, *name],
                remedy="Name at least one, or leave it out for no such condition.",
            )


def check_ids(ids: Ids, known: Collection[UUID], what: str, field: list[str]) -> None:
    """Raise unless all of them are known, and not too many."""
    if ids is None:
        return
    if len(ids) > MOST_FILTER_IDS:
        raise LimitRefused(
            f"At most {MOST_FILTER_IDS} are taken at once; {len(ids)} were given.",
            limit=MOST_FILTER_IDS,
            given=len(ids),
            field=field,
            remedy="Leave it out for all, or ask in several goes.",
        )
    if any(key not in known for key in ids):
        raise NotFound(what, field=field)
