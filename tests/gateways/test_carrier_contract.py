"""What every carrier must do. A new one joins `CARRIERS` with a maker of its own."""

from collections.abc import Callable, Sequence
from uuid import uuid4

import pytest

from localmessages.gateways.carrier import Accepted, Carrier, CarrierRefused, CarrierUnavailable, OutboundSms
from localmessages.gateways.simulated_carrier import FAULTLESS, Habits, PlannedReceipt, SimulatedCarrier
from localmessages.rules.delivery import is_temporary_handover_error


async def nobody(receipts: Sequence[PlannedReceipt]) -> None:
    pass


def simulated(mood: str) -> Carrier:
    moods = {
        "takes": FAULTLESS,
        "refuses": Habits(unavailable=0, refuses=1),
        "busy": Habits(unavailable=1, refuses=0),
    }
    return SimulatedCarrier(nobody, habits=moods[mood])


CARRIERS: dict[str, Callable[[str], Carrier]] = {"simulated": simulated}


@pytest.fixture(params=CARRIERS)
def carrier_that(request: pytest.FixtureRequest) -> Callable[[str], Carrier]:
    return CARRIERS[request.param]


def text(body: str = "Hello") -> OutboundSms:
    return OutboundSms(uuid4(), uuid4(), "+12125550100", "+19175550123", body)


async def test_a_text_that_it_takes_has_an_id(carrier_that):
    accepted = await carrier_that("takes").send(text())

    assert isinstance(accepted, Accepted)
    assert accepted.external_id


async def test_two_texts_have_two_ids_even_if_they_say_the_same(carrier_that):
    carrier = carrier_that("takes")

    one, other = await carrier.send(text()), await carrier.send(text())

    assert one.external_id != other.external_id


async def test_the_same_key_is_the_same_text(carrier_that):
    carrier, sms = carrier_that("takes"), text()

    assert await carrier.send(sms) == await carrier.send(sms)


async def test_the_same_key_is_the_same_text_for_another_process(carrier_that):
    sms = text()

    assert await carrier_that("takes").send(sms) == await carrier_that("takes").send(sms)


async def test_a_refusal_says_why(carrier_that):
    with pytest.raises(CarrierRefused) as no:
        await carrier_that("refuses").send(text())

    assert no.value.code


async def test_one_that_is_busy_says_that_it_passes(carrier_that):
    with pytest.raises(CarrierUnavailable) as away:
        await carrier_that("busy").send(text())

    assert is_temporary_handover_error(away.value.http_status)


async def test_it_says_whether_it_confirms_consent_itself(carrier_that):
    assert isinstance(carrier_that("takes").confirms_consent, bool)
