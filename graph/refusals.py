"""Refusals as the API shows them: each with the data that its remedy needs."""

from typing import Any, TypedDict, cast

from strawberry import Info

from graph.ids import global_id
from graph.types.conversation import Conversation
from graph.types.place import Place
from graph.types.refusal import (
    AlreadyExistsError,
    AlreadyTransferredError,
    LimitError,
    OptedOutError,
    PlaceholderError,
    Refusal,
    RetryLaterError,
    StaleVersionError,
    UserError,
)
from localmessages.rules.refusal import (
    AlreadyExists,
    AlreadyTransferred,
    LimitRefused,
    OptedOut,
    Refused,
    RetryLater,
    StaleVersion,
    UnknownPlaceholder,
    UserErrorCode,
)


class Words(TypedDict):
    """What every refusal says."""

    code: UserErrorCode
    message: str
    field: list[str] | None
    remedy: str | None


async def user_error(no: Refused, info: Info) -> UserError:
    """The refusal `no` as its type in the API, with what the viewer may see of its objects."""
    words = Words(code=no.code, message=no.message, field=no.field, remedy=no.remedy)
    match no:
        case LimitRefused():
            return LimitError(**words, limit=no.limit, given=no.given)
        case UnknownPlaceholder():
            return PlaceholderError(**words, unknown=no.unknown, known=no.known)
        case RetryLater():
            return RetryLaterError(**words, until=no.until)
        case AlreadyExists():
            existing = no.existing and await _node(info, *no.existing)
            return AlreadyExistsError(**words, existing=existing)
        case StaleVersion():
            return await _stale_version(no, words, info)
        case OptedOut():
            change = await info.context.load.opted_out_change(no.contact_id, no.since, info=info)
            return OptedOutError(**words, since=no.since, change=change)
        case AlreadyTransferred():
            place = cast(Place, await _node(info, "Place", no.to_location_id))
            return AlreadyTransferredError(**words, to=place, transferred_at=no.transferred_at)
    return Refusal(**words)


async def _stale_version(no: StaleVersion, words: Words, info: Info) -> UserError:
    talk = cast(Conversation | None, await _node(info, "Conversation", no.conversation_id))
    if talk is None:
        return Refusal(**words)
    entries = await info.context.load.entries_since(talk, version=no.expected_version, info=info)
    return StaleVersionError(**words, conversation=talk, new_entries=entries)


async def _node(info: Info, type_name: str, key: Any) -> Any:
    return await info.context.load.query_node(id=global_id(type_name, key), info=info)
