"""Ten weeks of twelve locations: every number of both reports, against ones told by the log alone.

The log is no part of the project. It is looked for in `TOWN_DIR`, or beside the project in `shared/data`.
"""

import gzip
import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

from localmessages.replay import replay_lines
from localmessages.services import Services
from models.catalogue import Catalogues
from models.database import Database
from tests.support.api import SECRET, owner_of
from tests.support.locations_page import locations_page
from tests.support.report_page import Numbers, report_page
from tests.support.summary_numbers import differences

FOLDER = Path(os.environ.get("TOWN_DIR") or Path(__file__).parents[3] / "shared" / "data")
LOG, ANSWERS = FOLDER / "town.jsonl.gz", FOLDER / "town.expected.json"
LINES_AT_ONCE = 20_000


async def test_every_number_is_that_of_the_town(database: Database, record_property):
    if not (LOG.exists() and ANSWERS.exists()):
        print(f"Nothing was compared: {FOLDER} has no {LOG.name} with {ANSWERS.name}. Name it in TOWN_DIR.")
        record_property("nothing_compared", f"{FOLDER} has no town")
        return
    answers = json.loads(ANSWERS.read_text())
    now = datetime.fromisoformat(answers["now"])
    services = Services(database, Catalogues(), clock=lambda: now, secret=SECRET)
    with gzip.open(LOG) as lines:
        await replay_lines(services, lines, batch=LINES_AT_ONCE)
    reader = await owner_of(services, "acme")

    wrong = {}
    for case in answers["cases"]:
        asked = (reader, case["range"], case["filters"])
        page, report = await locations_page(*asked), await report_page(*asked)
        before = report.pop("previous")["report"]
        wrong[case["title"]] = [
            *differences(_locations_page(case), page),
            *differences({"report": case["report"], "rowCount": case["rowCount"]}, report),
            *differences(_tiles(case["previous"]["report"], before), before, "previous"),
        ]

    assert {title: found for title, found in wrong.items() if found} == {}
    assert len(wrong) == len(answers["cases"]) > 0


def _tiles(expected: Numbers, shown: Numbers) -> Numbers:
    """What the tiles of the window before show, without what only a detail tells."""
    return {
        name: {key: value for key, value in tile.items() if key in shown[name]}
        for name, tile in expected.items()
    }


def _locations_page(case: dict[str, Any]) -> dict[str, Any]:
    previous = {name: part for name, part in case["previous"].items() if name in ("total", "locations")}
    return {
        "asOf": case["asOf"],
        "total": case["total"],
        "locations": case["locations"],
        "previous": previous,
    }
