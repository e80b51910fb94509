"""Many websockets that cost little beside the server that feeds them: frames are counted, not read."""

import asyncio
import base64
import os
import struct
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, cast

import orjson

PATIENCE = 60.0
_TEXT, _CLOSE, _PING, _PONG = 1, 8, 9, 10


class Socket(asyncio.Protocol):
    """One socket with one subscription. Says `graphql-transport-ws` as far as a benchmark needs it."""

    def __init__(self, subscribe: Mapping[str, Any], token: str | None, *, is_sampled: bool) -> None:
        self.frames = 0
        """The `next` messages so far."""
        self.arrivals: list[float] = []
        """When each came, where this socket is sampled."""
        self.last = b""
        self.ended: str | None = None
        self.ready = asyncio.get_running_loop().create_future()
        self._init = {"Authorization": f"Bearer {token}"} if token else {}
        self._subscribe = subscribe
        self.is_sampled = is_sampled
        self._received = bytearray()
        self._is_open = False
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        key = base64.b64encode(os.urandom(16)).decode()
        self._transport.write(
            (
                "GET /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
                f"sec-websocket-key: {key}\r\nsec-websocket-version: 13\r\n"
                "sec-websocket-protocol: graphql-transport-ws\r\n\r\n"
            ).encode()
        )

    def data_received(self, data: bytes) -> None:
        self._received += data
        if not self._is_open:
            end = self._received.find(b"\r\n\r\n")
            if end < 0:
                return
            self._is_open = True
            self._open(bytes(self._received[:end]))
            del self._received[: end + 4]
        self._take_frames()

    def _open(self, head: bytes) -> None:
        if not head.startswith(b"HTTP/1.1 101"):
            self._end(head.decode())
            return
        self._say({"type": "connection_init", "payload": self._init})

    def _take_frames(self) -> None:
        received, position, size = self._received, 0, len(self._received)
        while size - position >= 2:
            length, start = received[position + 1], position + 2
            if length == 126:
                if size - position < 4:
                    break
                length, start = received[position + 2] << 8 | received[position + 3], position + 4
            elif length == 127:
                if size - position < 10:
                    break
                length, start = struct.unpack_from("!Q", received, position + 2)[0], position + 10
            if size < start + length:
                break
            self._take(received[position] & 15, start, length)
            position = start + length
        del received[:position]

    def _take(self, kind: int, start: int, length: int) -> None:
        # All other messages are short, and an event is not.
        if kind == _TEXT and length > 80:
            self.frames += 1
            if self.is_sampled:
                self.arrivals.append(time.perf_counter())
                self.last = bytes(self._received[start : start + length])
            return
        self._take_short(kind, bytes(self._received[start : start + length]))

    def _take_short(self, kind: int, payload: bytes) -> None:
        if kind == _CLOSE:
            self._end(f"closed with {payload!r}")
        elif kind == _PING:
            self._send(_PONG, payload)
        elif kind == _TEXT:
            match orjson.loads(payload)["type"]:
                case "connection_ack":
                    self._say({"id": "1", "type": "subscribe", "payload": self._subscribe})
                    self.ready.set_result(None)
                case "ping":
                    self._say({"type": "pong"})
                case _:
                    self._end(payload.decode())

    def connection_lost(self, error: Exception | None) -> None:
        self._end(f"lost: {error}")

    def _end(self, why: str) -> None:
        self.ended = self.ended or why
        if not self.ready.done():
            self.ready.set_exception(ConnectionError(why))

    def _say(self, message: Mapping[str, Any]) -> None:
        self._send(_TEXT, orjson.dumps(message))

    def _send(self, kind: int, payload: bytes) -> None:
        size = len(payload)
        head = bytes([128 | kind, 128 | size]) if size < 126 else struct.pack("!BBH", 128 | kind, 254, size)
        # A mask of zeros is a mask.
        if self._transport is not None:
            self._transport.write(head + bytes(4) + payload)

    def close(self) -> None:
        """Hang up."""
        self.ended = self.ended or "closed by us"
        if self._transport is not None:
            self._transport.abort()


@asynccontextmanager
async def sockets(
    port: int, count: int, subscribe: Mapping[str, Any], token: str | None, *, sampled: int
) -> AsyncIterator[list[Socket]]:
    """So many sockets, acknowledged and subscribed; some of them, evenly spread, note each arrival."""
    opened: list[Socket] = []
    try:
        for number in range(count):
            is_sampled = number % max(1, count // sampled) == 0
            socket = Socket(subscribe, token, is_sampled=is_sampled)
            opened.append(socket)
            loop = asyncio.get_running_loop()
            await loop.create_connection(lambda made=socket: made, "127.0.0.1", port)  # type: ignore[misc]
            async with asyncio.timeout(PATIENCE):
                await socket.ready
        yield opened
    finally:
        for socket in opened:
            socket.close()
