from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry

from graph.types.enums import describe
from localmessages.rules.refusal import UserErrorCode

if TYPE_CHECKING:
    from graph.types.consent import ConsentChange
    from graph.types.conversation import Conversation
    from graph.types.node import Node
    from graph.types.place import Place
    from graph.types.timeline import TimelineEntry

describe(
    UserErrorCode,
    "Every kind of refusal. New ones may be added: treat an unknown one like `INVALID`.",
    NOT_FOUND="There is no such object, or it is not the viewer's to see.",
    NOT_ALLOWED="The viewer may see the object, but their role does not allow this.",
    INVALID="A value is malformed or out of range; see `field`.",
    EMPTY="Something that must not be empty is: a text without body and media, a name of spaces.",
    LIMIT_EXCEEDED="More than the API takes at once; `LimitError` says how many it takes.",
    ALREADY_EXISTS=(
        "It would be a second one of a kind that there is one of; `AlreadyExistsError` has the first."
    ),
    WRONG_STATE="The object is in a state in which this is impossible, such as a campaign that has ended.",
    STALE_VERSION="A colleague was faster; `StaleVersionError` has what is new.",
    IDEMPOTENCY_CONFLICT="The idempotency key was used before with another input.",
    OPTED_OUT="The contact has opted out; `OptedOutError` says since when.",
    BLOCKED="The contact is blocked.",
    CONVERSATION_CLOSED="The conversation is closed. Reopen it first.",
    QUIET_HOURS="It is too early or too late at the contact's location; `RetryLaterError` says until when.",
    SAME_LOCATION="The conversation is at that location already.",
    INACTIVE_LOCATION="The location is not active.",
    OTHER_ACCOUNT_TREE="The location belongs to another organisation.",
    ALREADY_TRANSFERRED="The conversation has moved meanwhile; `AlreadyTransferredError` says where.",
    UNDO_EXPIRED="The ten minutes for an undo are over.",
    SENT_SINCE="Something was sent after the transfer, so it can no longer be undone.",
    UNSUPPORTED_MEDIA="A file of that type or size cannot be sent.",
    UNSAFE_URL="A link must be absolute and begin with http or https.",
    INVALID_WINDOW="The range of dates is reversed, empty or longer than 400 days.",
    UNKNOWN_PLACEHOLDER="The text has placeholders that cannot be filled; `PlaceholderError` names them.",
    EMPTY_AUDIENCE="Nobody would get the campaign.",
    INVALID_CREDENTIALS="E-mail address and password do not match.",
    INVALID_CODE="The second-factor code is wrong or used up.",
    INVALID_TOKEN="The link or token is wrong, used or expired. Ask for a new one.",  # noqa: S106
    WEAK_PASSWORD="The password is shorter than 12 characters or among the commonest.",  # noqa: S106
    TOO_MANY_ATTEMPTS="Too many failed attempts; `RetryLaterError` says when to try again.",
    LAST_OWNER="The account would be left without an owner.",
    PROVIDER_UNAVAILABLE="The carrier or payment provider did not answer. Nothing was changed; try again.",
    SIMULATOR_ONLY="Possible only with the simulated carrier.",
)


@strawberry.interface(
    description=(
        "A refusal: nothing was done, and this is why. Show `message`; branch on `code` or on the type."
    ),
)
class UserError:
    code: UserErrorCode = strawberry.field(description="What kind of refusal it is.")
    message: str = strawberry.field(description="One sentence for the person who asked, in English.")
    field: list[str] | None = strawberry.field(
        description=(
            'Path into the mutation\'s arguments, such as `["input", "body"]`; null when no single field is '
            "to blame."
        ),
    )
    remedy: str | None = strawberry.field(
        description="What to do about it, in one sentence; null when nothing would help."
    )


@strawberry.type(description="A refusal that needs no more than words.")
class Refusal(UserError):
    code: UserErrorCode = strawberry.field(description="What kind of refusal it is.")
    message: str = strawberry.field(description="One sentence for the person who asked.")
    field: list[str] | None = strawberry.field(
        description="Path to the argument to blame; null when there is none."
    )
    remedy: str | None = strawberry.field(description="What to do about it; null when nothing would help.")


