"""Files made by a worker: told when they are there, begun anew after a crash, stopped when called off."""

import asyncio
import errno
import hashlib
import os
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from localmessages.actions.export_changes import cancel_export, retry_export
from localmessages.actions.users import mark_former
from localmessages.gateways.disk_storage import DiskDraft, DiskStorage
from localmessages.jobs.exports import make_export
from localmessages.jobs.upkeep import clear_out
from localmessages.jobs.worker import running_worker
from localmessages.reports.exports.sources import MessagesReportSource
from localmessages.reports.messages_report.asked import AskedFilter
from localmessages.reports.windows import Last
from localmessages.rules.exports import ExportFormat
from models.catalogue import Catalogues
from models.database import Database
from tests.jobs.test_sending import QUICK
from tests.support.carriers import SilentCarrier
from tests.support.company import STORE_B, Company, open_company
from tests.support.exports import ask_for, get, keep_files, multiply, read, report, waiting_export
from tests.support.slow_storage import Gate, StoppingStorage
from tests.support.waiting import eventually

ROOT = Path(__file__).parents[2]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    return tmp_path / "files"


@pytest.fixture
async def town(database: Database, files: Path) -> Company:
    town = await open_company(database)
    keep_files(town, files)
    await town.text("Are you open?")
    await town.text("Hello", to=STORE_B)
    return town


def there(files: Path) -> list[Path]:
    """Every file, the unfinished ones too."""
    return [path for path in files.rglob("*") if path.is_file()]


async def export_of(town: Company, key: UUID | None = None) -> dict[str, Any]:
    rows = await town.fetch("SELECT * FROM export WHERE $1::uuid IS NULL OR id = $1", key)
    (row,) = rows
    return dict(row)


async def told(town: Company) -> tuple[list[str], int]:
    """The notifications, and how many mails were written."""
    notes = await town.fetch("SELECT kind FROM notification ORDER BY id")
    return [note["kind"] for note in notes], len(await town.fetch("SELECT FROM mail"))


async def address(town: Company, who: str = "Olive") -> str:
    nodes = (await town.ask(who, "{ exports { nodes { downloadUrl } } }"))["exports"]["nodes"]
    return str(nodes[0]["downloadUrl"])


async def stands(town: Company, status: str) -> dict[str, Any]:
    async def look() -> bool:
        return bool((await export_of(town))["status"] == status)

    await eventually(look, within=30)
    return await export_of(town)


async def test_a_long_file_is_made_by_a_worker_who_tells_and_mails_once(
    town: Company, database_url: str, files: Path
):
    rows = await multiply(town, 1500)
    payload = await ask_for(town, "Olive", report(columns=["BODY", "SENT_AT"]))
    assert (payload["export"]["status"], payload["export"]["downloadUrl"]) == ("QUEUED", None)

    async with running_worker(town.services, SilentCarrier(), database_url, rhythm=QUICK):
        export = await stands(town, "COMPLETED")

    assert export["rows"] == export["total_rows"] == rows > 2000
    content = (await get(town.services, await address(town))).content
    assert (len(content), hashlib.sha256(content).hexdigest()) == (export["bytes"], export["sha256"])
    assert len(read(content, "CSV")) == rows + 1
    assert await told(town) == (["EXPORT_READY"], 1)
    (letter,) = await town.fetch("SELECT * FROM mail JOIN mail_recipient ON mail_id = mail.id")
    assert letter["address"] == "olive@acme.example"
    assert await address(town) in letter["text"]
    await make_export(town.services, town.tenant_id, export["id"])
    assert await told(town) == (["EXPORT_READY"], 1)


@pytest.mark.parametrize("when", ["half-way", "before it is kept", "after it was kept"])
async def test_a_worker_that_is_killed_is_replaced_by_one_that_begins_anew(
    town: Company, database_url: str, files: Path, tmp_path: Path, when: str
):
    rows = await multiply(town, 1500)
    await ask_for(town, "Olive", report())
    stopped = tmp_path / "stopped"
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.jobs.export_worker_process", database_url, str(files), str(stopped), when),
        cwd=ROOT,
    )

    async def has_stopped() -> bool:
        assert process.returncode is None, "the worker died by itself"
        return stopped.exists()

    try:
        await eventually(has_stopped, within=30)
    finally:
        process.kill()
        await process.wait()
    half = await export_of(town)
    assert (half["status"], half["attempt"], half["sha256"]) == ("RUNNING", 1, None)
    assert await address(town) == "None"

    async with running_worker(town.services, SilentCarrier(), database_url, rhythm=QUICK):
        export = await stands(town, "COMPLETED")

    assert (export["attempt"], export["rows"]) == (2, rows)
    content = (await get(town.services, await address(town))).content
    assert hashlib.sha256(content).hexdigest() == export["sha256"]
    assert len(read(content, "CSV")) == rows + 1
    assert await told(town) == (["EXPORT_READY"], 1)


