import asyncio
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from graphql import build_schema
from typer.testing import CliRunner, Result

from localmessages.cli import app
from models.migrate import applied_steps

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def given_servers(monkeypatch: pytest.MonkeyPatch, database_url: str, redis_url: str) -> None:
    """The commands of these tests use the servers of the test, and a data directory of their own."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("REDIS_URL", redis_url)
    monkeypatch.setenv(
        "LOCALMESSAGES_DATA_DIR", f"{os.environ['LOCALMESSAGES_TEST_DIRECTORY']}/{uuid4().hex}"
    )


def said(*words: str) -> Result:
    return CliRunner().invoke(app, words)


def run_sql(database_url: str, statement: str) -> None:
    async def run() -> None:
        connection = await asyncpg.connect(database_url)
        await connection.execute(statement)
        await connection.close()

    asyncio.run(run())


def steps(database_url: str) -> list[str]:
    async def read() -> list[str]:
        connection = await asyncpg.connect(database_url)
        try:
            return await applied_steps(connection)
        finally:
            await connection.close()

    return asyncio.run(read())


def test_the_help_names_every_command():
    result = said("--help")

    assert result.exit_code == 0
    for command in (
        "serve",
        "worker",
        "demo",
        "migrate",
        "replay",
        "export-schema",
        "create-owner",
        "token",
        "doctor",
    ):
        assert command in result.output


def test_a_healthy_deployment_is_well():
    result = said("doctor")

    assert result.exit_code == 0, result.output
    assert "no " not in result.output
    for subject in ("Python", "Secret key", "PostgreSQL", "Migrations", "Redis", "Mail"):
        assert f"ok  {subject}" in result.output


def test_servers_that_do_not_answer_are_named_with_what_to_do(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1")

    result = said("doctor")

    assert result.exit_code == 1
    assert "no  PostgreSQL" in result.output
    assert "Check DATABASE_URL" in result.output
    assert "no  Redis" in result.output
    assert "Check REDIS_URL" in result.output


def test_a_database_that_is_behind_is_named_with_what_to_do(database_url):
    run_sql(database_url, "DELETE FROM tortoise_migrations WHERE name LIKE '0001%'")

    result = said("doctor")

    assert result.exit_code == 1
    assert "1 missing: 0001_" in result.output
    assert "localmessages migrate" in result.output


def test_a_database_of_a_later_version_is_named(database_url):
    run_sql(
        database_url,
        "INSERT INTO tortoise_migrations (app, name, applied_at) VALUES ('models', '9999_later', now())",
    )

    result = said("doctor")

    assert result.exit_code == 1
    assert "9999_later" in result.output


def test_migrate_makes_the_tables_once(database_url):
    run_sql(database_url, "DROP SCHEMA public CASCADE")
    run_sql(database_url, "CREATE SCHEMA public")

    first, second = said("migrate"), said("migrate")

    assert first.exit_code == second.exit_code == 0, first.output
    assert [f"applied {step}" for step in steps(database_url)] == first.output.splitlines()
    assert second.output == "The database is up to date.\n"


def test_the_schema_is_printed_or_written(tmp_path):
    printed = said("export-schema").output
    said("export-schema", "--out", str(tmp_path / "schema.graphql"))

    assert build_schema(printed).query_type is not None
    assert (tmp_path / "schema.graphql").read_text() == printed


@pytest.mark.parametrize(
    ("now", "reason"), [("tomorrow", "is not an instant"), ("2026-03-02T09:30:00", "offset")]
)
def test_a_clock_that_cannot_be_set_is_refused(now, reason):
    result = said("token", "--email", "a@example.com", "--now", now)

    assert result.exit_code == 2
    assert reason in result.output


def test_a_setting_of_the_wrong_kind_is_refused_in_a_sentence(monkeypatch):
    monkeypatch.setenv("LOCALMESSAGES_PORT", "eight")

    result = said("doctor")

    assert result.exit_code == 1
    assert result.output.startswith("port: ")
    assert "Traceback" not in result.output


def test_several_processes_on_embedded_servers_are_refused(monkeypatch):
    monkeypatch.delenv("DATABASE_URL")

    result = said("serve", "--workers", "2")

    assert result.exit_code == 1
    assert "DATABASE_URL" in result.output


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_work_and_stops_the_embedded_servers(how, monkeypatch):
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.delenv("REDIS_URL")
    data_dir = Path(os.environ["LOCALMESSAGES_DATA_DIR"])
    work = (
        "import asyncio\n"
        "from localmessages.console import run, settings_of\n"
        "async def wait(settings):\n"
        "    print('ready', flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "run(wait, settings_of(None))\n"
    )
    command = subprocess.Popen([sys.executable, "-c", work], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert command.stdout is not None
    assert command.stdout.readline() == "ready\n"
    postmaster = (data_dir / "postgres" / "postmaster.pid").resolve()
    assert postmaster.exists()

    command.send_signal(how)
    command.communicate(timeout=30)

    assert not postmaster.exists()


def test_a_server_says_where_it_answers():
    command = subprocess.Popen(
        [sys.executable, "-c", "from localmessages.cli import app; app()", "serve", "--port", "0"],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert command.stderr is not None
    try:
        lines = iter(command.stderr.readline, "")
        assert any(re.search(r"http://127\.0\.0\.1:[1-9]\d*/graphql", line) for line in lines)
    finally:
        command.terminate()
        command.communicate(timeout=30)