@strawberry.type(description="`LIMIT_EXCEEDED`, with the limit.")
class LimitError(UserError):
    code: UserErrorCode = strawberry.field(description="`LIMIT_EXCEEDED`.")
    message: str = strawberry.field(description="One sentence with the limit and what was given.")
    field: list[str] | None = strawberry.field(
        description="The argument that is too large; null when it is several together."
    )
    remedy: str | None = strawberry.field(description="How to split the work; null when it cannot be split.")
    limit: int = strawberry.field(
        description="The most that is taken, in the unit of the field: characters, items, bytes."
    )
    given: int = strawberry.field(description="How much was given.")


@strawberry.type(description="`ALREADY_EXISTS`, with the object that is in the way.")
class AlreadyExistsError(UserError):
    code: UserErrorCode = strawberry.field(description="`ALREADY_EXISTS`.")
    message: str = strawberry.field(description="One sentence that names the object.")
    field: list[str] | None = strawberry.field(
        description="The argument that collides; null when it is the whole."
    )
    remedy: str | None = strawberry.field(
        description="Which object to use or change instead; null when it is hidden from the viewer."
    )
    existing: Node | None = strawberry.field(
        description="The object that is there already; null when the viewer may not see it."
    )


@strawberry.type(description="`STALE_VERSION`, with what the viewer has not seen yet.")
class StaleVersionError(UserError):
    code: UserErrorCode = strawberry.field(description="`STALE_VERSION`.")
    message: str = strawberry.field(description="One sentence that says who was faster.")
    field: list[str] | None = strawberry.field(description="Path to `expectedVersion`; never null here.")
    remedy: str | None = strawberry.field(
        description="To read what is new and send again with the version of `conversation`; never null here."
    )
    conversation: Conversation = strawberry.field(description="The conversation as it is now.")
    new_entries: list[TimelineEntry] = strawberry.field(
        description="What came after the expected version, oldest first, at most the last 20."
    )


@strawberry.type(description="`OPTED_OUT`, with how it came about.")
class OptedOutError(UserError):
    code: UserErrorCode = strawberry.field(description="`OPTED_OUT`.")
    message: str = strawberry.field(description="One sentence with the date.")
    field: list[str] | None = strawberry.field(
        description="Path to the argument that names the contact or conversation; never null here."
    )
    remedy: str | None = strawberry.field(
        description=(
            "That the contact can text START, or say so to a colleague who then calls `optInContact`; "
            "never null here."
        ),
    )
    since: datetime = strawberry.field(description="When the contact opted out.")
    change: ConsentChange | None = strawberry.field(
        description="The entry of the consent ledger; null when it happened where the viewer may not look."
    )


@strawberry.type(description="`ALREADY_TRANSFERRED`, with the place where the conversation is.")
class AlreadyTransferredError(UserError):
    code: UserErrorCode = strawberry.field(description="`ALREADY_TRANSFERRED`.")
    message: str = strawberry.field(description="One sentence with the place, the person and the time.")
    field: list[str] | None = strawberry.field(
        description="Path to the argument that names the conversation; never null here."
    )
    remedy: str | None = strawberry.field(
        description="Whom to ask, or to transfer it from there; never null here."
    )
    to: Place = strawberry.field(description="Where it is now.")
    transferred_at: datetime = strawberry.field(description="When it moved there.")


@strawberry.type(description="`UNKNOWN_PLACEHOLDER`, with the ones in question.")
class PlaceholderError(UserError):
    code: UserErrorCode = strawberry.field(description="`UNKNOWN_PLACEHOLDER`.")
    message: str = strawberry.field(description="One sentence that names them.")
    field: list[str] | None = strawberry.field(description="Path to the text; never null here.")
    remedy: str | None = strawberry.field(description="Which placeholders there are; never null here.")
    unknown: list[str] = strawberry.field(
        description="The placeholders that cannot be filled, without braces."
    )
    known: list[str] = strawberry.field(description="The placeholders that can be used, without braces.")


@strawberry.type(description="`QUIET_HOURS` or `TOO_MANY_ATTEMPTS`: the same request succeeds later.")
class RetryLaterError(UserError):
    code: UserErrorCode = strawberry.field(description="`QUIET_HOURS` or `TOO_MANY_ATTEMPTS`.")
    message: str = strawberry.field(description="One sentence with the time.")
    field: list[str] | None = strawberry.field(description="The argument to blame; null when there is none.")
    remedy: str | None = strawberry.field(description="When to come back; never null here.")
    until: datetime = strawberry.field(description="From when on it is allowed.")
