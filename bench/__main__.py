"""`make bench`: every measurement, or those that are named."""

import argparse
import os
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import uvloop
from rich.console import Console

from bench import (
    cold_start,
    cpu,
    exports,
    fanout,
    inbox,
    limits,
    machine,
    replaying,
    report,
    summary,
    writing,
)
from bench.cpu import PostgresCpu
from bench.figures import Figure, as_markdown, show
from bench.town import Town, town
from localmessages.embedded import Servers, embedded
from localmessages.logs import configure_logging

RESULTS = Path(__file__).parent / "RESULTS.md"
OF_A_TOWN = {
    "inbox": inbox.measure,
    "summary": summary.measure,
    "report": report.measure,
    "writing": writing.measure,
    "fanout": fanout.measure,
    "exports": exports.measure,
    "limits": limits.measure,
}
PARTS = (*OF_A_TOWN, "replay", "demo")
out = Console(highlight=False, width=None if sys.stdout.isatty() else 180)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Measure against the goals, on our own servers or those of DATABASE_URL and REDIS_URL.",
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all if none")
    parser.add_argument("--messages", type=int, default=1_000_000, help="the size of the town")
    parser.add_argument("--seconds", type=float, default=6, help="how long each figure is measured")
    parser.add_argument("--data-dir", type=Path, default=Path(".data/bench"), help="where towns are kept")
    parser.add_argument("--write", action="store_true", help=f"add the table to {RESULTS.name}")
    chosen = parser.parse_args()
    if unknown := set(chosen.parts) - set(PARTS):
        parser.error(f"there is no {', '.join(sorted(unknown))}: parts are {', '.join(PARTS)}")
    chosen.parts = chosen.parts or list(PARTS)
    return chosen


async def main(chosen: argparse.Namespace) -> None:
    configure_logging("WARNING", json=False)
    busy, started = machine.busy(), time.monotonic()
    figures: list[Figure] = []
    async with AsyncExitStack() as stack:
        # PostgreSQL and the load share what the measured server leaves.
        stack.enter_context(cpu.pinned(cpu.cores()[1]))
        running = await stack.enter_async_context(
            embedded(
                chosen.data_dir,
                database_url=os.environ.get("DATABASE_URL"),
                redis_url=os.environ.get("REDIS_URL"),
            )
        )
        about = [*await machine.described(running.database_url), busy]
        if any(part in OF_A_TOWN for part in chosen.parts):
            figures += await _of_a_town(chosen, running, about)
        if "replay" in chosen.parts:
            lines = min(60_000, chosen.messages)
            figures += await _told("replay", partial(replaying.measure, running.database_url, lines))
    if "demo" in chosen.parts:
        figures += await _told("demo", cold_start.measure)
    about.append(f"load at the end {machine.load():.1f}")
    about.append(f"`python -m bench {' '.join(sys.argv[1:])}`, {time.monotonic() - started:.0f} s")
    _report(figures, about, write=chosen.write)


async def _of_a_town(chosen: argparse.Namespace, running: Servers, about: list[str]) -> list[Figure]:
    figures: list[Figure] = []
    if "DATABASE_URL" not in os.environ and (postgres := await PostgresCpu.of(running.database_url)):
        postgres.pin(cpu.cores()[1])
    async with town(running.database_url, chosen.messages) as made:
        about.append(_about(made))
        for part, measure in OF_A_TOWN.items():
            if part in chosen.parts:
                figures += await _told(part, partial(measure, made, running.redis_url, chosen.seconds))
    return figures


def _about(made: Town) -> str:
    how = "there already" if made.made_in is None else f"made in {made.made_in:.0f} s"
    return f"a town of {made.messages:,} messages over 400 days, 50 locations, {made.size}, {how}"


async def _told(part: str, measure: Callable[[], Awaitable[list[Figure]]]) -> list[Figure]:
    out.print(f"[dim]{part} …[/]")
    return await measure()


def _report(figures: list[Figure], about: list[str], *, write: bool) -> None:
    out.print()
    for line in about:
        out.print(line, soft_wrap=True)
    show(figures, out)
    missed = sum(figure.met is False for figure in figures)
    out.print(f"{missed} missed, {sum(figure.met is True for figure in figures)} met.")
    if write:
        date = next(line for line in about if ", commit " in line)
        section = "\n".join(
            [f"\n## {date}", "", *(f"- {line}" for line in about), "", as_markdown(figures), ""]
        )
        with RESULTS.open("a") as file:
            file.write(section)


if __name__ == "__main__":
    uvloop.run(main(arguments()))
