"""The Messages Report once more, in plain Python over bare rows: shares nothing with the reports."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from tests.support.recompute import Asked

Row = dict[str, Any]
Numbers = dict[str, Any]
TABLES = (
    "message",
    "tracked_link",
    "payment_request",
    "consent_change",
    "wait",
    "conversation",
    "contact",
    "location",
)
LATE = 7 * 86_400


@dataclass(frozen=True)
class AskedReport:
    """A filter by keys; None is no condition."""

    window: Asked
    mode: str = "EXCLUDE"
    places: Sequence[UUID] | None = None
    agents: Sequence[UUID] | None = None
    campaigns: Sequence[UUID] | None = None
    any_tags: Sequence[UUID] | None = None
    all_tags: Sequence[UUID] | None = None


async def raw_rows(connection: asyncpg.Connection, tenant: UUID) -> dict[str, list[Row]]:
    """All rows of a tenant that a report is about."""
    return {
        table: [
            dict(row) for row in await connection.fetch(f"SELECT * FROM {table} WHERE tenant_id = $1", tenant)
        ]
        for table in TABLES
    }


class Recomputed:
    """What a report must say, of its window or of the one so many before."""

    def __init__(self, raw: dict[str, list[Row]], asked: AskedReport, windows_back: int = 0) -> None:
        self.asked, self.back = asked, windows_back
        self.zones = {row["id"]: row["time_zone"] for row in raw["location"]}
        self.tags = {row["id"]: set(row["tag_ids"]) for row in raw["conversation"]}
        self.requests = {row["id"]: row for row in raw["payment_request"]}
        self.raw = raw
        self.everybodys = [m for m in raw["message"] if self._within(m, m["at"])]
        self.texts = [m for m in self.everybodys if self._stamped(m["agent_id"], m["campaign_id"])]
        self.sent = [m for m in self.texts if m["direction"] == "OUTBOUND"]

    def _within(self, row: Row, at: datetime | None) -> bool:
        asked, place = self.asked, row["location_id"]
        if at is None or place is None or (asked.places is not None and place not in asked.places):
            return False
        tags = self.tags.get(row["conversation_id"], set())
        if asked.any_tags is not None and not tags.intersection(asked.any_tags):
            return False
        if asked.all_tags is not None and not tags.issuperset(asked.all_tags):
            return False
        return asked.window.holds(at, self.zones[place], self.back)

    def _stamped(self, agent: UUID | None, campaign: UUID | None) -> bool:
        asked = self.asked
        return (asked.agents is None or agent in asked.agents) and (
            asked.campaigns is None or campaign in asked.campaigns
        )

    def numbers(self) -> Numbers:
        """Every number of the tiles."""
        return {
            **self._texts(),
            **self._conversations(),
            **self._pay_by_text(),
            **self._links(),
            **self._opt_outs(),
            "inbound": self._response([w for w in self.waits("INBOUND") if w["outcome"] == "ANSWERED"]),
            "outbound": self._outbound(),
        }

    @property
    def delivered(self) -> list[Row]:
        return [m for m in self.sent if m["status"] in ("DELIVERED", "READ")]

    @property
    def failed(self) -> list[Row]:
        return [m for m in self.sent if m["status"] in ("UNDELIVERED", "FAILED")]

    def _texts(self) -> Numbers:
        delivered, failed = len(self.delivered), len(self.failed)
        return {
            "rows": len(self.texts),
            "attempted": len(self.sent),
            "delivered": delivered,
            "failed": failed,
            "pending": len(self.sent) - delivered - failed,
            "reasons": dict(Counter(m["failure_code"] for m in self.failed)),
        }

    def by_hour(self) -> list[int]:
        hours = Counter(
            m["at"].astimezone(ZoneInfo(self.asked.window.zone or self.zones[m["location_id"]])).hour
            for m in self.delivered
        )
        return [hours[hour] for hour in range(24)]

    def by_day(self) -> dict[Any, int]:
        return dict(
            Counter(self.asked.window.day(m["at"], self.zones[m["location_id"]]) for m in self.delivered)
        )

    def held(self) -> set[UUID]:
        sides = defaultdict(set)
        for m in self.everybodys:
            sides[m["conversation_id"]].add("INBOUND" if m["direction"] == "INBOUND" else m["origin"])
        return {
            m["conversation_id"] for m in self.texts if sides[m["conversation_id"]] >= {"INBOUND", "AGENT"}
        }

    def with_bills(self) -> set[UUID]:
        return {m["conversation_id"] for m in self.texts if m["payment_request_id"]}

    def _conversations(self) -> Numbers:
        return {
            "conversations": len({m["conversation_id"] for m in self.texts}),
            "held": len(self.held()),
            "with_bills": len(self.with_bills()),
        }

    def stages(self) -> dict[str, set[UUID]]:
        """The payment requests by how far they came."""
        carried = [m for m in self.texts if m["payment_request_id"]]
        ids = {m["id"]: m["payment_request_id"] for m in carried}
        asked = set(ids.values())
        received = {m["payment_request_id"] for m in carried if m["status"] in ("DELIVERED", "READ")}
        paid = {key for key in asked if self.requests[key]["paid_at"]}
        opened = paid | {
            ids[link["message_id"]]
            for link in self.raw["tracked_link"]
            if link["message_id"] in ids and link["clicks"]
        }
        return {
            "REQUESTED": asked,
            "RECEIVED": received,
            "CLICKED": received & opened,
            "PAID": received & paid,
            "PAID_NOT_DELIVERED": paid - received,
        }

    def _pay_by_text(self) -> Numbers:
        stages = self.stages()
        paid = [self.requests[key] for key in stages["PAID"]]
        return {
            "stages": {name: len(keys) for name, keys in stages.items()},
            "gross": sum(row["paid_amount"] for row in paid),
            "refunded": sum(row["refunded_amount"] for row in paid),
        }

    def links(self) -> list[tuple[Row, bool]]:
        """The links, each with whether a person clicked it."""
        sent = {m["id"]: m["payment_request_id"] for m in self.sent}
        return [
            (link, bool(link["clicks"]) or self._is_paid(sent[link["message_id"]]))
            for link in self.raw["tracked_link"]
            if link["message_id"] in sent
        ]

    def _is_paid(self, request: UUID | None) -> bool:
        return request is not None and self.requests[request]["paid_at"] is not None

    def _links(self) -> Numbers:
        links = self.links()
        return {
            "links": len(links),
            "clicked": sum(clicked for _, clicked in links),
            "bots": sum(link["bot_clicks"] for link, _ in links),
        }

    def changes(self, state: str) -> list[Row]:
        return [
            change
            for change in self.raw["consent_change"]
            if change["state"] == state
            and self._within(change, change["at"])
            and self._stamped(change["cause_agent_id"], change["cause_campaign_id"])
        ]

    def _opt_outs(self) -> Numbers:
        out = self.changes("OPTED_OUT")
        changed = {
            change["message_id"] for change in self.raw["consent_change"] if change["state"] == "OPTED_OUT"
        }
        stops = [m for m in self.texts if m["keyword"] == "OPT_OUT"]
        return {
            "out": len(out),
            "back": len(self.changes("OPTED_IN")),
            "repeated": sum(m["id"] not in changed for m in stops),
            "causes": dict(Counter(change["cause"] for change in out)),
        }

    def waits(self, kind: str) -> list[Row]:
        dated = "ended_at" if kind == "INBOUND" else "started_at"
        return [
            wait
            for wait in self.raw["wait"]
            if wait["kind"] == kind
            and self._within(wait, wait[dated])
            and self._stamped(wait["agent_id"], wait["campaign_id"])
        ]

    def _outbound(self) -> Numbers:
        answered = [w for w in self.waits("OUTBOUND") if w["outcome"] == "ANSWERED"]
        return {**_seconds([w["elapsed_seconds"] for w in answered]), "sample": len(answered)}

    def _response(self, answered: list[Row]) -> Numbers:
        kept = {
            "EXCLUDE": [w for w in answered if not w["opened_out_of_hours"]],
            "PAUSE": [w for w in answered if w["open_seconds"]],
            "INCLUDE": answered,
        }[self.asked.mode]
        clock = "elapsed_seconds" if self.asked.mode == "INCLUDE" else "open_seconds"
        return {
            **_seconds([w[clock] for w in kept]),
            "sample": len(kept),
            "excluded": len(answered) - len(kept),
        }


def _seconds(found: list[float]) -> Numbers:
    return {
        "median": statistics.median(found) if found else None,
        "mean": statistics.fmean(found) if found else None,
    }
