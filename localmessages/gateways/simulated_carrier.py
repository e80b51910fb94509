"""A carrier that is none: what becomes of a text follows from a seed and the text's id alone.

It keeps nothing that a crash could lose: another process with the same seed gives the same id and receipts.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2b
from random import Random

from localmessages.gateways.carrier import Accepted, CarrierRefused, CarrierUnavailable, OutboundSms, Receipt
from localmessages.rules.delivery import MessageStatus

TOO_BUSY = 503


@dataclass(frozen=True, slots=True)
class Habits:
    """How often what happens, as shares of all texts, and how long a receipt takes."""

    unavailable: float = 0.02
    """Is too busy once or twice before it takes the text."""
    refuses: float = 0.005
    fails: float = 0.04
    repeats: float = 0.05
    reorders: float = 0.05
    late: float = 0.02
    """Takes `latest` for the last receipt."""
    quickest: timedelta = timedelta(milliseconds=300)
    slowest: timedelta = timedelta(seconds=3)
    latest: timedelta = timedelta(seconds=45)


FAULTLESS = Habits(unavailable=0, refuses=0, fails=0, repeats=0, reorders=0, late=0)

_FAILURES = ("30003", "30003", "30003", "30005", "30006", "30007", "30007", "30008")
_REFUSALS = ("21211", "21610", "21614")


@dataclass(frozen=True, slots=True)
class PlannedReceipt:
    """A receipt that comes `after` the hand-over."""

    receipt: Receipt
    after: timedelta


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one text."""

    times_unavailable: int
    refusal: str | None
    receipts: tuple[PlannedReceipt, ...]


def fate_of(sms: OutboundSms, seed: int, habits: Habits) -> Fate:
    """The same for the same seed and text, whichever process asks."""
    dice = Random(f"{seed}:{sms.key}")  # noqa: S311 - a simulation
    times = dice.randint(1, 2) if dice.random() < habits.unavailable else 0
    refusal = dice.choice(_REFUSALS) if dice.random() < habits.refuses else None
    return Fate(
        times, refusal, () if refusal else tuple(_receipts(sms, external_id(sms, seed), dice, habits))
    )


def external_id(sms: OutboundSms, seed: int) -> str:
    """The carrier's id of a text."""
    return "SIM" + blake2b(f"{seed}:{sms.key}".encode(), digest_size=15).hexdigest()


def _receipts(sms: OutboundSms, name: str, dice: Random, habits: Habits) -> list[PlannedReceipt]:
    code = dice.choice(_FAILURES) if dice.random() < habits.fails else None
    last = MessageStatus.UNDELIVERED if code else MessageStatus.DELIVERED
    first_after = _delay(dice, habits)
    last_after = first_after + _delay(dice, habits)
    if dice.random() < habits.late:
        last_after = habits.latest
    if dice.random() < habits.reorders:
        first_after, last_after = last_after, first_after
    planned = [
        PlannedReceipt(Receipt(sms.tenant_id, name, MessageStatus.SENT), first_after),
        PlannedReceipt(Receipt(sms.tenant_id, name, last, code), last_after),
    ]
    if dice.random() < habits.repeats:
        repeated = dice.choice(planned)
        planned.append(PlannedReceipt(repeated.receipt, repeated.after + _delay(dice, habits)))
    return planned


def _delay(dice: Random, habits: Habits) -> timedelta:
    return habits.quickest + (habits.slowest - habits.quickest) * dice.random()


class SimulatedCarrier:
    """Takes every text that its seed does not refuse; `report` has the receipts given in time."""

    confirms_consent = False

    def __init__(
        self,
        report: Callable[[Sequence[PlannedReceipt]], Awaitable[None]],
        *,
        seed: int = 1,
        habits: Habits | None = None,
    ) -> None:
        self._report = report
        self._seed = seed
        self._habits = habits or Habits()
        self._turned_away: dict[str, int] = {}

    async def send(self, sms: OutboundSms) -> Accepted:
        """Take the text, or not, as its fate says."""
        fate = fate_of(sms, self._seed, self._habits)
        turned_away = self._turned_away.get(sms.key, 0)
        if turned_away < fate.times_unavailable:
            self._turned_away[sms.key] = turned_away + 1
            raise CarrierUnavailable(TOO_BUSY)
        self._turned_away.pop(sms.key, None)
        if fate.refusal is not None:
            raise CarrierRefused(fate.refusal)
        # The receipts are on their way before the answer is, as with carriers of flesh and blood.
        await self._report(fate.receipts)
        return Accepted(external_id(sms, self._seed))
