"""Global ids: the kind of an object and its key, in 23 characters of base64url."""

import base64
import binascii
from collections.abc import Iterable
from uuid import UUID

# The position of a name is its code in ids that are out in the world: add at the end, never reorder.
NODE_TYPES = (
    "User",
    "Session",
    "Account",
    "Location",
    "Place",
    "Contact",
    "ConsentChange",
    "Import",
    "Conversation",
    "Note",
    "ConversationChange",
    "Tag",
    "Message",
    "Media",
    "Upload",
    "TrackedLink",
    "LinkClick",
    "PaymentRequest",
    "MessageTemplate",
    "Transfer",
    "BulkTransfer",
    "Campaign",
    "CampaignRecipient",
    "ReportRow",
    "ReportConversation",
    "Wait",
    "Export",
    "SavedReport",
    "Notification",
    "ApiKey",
    "Webhook",
    "WebhookDelivery",
    "AuditEntry",
)
CODES = {name: bytes([code]) for code, name in enumerate(NODE_TYPES, start=1)}
LENGTH = 23
_URL_SAFE = bytes.maketrans(b"+/", b"-_")

# The key of nothing: what an id of another kind, or no id at all, looks up.
NOTHING = UUID(int=0)


def global_id(type_name: str, key: UUID) -> str:
    """The opaque id of an object, unique over all types."""
    return binascii.b2a_base64(CODES[type_name] + key.bytes)[:LENGTH].translate(_URL_SAFE).decode()


def parse_id(id: str) -> tuple[str, UUID] | None:
    """The type's name and the key in a global id; None if it is none."""
    if len(id) != LENGTH or not id.isascii():
        return None
    try:
        data = base64.b64decode(id + "=", altchars=b"-_", validate=True)
    except binascii.Error:
        return None
    code, key = data[0], UUID(bytes=data[1:])
    if not 1 <= code <= len(NODE_TYPES):
        return None
    name = NODE_TYPES[code - 1]
    # Spare bits of the last character would make a second id of the same object.
    return (name, key) if global_id(name, key) == id else None


def expect_id(type_name: str | tuple[str, ...], id: str) -> UUID:
    """The key in an id of this type, or of one of these; `NOTHING` for any other text."""
    names = (type_name,) if isinstance(type_name, str) else type_name
    parsed = parse_id(id)
    return parsed[1] if parsed is not None and parsed[0] in names else NOTHING


def expect_ids(type_name: str | tuple[str, ...], ids: Iterable[str]) -> list[UUID]:
    """The keys in ids of this type, in order; `NOTHING` for each that is none."""
    return [expect_id(type_name, one) for one in ids]
