from pathlib import Path

import pytest

from models.database import Database
from tests.support.company import Company, open_company
from tests.support.exports import keep_files


@pytest.fixture
async def town(database: Database, tmp_path: Path) -> Company:
    town = await open_company(database)
    keep_files(town, tmp_path / "files")
    return town
