"""A storm of faults: short in `make test`, long in `make soak`.

    SOAK=1 SOAK_MINUTES=30 python -m pytest tests/faults/test_soak.py

`SOAK_SEED` repeats a run, `SOAK_LOG` says where its log goes; it is printed, one line of JSON a round.
"""

import os
import random
import tempfile
from pathlib import Path

import orjson

from tests.faults.house import open_house
from tests.faults.proxy import redis_proxy
from tests.faults.storm import Storm

IS_LONG = bool(os.environ.get("SOAK"))
MINUTES = float(os.environ.get("SOAK_MINUTES", "30")) if IS_LONG else 0
ROUNDS = 10 if IS_LONG else 3
SEED = int(os.environ.get("SOAK_SEED", random.SystemRandom().randrange(2**32) if IS_LONG else 2026))
# When caches are full and pools are open, memory has to stay as it is.
WARM, ROOM = 5, 64 * 2**20


async def test_a_storm_of_faults(directory, own, own_database, own_redis, capsys, no_time_limit):
    folder = Path(tempfile.gettempdir()) if IS_LONG else directory
    log = Path(os.environ.get("SOAK_LOG", folder / f"localmessages-soak-{SEED}.jsonl"))
    if IS_LONG:
        with capsys.disabled():
            print(f"\n  seed {SEED}, {MINUTES:g} minutes; the log is {log}", flush=True)
    async with (
        redis_proxy(directory, own_redis) as line,
        open_house(directory, own_database, own_redis) as house,
    ):
        storm = Storm(house, own, line, SEED, log)
        await storm.begin()
        try:
            await storm.rage(rounds=ROUNDS, seconds=60 * MINUTES)
        finally:
            storm.note(**storm.summary())

    assert storm.told > 100
    assert max(storm.memory[WARM:], default=0) - min(storm.memory[WARM - 1 :], default=0) < ROOM
    if IS_LONG:
        with capsys.disabled():
            print(f"  {orjson.dumps(storm.summary()).decode()}", flush=True)
