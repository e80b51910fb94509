from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from localmessages.rules.access import ApiScope, Role, Viewer
from localmessages.rules.place import Place
from localmessages.rules.refusal import NotAllowed, NotFound, Refused, UserErrorCode


def check_owns_something(viewer: Viewer) -> None:
    """Raise `NotAllowed` for whoever has no key to look after: keys are for owners."""
    if not any(viewer.may_on_account(Role.OWNER, account) for account in viewer.account_roles):
        raise NotAllowed("API keys are for owners.")


def check_scopes(scopes: Sequence[ApiScope]) -> list[ApiScope]:
    """Each once; `Refused` for a key that could do nothing."""
    if not scopes:
        raise Refused(
            UserErrorCode.EMPTY, "A key needs a scope.", field=["scopes"], remedy="Say what it may do."
        )
    return list(dict.fromkeys(scopes))


def check_end(expires_at: datetime | None, now: datetime) -> None:
    """Raise `Refused` for a key that would have ended already."""
    if expires_at is not None and expires_at <= now:
        raise Refused(
            UserErrorCode.INVALID,
            "The key would have expired already.",
            field=["expiresAt"],
            remedy="Choose an instant to come, or leave it out.",
        )


def check_places(
    viewer: Viewer,
    places: Mapping[UUID, Place],
    paths: Mapping[UUID, Sequence[UUID]],
    account_id: UUID,
    location_ids: Sequence[UUID],
) -> list[UUID]:
    """The locations to limit a key to, each once; `Refused` unless all lie in its account or below it."""
    for location_id in location_ids:
        if location_id not in places or not viewer.sees(location_id):
            raise NotFound("location", field=["locationIds"])
        if account_id not in paths[places[location_id].account_id]:
            raise Refused(
                UserErrorCode.INVALID,
                f"{places[location_id].name} does not belong to the key's account.",
                field=["locationIds"],
                remedy="Choose an account above it, or leave the location out.",
            )
    return list(dict.fromkeys(location_ids))
