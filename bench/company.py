"""The company of the generated town, as the set-up lines of a replay log, and what its customers say."""

from datetime import UTC, date, datetime
from itertools import product
from typing import Any

import orjson

NOW = datetime(2026, 6, 30, 20, tzinfo=UTC)
"""The clock of every measurement stands still here, so that a town stays as old as it was made."""
LAST_DAY = date(2026, 6, 29)
PLACES = 50
ZONES = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "Europe/London",
    "Asia/Kolkata",
)
HOURS = {day: [["08:00", "22:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
OWNER = "owner"


def number_of(place: int) -> str:
    """The number of a location."""
    return f"+1646555{place:04}"


def set_up() -> list[bytes]:
    """Three accounts, fifty locations, an agent at each, an owner, tags and campaigns."""
    return [orjson.dumps(line) for line in [*_accounts(), *_locations(), *_people(), *_labels()]]


def _accounts() -> list[dict[str, Any]]:
    root = {"do": "account", "id": "town", "name": "Town & Country"}
    children = (
        {"do": "account", "id": name, "name": name.title(), "parent": "town"} for name in ("east", "west")
    )
    return [root, *children]


def _locations() -> list[dict[str, Any]]:
    return [
        {
            "do": "location",
            "id": f"place-{place:02}",
            "account": ("east", "west")[place % 2],
            "name": f"Store {place}" if place else "Head Office",
            "kind": "STORE" if place else "HEAD_OFFICE",
            "timezone": ZONES[place % len(ZONES)],
            "phone": number_of(place),
            "hours": HOURS,
        }
        for place in range(PLACES)
    ]


def _people() -> list[dict[str, Any]]:
    owner = {"do": "user", "id": OWNER, "name": "Olive Owner", "email": "olive@town.example", "role": "OWNER"}
    return [owner | {"account": "town"}] + [
        {
            "do": "user",
            "id": f"agent-place-{place:02}",
            "name": f"Agent {place}",
            "email": f"agent-{place}@town.example",
            "role": "AGENT",
            "locations": [f"place-{place:02}"],
        }
        for place in range(PLACES)
    ]


def _labels() -> list[dict[str, Any]]:
    tags = [{"do": "tag", "id": f"tag-{n:02}", "account": "town", "name": f"Tag {n}"} for n in range(20)]
    campaigns = [
        {"do": "campaign", "id": f"campaign-{n}", "account": "town", "name": f"Campaign {n}"}
        for n in range(10)
    ]
    return [*tags, *campaigns]


_OPENINGS = (
    "Hi,",
    "Hello, this is about Saturday:",
    "Thanks for the quick reply.",
    "Sorry to bother you again,",
    "One more thing:",
    "Good morning,",
    "As agreed on the phone,",
)
_MIDDLES = (
    "is the blue one still there",
    "can I move the appointment to next week",
    "the parcel has not come yet",
    "we would need a table for six near the window",
    "the mower is ready and can be picked up",
    "I was charged twice for the last order",
    "could you send the estimate again",
    "the colour does not match the sample",
    "do you repair older models too",
    "that works for us",
    "please keep two bags aside for me",
)
_ENDINGS = (
    "please?",
    "- see you tomorrow.",
    "and what would it cost?",
    "or is it too late for that?",
    "before the weekend.",
    "if that is not too much trouble.",
    "at the counter in the back.",
)


def phrases() -> list[str]:
    """What is said, several hundred different texts."""
    return [" ".join(parts) for parts in product(_OPENINGS, _MIDDLES, _ENDINGS)]
