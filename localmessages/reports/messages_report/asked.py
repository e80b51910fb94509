"""What somebody asks a report about, before it is known what they may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from localmessages.reports.messages_report.scope import ReportFilter
from localmessages.reports.windows import WindowSpec
from localmessages.rules.access import Viewer
from localmessages.rules.place import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedFilter:
    """A filter by ids of anything; None is no condition. It can be kept, and asked again by somebody else."""

    window: WindowSpec
    zone: str | None = None
    location_ids: Sequence[UUID] | None = None
    agent_ids: Sequence[UUID] | None = None
    campaign_ids: Sequence[UUID] | None = None
    any_tags: Sequence[UUID] | None = None
    all_tags: Sequence[UUID] | None = None

    def seen_by(self, viewer: Viewer, places: Mapping[UUID, Place]) -> ReportFilter:
        """The filter at the locations that the viewer sees: those asked for, or all."""
        asked = viewer.location_ids if self.location_ids is None else set(self.location_ids)
        return ReportFilter(
            places=[places[key] for key in sorted(asked) if viewer.sees(key)],
            window=self.window,
            zone=self.zone,
            agent_ids=self.agent_ids,
            campaign_ids=self.campaign_ids,
            any_tags=self.any_tags,
            all_tags=self.all_tags,
        )
