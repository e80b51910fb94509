"""A websocket as uvicorn serves it, where a client that does not read costs nobody anything."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.http11 import Request

from subscriptions.outlet import OUTLET, frame_head

# graphql-ws tries again after these; 1011, which uvicorn would send, is the end for it.
TERMINATED, TRY_AGAIN_LATER = 4499, 1013


@dataclass(frozen=True, slots=True)
class Patience:
    """How much of what it was sent a client may leave unread, and for how long."""

    most_unsent: int = 1_048_576
    stalled_seconds: float = 15
    close_seconds: float = 3
    """How long the end may take: the client's own close message, and what it has not read."""


class Mailbox:
    """What came in, for one reader: a queue of asyncio takes three kilobytes more a socket."""

    __slots__ = ("_held", "_waiting")

    def __init__(self) -> None:
        self._held: list[Any] = []
        self._waiting: asyncio.Future[None] | None = None

    def put_nowait(self, message: Any) -> None:
        self._held.append(message)
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    def empty(self) -> bool:
        return not self._held

    async def get(self) -> Any:
        while not self._held:
            self._waiting = asyncio.get_running_loop().create_future()
            try:
                await self._waiting
            finally:
                self._waiting = None
        return self._held.pop(0)


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """Stands in `scope["extensions"]` as the `Outlet` of its socket."""

    def __init__(self, *args: Any, patience: Patience | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        self._patience = patience or Patience()
        self.queue = Mailbox()  # type: ignore[assignment]
        self.close_timeout = self._patience.close_seconds
        self._stalled: asyncio.TimerHandle | None = None
        self._aborting: asyncio.TimerHandle | None = None

    # What the application is offered.

    @property
    def unsent(self) -> int:
        return 0 if self.disconnected else self.transport.get_write_buffer_size()

    @property
    def is_writable(self) -> bool:
        return self.writable.is_set()

    async def drained(self) -> None:
        await self.writable.wait()

    def write(self, text: bytes) -> None:
        if self.close_sent or self.disconnected or self.transport.is_closing():
            return
        if self.conn.extensions:
            self.conn.send_text(text)
            self.transport.write(b"".join(self.conn.data_to_send()))
        else:
            self.transport.write(frame_head(len(text)) + text)
        self._check_unsent()

    def write_all(self, texts: Iterable[bytes]) -> None:
        if self.conn.extensions or self.close_sent or self.disconnected or self.transport.is_closing():
            for text in texts:
                self.write(text)
            return
        self.transport.write(b"".join([part for text in texts for part in (frame_head(len(text)), text)]))
        self._check_unsent()

    def give_up(self, code: int, reason: str) -> None:
        if self.close_sent or self.disconnected or self.transport.is_closing():
            return
        self.stop_keepalive()
        self.conn.fail(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.transport.close()
        self._abort_after(self.close_timeout)

    # What uvicorn calls.

    async def send(self, message: ASGISendEvent) -> None:
        await super().send(message)
        if message["type"] == "websocket.accept":
            # Kilobytes of headers, for as long as the socket is open.
            self.request = self.response = None  # type: ignore[assignment]
        # Who always has something to say would never let anybody else have a turn, not even the end of its
        # own line: what is written to one that is broken is dropped without a word.
        await asyncio.sleep(0)

    def connection_lost(self, exc: Exception | None) -> None:
        for timer in filter(None, (self._stalled, self._aborting)):
            timer.cancel()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        seconds = self._patience.stalled_seconds
        self._stalled = self.loop.call_later(seconds, self.give_up, TRY_AGAIN_LATER, "Reads too slowly")

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

    def keepalive_timeout(self) -> None:
        self.give_up(TERMINATED, "Does not answer")

    def data_received(self, data: bytes) -> None:
        if self.conn.parser_exc is not None:
            # The rest of what was refused; unread, it would reset the connection before the client knows why.
            return
        super().data_received(data)
        # Pings are answered without the application, also of those who read no answer.
        self._check_unsent()

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if not self.close_sent:
            cast(dict[str, Any], self.scope["extensions"])[OUTLET] = self

    def handle_cont(self, event: Frame) -> None:
        # An endless message of empty pieces has no size that a limit would notice.
        if event.data or event.fin:
            super().handle_cont(event)

    def send_receive_event_to_app(self) -> None:
        self.frames = [b"".join(self.frames)]
        if self.curr_msg_data_type == "text" and not _is_text(self.frames[0]):
            self.curr_msg_data_type = "bytes"
        super().send_receive_event_to_app()

    def handle_parser_exception(self) -> None:
        if self.conn.close_sent is None:
            # Not even a handshake.
            self.transport.write(b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n")
            self.transport.close()
            return
        code, reason = self.conn.close_sent.code, self.conn.close_sent.reason
        self.stop_keepalive()
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.close_timer = self.loop.call_later(self.close_timeout, self.transport.close)

    async def run_asgi(self) -> None:
        try:
            await self.app(self.scope, self.receive, self.send)
        except (ClientDisconnected, asyncio.CancelledError):
            # A server that stops at once cancels what runs; that is no error.
            pass
        except Exception:
            self.logger.exception("Exception in ASGI application\n")
            self.send_500_response()
            self.give_up(TRY_AGAIN_LATER, "Something went wrong on our side")
        if self.close_timer is None and not self.disconnected:
            self.transport.close()
        # Neither a close message nor `close()` ends the connection of who does not read.
        self._abort_after(2 * self.close_timeout)

    def _check_unsent(self) -> None:
        if self.unsent > self._patience.most_unsent:
            self.give_up(TRY_AGAIN_LATER, "Reads too slowly")

    def _abort_after(self, seconds: float) -> None:
        if self._aborting is None and not self.disconnected:
            self._aborting = self.loop.call_later(seconds, self.transport.abort)


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
