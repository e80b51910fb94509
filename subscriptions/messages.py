"""The messages of `graphql-transport-ws`, to the letter: what is not one of them ends the socket."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from graph.errors import RequestRefused
from graph.request import GraphQLRequest

SUBPROTOCOL = "graphql-transport-ws"
# What the frame of a close message holds beside the code.
LONGEST_REASON = 123
# It is in every message of its operation.
LONGEST_ID = 1_000


class SocketRefused(Exception):
    """The socket must close, with this code of the protocol."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason.encode()[:LONGEST_REASON].decode(errors="ignore")


@dataclass(frozen=True, slots=True)
class ConnectionInit:
    """The first message; the token is in its payload."""

    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ping:
    """To be answered with the same payload."""

    payload: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Pong:
    """To be ignored."""


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Run an operation."""

    id: str
    request: GraphQLRequest


@dataclass(frozen=True, slots=True)
class Complete:
    """Stop an operation."""

    id: str


Message = ConnectionInit | Ping | Pong | Subscribe | Complete


def message_in(event: Mapping[str, Any], most_bytes: int) -> Message:
    """The message in an ASGI event; `SocketRefused` unless it is one."""
    text = event.get("text")
    if text is None:
        raise _invalid("Send text frames.")
    if len(text) > most_bytes or len(data := text.encode()) > most_bytes:
        raise SocketRefused(1009, f"A message has at most {most_bytes} bytes.")
    try:
        content = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise _invalid("The message is not JSON.") from None
    if not isinstance(content, dict):
        raise _invalid("A message is an object.")
    kind = content.get("type")
    read = _READERS.get(kind) if isinstance(kind, str) else None
    if read is None:
        raise _invalid("There is no such type of message.")
    return read(content, len(data))


def frame(type: str, id: str | None = None, payload: object = None) -> str:
    """A message to the client, as the text of a frame. What is to be encoded once is encoded by itself."""
    parts = [b'{"type":"', type.encode(), b'"']
    if id is not None:
        parts += [b',"id":', orjson.dumps(id)]
    if payload is not None:
        parts += [b',"payload":', orjson.dumps(payload)]
    return b"".join([*parts, b"}"]).decode()


def _invalid(reason: str) -> SocketRefused:
    return SocketRefused(4400, f"Invalid message: {reason}")


def _connection_init(content: dict[str, Any], sent: int) -> ConnectionInit:
    return ConnectionInit(_payload(content) or {})


def _ping(content: dict[str, Any], sent: int) -> Ping:
    return Ping(_payload(content))


def _pong(content: dict[str, Any], sent: int) -> Pong:
    _payload(content)
    return Pong()


def _subscribe(content: dict[str, Any], sent: int) -> Subscribe:
    try:
        return Subscribe(_id(content), GraphQLRequest.of(content.get("payload"), sent))
    except RequestRefused as refused:
        raise _invalid(str(refused)) from None


def _complete(content: dict[str, Any], sent: int) -> Complete:
    return Complete(_id(content))


_READERS: Mapping[str, Callable[[dict[str, Any], int], Message]] = {
    "connection_init": _connection_init,
    "ping": _ping,
    "pong": _pong,
    "subscribe": _subscribe,
    "complete": _complete,
}


def _id(content: dict[str, Any]) -> str:
    given = content.get("id")
    if not isinstance(given, str) or not given:
        raise _invalid("`id` must be a string that is not empty.")
    if len(given) > LONGEST_ID:
        raise _invalid(f"`id` has at most {LONGEST_ID} characters.")
    return given


def _payload(content: dict[str, Any]) -> Mapping[str, Any] | None:
    payload = content.get("payload")
    if not isinstance(payload, dict | None):
        raise _invalid("`payload` must be an object.")
    return payload
