"""Logs from files, compressed files and standard input."""

import gzip
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO

from localmessages.replay.engine import BadLine, Numbered, Replay, ReplayCounts, read_line
from localmessages.services import Services

Progress = Callable[[int], None]

# Lines decided on before they are written: enough to make bulk writes cheap, few enough to stay in memory.
_STRETCH = 5_000


async def replay_files(
    services: Services, files: Sequence[str], *, batch: int | None = None, progress: Progress | None = None
) -> ReplayCounts:
    """Apply logs in the order given. One transaction a file; with `batch`, one for so many lines of a file.

    `-` is standard input; `.gz` is decompressed. `progress` is told how many lines were done. A bad line
    raises `BadLine` with its file and number, and nothing of its transaction is kept.
    """
    counts = ReplayCounts()
    for name in files:
        with _open(name) as file:
            try:
                await replay_lines(services, file, batch=batch, progress=progress, counts=counts)
            except BadLine as bad:
                raise BadLine(bad.number, bad.reason, name) from None
    return counts


async def replay_lines(
    services: Services,
    lines: Iterable[bytes],
    *,
    batch: int | None = None,
    progress: Progress | None = None,
    counts: ReplayCounts | None = None,
) -> ReplayCounts:
    """Apply the lines of one log: all in one transaction, or `batch` lines in each."""
    counts = counts or ReplayCounts()
    numbered = _numbered(lines)
    if batch is None:
        await _replay_one_transaction(services, _stretches(numbered, _STRETCH), counts, progress)
    else:
        for stretch in _stretches(numbered, batch):
            await _replay_one_transaction(services, _stretches(iter(stretch), _STRETCH), counts, progress)
    await fold_rollups(services)
    if counts.applied.total() >= _STRETCH:
        await _look_over(services)
    return counts


async def _replay_one_transaction(
    services: Services, stretches: Iterable[list[Numbered]], counts: ReplayCounts, progress: Progress | None
) -> None:
    async with services.transaction() as tx:
        replay = Replay(tx, counts, now=services.clock())
        for stretch in stretches:
            await replay.apply(stretch)
            if progress is not None:
                progress(len(stretch))


async def fold_rollups(services: Services, most: int = 50_000) -> None:
    """Move what the log has added into the rollups, so that the first readers need not add it up."""
    async with services.database.connection() as connection:
        while await connection.fetchval("SELECT fold_message_hours($1)", most):
            continue


async def _look_over(services: Services) -> None:
    """Statistics of what was loaded: plans from before it are bad, and autovacuum takes its time."""
    async with services.database.connection() as connection:
        await connection.execute("ANALYZE")


def _numbered(lines: Iterable[bytes]) -> Iterator[Numbered]:
    for number, text in enumerate(lines, 1):
        if text.strip():
            yield read_line(number, text)


def _stretches(lines: Iterator[Numbered], size: int) -> Iterator[list[Numbered]]:
    while stretch := list(islice(lines, size)):
        yield stretch


@contextmanager
def _open(name: str) -> Iterator[IO[bytes]]:
    if name == "-":
        yield sys.stdin.buffer
    elif name.endswith(".gz"):
        with gzip.open(name, "rb") as packed:
            yield packed  # type: ignore[misc]
    else:
        with Path(name).open("rb") as plain:
            yield plain
