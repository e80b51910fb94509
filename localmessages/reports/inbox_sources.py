"""The index ranges in which the conversations that an inbox shows stand in order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from localmessages.reports.inbox_conditions import Wanted, conditions
from localmessages.reports.rows import Args
from localmessages.reports.search import matching_conversations
from localmessages.rules.access import Viewer
from localmessages.rules.ordering import ConversationOrderField


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where the rows of a page come from: for each row of `ranges`, what of `table` holds all conditions."""

    index: str
    ranges: str
    """A FROM list; for a search, with the CTE `matching` before it."""
    within: list[str]
    """The conditions that make a range of the index."""
    rest: list[str]
    """What else is wanted of a `conversation`."""
    rank: str
    table: str = "conversation"
    id: str = "conversation.id"
    repeats: bool = False
    """Whether a conversation can be in several ranges."""
    by_place: bool = False
    matching: str = ""


_ACTIVITY, _WAIT = "conversation.last_activity_at", "conversation.waiting_since"
Rest = Callable[..., list[str]]


def source_of(wanted: Wanted, order: ConversationOrderField, viewer: Viewer, args: Args) -> Source:
    """The narrowest ranges that have everything wanted."""

    def rest(*covered: str) -> list[str]:
        return conditions(wanted, viewer, args, but=covered)

    by_activity = order is ConversationOrderField.LAST_ACTIVITY_AT
    rank = _ACTIVITY if by_activity else _WAIT
    if wanted.search is not None:
        return _by_search(wanted, wanted.search, rank, rest, args)
    if wanted.contact_id is not None:
        return _by_contact(wanted.contact_id, rank, rest, args)
    if not by_activity:
        return _by_wait(wanted, rest, args)
    if wanted.any_tags or wanted.all_tags:
        return _by_tag(wanted, rest, args)
    if wanted.assignee_ids is not None:
        return _by_assignee(wanted, wanted.assignee_ids, rest, args)
    return _by_place(wanted, rest, args)


def _by_search(wanted: Wanted, search: str, rank: str, rest: Rest, args: Args) -> Source:
    return Source(
        index="conversation_pkey",
        matching=matching_conversations(search, wanted.location_ids, args),
        ranges="matching",
        within=["conversation.tenant_id = $1", "conversation.id = matching.id"],
        rest=rest(),
        rank=rank,
    )


def _by_contact(contact_id: UUID, rank: str, rest: Rest, args: Args) -> Source:
    return Source(
        index="conversation_contact_idx",
        ranges=f"(VALUES ({args.add(contact_id)}::uuid)) AS chosen (contact_id)",
        within=["conversation.tenant_id = $1", "conversation.contact_id = chosen.contact_id"],
        rest=rest("contact_id"),
        rank=rank,
    )


def _by_wait(wanted: Wanted, rest: Rest, args: Args) -> Source:
    return Source(
        index="conversation_waiting_idx where all wait; else the conversations of the location are sorted",
        ranges=_places(wanted, args),
        within=["conversation.tenant_id = $1", "conversation.location_id = place.id"],
        rest=rest("location_ids"),
        rank=_WAIT,
    )


def _by_tag(wanted: Wanted, rest: Rest, args: Args) -> Source:
    """One range for each of any tags; of all tags one is a range, and the others are looked for in it."""
    tags = wanted.any_tags or (wanted.all_tags or ())[:1]
    is_whole = wanted.any_tags is not None or len(wanted.all_tags or ()) == 1
    covered = ["location_ids", "statuses"]
    if is_whole:
        covered.append("all_tags" if wanted.any_tags is None else "any_tags")
    more = rest(*covered)
    joined = (
        "\n        JOIN conversation"
        "\n            ON conversation.tenant_id = $1 AND conversation.id = entry.conversation_id"
    )
    return Source(
        index="conversation_tag_inbox_idx",
        ranges=f"{_each(tags, 'uuid', 'chosen (tag_id)', args)}\n    CROSS JOIN {_places(wanted, args)}"
        f"\n    CROSS JOIN {_statuses(wanted, args)}",
        table="conversation_tag AS entry" + (joined if more else ""),
        within=[
            "entry.tenant_id = $1",
            "entry.tag_id = chosen.tag_id",
            "entry.location_id = place.id",
            "entry.status = wanted.status",
        ],
        rest=more,
        rank="entry.last_activity_at",
        id="entry.conversation_id",
        repeats=len(tags) > 1,
    )


def _by_assignee(wanted: Wanted, assignee_ids: Sequence[UUID], rest: Rest, args: Args) -> Source:
    return Source(
        index="conversation_assignee_idx",
        ranges=f"{_each(sorted(set(assignee_ids)), 'uuid', 'chosen (assignee_id)', args)}"
        f"\n    CROSS JOIN {_statuses(wanted, args)}",
        within=[
            "conversation.tenant_id = $1",
            "conversation.assignee_id = chosen.assignee_id",
            "conversation.status = wanted.status",
        ],
        rest=rest("assignee_ids", "statuses"),
        rank=_ACTIVITY,
    )


def _by_place(wanted: Wanted, rest: Rest, args: Args) -> Source:
    return Source(
        index="conversation_inbox_idx",
        ranges=f"{_places(wanted, args)}\n    CROSS JOIN {_statuses(wanted, args)}",
        within=[
            "conversation.tenant_id = $1",
            "conversation.location_id = place.id",
            "conversation.status = wanted.status",
        ],
        rest=rest("location_ids", "statuses"),
        rank=_ACTIVITY,
        by_place=True,
    )


def _places(wanted: Wanted, args: Args) -> str:
    return _each(wanted.location_ids, "uuid", "place (id)", args)


def _statuses(wanted: Wanted, args: Args) -> str:
    return _each(wanted.statuses, "text", "wanted (status)", args)


def _each(values: Sequence[object], type_: str, alias: str, args: Args) -> str:
    return f"unnest({args.add(values)}::{type_}[]) AS {alias}"
