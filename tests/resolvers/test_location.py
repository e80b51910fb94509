import asyncio
from typing import Any

import pytest

from tests.support.company import CUSTOMER, HEAD_OFFICE, NEIGHBOUR, STORE_A, STORE_B, Company

HOURS = """
hours {
    weekly { weekday intervals { opens closes } }
    holidays { on name intervals { opens closes } }
}
"""
ALL = f"""
location {{
    id name kind active timeZone number numbers {{ number messagesPerSecond }} linkDomain
    autoReplies {{ inHours outOfHours }} account {{ name }} openNow {HOURS}
}}
"""
NEW = {
    "name": "Store C",
    "timeZone": "America/Denver",
    "numbers": [{"number": "+1 303-555-0100"}, {"number": "+13035550101", "messagesPerSecond": 2.5}],
}
TEN_TO_SIX = {"opens": "10:00", "closes": "18:00"}


async def test_a_new_location_has_an_empty_inbox_numbers_and_hours(town: Company) -> None:
    payload = await town.do(
        "Wes",
        "createLocation",
        ALL,
        accountId=town.id("Account", "Acme West"),
        hours={
            "weekly": [{"weekday": "MONDAY", "intervals": [TEN_TO_SIX]}],
            "holidays": [{"on": "2026-11-26", "name": "Thanksgiving", "intervals": []}],
        },
        autoReplies={"outOfHours": "We are closed."},
        linkDomain="Go.Example.com",
        **NEW,
    )

    location = payload["location"]
    assert (location["name"], location["kind"], location["active"]) == ("Store C", "STORE", True)
    assert location["number"] == "+13035550100"
    assert [number["messagesPerSecond"] for number in location["numbers"]] == [1, 2.5]
    assert location["linkDomain"] == "go.example.com"
    assert location["autoReplies"] == {"inHours": None, "outOfHours": "We are closed."}
    assert location["hours"]["weekly"][0] == {"weekday": "MONDAY", "intervals": [TEN_TO_SIX]}
    assert location["hours"]["holidays"][0]["name"] == "Thanksgiving"
    assert (await town.text("Hello", to="+13035550101")).to_number == "+13035550101"


async def test_a_location_without_hours_is_always_open(town: Company) -> None:
    payload = await town.do("Olive", "createLocation", ALL, accountId=town.id("Account", "Acme"), **NEW)

    assert payload["location"]["openNow"] is True
    assert payload["location"]["hours"]["weekly"] is None


async def test_what_is_left_out_of_a_location_stays(town: Company) -> None:
    place = town.id("Location", "Store A")
    replies = {"inHours": "One moment.", "outOfHours": "Closed."}
    await town.do("Max", "updateLocation", ALL, locationId=place, autoReplies=replies, name="Store Ay")

    payload = await town.do(
        "Max", "updateLocation", ALL, locationId=place, kind="HEAD_OFFICE", autoReplies={"inHours": None}
    )

    location = payload["location"]
    assert (location["name"], location["kind"]) == ("Store Ay", "HEAD_OFFICE")
    assert location["autoReplies"] == {"inHours": None, "outOfHours": "Closed."}
    assert location["number"] == STORE_A
    entries = await town.fetch("SELECT subject_name, changes FROM audit_entry ORDER BY id")
    assert [entry["subject_name"] for entry in entries] == ["Store A", "Store Ay"]
    assert {"field": "kind", "before": "STORE", "after": "HEAD_OFFICE"} in entries[1]["changes"]


async def test_new_hours_hold_from_now_on_also_for_who_is_waiting(town: Company) -> None:
    talk = town.id("Conversation", await town.conversation())
    town.clock.passes(hours=1)
    closed: dict[str, Any] = {"weekly": []}

    payload = await town.do(
        "Max", "updateLocation", ALL, locationId=town.id("Location", "Store A"), hours=closed
    )
    town.clock.passes(hours=1)
    await town.do("Ann", "sendMessage", "__typename", conversationId=talk, body="Sorry!")

    assert payload["location"]["openNow"] is False
    (wait,) = await town.waits()
    assert wait["elapsed_seconds"] > 7200
    assert 3600 <= wait["open_seconds"] < 3605


