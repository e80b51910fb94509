"""Everything that is read for the API, one noun a file. `info.context.load` is one of these an operation."""

from graph.loaders.by_id import NodeReads
from graph.loaders.consent import ConsentReads
from graph.loaders.directory import DirectoryReads
from graph.loaders.locations import LocationReads
from graph.loaders.presence import PresenceReads
from graph.loaders.report_details import ReportDetailReads
from graph.loaders.summary import SummaryReads
from graph.loaders.texts import TextReads
from graph.loaders.transfer_preview import TransferPreviewReads
from graph.loaders.transfers import TransferReads
from graph.loaders.viewer import ViewerReads


class Loaders(
    NodeReads,
    ConsentReads,
    DirectoryReads,
    LocationReads,
    PresenceReads,
    ReportDetailReads,
    SummaryReads,
    TextReads,
    TransferPreviewReads,
    TransferReads,
    ViewerReads,
):
    """All reads of one operation: what one of them has fetched in a batch, the others find."""
