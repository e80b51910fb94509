"""The websocket below the protocol: clients that read or answer nothing, or break the rules of frames."""

import asyncio
import base64
import logging
import os
import socket
import struct
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from websockets.asyncio.client import connect
from websockets.frames import Frame, Opcode

from subscriptions.outlet import OUTLET, frame_head
from subscriptions.websocket import Patience
from tests.subscriptions.sockets import closed, served, until

SHORT = Patience(most_unsent=1_048_576, stalled_seconds=0.2, close_seconds=0.2)
CROWD = 2_000 if os.environ.get("SOAK") else 200
KILOBYTE = b"x" * 1_024
NO_UTF_8 = (b"\xed\xa0\x80", b"\xff", b'{"type":"\xc3')


class App:
    """Accepts, and lets the test do the rest with the outlets; remembers what came in."""

    def __init__(self):
        self.outlets = []
        self.received = []
        self.ended = 0
        self.fails = False

    async def __call__(self, scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})
        self.outlets.append(scope["extensions"][OUTLET])
        if self.fails:
            raise RuntimeError("a bug")
        while True:
            self.received.append(await receive())
            if self.received[-1]["type"] == "websocket.disconnect":
                self.ended += 1
                return


@pytest.fixture
def app():
    return App()


@asynccontextmanager
async def mute_client(address, *, receive_buffer=4_096):
    """A socket of the operating system, of which nobody reads a byte after the handshake."""
    host, port = address.split(":")
    key = base64.b64encode(os.urandom(16)).decode()
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        line.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(line, (host, int(port)))
        await loop.sock_sendall(
            line,
            f"GET / HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode(),
        )
        assert b"101" in await asyncio.wait_for(loop.sock_recv(line, 1_024), 15)
        yield line


def masked(opcode, data=b"", *, fin=True):
    return Frame(opcode, data, fin).serialize(mask=True)


async def test_a_frame_is_written_at_once_and_read_as_text(app):
    texts = ["", "a", "é" * 62, "x" * 126, "x" * 65_535, "x" * 65_536, "x" * 200_000]
    async with served(app) as address, connect(f"ws://{address}", max_size=None) as client:
        await until(lambda: bool(app.outlets))
        for text in texts:
            app.outlets[0].write(text.encode())

        assert [await client.recv() for _ in texts] == texts
        assert app.outlets[0].is_writable


@pytest.mark.parametrize("deflate", [False, True])
async def test_frames_written_in_one_go_are_read_one_by_one(app, deflate):
    texts = ["", "a", "x" * 126, "x" * 70_000]
    async with served(app, deflate=deflate) as address, connect(f"ws://{address}", max_size=None) as client:
        await until(lambda: bool(app.outlets))
        app.outlets[0].write_all([text.encode() for text in texts])

        assert [await client.recv() for _ in texts] == texts


async def test_deflated_frames_are_written_the_same_way(app):
    async with served(app, deflate=True) as address, connect(f"ws://{address}") as client:
        assert [extension.name for extension in client.protocol.extensions] == ["permessage-deflate"]
        await until(lambda: bool(app.outlets))
        app.outlets[0].write(KILOBYTE)

        assert await client.recv() == KILOBYTE.decode()


async def test_nothing_is_compressed_unless_it_is_set(app):
    async with served(app) as address, connect(f"ws://{address}", compression="deflate") as client:
        assert not client.protocol.extensions


async def test_who_leaves_too_much_unread_is_given_up_at_once(app):
    async with served(app, patience=SHORT) as address, mute_client(address):
        await until(lambda: bool(app.outlets))
        (outlet,) = app.outlets
        written = 0
        while not app.received and written < 64 * 1_048_576:
            outlet.write(KILOBYTE * 64)
            written += 65_536
            await asyncio.sleep(0)

        assert app.received[-1]["code"] == 1013
        assert outlet.unsent < 2 * 1_048_576
        outlet.write(KILOBYTE)
        await until(lambda: outlet.unsent == 0)


async def test_who_reads_nothing_for_too_long_is_given_up(app):
    async with served(app, patience=SHORT) as address, mute_client(address):
        await until(lambda: bool(app.outlets))
        (outlet,) = app.outlets
        while outlet.is_writable:
            outlet.write(KILOBYTE)
            await asyncio.sleep(0)
        assert outlet.unsent < 1_048_576

        await asyncio.wait_for(outlet.drained(), 15)
        assert app.received[-1]["code"] == 1013
        await until(lambda: outlet.unsent == 0)


async def test_who_reads_slowly_is_kept(app):
    async with served(app) as address, connect(f"ws://{address}", max_queue=1) as client:
        await until(lambda: bool(app.outlets))
        (outlet,) = app.outlets
        count = 0
        while outlet.is_writable:
            outlet.write(KILOBYTE)
            count += 1
            await asyncio.sleep(0)
        for _ in range(count):
            assert await asyncio.wait_for(client.recv(), 15) == KILOBYTE.decode()

        await asyncio.wait_for(outlet.drained(), 15)
        outlet.write(b"still here")
        assert await client.recv() == "still here"


