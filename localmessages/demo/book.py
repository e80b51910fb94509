"""A replay log in the making."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from localmessages.demo.places import SHOPS, Shop

Line = dict[str, Any]

_FAILURES = ("30003", "30005", "30006", "30007", "30008")


@dataclass
class Book:
    """The lines so far, in no order, and what they have done to customers. `now` is its end."""

    rng: Random
    now: datetime
    lines: list[Line] = field(default_factory=list)
    auto_replied: dict[str, datetime] = field(default_factory=dict)
    opted_out: set[str] = field(default_factory=set)
    blocked: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        # How slowly each shop answers.
        self.pace = {shop.id: self.rng.uniform(0.5, 2.0) for shop in SHOPS}

    def write(self, do: str, at: datetime, **more: Any) -> None:
        """Add a line."""
        self.lines.append({"do": do, "at": at, **more})

    def new_id(self, what: str) -> str:
        """An id that no other line of the log has."""
        return f"demo-{what}-{len(self.lines)}"

    def text(self, at: datetime, shop: Shop, phone: str, body: str, origin: str, **more: Any) -> None:
        """A text of the shop's, with what the carrier reports of it."""
        sid = self.new_id("out")
        more |= {"from": shop.number, "to": phone, "body": body, "origin": origin}
        self.write("outbound", at, sid=sid, **more)
        self.report(sid, at)

    def report(self, sid: str, at: datetime) -> None:
        """Mostly delivered, sometimes not, and of a few nothing more is heard."""
        sent = at + timedelta(seconds=self.rng.uniform(0.4, 1.5))
        arrived = sent + timedelta(seconds=self.rng.lognormvariate(1, 0.8))
        self.write("status", sent, sid=sid, status="sent")
        fate = self.rng.random()
        if fate < 0.965:
            self.write("status", arrived, sid=sid, status="delivered")
        elif fate < 0.99:
            code = self.rng.choice(_FAILURES)
            self.write("status", arrived, sid=sid, status="undelivered", error_code=code)
