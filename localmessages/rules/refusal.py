from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class UserErrorCode(StrEnum):
    """Every kind of refusal. New ones may be added: treat an unknown one like `INVALID`."""

    NOT_FOUND = "NOT_FOUND"
    NOT_ALLOWED = "NOT_ALLOWED"
    INVALID = "INVALID"
    EMPTY = "EMPTY"
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
    ALREADY_EXISTS = "ALREADY_EXISTS"
    WRONG_STATE = "WRONG_STATE"
    STALE_VERSION = "STALE_VERSION"
    IDEMPOTENCY_CONFLICT = "IDEMPOTENCY_CONFLICT"
    OPTED_OUT = "OPTED_OUT"
    BLOCKED = "BLOCKED"
    CONVERSATION_CLOSED = "CONVERSATION_CLOSED"
    QUIET_HOURS = "QUIET_HOURS"
    SAME_LOCATION = "SAME_LOCATION"
    INACTIVE_LOCATION = "INACTIVE_LOCATION"
    OTHER_ACCOUNT_TREE = "OTHER_ACCOUNT_TREE"
    ALREADY_TRANSFERRED = "ALREADY_TRANSFERRED"
    UNDO_EXPIRED = "UNDO_EXPIRED"
    SENT_SINCE = "SENT_SINCE"
    UNSUPPORTED_MEDIA = "UNSUPPORTED_MEDIA"
    UNSAFE_URL = "UNSAFE_URL"
    INVALID_WINDOW = "INVALID_WINDOW"
    UNKNOWN_PLACEHOLDER = "UNKNOWN_PLACEHOLDER"
    EMPTY_AUDIENCE = "EMPTY_AUDIENCE"
    INVALID_CREDENTIALS = "INVALID_CREDENTIALS"
    INVALID_CODE = "INVALID_CODE"
    INVALID_TOKEN = "INVALID_TOKEN"
    WEAK_PASSWORD = "WEAK_PASSWORD"
    TOO_MANY_ATTEMPTS = "TOO_MANY_ATTEMPTS"
    LAST_OWNER = "LAST_OWNER"
    PROVIDER_UNAVAILABLE = "PROVIDER_UNAVAILABLE"
    SIMULATOR_ONLY = "SIMULATOR_ONLY"


class Refused(Exception):
    """Nothing was done, and this is why: what a mutation answers in `userErrors`."""

    def __init__(
        self,
        code: UserErrorCode,
        message: str,
        *,
        field: Sequence[str] | None = None,
        remedy: str | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = None if field is None else ["input", *field]
        self.remedy = remedy


class NotFound(Refused):
    """There is no such thing, or it is hidden from the viewer: the two read the same."""

    def __init__(self, what: str, *, field: Sequence[str] | None = None) -> None:
        super().__init__(UserErrorCode.NOT_FOUND, f"There is no such {what}.", field=field)


class NotAllowed(Refused):
    """The viewer sees it, but their role does not reach."""

    def __init__(
        self, message: str = "Your role does not allow this here.", *, field: Sequence[str] | None = None
    ) -> None:
        super().__init__(
            UserErrorCode.NOT_ALLOWED,
            message,
            field=field,
            remedy="Ask someone who manages this place to give you the role.",
        )


class LimitRefused(Refused):
    """More than is taken at once."""

    def __init__(
        self, message: str, *, limit: int, given: int, field: Sequence[str] | None, remedy: str | None
    ) -> None:
        super().__init__(UserErrorCode.LIMIT_EXCEEDED, message, field=field, remedy=remedy)
        self.limit = limit
        self.given = given


class AlreadyExists(Refused):
    """It would be a second one; `existing` is `(type name, id)` of the first, null where it is hidden."""

    def __init__(
        self,
        message: str,
        *,
        existing: tuple[str, UUID] | None,
        field: Sequence[str] | None,
        remedy: str | None,
    ) -> None:
        super().__init__(
            UserErrorCode.ALREADY_EXISTS, message, field=field, remedy=remedy if existing else None
        )
        self.existing = existing


class StaleVersion(Refused):
    """A colleague was faster; what is new came after `expected_version`."""

    def __init__(self, conversation_id: UUID, expected_version: int) -> None:
        super().__init__(
            UserErrorCode.STALE_VERSION,
            "The conversation has changed since you read it.",
            field=["expectedVersion"],
            remedy="Read what is new and send again with the version of the conversation as it is now.",
        )
        self.conversation_id = conversation_id
        self.expected_version = expected_version


class OptedOut(Refused):
    """The contact wants no texts since `since`; `contact_id` leads to the ledger."""

    def __init__(self, contact_id: UUID, since: datetime, *, field: Sequence[str]) -> None:
        super().__init__(
            UserErrorCode.OPTED_OUT,
            f"The contact has opted out of texts on {since:%Y-%m-%d}.",
            field=field,
            remedy="They can text START, or tell you that they want texts again: then opt them in by hand.",
        )
        self.contact_id = contact_id
        self.since = since


class AlreadyTransferred(Refused):
    """The conversation has moved to `to_location_id`."""

    def __init__(self, to_location_id: UUID, to_name: str, at: datetime, *, field: Sequence[str]) -> None:
        super().__init__(
            UserErrorCode.ALREADY_TRANSFERRED,
            f"The conversation was transferred to {to_name} on {at:%Y-%m-%d at %H:%M} UTC.",
            field=field,
            remedy=f"Ask at {to_name}, or transfer it from there.",
        )
        self.to_location_id = to_location_id
        self.transferred_at = at


class UnknownPlaceholder(Refused):
    """The text has placeholders that nothing fills."""

    def __init__(self, unknown: Sequence[str], known: Sequence[str], *, field: Sequence[str]) -> None:
        names = ", ".join("{" + name + "}" for name in unknown)
        super().__init__(
            UserErrorCode.UNKNOWN_PLACEHOLDER,
            f"The text has placeholders that cannot be filled: {names}.",
            field=field,
            remedy="Use only " + ", ".join("{" + name + "}" for name in known) + ".",
        )
        self.unknown = list(unknown)
        self.known = list(known)


class RetryLater(Refused):
    """The same request succeeds from `until` on."""

    def __init__(
        self, code: UserErrorCode, message: str, until: datetime, *, field: Sequence[str] | None = None
    ) -> None:
        super().__init__(code, message, field=field, remedy=f"Try again after {until:%Y-%m-%d %H:%M:%S} UTC.")
        self.until = until
