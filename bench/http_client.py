"""A client that costs little beside what it measures: one request at a time on one kept connection."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any, cast

import orjson

from bench.figures import Times


class Client(asyncio.Protocol):
    """Speaks HTTP/1.1 as far as our servers answer it: a Content-Length, no chunks."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()
        self._whole = 0
        self._answer: asyncio.Future[bytes] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        if not self._whole:
            end = self._received.find(b"\r\n\r\n")
            if end < 0:
                return
            self._whole = end + 4 + _length(bytes(self._received[:end]))
        if len(self._received) >= self._whole and self._answer is not None:
            answer, self._answer = self._answer, None
            answer.set_result(bytes(self._received[: self._whole]))
            del self._received[: self._whole]
            self._whole = 0

    def connection_lost(self, error: Exception | None) -> None:
        if self._answer is not None:
            self._answer.set_exception(error or ConnectionError("The server closed the connection."))

    async def send(self, request: bytes) -> bytes:
        """The body of the answer; an error unless its status is 200."""
        head, body = await self.ask(request)
        if not head.startswith(b"HTTP/1.1 200"):
            raise ConnectionError(f"{head.decode()} {body[:500].decode()}")
        return body

    async def ask(self, request: bytes) -> tuple[bytes, bytes]:
        """The head and the body of the answer, whatever it is."""
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        head, _, body = (await self._answer).partition(b"\r\n\r\n")
        return head, body

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()


def _length(head: bytes) -> int:
    _, _, after = head.lower().partition(b"\r\ncontent-length:")
    if not after:
        raise ConnectionError("The answer has no Content-Length.")
    return int(after.partition(b"\r\n")[0])


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[Client]:
    """A client of a server on this machine."""
    _, client = await asyncio.get_running_loop().create_connection(Client, "127.0.0.1", port)
    try:
        yield client
    finally:
        client.close()


def request(document: str, token: str, variables: dict[str, Any] | None = None) -> bytes:
    """A GraphQL request, ready to be written."""
    body = orjson.dumps({"query": document, "variables": variables or {}})
    head = (
        "POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
        f"accept: application/json\r\nauthorization: Bearer {token}\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def data_of(body: bytes) -> dict[str, Any]:
    """The data of an answer without errors."""
    answer = orjson.loads(body)
    if answer.get("errors"):
        raise ValueError(f"The answer has errors: {answer['errors'][:2]}")
    return cast(dict[str, Any], answer["data"])


async def one_client(port: int, requests: Iterator[bytes], seconds: float, most: int = 10**9) -> Times:
    """How long each request takes, one after the other."""
    times = Times()
    async with connected(port) as client:
        until = time.perf_counter() + seconds
        for each in requests:
            started = time.perf_counter()
            body = await client.send(each)
            times.append(time.perf_counter() - started)
            if b'"errors":' in body:
                data_of(body)
            if time.perf_counter() > until or len(times) >= most:
                break
    return times


async def many_clients(
    port: int, make: Callable[[], Iterator[bytes]], seconds: float, clients: int
) -> tuple[int, float]:
    """How many requests were answered, and in how many seconds."""
    started = time.perf_counter()
    answered = await asyncio.gather(*(one_client(port, make(), seconds) for _ in range(clients)))
    return sum(map(len, answered)), time.perf_counter() - started