async def test_a_run_that_is_called_off_stops_and_leaves_nothing(town: Company, files: Path):
    await multiply(town, 1500)
    gate = Gate()
    town.services = replace(town.services, storage=StoppingStorage(files, gate.stop))
    key = await waiting_export(town)
    making = asyncio.create_task(make_export(town.services, town.tenant_id, key))
    await asyncio.to_thread(gate.reached.wait, 20)

    await cancel_export(await town.actor("Olive"), key)
    gate.open()
    await asyncio.wait_for(making, 20)

    assert (await export_of(town))["status"] == "CANCELED"
    assert there(files) == []
    assert await told(town) == ([], 0)
    await retry_export(await town.actor("Olive"), key)
    await make_export(town.services, town.tenant_id, key)
    assert (await export_of(town))["status"] == "COMPLETED"


async def test_a_workbook_that_is_called_off_leaves_nothing_either(town: Company, files: Path):
    gate = Gate()
    storage = StoppingStorage(files, gate.stop)
    town.services = replace(town.services, storage=storage)
    await multiply(town, 100)
    key = await waiting_export(town, format=ExportFormat.XLSX)
    making = asyncio.create_task(make_export(town.services, town.tenant_id, key))
    await asyncio.to_thread(gate.reached.wait, 20)
    await cancel_export(await town.actor("Olive"), key)
    gate.open()

    await asyncio.wait_for(making, 20)

    assert (await export_of(town))["status"] == "CANCELED"
    assert there(files) == []


async def test_an_earlier_run_that_is_only_slow_gives_way_to_the_next(town: Company, files: Path):
    await multiply(town, 1500)
    gate = Gate()
    slow = replace(town.services, storage=StoppingStorage(files, gate.stop))
    key = await waiting_export(town)
    earlier = asyncio.create_task(make_export(slow, town.tenant_id, key))
    await asyncio.to_thread(gate.reached.wait, 20)

    await make_export(town.services, town.tenant_id, key)
    done = await export_of(town)
    gate.open()
    await asyncio.wait_for(earlier, 20)

    assert (done["status"], done["attempt"]) == ("COMPLETED", 2)
    assert await export_of(town) == done
    content = (await get(town.services, await address(town))).content
    assert hashlib.sha256(content).hexdigest() == done["sha256"]
    assert len(there(files)) == 1
    assert await told(town) == (["EXPORT_READY"], 1)


async def test_of_two_that_are_at_it_only_the_later_may_end_it(town: Company, files: Path):
    gates = [Gate(), Gate()]
    key = await waiting_export(town)
    runs = []
    for gate in gates:
        services = replace(town.services, storage=StoppingStorage(files, gate.stop))
        runs.append(asyncio.create_task(make_export(services, town.tenant_id, key)))
        await asyncio.to_thread(gate.reached.wait, 20)

    gates[0].open()
    await asyncio.wait_for(runs[0], 20)
    assert (await export_of(town))["status"] == "RUNNING"
    gates[1].open()
    await asyncio.wait_for(runs[1], 20)

    export = await export_of(town)
    assert (export["status"], export["attempt"]) == ("COMPLETED", 2)
    assert len(there(files)) == 1
    assert await told(town) == (["EXPORT_READY"], 0)


async def test_who_may_not_sign_in_any_more_gets_no_file(town: Company, files: Path):
    key = await waiting_export(town, "Ann")
    async with town.services.transaction() as tx:
        await mark_former(tx, tenant_id=town.tenant_id, user_id=town.ids["Ann"], at=town.clock())

    await make_export(town.services, town.tenant_id, key)

    export = await export_of(town)
    assert (export["status"], export["error"]) == ("FAILED", "Who asked for this may not sign in any more.")
    assert there(files) == []


