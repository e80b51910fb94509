"""A random town, a neighbour with the same life, and people who ask."""

from collections.abc import Callable

import pytest

from models.database import Database
from tests.support.asking import Asker, asker
from tests.support.random_town import NOON, RandomTown, random_town, save
from tests.support.story import tell_story

Ask = Callable[[str], Asker]


@pytest.fixture
def neighbour() -> RandomTown:
    town = random_town(8, tenant=2)
    tell_story(town)
    return town


@pytest.fixture
async def town(database: Database, neighbour: RandomTown) -> RandomTown:
    await save(database, neighbour)
    here = random_town(8)
    tell_story(here)
    await save(database, here)
    return here


@pytest.fixture
def ask(database: Database, town: RandomTown) -> Ask:
    """Who asks: Olga owns all, Manu manages the child account, Agnes acts at Place 0, Vito reads Place 1."""

    def as_(name: str) -> Asker:
        return asker(database, town.tenant_id, town.user(name), NOON)

    return as_
