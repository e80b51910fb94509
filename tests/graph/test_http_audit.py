"""The audit of a server that the package graphql-http brings, run by Node against ours as it is served."""

import asyncio
import json
from pathlib import Path
from typing import Any

from tests.support.live_server import live_server
from tests.support.node import installed, node_environment

AUDIT = Path(__file__).parent / "http_audit"


async def audited(url: str) -> list[dict[str, Any]]:
    """What it found, one by one."""
    node = await asyncio.to_thread(node_environment)
    await asyncio.to_thread(installed, AUDIT, node)
    process = await asyncio.create_subprocess_exec(
        *("node", "audit.js", url),
        cwd=AUDIT,
        env=node,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, errors = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, errors.decode()
    results: list[dict[str, Any]] = json.loads(said)
    return results


async def test_every_must_should_and_may_of_the_specification_holds(
    database_url: str, redis_url: str
) -> None:
    async with live_server(database_url, redis_url) as server:
        results = await audited(f"{server.url}/graphql")

    assert len(results) >= 60
    assert [each for each in results if each["status"] != "ok"] == []
