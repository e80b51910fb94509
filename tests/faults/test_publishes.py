"""Redis loses, repeats and reorders what is published: everybody is told of everything, once, in order."""

import pytest

from tests.faults.proxy import redis_proxy
from tests.faults.tampering import Tampering
from tests.faults.writing import Writer

HARMS = [{"dropped": 40}, {"repeated": 60}, {"held": 60}, {"dropped": 25, "repeated": 25, "held": 25}]


@pytest.mark.parametrize("harm", HARMS, ids=str)
async def test_publishes_do_not_come_as_they_were_sent(house, directory, own_redis, harm):
    tampering = Tampering(5, **harm)
    async with redis_proxy(directory, own_redis) as line:
        line.hand_of = tampering.hand_of
        await house.open_api(redis_url=line.redis_url)
        await house.follow("owner", "ann", "bob")

        await Writer(house.desk, 5).acts(100)

        await house.settle()
        assert tampering.met > 20