async def test_a_location_that_was_taken_away_meanwhile_is_not_in_the_file(town: Company):
    key = await waiting_export(town, "Abe")
    await town.fetch("DELETE FROM membership WHERE location_id = $1", town.ids["Store B"])
    services = replace(town.services, catalogues=Catalogues())

    await make_export(services, town.tenant_id, key)

    assert (await export_of(town))["rows"] == 1


async def test_a_role_that_was_lost_meanwhile_is_a_failure_that_says_so(town: Company):
    source = MessagesReportSource(filter=AskedFilter(window=Last(7), location_ids=[town.ids["Store A"]]))
    key = await waiting_export(town, "Ann", source)
    await town.fetch("UPDATE membership SET role = 'VIEWER' WHERE user_id = $1", town.ids["Ann"])
    services = replace(town.services, catalogues=Catalogues())

    await make_export(services, town.tenant_id, key)

    export = await export_of(town)
    assert (export["status"], export["error"]) == ("FAILED", "Your role allows no exports here: Store A.")
    assert await told(town) == (["EXPORT_FAILED"], 0)


class FullDisk(DiskStorage):
    def draft(self, key: str) -> DiskDraft:
        raise OSError(errno.ENOSPC, "No space left on device")


async def test_what_nobody_foresaw_is_tried_again_and_at_last_told(town: Company, tmp_path: Path):
    key = await waiting_export(town)
    full = replace(town.services, storage=FullDisk(tmp_path))

    with pytest.raises(OSError, match="No space"):
        await make_export(full, town.tenant_id, key)
    assert (await export_of(town))["status"] == "RUNNING"
    await make_export(full, town.tenant_id, key, last_try=True)

    export = await export_of(town)
    assert (export["status"], export["attempt"]) == ("FAILED", 2)
    assert "No space" not in export["error"]
    assert await told(town) == (["EXPORT_FAILED"], 0)


async def test_a_disk_that_is_full_leaves_a_small_file_to_its_job(town: Company, tmp_path: Path):
    good = town.services
    town.services = replace(good, storage=FullDisk(tmp_path))
    payload = await ask_for(town, "Olive", report())
    assert (payload["export"]["status"], payload["userErrors"]) == ("RUNNING", [])

    await make_export(good, town.tenant_id, (await export_of(town))["id"])

    assert (await export_of(town))["status"] == "COMPLETED"


async def test_files_are_removed_when_they_have_expired(town: Company, files: Path):
    await ask_for(town, "Olive", report())
    url = await address(town)
    await clear_out(town.services)
    assert len(there(files)) == 1

    town.clock.passes(days=8)
    await clear_out(town.services)

    assert there(files) == []
    assert (await export_of(town))["storage_key"] is None
    assert (await get(town.services, url)).status_code == 410


async def test_what_dead_writers_left_is_swept_away_after_a_day(town: Company, files: Path):
    storage = DiskStorage(files)
    old, new = storage.draft("exports/old"), storage.draft("exports/new")
    two_days_ago = old._draft.stat().st_mtime - timedelta(days=2).total_seconds()
    for path in (old._draft, old.scratch):
        os.utime(path, (two_days_ago, two_days_ago))

    await clear_out(town.services)

    assert set((files / ".drafts").iterdir()) == {new._draft, new.scratch}


async def test_a_file_is_one_snapshot_while_eight_write(town: Company):
    stop = asyncio.Event()

    async def write(number: int) -> None:
        while not stop.is_set():
            await town.text("Hello again", from_=f"+1917555{number:04}")

    writers = [asyncio.create_task(write(number)) for number in range(8)]
    sizes = []
    try:
        for _ in range(4):
            key = await waiting_export(town)
            await make_export(town.services, town.tenant_id, key)
            export = await export_of(town, key)
            with town.services.storage.open(export["storage_key"]) as file:
                lines = read(file.read(), "CSV")
            assert (export["status"], export["error"]) == ("COMPLETED", None)
            assert len(lines) - 1 == export["rows"] == export["total_rows"]
            sizes.append(len(lines))
    finally:
        stop.set()
        await asyncio.gather(*writers)
    assert sizes == sorted(sizes)
    assert sizes[-1] > sizes[0]
