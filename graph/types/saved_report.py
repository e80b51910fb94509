from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import strawberry

from graph.pagination import Connection, PageInfo, computed
from graph.scalars import EmailAddress, TimeOfDay, TimeZone
from graph.types.enums import describe
from graph.types.node import Node
from localmessages.rules.exports import ExportFormat
from localmessages.rules.hours import Weekday
from localmessages.rules.metrics import OutOfHours
from localmessages.rules.schedules import ReportFrequency

if TYPE_CHECKING:
    from graph.types.campaign import Campaign
    from graph.types.location import Location
    from graph.types.tag import Tag
    from graph.types.user import User
    from graph.types.window import ReportWindow

describe(
    ReportFrequency,
    "How often a report goes out.",
    DAILY="Every day, about the day before.",
    WEEKLY="Every week, on the weekday given.",
    MONTHLY="Every month, on the day given, or the month's last.",
)


@strawberry.type(description="A report's filter, with its objects. What the viewer may not see is left out.")
class SavedReportFilter:
    last_days: int | None = strawberry.field(
        description="The latest days, today included; null when it has fixed dates."
    )
    window: ReportWindow = strawberry.field(description="The time it looks at, if asked for now.")
    locations: list[Location] = strawberry.field(
        description="The locations; empty for all that the viewer sees."
    )
    agents: list[User] = strawberry.field(description="The people; empty for no such condition.")
    campaigns: list[Campaign] = strawberry.field(description="The campaigns; empty for no such condition.")
    tags_any: list[Tag] = strawberry.field(description="Any of these tags; empty for no such condition.")
    tags_all: list[Tag] = strawberry.field(description="All of these tags; empty for no such condition.")


@strawberry.type(
    description=(
        "When a saved report goes out by mail, with the tiles in the body and the file attached or linked."
    )
)
class ReportSchedule:
    frequency: ReportFrequency = strawberry.field(description="How often.")
    weekday: Weekday | None = strawberry.field(description="On which day; null unless weekly.")
    day_of_month: int | None = strawberry.field(description="On which day, 1 to 31; null unless monthly.")
    at: TimeOfDay = strawberry.field(description="At which local time.")
    time_zone: TimeZone = strawberry.field(description="In which zone.")
    recipients: list[EmailAddress] = strawberry.field(description="To whom.")
    format: ExportFormat = strawberry.field(description="The file.")
    next_run_at: datetime = strawberry.field(description="When it goes out next.")
    last_run_at: datetime | None = strawberry.field(description="When it last went out; null if never.")


@strawberry.type(description="A filter of the Messages Report with a name, and perhaps a schedule by mail.")
class SavedReport(Node):
    view: strawberry.Private[Any]
    id: strawberry.ID = strawberry.field(description="The global id.")
    name: str = strawberry.field(description="Its name.")
    filter: SavedReportFilter = strawberry.field(description="What it is about.")
    out_of_hours: OutOfHours = strawberry.field(description="What response times do with closed hours.")
    shared: bool = strawberry.field(
        description="Whether everyone in the account may use it. They see their own locations only."
    )
    schedule: ReportSchedule | None = strawberry.field(
        description="When it goes out by mail; null when it does not."
    )
    by: User = strawberry.field(description="Whose it is.")
    created_at: datetime = strawberry.field(description="When it was saved.")


@strawberry.type(description="An item in a list of saved reports.")
class SavedReportEdge:
    cursor: str = strawberry.field(description="Its position; pass it as `after` or `before`.")
    node: SavedReport = strawberry.field(description="The item.")


@strawberry.type(description="A page of saved reports.")
class SavedReportConnection(Connection, edge=SavedReportEdge):
    edges: list[SavedReportEdge] = computed("The saved reports of this page, each with its cursor.")
    nodes: list[SavedReport] = strawberry.field(
        description="The saved reports of this page, without cursors."
    )
    page_info: PageInfo = strawberry.field(description="Where the page lies, and whether there is more.")
