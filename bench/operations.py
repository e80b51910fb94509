"""What is asked, with the fragments of the console."""

from functools import cache
from pathlib import Path

from graphql import FragmentDefinitionNode, FragmentSpreadNode, Visitor, parse, print_ast, visit

CONSOLE = Path(__file__).parent.parent / "web" / "graphiql" / "operations"

INBOX_PAGE = """
query InboxPage {
  conversations(filter: { statuses: [OPEN] }, first: 25) {
    nodes { ...InboxItem unreadCount }
    pageInfo { hasNextPage }
  }
}
"""
MEDIANS = """
query Medians {
  locationsSummary(window: { last: DAYS_30 }) {
    total { ...Row }
    locations { ...Row }
  }
}
fragment Row on LocationMetrics {
  location { id name }
  activeConversations
  newInboundConversations { count neverAnswered awaitingReply oldestWaitingSince }
  responseTime { medianSeconds meanSeconds p90Seconds sample excluded replyUndelivered }
  inboundMessages
  outboundMessages
  outboundBreakdown { agent campaign auto system }
  waitOutcomes { answered transferred closedUnanswered optedOut blocked }
}
"""
COUNTS = """
query Counts {
  locationsSummary(window: { last: DAYS_30 }) {
    total { ...Counts }
    locations { location { id name } ...Counts }
  }
}
fragment Counts on LocationMetrics {
  inboundMessages
  outboundMessages
  outboundBreakdown { agent campaign auto system }
}
"""
REPORT_TILES = """
query ReportTiles($filter: MessagesReportFilter!) {
  messagesReport(filter: $filter) {
    tiles {
      messagesDelivered { ...Count }
      conversationsHeld { ...Count }
      conversationsWithPayByText { ...Count }
      payByTextConversion { ...Rate }
      nonDeliverableMessages { ...Count }
      optOuts { ...Count }
      linksSent { ...Count }
      linksClicked { ...Count }
      linkClickRate { ...Rate }
      inboundResponseTime { ...Took }
      outboundResponseTime { ...Took }
    }
  }
}
fragment Count on CountTile { value sample excluded exclusions { reason count } }
fragment Rate on RateTile { value numerator denominator excluded }
fragment Took on ResponseTime { medianSeconds meanSeconds p90Seconds sample excluded }
"""
REPORT_ROWS = """
query ReportRows(
  $filter: MessagesReportFilter!
  $search: String
  $orderBy: ReportRowOrder! = { column: SENT_AT, direction: DESC }
) {
  messagesReport(filter: $filter) {
    rows(first: 25, search: $search, orderBy: $orderBy) {
      edges {
        cursor
        node {
          sentAt name phone direction origin status failureReason failureCode body link clicked invoice paid
          amount { amount currency } cardType paidAt
          campaign { name } agent { name } location { name }
        }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""


@cache
def of_the_console(name: str) -> str:
    """An operation as a screen sends it."""
    return with_fragments((CONSOLE / f"{name}.graphql").read_text())


@cache
def with_fragments(text: str) -> str:
    """The text, and those of the console's fragments that it uses."""
    known = {
        node.name.value: node
        for node in parse((CONSOLE / "fragments.graphql").read_text()).definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    document = parse(text)
    own = {node.name.value for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    parts, wanted, added = [text.strip()], _spreads(document), set(own)
    while wanted:
        name = wanted.pop(0)
        if name not in added:
            added.add(name)
            parts.append(print_ast(known[name]))
            wanted += _spreads(known[name])
    return "\n".join(parts)


class _Spreads(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
        self.names.append(node.name.value)


def _spreads(node: object) -> list[str]:
    spreads = _Spreads()
    visit(node, spreads)  # type: ignore[arg-type]
    return spreads.names
