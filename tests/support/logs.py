"""Small replay logs for tests."""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

NINE_TO_FIVE = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
ANN, BOB = "+12125550100", "+13125550100"
CUSTOMER = "+19175550123"
MONDAY = datetime(2026, 9, 14, 14, 0, tzinfo=UTC)

Line = dict[str, Any]

COMPANY: list[Line] = [
    {"do": "account", "id": "acme", "name": "Acme"},
    {"do": "account", "id": "west", "name": "Acme West", "parent": "acme"},
    {
        "do": "location",
        "id": "A",
        "account": "acme",
        "name": "Store A",
        "kind": "STORE",
        "timezone": "America/New_York",
        "phone": ANN,
        "hours": NINE_TO_FIVE,
    },
    {
        "do": "location",
        "id": "B",
        "account": "west",
        "name": "Store B",
        "kind": "STORE",
        "timezone": "America/Chicago",
        "phone": BOB,
        "hours": NINE_TO_FIVE,
    },
    {
        "do": "user",
        "id": "owner",
        "name": "Olive Owner",
        "email": "olive@acme.example",
        "role": "OWNER",
        "account": "acme",
    },
    {
        "do": "user",
        "id": "ann",
        "name": "Ann Agent",
        "email": "ann@acme.example",
        "role": "AGENT",
        "locations": ["A"],
    },
    {
        "do": "user",
        "id": "bob",
        "name": "Bob Agent",
        "email": "bob@acme.example",
        "role": "AGENT",
        "locations": ["B"],
    },
    {"do": "tag", "id": "vip", "account": "acme", "name": "VIP"},
    {"do": "campaign", "id": "sale", "account": "acme", "name": "Sale"},
]


def at(minutes: float) -> str:
    """So many minutes after Monday, 10:00 in New York."""
    return (MONDAY + timedelta(minutes=minutes)).isoformat()


def inbound(
    minutes: float, sid: str, body: str = "Hello, are you open?", *, to: str = ANN, who: str = CUSTOMER
) -> Line:
    """A customer's text."""
    return {"do": "inbound", "at": at(minutes), "sid": sid, "from": who, "to": to, "body": body}


def outbound(
    minutes: float, sid: str, body: str = "Yes.", *, by: str = ANN, who: str = CUSTOMER, **more: Any
) -> Line:
    """A text of an agent, or what `more` says."""
    given = {"origin": "AGENT", "agent": "ann"} | more
    return {"do": "outbound", "at": at(minutes), "sid": sid, "from": by, "to": who, "body": body} | given


def act(minutes: float, do: str, *, location: str = "A", who: str = CUSTOMER, **more: Any) -> Line:
    """Something done to a conversation."""
    return {"do": do, "at": at(minutes), "contact": who, "location": location, "by": "ann"} | more


def transfer(
    minutes: float, *, source: str = "A", target: str = "B", who: str = CUSTOMER, **more: Any
) -> Line:
    """A move."""
    line = {"do": "transfer", "at": at(minutes), "contact": who, "from": source, "to": target, "by": "ann"}
    return line | more


def encoded(lines: list[Line]) -> list[bytes]:
    """The lines as a file has them."""
    return [orjson.dumps(line) for line in lines]
