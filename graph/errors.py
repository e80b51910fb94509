"""Top-level errors: a bad document or argument, no right to be here, or a bug."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any
from uuid import uuid4

import asyncpg
import structlog
from graphql import GraphQLError

from localmessages import metrics
from localmessages.rates import RateLimited
from localmessages.reports.cursor import BadCursor
from localmessages.reports.keyset import BadPage, PageTooLong
from localmessages.rules.refusal import LimitRefused, NotAllowed, Refused
from localmessages.rules.windows import InvalidWindow

# How the core begins the one error about a client's value that it finds only while it executes: a variable
# that is null, or left out, where the argument takes no null.
CORE_REFUSES_ARGUMENT = "Argument '"

log = structlog.get_logger(__name__)


class ErrorCode(StrEnum):
    """The `extensions.code` of a top-level error."""

    GRAPHQL_PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
    GRAPHQL_VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    BAD_REQUEST = "BAD_REQUEST"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    INVALID_WINDOW = "INVALID_WINDOW"
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
    RATE_LIMITED = "RATE_LIMITED"
    PERSISTED_QUERY_NOT_FOUND = "PERSISTED_QUERY_NOT_FOUND"
    TIMEOUT = "TIMEOUT"
    INTERNAL_SERVER_ERROR = "INTERNAL_SERVER_ERROR"


class RequestRefused(Exception):
    """A request that is not executed at all: errors without data, and the HTTP status that goes with them."""

    def __init__(
        self, errors: Sequence[GraphQLError], *, status: int = 400, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__("; ".join(error.message for error in errors))
        self.errors = list(errors)
        self.status = status
        self.headers = headers or {}


def coded(code: ErrorCode, message: str, **extensions: Any) -> GraphQLError:
    return GraphQLError(message, extensions={"code": code.value, **extensions})


def bad_request(message: str, *, status: int = 400, headers: dict[str, str] | None = None) -> RequestRefused:
    return RequestRefused([coded(ErrorCode.BAD_REQUEST, message)], status=status, headers=headers)


def unauthenticated(message: str = "Sign in first, or send a valid token.") -> GraphQLError:
    return coded(ErrorCode.UNAUTHENTICATED, message)


def forbidden(message: str) -> GraphQLError:
    return coded(ErrorCode.FORBIDDEN, message)


def too_much(message: str, *, limit: int, value: int, status: int = 400) -> RequestRefused:
    error = coded(ErrorCode.LIMIT_EXCEEDED, message, limit=limit, value=value)
    return RequestRefused([error], status=status)


def too_often(refused: RateLimited) -> RequestRefused:
    """The refusal of a request that comes too soon."""
    error = coded(ErrorCode.RATE_LIMITED, str(refused), retryAfterSeconds=refused.seconds)
    return RequestRefused([error], status=429, headers={"retry-after": str(refused.seconds)})


def formatted(error: GraphQLError, default: ErrorCode = ErrorCode.INTERNAL_SERVER_ERROR) -> dict[str, Any]:
    """An error as clients see it; what nobody foresaw is logged and masked.

    `default` is the code of an error that came without one; a bug, unless the request never got as far.
    """
    shown = error.formatted
    extensions = _extensions(error, default)
    if extensions["code"] == ErrorCode.INTERNAL_SERVER_ERROR:
        return {
            **shown,
            "message": "Something went wrong on our side.",
            "extensions": _logged(error, extensions),
        }
    if isinstance(error.original_error, asyncpg.QueryCanceledError):
        shown = {**shown, "message": "The database took too long over this. Ask for less at a time."}
    return {**shown, "extensions": extensions}


def _extensions(error: GraphQLError, default: ErrorCode) -> dict[str, Any]:
    given = {**(error.extensions or {})}
    match error.original_error:
        case PageTooLong() as long:
            return {"code": ErrorCode.LIMIT_EXCEEDED, "limit": long.limit, "value": long.value}
        case BadCursor() | BadPage():
            return {"code": ErrorCode.BAD_USER_INPUT}
        case InvalidWindow():
            return {"code": ErrorCode.INVALID_WINDOW}
        case LimitRefused() as limited:
            return {"code": ErrorCode.LIMIT_EXCEEDED, "limit": limited.limit, "value": limited.given}
        case NotAllowed():
            return {"code": ErrorCode.FORBIDDEN}
        case Refused():
            return {"code": ErrorCode.BAD_USER_INPUT}
        case TimeoutError() | asyncpg.QueryCanceledError():
            return {"code": ErrorCode.TIMEOUT}
        case None | GraphQLError() if given.get("code") or not error.message.startswith(
            CORE_REFUSES_ARGUMENT
        ):
            return {"code": default, **given}
        case None | GraphQLError():
            return {"code": ErrorCode.BAD_USER_INPUT}
    return {"code": ErrorCode.INTERNAL_SERVER_ERROR}


def _logged(error: GraphQLError, extensions: dict[str, Any]) -> dict[str, Any]:
    error_id = uuid4().hex
    metrics.BUGS.inc()
    log.error(
        "graphql.bug",
        error_id=error_id,
        path=error.path,
        message=error.message,
        exc_info=error.original_error or error,
    )
    return {**extensions, "errorId": error_id}
