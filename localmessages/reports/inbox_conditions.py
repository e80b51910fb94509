"""Which conversations an inbox shows: what can be asked for, and as SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from localmessages.reports.rows import Args
from localmessages.rules.access import Viewer
from localmessages.rules.conversation import ConversationStatus

ALL_STATUSES = tuple(ConversationStatus)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which conversations; all conditions must hold, and None is no condition."""

    location_ids: Sequence[UUID]
    statuses: Sequence[ConversationStatus] = ALL_STATUSES
    assigned: bool | None = None
    assignee_ids: Sequence[UUID] | None = None
    assigned_but_not_to: UUID | None = None
    any_tags: Sequence[UUID] | None = None
    all_tags: Sequence[UUID] | None = None
    waiting: bool | None = None
    active: bool | None = None
    unread: bool | None = None
    contact_id: UUID | None = None
    but: UUID | None = None
    search: str | None = None

    @property
    def is_nothing(self) -> bool:
        """Whether a list of alternatives is empty, so that nothing can match."""
        return any(
            alternatives is not None and not alternatives
            for alternatives in (self.location_ids, self.statuses, self.assignee_ids, self.any_tags)
        )


_BY_VALUE = {
    "location_ids": "conversation.location_id = ANY({}::uuid[])",
    "statuses": "conversation.status = ANY({}::text[])",
    "assignee_ids": "conversation.assignee_id = ANY({}::uuid[])",
    "assigned_but_not_to": "conversation.assignee_id <> {}::uuid",
    "any_tags": "conversation.tag_ids && {}::uuid[]",
    "all_tags": "conversation.tag_ids @> {}::uuid[]",
    "contact_id": "conversation.contact_id = {}::uuid",
    "but": "conversation.id <> {}::uuid",
}
_BY_FLAG = {
    "assigned": "conversation.assignee_id IS NOT NULL",
    "waiting": "conversation.waiting_since IS NOT NULL",
    "active": "(conversation.active AND conversation.status = 'OPEN')",
}


def conditions(wanted: Wanted, viewer: Viewer, args: Args, *, but: Sequence[str] = ()) -> list[str]:
    """What a `conversation` must hold, without the conditions named in `but`."""
    found = [
        template.format(args.add(value))
        for name, template in _BY_VALUE.items()
        if name not in but and (value := getattr(wanted, name)) is not None and value != ALL_STATUSES
    ]
    found += [
        condition if flag else f"NOT {condition}"
        for name, condition in _BY_FLAG.items()
        if (flag := getattr(wanted, name)) is not None
    ]
    if wanted.unread is not None:
        found.append(f"{'' if wanted.unread else 'NOT '}{_unread(viewer, args)}")
    return found


def _unread(viewer: Viewer, args: Args) -> str:
    # conversation_read_pkey
    return (
        "(conversation.entry_count > coalesce((\n"
        "                SELECT conversation_read.entry_count\n"
        "                FROM conversation_read\n"
        "                WHERE conversation_read.tenant_id = $1\n"
        f"                    AND conversation_read.user_id = {args.add(viewer.user_id)}\n"
        "                    AND conversation_read.conversation_id = conversation.id\n"
        "            ), 0))"
    )