async def test_who_answers_no_ping_is_terminated_and_may_come_again(app):
    async with (
        served(app, patience=SHORT, ws_ping_interval=0.05, ws_ping_timeout=0.1) as address,
        mute_client(address, receive_buffer=65_536) as line,
    ):
        await until(lambda: app.ended == 1)

        assert app.received[-1]["code"] == 4499
        assert app.outlets[0].unsent == 0
        # What a client finds that wakes up later: pings, then the reason.
        said = await asyncio.get_running_loop().sock_recv(line, 4_096)
        assert struct.pack("!H", 4499) in said


async def test_who_answers_pings_is_kept(app):
    async with (
        served(app, ws_ping_interval=0.01, ws_ping_timeout=5) as address,
        connect(f"ws://{address}") as client,
    ):
        await until(lambda: bool(app.outlets) and app.outlets[0].last_ping_rtt > 0)
        app.outlets[0].write(b"here")

        assert await client.recv() == "here"


async def test_a_crowd_who_never_reads_is_let_go(app):
    async with (
        served(app, patience=SHORT, ws_ping_interval=0.2, ws_ping_timeout=0.2) as address,
        AsyncExitStack() as stack,
    ):
        for _ in range(CROWD):
            await stack.enter_async_context(mute_client(address))
        await until(lambda: app.ended == CROWD)
        await until(lambda: all(outlet.disconnected for outlet in app.outlets))


async def pings(line):
    while True:
        await asyncio.get_running_loop().sock_sendall(line, masked(Opcode.PING, b"x" * 125) * 100)


async def test_a_flood_of_pings_by_who_reads_nothing_ends(app):
    async with served(app, patience=SHORT) as address, mute_client(address) as line:
        await until(lambda: bool(app.outlets))
        flood = asyncio.create_task(pings(line))

        await until(lambda: app.ended == 1)
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            await asyncio.wait_for(flood, 15)
        assert app.received[-1]["code"] == 1013


async def test_text_that_is_no_utf_8_comes_as_bytes(app):
    async with served(app) as address, mute_client(address) as line:
        for bad in NO_UTF_8:
            await asyncio.get_running_loop().sock_sendall(line, masked(Opcode.TEXT, bad))
        await until(lambda: len(app.received) == 3)

    assert [message.get("bytes") for message in app.received[:3]] == [
        b"\xed\xa0\x80",
        b"\xff",
        b'{"type":"\xc3',
    ]


async def test_an_endless_message_of_empty_pieces_takes_no_room(app):
    async with served(app) as address, mute_client(address) as line:
        await until(lambda: bool(app.outlets))
        pieces = masked(Opcode.TEXT, b"a", fin=False) + masked(Opcode.CONT, fin=False) * 1_000
        await asyncio.get_running_loop().sock_sendall(line, pieces)
        await asyncio.get_running_loop().sock_sendall(line, masked(Opcode.CONT, b"b"))
        await until(lambda: bool(app.received))

        assert app.received == [{"type": "websocket.receive", "text": "ab"}]
        assert not app.outlets[0].frames


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        (masked(Opcode.TEXT, b"x" * 5_000), 1009),
        (masked(Opcode.TEXT, b"x" * 900, fin=False) + masked(Opcode.CONT, b"x" * 900), 1009),
        (b"\x81\x01a", 1002),
        (b"\x83\x80\0\0\0\0", 1002),
        (masked(Opcode.CONT, b"a"), 1002),
    ],
    ids=["too long", "too long in pieces", "not masked", "reserved", "no beginning"],
)
async def test_who_breaks_the_rules_of_frames_is_told_why(app, caplog, frames, code):
    async with served(app, patience=SHORT, ws_max_size=1_000) as address:
        async with connect(f"ws://{address}") as client:
            client.transport.write(frames)
            # Still on its way when the server has made up its mind.
            client.transport.write(b"x" * 2_000_000)

            assert (await closed(client))[0] == code
        await until(lambda: app.ended == 1)
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


async def test_who_always_has_something_to_say_lets_others_have_a_turn():
    said = 0
    ended = asyncio.Event()

    async def talkative(scope, receive, send):
        nonlocal said
        await receive()
        await send({"type": "websocket.accept"})
        try:
            while said < 1_000_000:
                await send({"type": "websocket.send", "text": "and"})
                said += 1
        finally:
            ended.set()

    async with served(talkative) as address:
        async with connect(f"ws://{address}") as client:
            assert await client.recv() == "and"
        await asyncio.wait_for(ended.wait(), 15)
    assert said < 1_000_000


async def test_a_bug_of_the_application_lets_the_client_come_again(app, caplog):
    app.fails = True
    async with served(app) as address, connect(f"ws://{address}") as client:
        assert (await closed(client))[0] == 1013
    assert "a bug" in caplog.text


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536, 1_000_000])
def test_the_head_of_a_frame_is_that_of_the_library(size):
    assert frame_head(size) + b"x" * size == Frame(Opcode.TEXT, b"x" * size).serialize(mask=False)
