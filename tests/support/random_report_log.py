"""Random logs with everything that a Messages Report is about: payments, links, clicks, tags, causes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import chain

from hypothesis import strategies as st

from tests.support.random_log import PLACES, Deed, Line, RandomLog

PLAIN = ["inbound"] * 4 + ["agent"] * 3 + ["transfer", "close", "auto", "refused", "failed", "delivered"]
CONSENT = ["stop", "stop", "start", "opt_out"]
OURS = [
    "bill",
    "bill",
    "link",
    "offer",
    "click",
    "bot",
    "paid",
    "refunded",
    "voided",
    "carrier",
    "tag",
    "untag",
]
INVOICES, TAGS, CAMPAIGNS = ("I-1", "I-2", "J-3"), ("vip", "late"), ("sale", "news")

report_deeds = st.lists(
    st.builds(
        Deed,
        st.sampled_from(PLAIN + CONSENT + OURS),
        st.integers(0, 1),
        st.integers(0, 2),
        st.sampled_from([0, 0, 1, 7, 45, 200, 700, 3000]),
        st.integers(0, 5),
    ),
    min_size=20,
    max_size=60,
)


class RandomReportLog(RandomLog):
    """A town that also sends bills and links, has campaigns and tags."""

    def __init__(self, given: Sequence[Deed]) -> None:
        self.links: list[str] = []
        super().__init__(given)

    def named(self, name: str) -> str:
        """An id of this town's log."""
        return f"town-{self.town}-{name}"

    def _set_up(self) -> list[Line]:
        root = f"town-{self.town}"
        labels = chain(
            ({"do": "campaign", "id": self.named(name), "account": root, "name": name} for name in CAMPAIGNS),
            ({"do": "tag", "id": self.named(name), "account": root, "name": name} for name in TAGS),
        )
        return [*super()._set_up(), *labels]

    def _line(self, deed: Deed) -> Line:
        if deed.what not in OURS:
            return self._by_ann(super()._line(deed))
        self.at += timedelta(minutes=deed.minutes)
        at = {"at": self.at.isoformat()}
        match deed.what:
            case "bill" | "link" | "offer" | "carrier":
                return self._text(deed, at)
            case "click" | "bot":
                slug = self.links[-1 - deed.more % len(self.links)] if self.links else "none"
                agent = {"user_agent": "SpiderBot"} if deed.what == "bot" else {}
                return {"do": "click", **at, "slug": slug, **agent}
            case "paid" | "refunded" | "voided":
                invoice = f"{self.town}-{INVOICES[deed.more % 3]}"
                amount = {"amount": "2.00"} if deed.what == "refunded" else {"card": "visa"}
                return {"do": "pay", **at, "invoice": invoice, "status": deed.what, **amount}
        return {
            "do": "tag_on" if deed.what == "tag" else "tag_off",
            **at,
            "contact": f"+1917555010{deed.contact}",
            "location": self.named(PLACES[deed.place][0]),
            "tag": self.named(TAGS[deed.more % 2]),
        }

    def _by_ann(self, line: Line) -> Line:
        if line.get("origin") == "AGENT" and int(line["sid"].rpartition("-")[2]) % 2:
            return {**line, "agent": self.named("ann")}
        if line.get("origin") == "CAMPAIGN":
            return {**line, "campaign": self.named("sale")}
        return line

    def _text(self, deed: Deed, at: Line) -> Line:
        sid = f"{self.town}-{len(self.sent)}"
        self.sent.append(sid)
        line = {"do": "outbound", **at, "sid": sid, "from": self.number(deed.place)}
        line |= {"to": f"+1917555010{deed.contact}", "body": f"See {sid}"}
        if deed.what == "carrier":
            return {**line, "origin": "AGENT", "refused": "21610"}
        slug = f"s{sid}"
        self.links.append(slug)
        line["link"] = {"slug": slug, "url": f"https://shop.example/{deed.more}"}
        if deed.what == "bill":
            invoice = f"{self.town}-{INVOICES[deed.more % 3]}"
            line["payment"] = {"invoice": invoice, "amount": "9.50", "currency": "USD"}
        if deed.what == "offer":
            return {**line, "origin": "CAMPAIGN", "campaign": self.named(CAMPAIGNS[deed.more % 2])}
        return {**line, "origin": "AGENT", "agent": self.named("ann")}
