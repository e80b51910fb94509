"""Golden cases: a small log, a range, and the numbers that must come out, asked through GraphQL.

`GOLDEN_DIRS` names the folders with cases, separated by colons; without it, the project's own copy.
"""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from localmessages.replay import replay_lines
from localmessages.services import Services
from models.catalogue import Catalogues
from models.database import Database
from tests.support.api import SECRET, Reader, owner_of
from tests.support.locations_page import locations_page
from tests.support.logs import encoded
from tests.support.report_page import report_page, rows_by_sid, waits_by_end
from tests.support.summary_numbers import differences

OWN = Path(__file__).parents[1] / "golden"
FOLDERS = [Path(name) for name in os.environ.get("GOLDEN_DIRS", str(OWN)).split(":") if name]
FILES = [file for folder in FOLDERS for file in sorted(folder.glob("*.json"))]

Case = dict[str, Any]


def test_every_folder_has_cases():
    assert [folder for folder in FOLDERS if not list(folder.glob("*.json"))] == []


@pytest.fixture(params=FILES, ids=[file.stem for file in FILES])
def case(request) -> Case:
    found: Case = json.loads(request.param.read_text())
    return found


@pytest.fixture
def services(case: Case, database: Database) -> Services:
    """Its clock stands at the last line of the log."""
    now = datetime.fromisoformat([line["at"] for line in case["log"] if "at" in line][-1])
    return Services(database, Catalogues(), clock=lambda: now, secret=SECRET)


@pytest.mark.parametrize("batch", [None, 4], ids=["in one transaction", "in batches"])
async def test_the_numbers_come_out(case: Case, services: Services, batch: int | None):
    await replay_lines(services, encoded(case["log"]), batch=batch)
    reader = await owner_of(services, case["log"][0]["id"])

    page = await _page(reader, case)
    assert _differences(case["expect"], page) == []

    counts = await replay_lines(services, encoded(case["log"]), batch=batch)
    assert counts.repeated > 0
    assert await _page(reader, case) == page


async def _page(reader: Reader, case: Case) -> Case:
    asked = (reader, case["range"], case.get("filters"))
    page, report = await locations_page(*asked), await report_page(*asked)
    return {
        **page,
        **report,
        "previous": {**page["previous"], **report["previous"]},
        "rows": await rows_by_sid(*asked),
        "waits": await waits_by_end(*asked),
    }


def _differences(expected: Case, page: Case) -> list[str]:
    return [one for path, value in expected.items() for one in differences(value, _at(path, page), path)]


def _at(path: str, page: Any) -> Any:
    for name in path.split("."):
        if isinstance(page, list):
            page = {str(n): one for n, one in enumerate(page)}
        if not isinstance(page, dict) or name not in page:
            return f"nothing at {name!r}"
        page = page[name]
    return page
