"""Three Redis servers on loopback that are a cluster."""

import asyncio
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import redis
from redis.crc import REDIS_CLUSTER_HASH_SLOTS, key_slot

from localmessages.embedded.account import Account
from localmessages.embedded.programs import redis_program
from tests.support.waiting import eventually

COUNT = 3


def packed_program() -> Path:
    """The Redis of the tests, which is older than sharded publish and subscribe."""
    return redis_program(Account(os.getuid(), os.getgid(), foreign=False))


def sharding_program() -> Path | None:
    """A Redis 7 of the machine, if there is one."""
    for folder in [*os.environ.get("PATH", "").split(os.pathsep), "/usr/bin", "/opt/homebrew/bin"]:
        found = shutil.which("redis-server", path=folder)
        if found is not None and major_version(found) >= 7:
            return Path(found)
    return None


def major_version(program: str) -> int:
    said = subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout
    return int(said.partition("v=")[2].partition(".")[0])


class RedisCluster:
    """The servers share the slots evenly; none has a replica."""

    def __init__(self, program: Path, directory: Path) -> None:
        self.is_sharded = major_version(str(program)) >= 7
        self._program = program
        self._directory = directory
        self.ports = _free_ports()
        self._children: dict[int, subprocess.Popen[bytes]] = {}
        self.url = "redis+cluster://" + ",".join(f"127.0.0.1:{port}" for port in self.ports)

    def start(self, port: int) -> None:
        """Have a server run, with what it remembers of the cluster."""
        directory = self._directory / str(port)
        directory.mkdir(exist_ok=True)
        command = [str(self._program), "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
        command += ["--cluster-enabled", "yes", "--cluster-require-full-coverage", "no"]
        command += ["--cluster-node-timeout", "2000", "--dir", str(directory), "--loglevel", "warning"]
        self._children[port] = subprocess.Popen(command, stdout=subprocess.DEVNULL)

    def kill(self, port: int) -> None:
        child = self._children.pop(port)
        child.kill()
        child.wait()

    def kill_all(self) -> None:
        for port in list(self._children):
            self.kill(port)

    def ask(self, port: int, *words: Any) -> Any:
        """What a server answers, as it says it."""
        connection = redis.Connection(port=port, socket_timeout=5, protocol=2)
        try:
            connection.send_command(*words)
            return connection.read_response()
        finally:
            connection.disconnect()

    def owner(self, channel: str) -> int:
        """The port of the server that has a channel."""
        slot = key_slot(channel.encode())
        ranges = self.ask(self.ports[0], "CLUSTER", "SLOTS")
        return next(int(at[1]) for first, last, at, *_ in ranges if first <= slot <= last)

    async def form(self) -> None:
        """Start all of them, and make them a cluster."""
        for port in self.ports:
            self.start(port)
        for port in self.ports:
            await eventually(lambda port=port: self._answers(port))  # type: ignore[misc]
        share = -(-REDIS_CLUSTER_HASH_SLOTS // COUNT)
        for number, port in enumerate(self.ports):
            slots = range(number * share, min((number + 1) * share, REDIS_CLUSTER_HASH_SLOTS))
            self.ask(port, "CLUSTER", "ADDSLOTS", *slots)
            self.ask(port, "CLUSTER", "MEET", "127.0.0.1", self.ports[0])
        await self.is_well()

    async def is_well(self) -> None:
        """Return when all of them agree that every slot is served."""
        for port in self.ports:
            await eventually(lambda port=port: self._is_formed(port), within=30)  # type: ignore[misc]

    def give(self, channel: str, to: int) -> None:
        """Move the slot of a channel, in which there are no keys, to another server."""
        slot, receiver = key_slot(channel.encode()), self.ask(to, "CLUSTER", "MYID")
        for port in [to, *self.ports]:
            self.ask(port, "CLUSTER", "SETSLOT", slot, "NODE", receiver)

    async def _answers(self, port: int) -> bool:
        try:
            return bool(self.ask(port, "PING") == b"PONG")
        except redis.ConnectionError:
            return False

    async def _is_formed(self, port: int) -> bool:
        info = self.ask(port, "CLUSTER", "INFO").decode()
        return "cluster_state:ok" in info and f"cluster_slots_assigned:{REDIS_CLUSTER_HASH_SLOTS}" in info


@contextmanager
def redis_cluster(program: Path, directory: Path) -> Iterator[RedisCluster]:
    cluster = RedisCluster(program, directory)
    try:
        asyncio.run(cluster.form())
        yield cluster
    finally:
        cluster.kill_all()


def _free_ports() -> list[int]:
    """Ports of which that of the servers among themselves, 10,000 above, is free too."""
    found: list[int] = []
    while len(found) < COUNT:
        with socket.socket() as one, socket.socket() as other:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1] % 20_000 + 20_000
            try:
                other.bind(("127.0.0.1", port + 10_000))
                with socket.socket() as third:
                    third.bind(("127.0.0.1", port))
            except OSError:
                continue
        found.append(port)
    return found
