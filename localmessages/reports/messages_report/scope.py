"""What a report is about: the one predicate of its tiles, their details, the table and every export (C8)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from uuid import UUID

from localmessages.reports.figures import days_of
from localmessages.reports.metrics import ReportWindow
from localmessages.reports.rows import Args
from localmessages.reports.spans import Span, Stretch, ZonedWindow, spans_at, zoned_windows
from localmessages.reports.windows import Between, WindowSpec
from localmessages.rules.place import Place

_FEW = 16
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
# The parameters with which every statement of a report begins.
SPAN = "unnest($2::uuid[], $3::timestamptz[], $4::timestamptz[]) AS span (location_id, first, last)"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFilter:
    """What was asked for, at places that the viewer sees; None is no condition."""

    places: Sequence[Place]
    window: WindowSpec
    zone: str | None = None
    agent_ids: Sequence[UUID] | None = None
    campaign_ids: Sequence[UUID] | None = None
    any_tags: Sequence[UUID] | None = None
    all_tags: Sequence[UUID] | None = None


@dataclass(frozen=True, slots=True)
class Stamps:
    """The columns in which a fact has its agent and campaign."""

    agent: str = "agent_id"
    campaign: str = "campaign_id"


@dataclass(frozen=True, slots=True)
class Scope:
    """A filter with its window at each location, as conditions on facts."""

    tenant_id: UUID
    filter: ReportFilter
    spans: Sequence[Span]

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """The earliest start and the latest end at any of the places."""
        if not self.spans:
            return _NEVER, _NEVER
        return min(span.start for span in self.spans), max(span.end for span in self.spans)

    @property
    def is_stamped(self) -> bool:
        """Whether people or campaigns are chosen."""
        return self.filter.agent_ids is not None or self.filter.campaign_ids is not None

    def args(self) -> Args:
        """The parameters that `SPAN` stands for, to which a statement adds its own."""
        spans = self.spans
        return Args(
            [
                self.tenant_id,
                [span.location_id for span in spans],
                [span.start for span in spans],
                [span.end for span in spans],
            ]
        )

    def within(self, table: str, at: str, args: Args, *, hashed: bool = False) -> list[str]:
        """That a fact is of these dates, locations and tags, whoever caused it."""
        return [
            f"{table}.tenant_id = $1",
            f"{table}.location_id = span.location_id",
            f"{table}.{at} >= span.first",
            f"{table}.{at} < span.last",
            *self.tagged(table, args, hashed=hashed),
        ]

    def stamped(
        self, table: str, args: Args, stamps: Stamps = Stamps(), *, without: str | None = None
    ) -> list[str]:
        """That one of the chosen people and campaigns sent or caused it; `without` is not asked."""
        chosen = ((stamps.agent, self.filter.agent_ids), (stamps.campaign, self.filter.campaign_ids))
        return [
            _one_of(f"{table}.{column}", args.add(list(ids)), len(ids))
            for column, ids in chosen
            if ids is not None and column != without
        ]

    def conditions(
        self, table: str, at: str, args: Args, stamps: Stamps = Stamps(), *, hashed: bool = False
    ) -> list[str]:
        """That a fact is in the report."""
        return [*self.within(table, at, args, hashed=hashed), *self.stamped(table, args, stamps)]

    def facts(self, table: str, at: str, args: Args, *more: str, stamps: Stamps = Stamps()) -> str:
        """A FROM list of the facts in the report for which `more` holds too."""
        return joined(table, [*self.conditions(table, at, args, stamps), *more])

    def tagged(self, table: str, args: Args, *, hashed: bool = False) -> list[str]:
        """That the conversation has the chosen tags now; `hashed` where a join would be made many times."""
        # conversation_tag_inbox_idx, conversation_tag_pkey
        found = []
        if self.filter.any_tags is not None:
            tags = f"ANY({args.add(list(self.filter.any_tags))}::uuid[])"
            found.append(
                f"{table}.conversation_id IN (\n"
                "        SELECT conversation_id FROM conversation_tag\n"
                f"        WHERE tenant_id = $1 AND tag_id = {tags}\n"
                "    )"
            )
        if self.filter.all_tags:
            tags = args.add(sorted(set(self.filter.all_tags)))
            all_of_them = (
                f"{table}.conversation_id IN (\n"
                "        SELECT conversation_id FROM conversation_tag\n"
                f"        WHERE tenant_id = $1 AND tag_id = ANY({tags}::uuid[])\n"
                f"        GROUP BY conversation_id HAVING count(*) = cardinality({tags}::uuid[])\n"
                "    )"
            )
            found.append(f"({all_of_them}) IS TRUE" if hashed else all_of_them)
        return found


def _one_of(column: str, ids: str, how_many: int) -> str:
    if how_many <= _FEW:
        return f"{column} = ANY({ids}::uuid[])"
    # `IS TRUE` keeps the planner from a join: the ids are hashed once, and looked up.
    return f"({column} IN (SELECT unnest({ids}::uuid[]))) IS TRUE"


def joined(table: str, conditions: Iterable[str]) -> str:
    """Facts at the spans, one index range for each."""
    return f"{SPAN}\nJOIN {table}\n    ON {together(conditions)}"


def together(conditions: Iterable[str], indent: str = "    ") -> str:
    """All of the conditions."""
    return f"\n{indent}AND ".join(conditions) or "TRUE"


class ReportScopes:
    """The scope of a report, and of the window before."""

    def __init__(self, tenant_id: UUID, filter: ReportFilter, now: datetime) -> None:
        """Raises InvalidWindow."""
        self.tenant_id = tenant_id
        self.filter = filter
        self.now = now
        zones = {place.zone for place in filter.places} or {filter.zone or "UTC"}
        self._zoned = zoned_windows(zones, filter.window, filter.zone, now)

    @cached_property
    def window(self) -> Scope:
        """The window that was asked for."""
        return self._scope(lambda zoned: zoned.window)

    @cached_property
    def before(self) -> Scope:
        """The window of the same length right before."""
        return self._scope(lambda zoned: zoned.previous)

    @cached_property
    def days(self) -> list[date]:
        """Every local day of the window at one of the places."""
        return days_of(self._zoned.values())

    @property
    def shown(self) -> ReportWindow:
        """The window as the report shows it: from the earliest start to the latest end."""
        windows = [zoned.window for zoned in self._zoned.values()]
        days = [] if isinstance(self.filter.window, Between) else self.days
        return ReportWindow(
            start=min(window.start for window in windows),
            end=max(window.end for window in windows),
            first_day=days[0] if days else None,
            last_day=days[-1] if days else None,
            time_zone=self.filter.zone,
        )

    def _scope(self, of: Callable[[ZonedWindow], Stretch]) -> Scope:
        stretches = {zone: [of(zoned)] for zone, zoned in self._zoned.items()}
        return Scope(self.tenant_id, self.filter, spans_at(self.filter.places, stretches))
