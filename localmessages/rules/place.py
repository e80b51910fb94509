"""A location as the rules see it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from localmessages.rules.account import Settings
from localmessages.rules.hours import Hours
from localmessages.rules.location import LocationKind


@dataclass(frozen=True, slots=True)
class Number:
    """A telephone number of a place, in E.164."""

    number: str
    messages_per_second: float = 1


@dataclass(frozen=True, slots=True)
class Place:
    """A location with everything that decides how it texts; `scope_id` is the lane of its events."""

    id: UUID
    tenant_id: UUID
    account_id: UUID
    scope_id: int
    external_id: str | None
    name: str
    kind: LocationKind
    active: bool
    hours: Hours
    numbers: tuple[Number, ...]
    settings: Settings
    business: str
    auto_reply_in_hours: str | None
    auto_reply_out_of_hours: str | None
    link_domain: str | None
    created_at: datetime

    @property
    def number(self) -> str:
        """The primary number: what its texts come from."""
        return self.numbers[0].number

    @property
    def zone(self) -> str:
        """Its IANA time zone."""
        return self.hours.zone
