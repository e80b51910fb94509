"""Who may do what with a saved report, and which locations a scheduled one is about."""

from collections.abc import Iterable
from uuid import UUID

from localmessages.rules.access import Role, Viewer
from localmessages.rules.refusal import NotAllowed

MOST_SAVED = 200
MOST_RECIPIENTS = 50


def check_may_change(viewer: Viewer, owner_id: UUID) -> None:
    """Raise `NotAllowed` unless it is theirs, or they manage the whole tree."""
    if viewer.user_id != owner_id and not viewer.may_on_account(Role.MANAGER, viewer.tenant_id):
        raise NotAllowed(
            "A report is changed by whose it is, and by who manages the account.", field=["savedReportId"]
        )


def check_may_schedule(viewer: Viewer, location_ids: Iterable[UUID] | None) -> None:
    """Raise `NotAllowed` unless they manage all of the named locations, or any where none is named."""
    named = None if location_ids is None else list(location_ids)
    allowed = (
        any(viewer.may(Role.MANAGER, key) for key in viewer.location_roles)
        if named is None
        else all(viewer.may(Role.MANAGER, key) for key in named)
    )
    if not allowed:
        raise NotAllowed("Reports are scheduled by who manages their locations.", field=["schedule"])


def scheduled_locations(viewer: Viewer, location_ids: Iterable[UUID] | None) -> list[UUID]:
    """The locations that a scheduled report of theirs is about now: of those asked for, the managed ones."""
    asked = viewer.location_ids if location_ids is None else sorted(set(location_ids))
    return [key for key in asked if viewer.may(Role.MANAGER, key)]
