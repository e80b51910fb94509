"""With whose eyes a file is filled, and what the ids in its rows are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from localmessages.rules.access import Role, UserStatus, Viewer
from localmessages.rules.place import Place
from localmessages.rules.refusal import NotAllowed
from models.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Reader:
    """A viewer with the rights of now; `now` is the instant of the question."""

    viewer: Viewer
    catalogue: Catalogue
    now: datetime

    @property
    def tenant_id(self) -> UUID:
        return self.viewer.tenant_id

    def place_of(self, location_id: UUID) -> Place:
        """A location of the tenant."""
        return self.catalogue.places[location_id]

    def place(self, location_id: UUID | None) -> str | None:
        """What a location is called: anyone in the tree may know."""
        return None if location_id is None else self.catalogue.places[location_id].name

    def person(self, user_id: UUID | None) -> str | None:
        """What a person is called, marked when they have left."""
        person = None if user_id is None else self.catalogue.people.get(user_id)
        if person is None:
            return None
        return f"{person.name} (former)" if person.status is UserStatus.FORMER else person.name

    def campaign(self, campaign_id: UUID | None) -> str | None:
        """What a campaign is called."""
        entry = None if campaign_id is None else self.catalogue.campaigns.get(campaign_id)
        return entry.name if entry else None

    def tag(self, tag_id: UUID | None) -> str | None:
        """What a tag is called; None when it was deleted."""
        entry = None if tag_id is None else self.catalogue.tags.get(tag_id)
        return entry.name if entry else None

    def check_may_export(self, places: Sequence[Place]) -> None:
        """Raise `NotAllowed` unless they may take what is at all of these places away with them."""
        kept = [place.name for place in places if not self.viewer.may(Role.AGENT, place.id)]
        if kept:
            shown = ", ".join(kept[:3]) + (", …" if len(kept) > 3 else "")
            raise NotAllowed(f"Your role allows no exports here: {shown}.", field=["source"])
        if not places:
            raise NotAllowed("There is no location that you may export from.", field=["source"])
