"""All tiles of a window: those that somebody looks at."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import Enum, auto

import asyncpg

from localmessages.reports.messages_report.links import LinkFacts, link_facts
from localmessages.reports.messages_report.opt_outs import OptOutFacts, opt_out_facts
from localmessages.reports.messages_report.pay_by_text import PayByTextFacts, pay_by_text_facts
from localmessages.reports.messages_report.response_times import response_time
from localmessages.reports.messages_report.scope import Scope
from localmessages.reports.messages_report.texts import TextFacts, text_facts
from localmessages.reports.metrics import ResponseTime
from localmessages.rules.metrics import OutOfHours
from localmessages.rules.waits import WaitKind


class TileGroup(Enum):
    """Tiles that one look at the facts gives together."""

    TEXTS = auto()
    PAY_BY_TEXT = auto()
    OPT_OUTS = auto()
    LINKS = auto()
    INBOUND = auto()
    OUTBOUND = auto()


@dataclass(frozen=True, slots=True)
class Tiles:
    """What the tiles are made of; groups that nobody wanted are empty."""

    texts: TextFacts = field(default_factory=TextFacts)
    pay_by_text: PayByTextFacts = field(default_factory=lambda: PayByTextFacts([]))
    opt_outs: OptOutFacts = field(default_factory=lambda: OptOutFacts([], 0, 0))
    links: LinkFacts = field(default_factory=LinkFacts)
    inbound: ResponseTime = field(default_factory=ResponseTime)
    outbound: ResponseTime = field(default_factory=ResponseTime)


EVERY_TILE = frozenset(TileGroup)


async def all_tiles(
    connection: asyncpg.Connection,
    scope: Scope,
    mode: OutOfHours,
    wanted: Collection[TileGroup] = EVERY_TILE,
) -> Tiles:
    """The tiles of a scope."""
    none = Tiles()
    return Tiles(
        texts=await text_facts(connection, scope) if TileGroup.TEXTS in wanted else none.texts,
        pay_by_text=(
            await pay_by_text_facts(connection, scope)
            if TileGroup.PAY_BY_TEXT in wanted
            else none.pay_by_text
        ),
        opt_outs=await opt_out_facts(connection, scope) if TileGroup.OPT_OUTS in wanted else none.opt_outs,
        links=await link_facts(connection, scope) if TileGroup.LINKS in wanted else none.links,
        inbound=(
            await response_time(connection, scope, WaitKind.INBOUND, mode)
            if TileGroup.INBOUND in wanted
            else none.inbound
        ),
        outbound=(
            await response_time(connection, scope, WaitKind.OUTBOUND, mode)
            if TileGroup.OUTBOUND in wanted
            else none.outbound
        ),
    )
