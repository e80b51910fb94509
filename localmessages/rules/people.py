from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from localmessages.rules.access import Role, UserStatus, Viewer, covers
from localmessages.rules.refusal import NotAllowed, Refused, UserErrorCode

# A role, and the account or the location at which it holds.
Held = tuple[Role, UUID | None, UUID | None]


def may_give(viewer: Viewer, held: Held) -> bool:
    """Whether the viewer manages the place and has that role there: nobody gives more than they have."""
    role, account, location = held
    own = viewer.account_roles.get(account) if account is not None else None
    if location is not None:
        own = viewer.location_roles.get(location)
    return covers(own, Role.MANAGER) and covers(own, role)


def check_may_give(viewer: Viewer, given: Sequence[Held]) -> None:
    """Raise `Refused` for no role at all, one that belongs elsewhere, or one that is not theirs to give.

    A place that is hidden, and one that does not exist, are places that the viewer does not manage.
    """
    field = ["memberships"]
    if not given:
        raise Refused(
            UserErrorCode.EMPTY,
            "A person needs at least one role.",
            field=field,
            remedy="Say where they are to work, or remove them.",
        )
    for held in given:
        if held[0] is Role.OWNER and held[2] is not None:
            raise Refused(
                UserErrorCode.INVALID,
                "A location has no owner of its own: OWNER belongs to accounts.",
                field=field,
                remedy="Give the role on the location's account, or MANAGER at the location.",
            )
        if not may_give(viewer, held):
            raise NotAllowed("You may give roles up to your own where you are a manager.", field=field)


def check_manages(viewer: Viewer, held: Iterable[Held], *, field: str = "userId") -> None:
    """Raise `NotAllowed` unless the viewer could have given every role that the person has."""
    roles = list(held)
    manages = all(may_give(viewer, each) for each in roles)
    if not manages or (not roles and not viewer.may_on_account(Role.MANAGER, viewer.tenant_id)):
        raise NotAllowed("You do not manage everything that this person does.", field=[field])


def check_owner_left(
    tenant_id: UUID, people: Mapping[UUID, tuple[UserStatus, Sequence[Held]]], *, field: str
) -> None:
    """Raise `Refused` unless one of `people`, as they would be, owns the whole account and can sign in."""
    for status, held in people.values():
        if status is UserStatus.ACTIVE and any(
            role is Role.OWNER and account == tenant_id for role, account, _ in held
        ):
            return
    raise Refused(
        UserErrorCode.LAST_OWNER,
        "The account would be left without an owner.",
        field=[field],
        remedy="Make somebody else an owner first.",
    )
