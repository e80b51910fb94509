from enum import StrEnum


class ResyncReason(StrEnum):
    """Why events cannot be continued."""

    EXPIRED = "EXPIRED"
    UNKNOWN_EPOCH = "UNKNOWN_EPOCH"
    ACCESS_CHANGED = "ACCESS_CHANGED"


class EventKind(StrEnum):
    """Kinds of events, and what their `body` holds beside the snapshots that the log adds.

    Those with a `conversation_id` get `body["conversation"]`, the row of the conversation after the change.
    """

    ENTRY_ADDED = "ENTRY_ADDED"
    """`entry`: `[type name, id]` of the timeline entry."""
    MESSAGE_CHANGED = "MESSAGE_CHANGED"
    """`message`: id; a status, click or payment of it."""
    CONVERSATION_CHANGED = "CONVERSATION_CHANGED"
    """What is no timeline entry: read marks of nobody, a contact's name or consent."""
    MOVED_IN = "MOVED_IN"
    """`transfer`: id; `from`, `to`: location ids. At the destination."""
    MOVED_OUT = "MOVED_OUT"
    """`transfer`: id; `from`, `to`: location ids. At the source: never with the conversation's content."""
    FACT_CHANGED = "FACT_CHANGED"
    """`message`: id. At a location that the conversation has left: moves tiles, sends inboxes nothing."""
    CATALOGUE_CHANGED = "CATALOGUE_CHANGED"
    """Accounts, locations, people, tags or campaigns of the tenant; `subject`: `[type name, id]`."""
    VIEWER_CHANGED = "VIEWER_CHANGED"
    """Roles or settings of one user."""
    CONVERSATION_READ = "CONVERSATION_READ"
    """`conversation_id` was marked read or unread by the user of the scope."""
    BULK_TRANSFER_CHANGED = "BULK_TRANSFER_CHANGED"
    """`bulk_transfer`: id; it got on."""
    EXPORT_CHANGED = "EXPORT_CHANGED"
    """`export`: id; it got on."""
    NOTIFICATION_ADDED = "NOTIFICATION_ADDED"
    """`notification`: id; the user of the scope has a new one."""
    SESSIONS_ENDED = "SESSIONS_ENDED"
    """`sessions`: ids of sessions of the user of the scope that let nobody in any more."""
