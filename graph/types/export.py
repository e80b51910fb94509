from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry

from graph.pagination import Connection, PageInfo, computed
from graph.scalars import URL
from graph.types.enums import describe
from graph.types.node import Node
from localmessages.rules.exports import ExportFormat, ReportView
from localmessages.rules.jobs import JobStatus

if TYPE_CHECKING:
    from graph.types.user import User

describe(
    ExportFormat,
    "A file format.",
    CSV="Comma-separated values in UTF-8, with headings.",
    XLSX="An Excel workbook.",
)

describe(
    ReportView,
    "What of a Messages Report to take: each is exactly the rows of the tile's detail.",
    ROWS="The table.",
    DELIVERED="Delivered texts.",
    CONVERSATIONS_HELD="Conversations held.",
    CONVERSATIONS_WITH_PAY_BY_TEXT="Conversations with a pay-by-text link.",
    PAY_BY_TEXT="Payment requests that were delivered.",
    NON_DELIVERABLE="Texts that failed.",
    OPT_OUTS="Opt-outs.",
    LINKS_SENT="Links sent.",
    LINKS_CLICKED="Links clicked.",
    INBOUND_WAITS="Waits behind the Inbound Response Time.",
    OUTBOUND_WAITS="Waits behind the Outbound Response Time.",
)


@strawberry.type(
    description=(
        "A file made on request. Up to 2000 rows it is there at once; for more, a mail and a notification "
        "tell when it is ready."
    )
)
class Export(Node):
    id: strawberry.ID = strawberry.field(description="The global id.")
    title: str = strawberry.field(description="What it holds, such as `Messages Report, 1–30 Nov 2026`.")
    format: ExportFormat = strawberry.field(description="CSV or XLSX.")
    status: JobStatus = strawberry.field(description="How far it is.")
    rows: int = strawberry.field(description="Rows written so far.")
    total_rows: int | None = strawberry.field(description="Rows that it will have; null until counted.")
    bytes: int | None = strawberry.field(description="Its size; null until completed.")
    sha256: str | None = strawberry.field(
        name="sha256", description="Its checksum in hexadecimal; null until completed."
    )
    download_url: URL | None = strawberry.field(
        description="Where to get it, signed; null until completed and after it has expired."
    )
    expires_at: datetime | None = strawberry.field(
        description="Until when it can be had; null until completed."
    )
    error: str | None = strawberry.field(description="What went wrong; null unless failed.")
    by: User | None = strawberry.field(
        description="Who asked for it; null when an API key or a schedule did."
    )
    created_at: datetime = strawberry.field(description="When it was asked for.")
    finished_at: datetime | None = strawberry.field(
        description="When it was completed, failed or canceled; null before."
    )


@strawberry.type(description="An item in a list of exports.")
class ExportEdge:
    cursor: str = strawberry.field(description="Its position; pass it as `after` or `before`.")
    node: Export = strawberry.field(description="The item.")


@strawberry.type(description="A page of exports.")
class ExportConnection(Connection, edge=ExportEdge):
    edges: list[ExportEdge] = computed("The exports of this page, each with its cursor.")
    nodes: list[Export] = strawberry.field(description="The exports of this page, without cursors.")
    page_info: PageInfo = strawberry.field(description="Where the page lies, and whether there is more.")
