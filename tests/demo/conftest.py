from datetime import UTC, datetime

import pytest

from localmessages.services import Services
from models.catalogue import Catalogues
from models.database import Database

# A Wednesday: shops in Britain and America are open.
NOW = datetime(2026, 9, 16, 15, 0, tzinfo=UTC)


@pytest.fixture
def services(database: Database) -> Services:
    return Services(database, Catalogues(), clock=lambda: NOW)
