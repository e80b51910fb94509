"""What the arguments of conversation lists, and their selections, mean."""

from __future__ import annotations

from typing import Any

from graph.ids import expect_id, expect_ids
from graph.loaders.reads import checked_search, seen_locations
from graph.lookahead import Paths
from graph.types.conversation import AssigneeFilter, ConversationFilter
from localmessages.reports.conversations import Beside
from localmessages.reports.inbox_conditions import ALL_STATUSES, Wanted
from localmessages.rules.access import Viewer


def beside_of(paths: Paths) -> Beside:
    """What has to be looked up with a conversation of which these paths are selected."""
    return Beside(
        contact="contact" in paths, last_message="lastMessage" in paths, read_mark="unreadCount" in paths
    )


def wanted_of(given: ConversationFilter | None, viewer: Viewer) -> Wanted:
    """What a filter asks for, among the locations that the viewer sees."""
    if given is None:
        return Wanted(location_ids=viewer.location_ids)
    asked = None if given.location_ids is None else expect_ids("Location", given.location_ids)
    return Wanted(
        location_ids=seen_locations(viewer.location_ids, asked),
        statuses=ALL_STATUSES if given.statuses is None else tuple(dict.fromkeys(given.statuses)),
        waiting=given.waiting,
        active=given.active,
        unread=given.unread,
        contact_id=None if given.contact_id is None else expect_id("Contact", given.contact_id),
        search=checked_search(given.search),
        **_by_assignee(given.assignee, viewer),
        **_by_tags(given),
    )


def _by_assignee(given: AssigneeFilter | None, viewer: Viewer) -> dict[str, Any]:
    if given is None:
        return {}
    if given.nobody is not None:
        return {"assigned": not given.nobody}
    if given.me is None:
        return {"assignee_ids": expect_ids("User", given.user_ids or [])}
    if viewer.user_id is None:
        return {"assignee_ids": []} if given.me else {"assigned": True}
    return {"assignee_ids": [viewer.user_id]} if given.me else {"assigned_but_not_to": viewer.user_id}


def _by_tags(given: ConversationFilter) -> dict[str, Any]:
    if given.tags is None:
        return {}
    if given.tags.any_of is not None:
        return {"any_tags": expect_ids("Tag", given.tags.any_of)}
    return {"all_tags": expect_ids("Tag", given.tags.all_of or [])}
