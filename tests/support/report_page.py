"""The Messages Report asked through GraphQL, in the words and paths of the golden cases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.support.api import Reader
from tests.support.locations_page import instant, window

Numbers = dict[str, Any]
MODES = ("EXCLUDE", "PAUSE", "INCLUDE")

IDS = """
query Ids($after: String, $locations: Boolean!, $users: Boolean!, $campaigns: Boolean!, $tags: Boolean!) {
  locations(first: 100, after: $after) @include(if: $locations) { ...Locations }
  users(filter: { statuses: [ACTIVE, FORMER] }, first: 100, after: $after) @include(if: $users) { ...Users }
  campaigns(first: 100, after: $after) @include(if: $campaigns) { ...Campaigns }
  tags(first: 100, after: $after) @include(if: $tags) { ...Tags }
}
fragment Locations on LocationConnection { nodes { id externalId } pageInfo { ...Info } }
fragment Users on UserConnection { nodes { id externalId } pageInfo { ...Info } }
fragment Campaigns on CampaignConnection { nodes { id externalId } pageInfo { ...Info } }
fragment Tags on TagConnection { nodes { id externalId } pageInfo { ...Info } }
fragment Info on PageInfo { hasNextPage endCursor }
"""
REPORT = """
query Report($filter: MessagesReportFilter!, $outOfHours: OutOfHours!, $details: Boolean!) {
  messagesReport(filter: $filter, outOfHours: $outOfHours) {
    asOf
    tiles { ...Tiles }
    previous { ...Tiles }
    rows(first: 1) { totalCount }
    delivered @include(if: $details) {
      attempted delivered nonDeliverable pending byHour byDay { on count } byWeekdayAndHour
      rows(first: 1) { totalCount }
    }
    payByText @include(if: $details) {
      requests received clicked paid paidNotDelivered
      gross { amount currency } refunded { amount currency } net { amount currency }
      requested: rows(stage: REQUESTED, first: 1) { totalCount }
      delivered: rows(first: 1) { totalCount }
      opened: rows(stage: CLICKED, first: 1) { totalCount }
      converted: rows(stage: PAID, first: 1) { totalCount }
    }
    nonDeliverable @include(if: $details) { byReason { code reason count } rows(first: 1) { totalCount } }
    optOuts @include(if: $details) {
      optOuts optIns byCause { cause count }
      rows(first: 100) {
        nodes {
          at contact { phone } location { externalId } method by { externalId } cause
          causeMessage { externalId } causeCampaign { externalId } causePayment { invoice }
        }
        totalCount
      }
    }
    links @include(if: $details) {
      sent clicked botClicks
      all: rows(first: 1) { totalCount }
      opened: rows(clicked: true, first: 1) { totalCount }
      others: rows(clicked: false, first: 1) { totalCount }
    }
    held: conversations(kind: HELD, first: 1) @include(if: $details) { totalCount }
    withPayByText: conversations(kind: WITH_PAY_BY_TEXT, first: 1) @include(if: $details) { totalCount }
    inboundIn: waits(kind: INBOUND, counted: true, first: 1) { totalCount }
    inboundOut: waits(kind: INBOUND, counted: false, first: 1) { totalCount }
    inbound: waits(kind: INBOUND, first: 1) { totalCount }
    outboundIn: waits(kind: OUTBOUND, counted: true, first: 1) { totalCount }
  }
}
fragment Tiles on MessagesReportTiles {
  messagesDelivered { ...Count }
  conversationsHeld { ...Count }
  conversationsWithPayByText { ...Count }
  payByTextConversion { ...Rate }
  nonDeliverableMessages { ...Count }
  optOuts { ...Count }
  linksSent { ...Count }
  linksClicked { ...Count }
  linkClickRate { ...Rate }
  inboundResponseTime { ...Response }
  outboundResponseTime { ...Response }
}
fragment Count on CountTile { value sample excluded exclusions { reason count } }
fragment Rate on RateTile { value numerator denominator excluded exclusions { reason count } }
fragment Response on ResponseTime { medianSeconds meanSeconds p90Seconds sample excluded replyUndelivered }
"""
TABLE = """
query Table($filter: MessagesReportFilter!, $orderBy: ReportRowOrder!, $first: Int, $after: String,
            $last: Int, $before: String) {
  messagesReport(filter: $filter) {
    rows(orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
      nodes {
        sentAt name phone direction origin status failureReason failureCode body link clicked invoice paid
        amount { amount currency } cardType paidAt
        campaign { externalId } agent { externalId status } location { externalId } message { externalId }
      }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
}
"""
WAITS = """
query Waits($filter: MessagesReportFilter!, $after: String) {
  messagesReport(filter: $filter, outOfHours: INCLUDE) {
    waits(kind: INBOUND, first: 100, after: $after) {
      edges { seconds exclusion node {
        endedAt openSeconds elapsedSeconds openedOutOfHours replyUndelivered
        customerSince customerElapsedSeconds customerOpenSeconds legs
      } }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""
NEWEST_FIRST = {"column": "SENT_AT", "direction": "DESC"}


async def ids_of(reader: Reader, kind: str) -> dict[str, str]:
    """The ids of all `locations`, `users`, `campaigns` or `tags`, by the names of the log."""
    wanted = {name: name == kind for name in ("locations", "users", "campaigns", "tags")}
    found: dict[str, str] = {}
    after, more = None, True
    while more:
        page = (await reader.ask(IDS, after=after, **wanted))[kind]
        found |= {node["externalId"]: node["id"] for node in page["nodes"]}
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    return found


async def filter_of(reader: Reader, asked_range: Mapping[str, Any], filters: Mapping[str, Any]) -> Numbers:
    """The filter of a case."""

    async def ids(name: str, kind: str) -> list[str] | None:
        if not filters.get(name):
            return None
        known = await ids_of(reader, kind)
        return [known[one] for one in filters[name]]

    any_tags, all_tags = await ids("tags_any", "tags"), await ids("tags_all", "tags")
    tags = {"anyOf": any_tags} if any_tags else {"allOf": all_tags} if all_tags else None
    return {
        "window": window(asked_range),
        "locationIds": await ids("locations", "locations"),
        "agentIds": await ids("agents", "users"),
        "campaignIds": await ids("campaigns", "campaigns"),
        "tags": tags,
    }


async def report_page(
    reader: Reader, asked_range: Mapping[str, Any], filters: Mapping[str, Any] | None
) -> Numbers:
    """Every number in all modes, `rows` by sid, `waits` by their end; each tile is checked to be its rows."""
    asked = await filter_of(reader, asked_range, filters or {})
    found: Numbers = {}
    inbound, before = {}, {}
    for mode in MODES:
        data = await reader.ask(REPORT, filter=asked, outOfHours=mode, details=mode == "EXCLUDE")
        report = data["messagesReport"]
        check_tiles_are_their_rows(report)
        inbound[mode] = report["tiles"]["inboundResponseTime"]
        before[mode] = report["previous"]["inboundResponseTime"]
        found = found or _numbers(report)
    found["report"]["inboundResponseTime"] = inbound
    found["previous"]["report"]["inboundResponseTime"] = before
    return found


def _numbers(report: Numbers) -> Numbers:
    tiles = report["tiles"]
    delivered, paying = report["delivered"], report["payByText"]
    return {
        "report": {
            **tiles,
            "messagesDelivered": {
                **tiles["messagesDelivered"],
                **{name: delivered[name] for name in ("attempted", "nonDeliverable", "pending")},
                "byHour": delivered["byHour"],
                "byDay": {day["on"]: day["count"] for day in delivered["byDay"]},
            },
            "payByTextConversion": {
                **tiles["payByTextConversion"],
                **{
                    name: paying[name]
                    for name in ("requests", "received", "clicked", "paid", "paidNotDelivered")
                },
                **{
                    name: {money["currency"]: money["amount"] for money in paying[name]}
                    for name in ("gross", "refunded", "net")
                },
            },
            "nonDeliverableMessages": {
                **tiles["nonDeliverableMessages"],
                "byReason": {
                    one["code"] or "unknown": one["count"] for one in report["nonDeliverable"]["byReason"]
                },
            },
            "optOuts": {
                **tiles["optOuts"],
                "optIns": report["optOuts"]["optIns"],
                "rows": [_opt_out(node) for node in reversed(report["optOuts"]["rows"]["nodes"])],
            },
            "linksClicked": {**tiles["linksClicked"], "botClicks": report["links"]["botClicks"]},
        },
        "previous": {"report": dict(report["previous"])},
        "rowCount": report["rows"]["totalCount"],
    }


def _opt_out(node: Numbers) -> Numbers:
    def named(name: str, key: str = "externalId") -> Any:
        return node[name] and node[name][key]

    return {
        # What has one instant in the log is kept apart by microseconds.
        "at": instant(node["at"][:19] + "Z"),
        "contact": node["contact"]["phone"],
        "location": named("location"),
        "how": node["method"],
        "by": named("by"),
        "cause": node["cause"],
        "causeSid": named("causeMessage"),
        "causeCampaign": named("causeCampaign"),
        "causeInvoice": named("causePayment", "invoice"),
    }


def check_tiles_are_their_rows(report: Numbers) -> None:
    """A tile's value is the number of rows of its detail, and what it left out adds up (C8, C9)."""
    tiles = report["tiles"]
    for shown in (tiles, report["previous"]):
        for tile in shown.values():
            if "exclusions" in tile:
                assert tile["excluded"] == sum(one["count"] for one in tile["exclusions"])
            if "numerator" not in tile and "value" in tile:
                assert tile["sample"] == tile["value"] + tile["excluded"]
    response = tiles["inboundResponseTime"]
    assert response["sample"] == report["inboundIn"]["totalCount"]
    everything = report["inbound"]["totalCount"]
    assert report["inboundIn"]["totalCount"] + report["inboundOut"]["totalCount"] == everything
    assert tiles["outboundResponseTime"]["sample"] == report["outboundIn"]["totalCount"]
    if "delivered" in report:
        _check_details(report, tiles)


def _check_details(report: Numbers, tiles: Numbers) -> None:
    delivered, paying, links = report["delivered"], report["payByText"], report["links"]
    value = tiles["messagesDelivered"]["value"]
    assert value == delivered["delivered"] == delivered["rows"]["totalCount"]
    assert value == sum(delivered["byHour"]) == sum(day["count"] for day in delivered["byDay"])
    assert value == sum(map(sum, delivered["byWeekdayAndHour"]))
    assert delivered["attempted"] == tiles["messagesDelivered"]["sample"]
    failed = report["nonDeliverable"]
    value = tiles["nonDeliverableMessages"]["value"]
    assert value == failed["rows"]["totalCount"] == sum(one["count"] for one in failed["byReason"])
    rate = tiles["payByTextConversion"]
    assert rate["denominator"] == paying["received"] == paying["delivered"]["totalCount"]
    assert rate["numerator"] == paying["paid"] == paying["converted"]["totalCount"]
    assert paying["requests"] == paying["requested"]["totalCount"]
    assert paying["clicked"] == paying["opened"]["totalCount"]
    opt_outs = report["optOuts"]
    assert tiles["optOuts"]["value"] == opt_outs["optOuts"] == opt_outs["rows"]["totalCount"]
    assert opt_outs["optOuts"] == sum(one["count"] for one in opt_outs["byCause"])
    assert tiles["linksSent"]["value"] == links["sent"] == links["all"]["totalCount"]
    assert tiles["linksClicked"]["value"] == links["clicked"] == links["opened"]["totalCount"]
    assert links["sent"] == links["clicked"] + links["others"]["totalCount"]
    assert tiles["conversationsHeld"]["value"] == report["held"]["totalCount"]
    assert tiles["conversationsWithPayByText"]["value"] == report["withPayByText"]["totalCount"]


async def table(reader: Reader, asked: Numbers, order: Mapping[str, str] = NEWEST_FIRST) -> list[Numbers]:
    """Every row of a report, page after page."""
    rows: list[Numbers] = []
    after, more = None, True
    while more:
        data = await reader.ask(TABLE, filter=asked, orderBy=dict(order), first=100, after=after)
        page = data["messagesReport"]["rows"]
        rows += page["nodes"]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    return rows


async def rows_by_sid(
    reader: Reader, asked_range: Mapping[str, Any], filters: Mapping[str, Any] | None
) -> Numbers:
    """The table in the columns of the cases."""
    asked = await filter_of(reader, asked_range, filters or {})
    return {node["message"]["externalId"]: _row(node) for node in await table(reader, asked)}


def _row(node: Numbers) -> Numbers:
    agent, campaign, amount = node["agent"], node["campaign"], node["amount"]
    return {
        "name": node["name"],
        "phone": node["phone"],
        "campaign": campaign and campaign["externalId"],
        "link": node["link"],
        "amount": amount and amount["amount"],
        "invoice": node["invoice"],
        "cardType": node["cardType"] and node["cardType"].lower(),
        "clicked": node["clicked"],
        "paid": node["paid"],
        "datePaid": instant(node["paidAt"]),
        "dateSent": instant(node["sentAt"]),
        "direction": node["direction"],
        "status": node["status"].lower(),
        "reason": node["failureCode"],
        "agent": agent and agent["externalId"],
        "agentFormer": agent is not None and agent["status"] == "FORMER",
        "location": node["location"]["externalId"],
    }


async def waits_by_end(
    reader: Reader, asked_range: Mapping[str, Any], filters: Mapping[str, Any] | None
) -> Numbers:
    """The legs, numbered from the one that ended first."""
    asked = await filter_of(reader, asked_range, filters or {})
    legs: list[Numbers] = []
    after, more = None, True
    while more:
        page = (await reader.ask(WAITS, filter=asked, after=after))["messagesReport"]["waits"]
        legs += [edge["node"] for edge in page["edges"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    return {
        str(n): {**leg, "customerSince": instant(leg["customerSince"])}
        for n, leg in enumerate(reversed(legs))
    }
