"""The command line: settings are read here, and passed down as values."""

import sys
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from localmessages.console import fail, lines_done, out, run, settings_of
from localmessages.process import working
from localmessages.rules.refusal import Refused
from localmessages.settings import Settings

app = typer.Typer(
    name="localmessages",
    help="A shared text-message inbox for businesses with many locations.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not an instant such as 2026-03-02T09:30:00Z") from error
    if instant.tzinfo is None:
        raise typer.BadParameter(f"{text!r} has no offset: end it in Z or +01:00")
    return instant


DataDir = Annotated[
    Path | None, typer.Option(help="The embedded installation; .data if the environment names none.")
]
Now = Annotated[
    datetime | None,
    typer.Option(parser=_instant, metavar="INSTANT", help="Stop the clock of a sandbox here."),
]
Host = Annotated[str | None, typer.Option(help="The address to listen on; 127.0.0.1.")]
Port = Annotated[int | None, typer.Option(help="The port to listen on; 8000.")]


@app.command()
def serve(
    data_dir: DataDir = None,
    host: Host = None,
    port: Port = None,
    workers: Annotated[
        int, typer.Option(min=1, help="Processes; more than one needs DATABASE_URL and REDIS_URL.")
    ] = 1,
    now: Now = None,
) -> None:
    """Serve the API."""
    from localmessages.processes import serve_with_processes
    from localmessages.serving import serve_forever

    settings = settings_of(data_dir, now=now, host=host, port=port)
    if workers == 1:
        run(serve_forever, settings)
    elif settings.embedded:
        fail("--workers needs servers of their own: set DATABASE_URL and REDIS_URL.")
    else:
        serve_with_processes(settings, workers)


@app.command()
def worker(data_dir: DataDir = None, now: Now = None) -> None:
    """Send texts, fold rollups, wake what sleeps: the jobs."""
    from localmessages.jobs.worker import run_worker

    run(run_worker, settings_of(data_dir, now=now))


@app.command()
def demo(
    data_dir: DataDir = None,
    host: Host = None,
    port: Port = None,
    now: Now = None,
    town: Annotated[bool, typer.Option(help="Whether customers go on texting.")] = True,
    texts_per_minute: Annotated[float, typer.Option(min=0.1, max=600, help="How much they text.")] = 20,
) -> None:
    """A company with a town that texts in: loads it, starts everything, prints the URL and sign-ins."""
    from localmessages.demo import run_demo

    settings = settings_of(data_dir, now=now, host=host, port=port)
    run(partial(run_demo, town=town, texts_per_minute=texts_per_minute), settings)


@app.command()
def migrate(data_dir: DataDir = None) -> None:
    """Bring the database to the newest step; safe to run twice at once."""
    from models.migrate import migrate as apply_steps

    async def apply(settings: Settings) -> list[str]:
        return await apply_steps(settings.database_url)

    for step in (steps := run(apply, settings_of(data_dir), migrated=False)):
        out.print(f"applied {step}")
    if not steps:
        out.print("The database is up to date.")


@app.command()
def replay(
    files: Annotated[
        list[Path], typer.Argument(help="Logs, .gz too; - is the standard input.", allow_dash=True)
    ],
    batch: Annotated[
        int | None, typer.Option(min=1, help="Write in bulk, that many lines a transaction.")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Load event logs (JSON Lines); a second time changes nothing."""
    from localmessages.replay import BadLine, ReplayCounts, replay_files

    async def load(settings: Settings) -> ReplayCounts:
        async with working(settings) as services, lines_done() as progress:
            return await replay_files(services, [str(file) for file in files], batch=batch, progress=progress)

    try:
        counts = run(load, settings_of(data_dir))
    except (BadLine, OSError) as bad:
        fail(str(bad))
    done = ", ".join(f"{count:,} {kind}" for kind, count in counts.applied.most_common())
    out.print(f"Applied: {done or 'nothing'}. There already: {counts.repeated:,}.", soft_wrap=True)


@app.command()
def export_schema(
    to: Annotated[Path | None, typer.Option("--out", help="A file; the standard output if none.")] = None,
) -> None:
    """Print the GraphQL schema."""
    from graph.schema import sdl

    text = sdl()
    if to is None:
        sys.stdout.write(text)
    else:
        to.write_text(text)


@app.command()
def create_owner(
    account: Annotated[str, typer.Option(help="The company's name.")],
    name: Annotated[str, typer.Option(help="The owner's name.")],
    email: Annotated[str, typer.Option(help="The owner's email address.")],
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)],
    data_dir: DataDir = None,
) -> None:
    """Open a company's account, with the first person who may do everything in it."""
    from localmessages.actions.owners import create_owner as create

    async def create_it(settings: Settings) -> None:
        async with working(settings) as services:
            await create(services, account=account, name=name, email=email, password=password)

    try:
        run(create_it, settings_of(data_dir))
    except Refused as refused:
        fail(f"{refused.message} {refused.remedy or ''}".strip())
    out.print(f"{email} may sign in.")


@app.command()
def token(
    email: Annotated[str, typer.Option(help="Whose token.")], data_dir: DataDir = None, now: Now = None
) -> None:
    """Print a bearer token, for scripts."""
    from localmessages.actions.owners import token_for

    async def issue(settings: Settings) -> str | None:
        async with working(settings) as services:
            return await token_for(services, email)

    text = run(issue, settings_of(data_dir, now=now))
    if text is None:
        fail(f"Nobody who may sign in has the address {email}.")
    sys.stdout.write(text + "\n")


@app.command()
def doctor(data_dir: DataDir = None) -> None:
    """Check a deployment, and say what is wrong and what to do."""
    from localmessages.doctor import examine

    async def look(settings: Settings) -> bool:
        well = True
        async for finding in examine(settings):
            mark = "[green]ok[/]" if finding.well else "[red]no[/]"
            out.print(f"{mark}  {finding.subject}: {finding.says}", soft_wrap=True)
            if finding.remedy is not None:
                well = False
                out.print(f"    {finding.remedy}", soft_wrap=True)
        return well

    if not run(look, settings_of(data_dir), migrated=False):
        raise typer.Exit(1)


def main() -> None:
    app()