async def test_the_first_hours_of_an_always_open_place_leave_its_past_open(town: Company) -> None:
    made = await town.do("Olive", "createLocation", ALL, accountId=town.id("Account", "Acme"), **NEW)
    place = made["location"]["id"]
    talk = town.id("Conversation", await town.conversation(to="+13035550100"))
    town.clock.passes(hours=1)

    await town.do("Olive", "updateLocation", ALL, locationId=place, hours={"weekly": []})
    await town.do("Olive", "sendMessage", "__typename", conversationId=talk, body="Hi")

    (wait,) = await town.waits()
    assert 3600 <= wait["open_seconds"] < 3605
    assert not wait["opened_out_of_hours"]


async def test_weekly_hours_and_holidays_are_changed_apart(town: Company) -> None:
    place = {"locationId": town.id("Location", "Store A")}
    holidays = [{"on": "2026-12-25", "name": "Christmas"}]
    await town.do("Max", "updateLocation", ALL, **place, hours={"holidays": holidays})

    weekly = [{"weekday": "SUNDAY", "intervals": [{"opens": "22:00", "closes": "02:00"}]}]
    payload = await town.do("Max", "updateLocation", ALL, **place, hours={"weekly": weekly})
    always = await town.do("Max", "updateLocation", ALL, **place, hours={"weekly": None, "holidays": []})

    hours = payload["location"]["hours"]
    assert [day["intervals"] for day in hours["weekly"]] == [[]] * 6 + [weekly[0]["intervals"]]
    assert [(day["on"], day["name"]) for day in hours["holidays"]] == [("2026-12-25", "Christmas")]
    assert always["location"]["hours"] == {"weekly": None, "holidays": []}


@pytest.mark.parametrize(
    ("hours", "path"),
    [
        ({"weekly": [{"weekday": "MONDAY", "intervals": []}] * 2}, ["weekly"]),
        ({"holidays": [{"on": "2026-12-25"}] * 2}, ["holidays"]),
        ({"holidays": [{"on": "2026-09-13"}]}, ["holidays"]),
        ({"weekly": [{"weekday": "MONDAY", "intervals": [{"opens": "24:00", "closes": "01:00"}]}]}, []),
        ({"holidays": [{"on": "2026-12-25", "name": "\u0001"}]}, ["holidays"]),
    ],
)
async def test_hours_that_cannot_be(town: Company, hours: dict[str, Any], path: list[str]) -> None:
    error = await town.refusal(
        "Max", "updateLocation", locationId=town.id("Location", "Store A"), hours=hours
    )

    assert (error["code"], error["field"]) == ("INVALID", ["input", "hours", *path])


async def test_a_new_zone_moves_the_buckets_of_what_was_counted(town: Company) -> None:
    await town.text("Hello")
    place = town.id("Location", "Store A")

    payload = await town.do("Max", "updateLocation", ALL, locationId=place, timeZone="Asia/Kolkata")

    assert payload["location"]["timeZone"] == "Asia/Kolkata"
    rows = await town.fetch("SELECT hour, sum(inbound) AS inbound FROM message_hour_delta GROUP BY hour")
    # Half past the hour in UTC, where a local hour begins there.
    assert [(row["hour"].minute, row["inbound"]) for row in rows] == [(30, 1)]


async def test_a_zone_changes_while_texts_arrive_and_every_count_is_right(town: Company) -> None:
    place = town.id("Location", "Store A")
    texts = [town.text("Hello", from_=f"+1917555{number:04}") for number in range(20)]
    zone = town.do("Max", "updateLocation", "__typename", locationId=place, timeZone="Asia/Kolkata")

    await asyncio.gather(*texts[:10], zone, *texts[10:])

    rows = await town.fetch("SELECT hour, sum(inbound) AS inbound FROM message_hour_delta GROUP BY hour")
    assert [(row["hour"].minute, row["inbound"]) for row in rows] == [(30, 20)]


