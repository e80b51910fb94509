"""The fields that are declared independent of the viewer, by type: what may be shared, and nothing else.

A field stands here if its value is the same for all who have the same rights; who they are plays no part.
`unreadCount`, `viewerRole`, `inbox` and a person's private details do not stand here, nor does what is new.
"""

from collections.abc import Mapping

_EVENT = "cursor at"
_NODE = "id externalId name createdAt"
_ENTRY = "id at"

INDEPENDENT: Mapping[str, frozenset[str]] = {
    name: frozenset(fields.split())
    for name, fields in {
        "Subscription": "inboxEvents locationsSummaryChanged messagesReportChanged",
        # What happens in inboxes.
        "ConversationChanged": f"{_EVENT} conversation",
        "ConversationMovedIn": f"{_EVENT} from to transfer conversation",
        "ConversationMovedOut": f"{_EVENT} from to conversationId",
        "MessageChanged": f"{_EVENT} message conversation",
        "Resync": f"{_EVENT} reason",
        "TimelineEntryAdded": f"{_EVENT} entry conversation",
        # What they are about.
        "Account": _NODE,
        "AutoReplies": "inHours outOfHours",
        "Campaign": (
            f"{_NODE} status body link scheduledAt messagesPerMinute by launchedAt finishedAt locations"
        ),
        "ConsentChange": (
            f"{_ENTRY} contact location state method texted number by cause message causeMessage"
            " causeCampaign causePayment"
        ),
        "Contact": f"{_NODE} firstName lastName phone optedOutAt blockedAt undeliverableAt",
        "Conversation": (
            "id contact location status assignee tags lastMessage lastActivityAt waitingSince answered muted"
            " snoozedUntil closedAt version createdAt timeline transfers"
        ),
        "ConversationChange": f"{_ENTRY} kind by assignee tag snoozedUntil",
        "Location": (
            f"{_NODE} account kind active timeZone number numbers autoReplies linkDomain openNow opensAt"
        ),
        "LocationNumber": "number primary messagesPerSecond",
        "Media": "id url thumbnailUrl filename contentType bytes width height",
        "Message": (
            f"{_ENTRY} externalId direction origin body fromNumber toNumber receivedOn place agent campaign"
            " status statusAt failureReason failureCode keyword encoding segments media links paymentRequest"
            " statusHistory"
        ),
        "MessageStatusChange": "at status failureCode applied",
        "Money": "amount currency",
        "Note": f"{_ENTRY} by body",
        "PageInfo": "hasNextPage hasPreviousPage startCursor endCursor",
        "PaymentEvent": "at kind amount cardType",
        "PaymentRequest": (
            "id invoice amount description status payUrl delivered clicked paidAt paid refunded cardType"
            " createdAt contact location events"
        ),
        "Place": "id name kind number location",
        "Tag": "id externalId name color",
        "TimelineConnection": "edges nodes pageInfo",
        "TimelineEdge": "cursor node",
        "TrackedLink": "id url shortUrl clicked clicks botClicks firstClickedAt contact",
        "Transfer": f"{_ENTRY} contact from to by note undoableUntil undoneAt notice",
        "User": f"{_NODE} status",
        # The Locations page.
        "DailyMetrics": "on responseTime inboundMessages outboundMessages",
        "LocationMetrics": (
            "location activeConversations newInboundConversations responseTime inboundMessages"
            " outboundMessages outboundBreakdown waitOutcomes previous daily"
        ),
        "LocationsSummary": "asOf cursor window total locations transferFlows",
        "NewInbound": "count neverAnswered awaitingReply oldestWaitingSince",
        "OriginCounts": "agent campaign auto system",
        "ReportWindow": "start end firstDay lastDay timeZone",
        "ResponseTime": "medianSeconds meanSeconds p90Seconds sample excluded replyUndelivered",
        "TransferFlow": "from to count",
        "WaitOutcomes": "answered transferred closedUnanswered optedOut blocked",
        "WindowMetrics": ("responseTime inboundMessages outboundMessages outboundBreakdown waitOutcomes"),
        # The Messages Report: its tiles and its table.
        "CountTile": "value sample excluded exclusions",
        "Exclusion": "reason count",
        "MessagesReport": "asOf cursor window tiles previous rows",
        "MessagesReportTiles": (
            "messagesDelivered conversationsHeld conversationsWithPayByText payByTextConversion"
            " nonDeliverableMessages optOuts linksSent linksClicked linkClickRate inboundResponseTime"
            " outboundResponseTime"
        ),
        "RateTile": "value numerator denominator excluded exclusions",
        "ReportRow": (
            "id sentAt name phone direction origin status failureReason failureCode body link clicked invoice"
            " paid amount cardType paidAt campaign agent location contact message"
        ),
        "ReportRowConnection": "edges nodes pageInfo totalCount",
        "ReportRowEdge": "cursor node",
    }.items()
}
