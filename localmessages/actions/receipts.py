"""Receipts that cannot be kept yet, or are not due yet: they wait as jobs, which no crash loses."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson

from localmessages.actions.delivery import report_receipt
from localmessages.actions.queue import RECEIPT, enqueue
from localmessages.gateways.carrier import Receipt
from localmessages.gateways.simulated_carrier import PlannedReceipt
from localmessages.rules.delivery import MessageStatus
from localmessages.services import Services

_FIRST_LOOK = timedelta(milliseconds=250)
_LONGEST_PAUSE = timedelta(minutes=5)
_LOOKS = 15


def next_look(looks: int) -> timedelta | None:
    """How long to wait after `looks` in vain for the text of a receipt; None to let it go, after 25 minutes.

    A worker that dies between the hand-over and its commit is replaced long before.
    """
    return None if looks >= _LOOKS else min(_FIRST_LOOK * (1 << (looks - 1)), _LONGEST_PAUSE)


async def take_receipt(services: Services, receipt: Receipt) -> None:
    """What a webhook calls. A receipt that overtook the commit of its hand-over waits for it."""
    if not await report_receipt(services, receipt):
        await _wait_with(services, [PlannedReceipt(receipt, _FIRST_LOOK)])


async def expect_receipts(services: Services, planned: Sequence[PlannedReceipt]) -> None:
    """Have receipts reported when they are due, as the simulated carrier plans them."""
    await _wait_with(services, planned)


async def _wait_with(services: Services, planned: Sequence[PlannedReceipt]) -> None:
    async with services.transaction() as tx:
        for one in planned:
            await enqueue(tx.connection, RECEIPT, _payload(one.receipt), after=one.after)


def _payload(receipt: Receipt) -> dict[str, Any]:
    return {
        "tenant": receipt.tenant_id,
        "external_id": receipt.external_id,
        "status": receipt.status,
        "code": receipt.code,
        "message": receipt.message_id,
    }


def receipt_of(payload: bytes) -> Receipt:
    """The receipt that a job carries."""
    given = orjson.loads(payload)
    return Receipt(
        UUID(given["tenant"]),
        given["external_id"],
        MessageStatus(given["status"]),
        given["code"],
        given["message"] and UUID(given["message"]),
    )
