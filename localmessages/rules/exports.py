"""The words of exports: what can be put into a file, and how long it is kept."""

from datetime import timedelta
from enum import StrEnum

# So many rows come back with the answer; whoever waits longer is told when the file is there.
MOST_AT_ONCE = 2_000
FILE_LASTS = timedelta(days=7)
# Of one person: more would wait for each other, and keep everybody else waiting.
MOST_UNFINISHED = 20


class ExportFormat(StrEnum):
    """A file format."""

    CSV = "CSV"
    XLSX = "XLSX"

    @property
    def content_type(self) -> str:
        """What the file is served as."""
        if self is ExportFormat.CSV:
            return "text/csv; charset=utf-8"
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    @property
    def ending(self) -> str:
        """What the file's name ends in."""
        return self.value.lower()


class ReportView(StrEnum):
    """What of a Messages Report to take: each is exactly the rows of the tile's detail."""

    ROWS = "ROWS"
    DELIVERED = "DELIVERED"
    CONVERSATIONS_HELD = "CONVERSATIONS_HELD"
    CONVERSATIONS_WITH_PAY_BY_TEXT = "CONVERSATIONS_WITH_PAY_BY_TEXT"
    PAY_BY_TEXT = "PAY_BY_TEXT"
    NON_DELIVERABLE = "NON_DELIVERABLE"
    OPT_OUTS = "OPT_OUTS"
    LINKS_SENT = "LINKS_SENT"
    LINKS_CLICKED = "LINKS_CLICKED"
    INBOUND_WAITS = "INBOUND_WAITS"
    OUTBOUND_WAITS = "OUTBOUND_WAITS"
