"""Apply the lines of a log: fetch in bulk what a stretch of them needs, decide line by line, save in bulk."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import orjson

from localmessages.replay.apply import Applier, dropped
from localmessages.replay.desk import Desk
from localmessages.replay.lines import (
    AccountLine,
    ActLine,
    AnyLine,
    AssignLine,
    CampaignLine,
    ClickLine,
    Dated,
    HoursLine,
    InboundLine,
    LeaveLine,
    LocationLine,
    NoteLine,
    OutboundLine,
    PayLine,
    StatusLine,
    TagActLine,
    TagLine,
    TransferLine,
    UserLine,
    parse_line,
)
from localmessages.replay.world import World
from localmessages.rules.consent import Keyword, keyword
from localmessages.services import Transaction

_SET_UP = (AccountLine, LocationLine, UserLine, CampaignLine, TagLine)
_CATALOGUE = (*_SET_UP, HoursLine, LeaveLine)
# Customers on the table at once; more are put back and fetched again.
_ROOM = 20_000


class BadLine(Exception):
    """A line that cannot be applied; nothing of its file, or of its batch, is kept."""

    def __init__(self, number: int, reason: str, source: str = "") -> None:
        super().__init__(f"{source or 'line'}{':' if source else ' '}{number}: {reason}")
        self.number = number
        self.reason = reason


@dataclass(slots=True)
class ReplayCounts:
    """How many lines of each kind were applied, how many were there already, and whose they were."""

    applied: Counter[str] = field(default_factory=Counter)
    repeated: int = 0
    tenants: set[UUID] = field(default_factory=set)


class Numbered(NamedTuple):
    """A line with its number in the file and the digest that it is known by."""

    number: int
    line: AnyLine
    digest: str


def read_line(number: int, text: bytes) -> Numbered:
    """Parse a line; `BadLine` with the reason."""
    try:
        line = parse_line(text)
    except ValueError as error:
        raise BadLine(number, str(error)) from None
    return Numbered(number, line, _digest(line, text))


def _digest(line: AnyLine, text: bytes) -> str:
    content = (
        f"key:{line.key}".encode()
        if line.key
        else orjson.dumps(orjson.loads(text), option=orjson.OPT_SORT_KEYS)
    )
    return hashlib.blake2b(content, digest_size=16).hexdigest()


class Replay:
    """Lines into one transaction. The caller commits, or nothing of them is kept."""

    def __init__(self, tx: Transaction, counts: ReplayCounts, *, now: datetime) -> None:
        self.world = World(tx, counts.tenants)
        self.counts = counts
        self._now = now
        self._desk = Desk(self.world)

    async def apply(self, lines: Sequence[Numbered]) -> None:
        """Apply lines in their order; `BadLine` at the first that cannot be."""
        stretch: list[Numbered] = []
        for numbered in lines:
            if isinstance(numbered.line, _CATALOGUE):
                await self._apply_stretch(stretch)
                stretch = []
                await self._apply_to_catalogue(numbered, self._instant(numbered, lines))
            else:
                stretch.append(numbered)
        await self._apply_stretch(stretch)
        self.counts.tenants.update(self.world.catalogues)

    def _instant(self, numbered: Numbered, lines: Iterable[Numbered]) -> datetime:
        """Set-up lines carry no instant: what they make is as old as the first line that has one."""
        if isinstance(numbered.line, Dated):
            return numbered.line.at
        return next((other.line.at for other in lines if isinstance(other.line, Dated)), self._now)

    async def _apply_to_catalogue(self, numbered: Numbered, at: datetime) -> None:
        try:
            match numbered.line:
                case HoursLine() | LeaveLine() as line:
                    fresh = await self._change_catalogue(line, numbered.digest)
                case AccountLine() | LocationLine() | UserLine() | CampaignLine() | TagLine() as line:
                    fresh = await self.world.set_up(line, at)
                case _:
                    raise AssertionError(f"{numbered.line.do} is no line of the catalogue")
        except ValueError as error:
            raise BadLine(numbered.number, str(error)) from None
        self._count(numbered.line, fresh)

    async def _change_catalogue(self, line: HoursLine | LeaveLine, digest: str) -> bool:
        tenant_id = await self.world.tenant_of(line)
        await self._desk.fetch_applied(tenant_id, [digest])
        if not self._desk.first_time(tenant_id, digest):
            return False
        if isinstance(line, HoursLine):
            await self.world.change_hours(line)
        else:
            await self.world.leave(line)
        await self._desk.save()
        return True

    def _count(self, line: AnyLine, fresh: bool) -> None:
        if fresh:
            self.counts.applied[line.do] += 1
        else:
            self.counts.repeated += 1

    async def _apply_stretch(self, stretch: Sequence[Numbered]) -> None:
        if not stretch:
            return
        if len(self._desk.customers) > _ROOM:
            self._desk = Desk(self.world)
        tenants = await self._fetch(stretch)
        applier = Applier(self.world, self._desk)
        for numbered in stretch:
            try:
                fresh = await applier.apply(numbered.line, numbered.digest, tenants.get(numbered.number))
            except ValueError as error:
                raise BadLine(numbered.number, str(error)) from None
            self._count(numbered.line, fresh)
        await self._desk.save()

    async def _fetch(self, stretch: Sequence[Numbered]) -> dict[int, UUID]:
        """Put on the table what the lines speak of; the tenant of each line that names a place."""
        needs: dict[UUID, _Needs] = {}
        tenants: dict[int, UUID] = {}
        nowhere = _Needs()
        for number, line, digest in stretch:
            try:
                tenant_id = await self._tenant_of(line)
            except ValueError as error:
                raise BadLine(number, str(error)) from None
            if tenant_id is None:
                nowhere.add(line, digest)
            else:
                tenants[number] = tenant_id
                needs.setdefault(tenant_id, _Needs()).add(line, digest)
        if not nowhere.empty:
            await self.world.meet()
        for tenant_id in set(self.world.catalogues) | set(needs):
            need = needs.setdefault(tenant_id, _Needs())
            need.join(nowhere)
            await need.fetch(self._desk, tenant_id)
        await self._desk.fetch_links(nowhere.slugs)
        return tenants

    async def _tenant_of(self, line: AnyLine) -> UUID | None:
        match line:
            case InboundLine():
                return (await self.world.place_of_number(line.to)).tenant_id
            case OutboundLine():
                return (await self.world.place_of_number(line.from_)).tenant_id
            case TransferLine():
                return (await self.world.place(line.from_)).tenant_id
            case ActLine() | AssignLine() | TagActLine() | NoteLine():
                return (await self.world.place(line.location)).tenant_id
        return None


class _Needs:
    """What a stretch of lines speaks of, of one tenant."""

    def __init__(self) -> None:
        self.phones: set[str] = set()
        self.consents: set[str] = set()
        self.sids: set[str] = set()
        self.slugs: set[str] = set()
        self.invoices: set[str] = set()
        self.digests: set[str] = set()

    @property
    def empty(self) -> bool:
        """Whether nothing was added."""
        return not self.digests

    def join(self, other: "_Needs") -> None:
        """Also what lines speak of that name no place."""
        self.sids |= other.sids
        self.invoices |= other.invoices
        self.digests |= other.digests

    def add(self, line: AnyLine, digest: str) -> None:
        self.digests.add(digest)
        match line:
            case InboundLine():
                self.phones.add(line.from_)
                self.sids.add(line.sid)
                if keyword(line.body, opted_out=True) in (Keyword.OPT_OUT, Keyword.OPT_IN):
                    self.consents.add(line.from_)
            case OutboundLine():
                self._add_outbound(line)
            case StatusLine():
                self.sids.add(line.sid)
                self.digests.add(dropped(line.sid))
            case ClickLine():
                self.slugs.add(line.slug)
            case PayLine():
                self.invoices.add(line.invoice)
            case TransferLine() | ActLine() | AssignLine() | TagActLine() | NoteLine():
                self.phones.add(line.contact)
                if line.do in ("opt_out", "opt_in"):
                    self.consents.add(line.contact)

    def _add_outbound(self, line: OutboundLine) -> None:
        self.phones.add(line.to)
        self.sids.add(line.sid)
        self.digests.add(dropped(line.sid))
        if line.link:
            self.slugs.add(line.link.slug)
        if line.payment:
            self.invoices.add(line.payment.invoice)

    async def fetch(self, desk: Desk, tenant_id: UUID) -> None:
        await desk.fetch_applied(tenant_id, self.digests)
        await desk.fetch_customers(tenant_id, self.phones)
        await desk.fetch_messages(tenant_id, self.sids)
        await desk.fetch_payments(tenant_id, self.invoices)
        await desk.fetch_links(self.slugs)
        await desk.fetch_last_sent(tenant_id, self.consents)
