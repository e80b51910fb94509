"""The Locations page asked through GraphQL, in the words and paths of the golden cases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tests.support.api import Reader

Numbers = dict[str, Any]
MODES = ("EXCLUDE", "PAUSE", "INCLUDE")
DAYS = {7: "DAYS_7", 30: "DAYS_30"}

LOCATIONS = """
query Locations($after: String) {
  locations(first: 100, after: $after) {
    nodes { id externalId }
    pageInfo { hasNextPage endCursor }
  }
}
"""
PAGE = """
query Page($locationIds: [ID!], $window: WindowInput!, $outOfHours: OutOfHours!) {
  locationsSummary(locationIds: $locationIds, window: $window, outOfHours: $outOfHours) {
    asOf
    total { ...Metrics }
    locations { location { externalId } ...Metrics }
  }
}
fragment Metrics on LocationMetrics {
  activeConversations
  newInboundConversations { count neverAnswered awaitingReply oldestWaitingSince }
  responseTime { ...ResponseTime }
  inboundMessages
  outboundMessages
  outboundBreakdown { ...Origins }
  waitOutcomes { ...Outcomes }
  previous {
    responseTime { ...ResponseTime }
    inboundMessages
    outboundMessages
    outboundBreakdown { ...Origins }
    waitOutcomes { ...Outcomes }
  }
  daily { on responseTime { ...ResponseTime } inboundMessages outboundMessages }
}
fragment ResponseTime on ResponseTime {
  medianSeconds meanSeconds p90Seconds sample excluded replyUndelivered
}
fragment Origins on OriginCounts { AGENT: agent CAMPAIGN: campaign AUTO: auto SYSTEM: system }
fragment Outcomes on WaitOutcomes { answered transferred closedUnanswered optedOut blocked }
"""


async def locations_page(
    reader: Reader, asked_range: Mapping[str, Any], filters: Mapping[str, Any] | None = None
) -> Numbers:
    """Every number in all modes: `total`, `locations.<id of the log>`, `previous` of both; and `asOf`."""
    chosen = (filters or {}).get("locations")
    ids = await _ids(reader) if chosen else {}
    asked = {
        "locationIds": [ids[name] for name in chosen] if chosen else None,
        "window": window(asked_range),
    }
    found: Numbers = {}
    for mode in MODES:
        data = await reader.ask(PAGE, outOfHours=mode, **asked)
        _merge(found, _page(data["locationsSummary"], mode))
    return found


def window(asked_range: Mapping[str, Any]) -> Numbers:
    if "last" in asked_range:
        return {"last": DAYS[asked_range["last"]]}
    return {"between": {"start": asked_range["start"], "end": asked_range["end"]}}


async def _ids(reader: Reader) -> dict[str, str]:
    ids: dict[str, str] = {}
    after, more = None, True
    while more:
        page = (await reader.ask(LOCATIONS, after=after))["locations"]
        ids |= {node["externalId"]: node["id"] for node in page["nodes"]}
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    return ids


def _page(summary: Numbers, mode: str) -> Numbers:
    each = {part["location"]["externalId"]: part for part in summary["locations"]}
    return {
        "asOf": instant(summary["asOf"]),
        "total": _metrics(summary["total"], mode),
        "locations": {name: _metrics(part, mode) for name, part in each.items()},
        "previous": {
            "total": _of_mode(summary["total"]["previous"], mode),
            "locations": {name: _of_mode(part["previous"], mode) for name, part in each.items()},
        },
    }


def _metrics(part: Numbers, mode: str) -> Numbers:
    new = part["newInboundConversations"]
    return {
        **_of_mode({name: part[name] for name in part if name not in ("location", "previous")}, mode),
        "newInboundConversations": {**new, "oldestWaitingSince": instant(new["oldestWaitingSince"])},
        "daily": {day["on"]: _of_mode(day, mode) for day in part["daily"]},
    }


def _of_mode(part: Numbers, mode: str) -> Numbers:
    return {**part, "responseTime": {mode: part["responseTime"]}}


def instant(text: str | None) -> str | None:
    """As the cases write instants: in UTC, without an empty fraction."""
    return datetime.fromisoformat(text).isoformat().replace("+00:00", "Z") if text else None


def _merge(found: Numbers, more: Numbers) -> None:
    """Put the response times of another mode beside; whatever is there already is the same."""
    for name, value in more.items():
        if name not in found:
            found[name] = value
        elif isinstance(value, dict):
            _merge(found[name], value)
        else:
            assert found[name] == value, name