async def test_all_numbers_are_given_and_the_first_is_what_texts_come_from(town: Company) -> None:
    talk = town.id("Conversation", await town.conversation())
    numbers = [{"number": "+12125550111"}, {"number": STORE_A}]

    await town.do("Max", "updateLocation", ALL, locationId=town.id("Location", "Store A"), numbers=numbers)

    sent = await town.do("Ann", "sendMessage", "message { fromNumber }", conversationId=talk, body="Hi")
    assert sent["message"] == {"fromNumber": "+12125550111"}
    assert (await town.text("Hm", to=STORE_A)).conversation_id == (await town.text("Hm")).conversation_id


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"name": " "}, "EMPTY", ["name"]),
        ({"name": "x" * 201}, "LIMIT_EXCEEDED", ["name"]),
        ({"numbers": []}, "EMPTY", ["numbers"]),
        ({"numbers": [{"number": CUSTOMER}] * 2}, "INVALID", ["numbers"]),
        ({"numbers": [{"number": STORE_B}]}, "ALREADY_EXISTS", ["numbers"]),
        ({"numbers": [{"number": NEIGHBOUR}]}, "ALREADY_EXISTS", ["numbers"]),
        (
            {"numbers": [{"number": CUSTOMER, "messagesPerSecond": 0.01}]},
            "INVALID",
            ["numbers", "messagesPerSecond"],
        ),
        ({"autoReplies": {"inHours": ""}}, "EMPTY", ["autoReplies", "inHours"]),
        ({"autoReplies": {"outOfHours": "x" * 1601}}, "LIMIT_EXCEEDED", ["autoReplies", "outOfHours"]),
        ({"linkDomain": "https://example.com/"}, "INVALID", ["linkDomain"]),
    ],
)
async def test_a_location_that_cannot_be(
    town: Company, given: dict[str, Any], code: str, field: list[str]
) -> None:
    place, account = town.id("Location", "Store A"), town.id("Account", "Acme")
    errors = [
        await town.refusal("Max", "updateLocation", locationId=place, **given),
        await town.refusal("Olive", "createLocation", accountId=account, **{**NEW, **given}),
    ]

    assert [(error["code"], error["field"]) for error in errors] == [(code, ["input", *field])] * 2


async def test_a_number_in_use_is_refused_with_its_location_where_that_may_be_seen(town: Company) -> None:
    async def refused(number: str) -> Any:
        place = town.id("Location", "Store A")
        return await town.refusal("Olive", "updateLocation", locationId=place, numbers=[{"number": number}])

    assert (await refused(HEAD_OFFICE))["existing"] == {"id": town.id("Location", "Head Office")}
    assert (await refused(NEIGHBOUR))["existing"] is None


async def test_a_number_given_to_two_at_once_is_ones(town: Company) -> None:
    numbers = [{"number": "+13035550100"}, {"number": "+13035550101"}]
    payloads = await asyncio.gather(
        *(
            town.do(
                who,
                "updateLocation",
                "__typename",
                locationId=town.id("Location", place),
                numbers=numbers if place == "Store A" else numbers[::-1],
            )
            for who, place in (("Max", "Store A"), ("Wes", "Store B"), ("Nora", "Next Door"))
        )
    )

    codes = sorted(error["code"] for payload in payloads for error in payload["userErrors"])
    assert codes == ["ALREADY_EXISTS", "ALREADY_EXISTS"]


async def test_locations_are_changed_by_who_manages_them(town: Company) -> None:
    async def code(who: str, id: str) -> str:
        return str((await town.refusal(who, "updateLocation", locationId=id, name="x"))["code"])

    store = town.id("Location", "Store A")
    assert await code("Ann", store) == "NOT_ALLOWED"
    assert await code("Vic", store) == "NOT_ALLOWED"
    assert await code("Bob", store) == "NOT_FOUND"
    assert await code("Nora", store) == "NOT_FOUND"
    assert await code("Olive", town.id("Place", "Store A")) == "NOT_FOUND"

    async def new(who: str, account: str) -> str:
        given = {"accountId": town.id("Account", account), **NEW}
        return str((await town.refusal(who, "createLocation", **given))["code"])

    assert await new("Max", "Acme") == "NOT_ALLOWED"
    assert await new("Max", "Acme West") == "NOT_FOUND"
    assert await new("Nora", "Acme") == "NOT_FOUND"
