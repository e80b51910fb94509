"""Which texts of a report a list has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from localmessages.reports.messages_report.matching import matching_texts
from localmessages.reports.messages_report.scope import SPAN, Scope, joined, together
from localmessages.reports.rows import Args
from localmessages.rules.delivery import MessageDirection, MessageOrigin, MessageStatus
from localmessages.rules.report import DELIVERED, NON_DELIVERABLE


@dataclass(frozen=True, slots=True)
class WantedRows:
    """Which texts of a report; all conditions must hold, and None is no condition."""

    direction: MessageDirection | None = None
    origins: Sequence[MessageOrigin] | None = None
    statuses: Sequence[MessageStatus] | None = None
    search: str | None = None

    def delivered(self) -> WantedRows:
        """Those behind the tile Total Messages Delivered."""
        return WantedRows(MessageDirection.OUTBOUND, None, DELIVERED, self.search)

    def non_deliverable(self) -> WantedRows:
        """Those behind the tile Total Non-deliverable Messages."""
        return WantedRows(MessageDirection.OUTBOUND, None, NON_DELIVERABLE, self.search)

    @property
    def is_all(self) -> bool:
        """Whether there is no condition at all."""
        return self == ALL_ROWS

    def texts(self, scope: Scope, args: Args) -> str:
        """A FROM list of these texts of the report."""
        conditions = self.conditions(scope, args)
        if self.search is None:
            # message_location_idx, alone but for the text itself
            return joined("message", conditions)
        # message_pkey. What was found is little, which no planner can know: behind OFFSET it has no choice.
        return f"""({matching_texts(scope, self.search, args)}
    ) AS found
CROSS JOIN LATERAL (
    SELECT * FROM message WHERE message.tenant_id = $1 AND message.id = found.id OFFSET 0
) AS message
JOIN {SPAN}
    ON {together(conditions)}"""

    def conditions(self, scope: Scope, args: Args, *, hashed: bool = False) -> list[str]:
        """That a text is in the report and one of these, whatever is searched for."""
        return [*scope.conditions("message", "at", args, hashed=hashed), *self.own(args)]

    def own(self, args: Args) -> list[str]:
        """The conditions on the text itself."""
        found = []
        if self.direction is not None:
            found.append(f"message.direction = '{self.direction}'")
        if self.origins is not None:
            found.append(f"message.origin = ANY({args.add(list(self.origins))}::text[])")
        if self.statuses is not None:
            found.append(f"message.status = ANY({args.add(list(self.statuses))}::text[])")
        return found


ALL_ROWS = WantedRows()
