"""Random replay logs: two customers' dealings with three places, in an order that nobody planned."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, NamedTuple

import orjson
from hypothesis import strategies as st

from localmessages.replay import BadLine, replay_lines
from localmessages.services import Services

Line = dict[str, Any]
BEGINNING = datetime(2026, 10, 28, 12, tzinfo=UTC)
PLACES = [
    (
        "A",
        "America/New_York",
        {"mon": [["09:00", "17:00"]], "fri": [["09:00", "17:00"]], "sun": [["00:00", "06:00"]]},
    ),
    ("B", "Asia/Kolkata", None),
    ("C", "Australia/Lord_Howe", {day: [["18:00", "02:00"]] for day in ("wed", "thu", "fri", "sat")}),
]
_towns = count()


class Deed(NamedTuple):
    """Something that may happen, `minutes` after the one before; what it cannot mean is left out."""

    what: str
    contact: int
    place: int
    minutes: int
    more: int


deeds = st.lists(
    st.builds(
        Deed,
        st.sampled_from(
            ["inbound"] * 5
            + ["agent"] * 4
            + ["transfer"] * 3
            + ["close", "campaign", "auto", "refused", "failed", "delivered", "reopen"]
            + ["stop", "start", "block", "unblock", "opt_out"]
        ),
        st.integers(0, 1),
        st.integers(0, 2),
        st.sampled_from([0, 0, 1, 7, 45, 200, 700]),
        st.integers(0, 5),
    ),
    # Shorter ones hardly ever transfer what somebody waits in.
    min_size=25,
    max_size=60,
)


class RandomLog:
    """The lines of a town of its own: ids, numbers and addresses are nobody else's."""

    def __init__(self, given: Sequence[Deed]) -> None:
        self.town = next(_towns)
        self.sent: list[str] = []
        self.at = BEGINNING
        self.lines = [*self._set_up(), *(self._line(deed) for deed in given)]

    def number(self, place: int) -> str:
        return f"+1212{self.town:06}{place}"

    def _set_up(self) -> list[Line]:
        root = f"town-{self.town}"
        return [
            {"do": "account", "id": root, "name": root},
            *(
                {
                    "do": "location",
                    "id": f"{root}-{name}",
                    "account": root,
                    "name": name,
                    "kind": "STORE",
                    "timezone": zone,
                    "phone": self.number(n),
                    **({"hours": hours} if hours else {}),
                }
                for n, (name, zone, hours) in enumerate(PLACES)
            ),
            {
                "do": "user",
                "id": f"{root}-ann",
                "name": "Ann",
                "email": f"ann@{root}.example",
                "role": "OWNER",
                "account": root,
            },
        ]

    def _line(self, deed: Deed) -> Line:
        self.at += timedelta(minutes=deed.minutes)
        at, sid = {"at": self.at.isoformat()}, f"{self.town}-{len(self.sent)}"
        contact, place = f"+1917555010{deed.contact}", f"town-{self.town}-{PLACES[deed.place][0]}"
        match deed.what:
            case "inbound" | "stop" | "start":
                self.sent.append("")
                body = {"inbound": "Hello?", "stop": "STOP", "start": "Start"}[deed.what]
                to = self.number(deed.place)
                return {"do": "inbound", **at, "sid": sid, "from": contact, "to": to, "body": body}
            case "agent" | "campaign" | "auto" | "refused":
                self.sent.append(sid)
                origin = "AGENT" if deed.what == "refused" else deed.what.upper()
                refused = {"refused": "30006"} if deed.what == "refused" else {}
                numbers = {"from": self.number(deed.place), "to": contact}
                return {
                    "do": "outbound",
                    **at,
                    "sid": sid,
                    **numbers,
                    "body": "Yes",
                    "origin": origin,
                    **refused,
                }
            case "failed" | "delivered":
                known = [sid for sid in self.sent if sid] or ["none"]
                return {"do": "status", **at, "sid": known[-1 - deed.more % len(known)], "status": deed.what}
            case "transfer":
                target = PLACES[(deed.place + 1 + deed.more % 2) % 3][0]
                way = {"from": place, "to": f"town-{self.town}-{target}", "by": f"town-{self.town}-ann"}
                return {"do": "transfer", **at, "contact": contact, **way}
        return {"do": deed.what, **at, "contact": contact, "location": place}

    async def replay(self, services: Services, *, batch: int | None = None) -> None:
        """Apply it; a line that cannot be applied is left out, and everything begins again."""
        while True:
            try:
                await replay_lines(services, map(orjson.dumps, self.lines), batch=batch)
            except BadLine as bad:
                del self.lines[bad.number - 1]
            else:
                return
