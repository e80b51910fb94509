import pytest

from models.database import Database
from tests.support.company import Company, open_company


@pytest.fixture
async def town(database: Database) -> Company:
    return await open_company(database)
