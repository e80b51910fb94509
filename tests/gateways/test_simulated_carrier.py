from collections import Counter
from uuid import UUID

from localmessages.gateways.carrier import CarrierUnavailable, OutboundSms
from localmessages.gateways.simulated_carrier import (
    FAULTLESS,
    Habits,
    PlannedReceipt,
    SimulatedCarrier,
    fate_of,
)
from localmessages.rules.delivery import MessageStatus, Standing, derive


def text(number: int) -> OutboundSms:
    return OutboundSms(UUID(int=0), UUID(int=number), "+12125550100", "+19175550123", "Hello")


TEXTS = [text(number) for number in range(2_000)]


def ends_as(receipts: tuple[PlannedReceipt, ...]) -> Standing:
    standing = Standing(MessageStatus.SENDING)
    for planned in sorted(receipts, key=lambda planned: planned.after):
        standing = derive(standing, planned.receipt.status, planned.receipt.code)
    return standing


def test_a_fate_follows_from_seed_and_text():
    assert [fate_of(sms, 1, Habits()) for sms in TEXTS] == [fate_of(sms, 1, Habits()) for sms in TEXTS]
    assert [fate_of(sms, 1, Habits()) for sms in TEXTS] != [fate_of(sms, 2, Habits()) for sms in TEXTS]


def test_most_texts_arrive_and_every_kind_of_trouble_happens():
    fates = [fate_of(sms, 1, Habits()) for sms in TEXTS]
    ends = Counter(ends_as(fate.receipts).status for fate in fates if fate.refusal is None)
    codes = {ends_as(fate.receipts).code for fate in fates} - {None}

    assert ends[MessageStatus.DELIVERED] > 0.9 * len(TEXTS)
    assert codes == {"30003", "30005", "30006", "30007", "30008"}
    assert any(fate.refusal for fate in fates)
    assert any(fate.times_unavailable for fate in fates)
    assert any(len(fate.receipts) == 3 for fate in fates), "none is repeated"
    assert any(fate.receipts[0].after > fate.receipts[1].after for fate in fates if fate.receipts), (
        "all in order"
    )


def test_without_faults_every_text_is_sent_and_then_delivered():
    for sms in TEXTS[:100]:
        first, last = fate_of(sms, 1, FAULTLESS).receipts
        assert (first.receipt.status, last.receipt.status) == (MessageStatus.SENT, MessageStatus.DELIVERED)
        assert FAULTLESS.quickest <= first.after < last.after


async def test_one_that_was_busy_takes_the_text_at_last_and_reports_once():
    reported: list[PlannedReceipt] = []

    async def report(receipts):
        reported.extend(receipts)

    carrier = SimulatedCarrier(report, habits=Habits(unavailable=1, refuses=0, repeats=0))
    turned_away = 0
    accepted = None
    while accepted is None:
        try:
            accepted = await carrier.send(TEXTS[0])
        except CarrierUnavailable:
            turned_away += 1

    assert 1 <= turned_away <= 2
    assert {planned.receipt.external_id for planned in reported} == {accepted.external_id}
    assert len(reported) == 2
