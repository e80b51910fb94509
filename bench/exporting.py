"""A worker that makes one file, and tells how long it took and by how much it grew.

Arguments: the database, the directory of the files, the tenant, the export.
"""

import resource
import sys
import time
from pathlib import Path
from uuid import UUID

import orjson
import psutil
import uvloop

from bench.company import NOW
from localmessages.gateways.disk_storage import DiskStorage
from localmessages.jobs.exports import make_export
from localmessages.logs import configure_logging
from localmessages.services import Services
from models.catalogue import Catalogues
from models.database import open_database


async def work(database_url: str, directory: str, tenant_id: UUID, export_id: UUID) -> None:
    database = await open_database(database_url)
    services = Services(database, Catalogues(), clock=lambda: NOW, storage=DiskStorage(Path(directory)))
    async with database.connection() as connection:
        await services.catalogues.of(connection, tenant_id, 0)
    process = psutil.Process()
    before, cpu, started = process.memory_info().rss, time.process_time(), time.monotonic()
    await make_export(services, tenant_id, export_id, last_try=True)
    seconds, cpu = time.monotonic() - started, time.process_time() - cpu
    async with database.connection() as connection:
        export = await connection.fetchrow(
            "SELECT rows, bytes, status, error FROM export WHERE tenant_id = $1 AND id = $2",
            tenant_id,
            export_id,
        )
    await database.close()
    assert export is not None
    assert export["status"] == "COMPLETED", export["error"]
    told = {
        "rows": export["rows"],
        "bytes": export["bytes"],
        "seconds": seconds,
        "cpu": cpu,
        "growth": (_peak() - before) / 1e6,
    }
    sys.stdout.buffer.write(orjson.dumps(told))


def _peak() -> int:
    # In kilobytes on Linux, in bytes on macOS.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    configure_logging("WARNING", json=False)
    url, files, tenant, export = sys.argv[1:]
    uvloop.run(work(url, files, UUID(tenant), UUID(export)))
