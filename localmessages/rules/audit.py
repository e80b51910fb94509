from collections.abc import Sequence

from localmessages.rules.access import Role, Viewer
from localmessages.rules.refusal import NotAllowed


def may_read_audit(viewer: Viewer) -> bool:
    """Whether they own the whole account: an entry can be about anything in it. No key may."""
    return viewer.scopes is None and viewer.may_on_account(Role.OWNER, viewer.tenant_id)


def check_may_read_audit(viewer: Viewer, *, field: Sequence[str] | None = None) -> None:
    """Raise `NotAllowed` for whoever may not read what others did."""
    if not may_read_audit(viewer):
        raise NotAllowed("The audit log is for owners of the whole account.", field=field)
