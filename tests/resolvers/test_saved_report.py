import asyncio
from typing import Any

import pytest

from graph.errors import RequestRefused
from localmessages.rules.saved_reports import MOST_SAVED
from tests.support.company import Company

REPORT = """
savedReport {
  id name shared outOfHours by { name }
  filter {
    lastDays window { firstDay lastDay start end timeZone }
    locations { name } agents { name } campaigns { name } tagsAny { name } tagsAll { name }
  }
  schedule { frequency weekday dayOfMonth at timeZone recipients format nextRunAt lastRunAt }
}
"""
LIST = """
query ($first: Int, $after: String, $last: Int, $before: String) {
  savedReports(first: $first, after: $after, last: $last, before: $before) {
    edges { cursor node { id } }
    nodes { id name shared by { name } filter { locations { name } } schedule { recipients } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""
LAST_7 = {"window": {"last": "DAYS_7"}}
DAILY = {"frequency": "DAILY", "timeZone": "America/New_York", "recipients": ["olive@acme.example"]}


async def save(town: Company, who: str = "Olive", **how: Any) -> dict[str, Any]:
    payload = await town.do(who, "createSavedReport", REPORT, **({"name": "Service", "filter": LAST_7} | how))
    assert payload["userErrors"] == []
    report: dict[str, Any] = payload["savedReport"]
    return report


async def names(town: Company, who: str, **page: Any) -> list[str]:
    return [node["name"] for node in (await town.ask(who, LIST, **page))["savedReports"]["nodes"]]


async def test_a_filter_is_saved_with_everything_that_it_names(town: Company) -> None:
    report = await save(
        town,
        "Ann",
        filter={
            "window": {"last": "DAYS_30"},
            "timeZone": "UTC",
            "locationIds": [town.id("Location", "Store A")],
            "agentIds": [town.id("User", "Ann"), town.id("User", "Abe")],
            "tags": {"allOf": [town.id("Tag", "VIP")]},
        },
        outOfHours="PAUSE",
    )

    assert report | {"id": None} == {
        "id": None,
        "name": "Service",
        "shared": False,
        "outOfHours": "PAUSE",
        "by": {"name": "Ann"},
        "filter": {
            "lastDays": 30,
            "window": {
                "firstDay": "2026-08-16",
                "lastDay": "2026-09-14",
                "start": "2026-08-16T00:00:00.000Z",
                "end": "2026-09-15T00:00:00.000Z",
                "timeZone": "UTC",
            },
            "locations": [{"name": "Store A"}],
            "agents": [{"name": "Abe"}, {"name": "Ann"}],
            "campaigns": [],
            "tagsAny": [],
            "tagsAll": [{"name": "VIP"}],
        },
        "schedule": None,
    }


async def test_latest_days_move_on_and_fixed_ones_stay(town: Company) -> None:
    await save(town, name="Latest")
    await save(
        town, name="Fixed", filter={"window": {"on": {"firstDay": "2026-01-01", "lastDay": "2026-01-31"}}}
    )
    town.clock.passes(days=3)

    query = "{ savedReports { nodes { name filter { lastDays window { firstDay lastDay } } } } }"
    fixed, latest = (await town.ask("Olive", query))["savedReports"]["nodes"]

    assert latest["filter"] == {"lastDays": 7, "window": {"firstDay": "2026-09-11", "lastDay": "2026-09-17"}}
    assert fixed["filter"] == {
        "lastDays": None,
        "window": {"firstDay": "2026-01-01", "lastDay": "2026-01-31"},
    }


@pytest.mark.parametrize(
    ("schedule", "next_run"),
    [
        ({"frequency": "DAILY", "at": "09:30"}, "2026-09-15T13:30:00.000Z"),
        ({"frequency": "DAILY", "at": "23:00"}, "2026-09-15T03:00:00.000Z"),
        ({"frequency": "WEEKLY", "weekday": "MONDAY"}, "2026-09-21T11:00:00.000Z"),
        ({"frequency": "WEEKLY", "weekday": "MONDAY", "at": "10:30"}, "2026-09-14T14:30:00.000Z"),
        ({"frequency": "MONTHLY", "dayOfMonth": 31}, "2026-09-30T11:00:00.000Z"),
        ({"frequency": "DAILY", "timeZone": "Pacific/Kiritimati"}, "2026-09-14T17:00:00.000Z"),
    ],
)
async def test_a_schedule_says_when_the_report_goes_out_first(
    town: Company, schedule: dict[str, Any], next_run: str
) -> None:
    report = await save(town, schedule=DAILY | schedule)

    shown = report["schedule"]
    assert (shown["nextRunAt"], shown["lastRunAt"], shown["format"]) == (next_run, None, "XLSX")
    assert shown["recipients"] == ["olive@acme.example"]
    assert shown["at"] == schedule.get("at", "07:00")
    assert (shown["weekday"], shown["dayOfMonth"]) == (schedule.get("weekday"), schedule.get("dayOfMonth"))


async def test_without_a_zone_the_schedule_takes_the_persons_own(town: Company) -> None:
    own = {"frequency": "DAILY", "recipients": ["olive@acme.example"]}
    error = await town.refusal("Olive", "createSavedReport", name="S", filter=LAST_7, schedule=own)
    assert (error["code"], error["field"]) == ("INVALID", ["input", "schedule", "timeZone"])

    await town.fetch("UPDATE app_user SET time_zone = 'Europe/Berlin' WHERE id = $1", town.ids["Olive"])
    await town.fetch("UPDATE live_scope SET seq = seq + 1 WHERE kind = 'TENANT'")
    report = await save(town, schedule=own)

    assert report["schedule"]["timeZone"] == "Europe/Berlin"


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"name": " "}, "EMPTY", ["name"]),
        ({"name": "x" * 101}, "LIMIT_EXCEEDED", ["name"]),
        ({"name": "a\u0007"}, "INVALID", ["name"]),
        (
            {"filter": {"window": {"on": {"firstDay": "2026-02-01", "lastDay": "2026-01-01"}}}},
            "INVALID_WINDOW",
            ["filter", "window"],
        ),
        (
            {"filter": {"window": {"on": {"firstDay": "2016-01-01", "lastDay": "2026-01-01"}}}},
            "INVALID_WINDOW",
            ["filter", "window"],
        ),
        ({"filter": LAST_7 | {"locationIds": ["nonsense"]}}, "NOT_FOUND", ["filter", "locationIds"]),
        ({"filter": LAST_7 | {"agentIds": ["nonsense"]}}, "NOT_FOUND", ["filter", "agentIds"]),
        ({"filter": LAST_7 | {"campaignIds": ["nonsense"]}}, "NOT_FOUND", ["filter", "campaignIds"]),
        ({"filter": LAST_7 | {"tags": {"anyOf": ["x"]}}}, "NOT_FOUND", ["filter", "tags", "anyOf"]),
        ({"filter": LAST_7 | {"locationIds": ["x"] * 501}}, "LIMIT_EXCEEDED", ["filter", "locationIds"]),
        ({"filter": LAST_7 | {"locationIds": []}}, "EMPTY", ["filter", "locationIds"]),
        ({"filter": LAST_7 | {"agentIds": []}}, "EMPTY", ["filter", "agentIds"]),
        ({"filter": LAST_7 | {"tags": {"allOf": []}}}, "EMPTY", ["filter", "tags", "allOf"]),
        ({"schedule": DAILY | {"frequency": "WEEKLY"}}, "INVALID", ["schedule", "weekday"]),
        ({"schedule": DAILY | {"frequency": "MONTHLY"}}, "INVALID", ["schedule", "dayOfMonth"]),
        (
            {"schedule": DAILY | {"frequency": "MONTHLY", "dayOfMonth": 0}},
            "INVALID",
            ["schedule", "dayOfMonth"],
        ),
        (
            {"schedule": DAILY | {"frequency": "MONTHLY", "dayOfMonth": 32}},
            "INVALID",
            ["schedule", "dayOfMonth"],
        ),
        ({"schedule": DAILY | {"at": "24:00"}}, "INVALID", ["schedule", "at"]),
        ({"schedule": DAILY | {"recipients": []}}, "EMPTY", ["schedule", "recipients"]),
        (
            {"schedule": DAILY | {"recipients": ["olive@acme.example"] * 1_000}},
            "LIMIT_EXCEEDED",
            ["schedule", "recipients"],
        ),
        (
            {"schedule": DAILY | {"recipients": ["olive@acme.example", "stranger@acme.example"]}},
            "INVALID",
            ["schedule", "recipients", "1"],
        ),
        (
            {"schedule": DAILY | {"recipients": ["nora@neighbours.example"]}},
            "INVALID",
            ["schedule", "recipients", "0"],
        ),
    ],
)
async def test_a_report_that_cannot_be_saved(
    town: Company, given: dict[str, Any], code: str, field: list[str]
) -> None:
    error = await town.refusal("Olive", "createSavedReport", **({"name": "S", "filter": LAST_7} | given))

    assert (error["code"], error["field"]) == (code, ["input", *field])


@pytest.mark.parametrize(
    "schedule",
    [
        DAILY | {"timeZone": "Mars/Olympus"},
        DAILY | {"recipients": ["not an address"]},
        DAILY | {"recipients": ["a@b.example\r\nBcc: c@d.example"]},
        DAILY | {"at": "7 o'clock"},
        DAILY | {"frequency": "HOURLY"},
    ],
)
async def test_what_is_no_schedule_is_an_error_of_the_protocol(
    town: Company, schedule: dict[str, Any]
) -> None:
    document = (
        "mutation ($input: CreateSavedReportInput!) { createSavedReport(input: $input) { __typename } }"
    )

    with pytest.raises(RequestRefused, match=r"invalid value at \.schedule"):
        await town.answer("Olive", document, input={"name": "S", "filter": LAST_7, "schedule": schedule})


@pytest.mark.parametrize(
    ("who", "places", "allowed"),
    [
        ("Olive", None, True),
        ("Max", None, True),
        ("Max", ["Store A"], True),
        ("Ann", None, False),
        ("Ann", ["Store A"], False),
        ("Vic", None, False),
        ("Wes", ["Store B"], True),
    ],
)
async def test_reports_are_scheduled_by_who_manages_their_locations(
    town: Company, who: str, places: list[str] | None, allowed: bool
) -> None:
    named = {} if places is None else {"locationIds": [town.id("Location", place) for place in places]}

    payload = await town.do(
        who, "createSavedReport", "savedReport { id }", name="S", filter=LAST_7 | named, schedule=DAILY
    )

    codes = [error["code"] for error in payload["userErrors"]]
    assert codes == ([] if allowed else ["NOT_ALLOWED"])
    await save(town, who, name="Without a schedule", filter=LAST_7 | named)


async def test_a_scheduled_report_is_narrowed_by_who_may_schedule_the_new_one_too(town: Company) -> None:
    await town.fetch(
        "INSERT INTO membership (tenant_id, id, user_id, role, location_id, created_at) "
        "VALUES ($1, gen_random_uuid(), $2, 'VIEWER', $3, now())",
        town.tenant_id,
        town.ids["Max"],
        town.ids["Store B"],
    )
    await town.fetch("UPDATE live_scope SET seq = seq + 1 WHERE kind = 'TENANT'")
    report = await save(town, "Max", schedule=DAILY)
    elsewhere = LAST_7 | {"locationIds": [town.id("Location", "Store B")]}

    error = await town.refusal("Max", "updateSavedReport", savedReportId=report["id"], filter=elsewhere)
    payload = await town.do(
        "Max", "updateSavedReport", REPORT, savedReportId=report["id"], filter=elsewhere, schedule=None
    )

    assert (error["code"], error["field"]) == ("NOT_ALLOWED", ["input", "schedule"])
    assert payload["savedReport"]["schedule"] is None
    assert payload["savedReport"]["filter"]["locations"] == [{"name": "Store B"}]


async def test_what_is_left_out_of_an_update_stays(town: Company) -> None:
    report = await save(town, schedule=DAILY, shared=True, outOfHours="INCLUDE")

    unchanged = await town.do("Olive", "updateSavedReport", REPORT, savedReportId=report["id"])
    renamed = await town.do("Olive", "updateSavedReport", REPORT, savedReportId=report["id"], name=" New ")
    moved = await town.do(
        "Olive", "updateSavedReport", REPORT, savedReportId=report["id"], schedule=DAILY | {"at": "08:00"}
    )

    assert unchanged["savedReport"] == report
    assert renamed["savedReport"] == report | {"name": "New"}
    assert moved["savedReport"]["schedule"] == report["schedule"] | {
        "at": "08:00",
        "nextRunAt": "2026-09-15T12:00:00.000Z",
    }


async def test_a_shared_report_is_seen_by_all_who_see_its_locations(town: Company) -> None:
    for name, places in (("Everywhere", None), ("A", ["Store A"]), ("A and B", ["Store A", "Store B"])):
        named = {} if places is None else {"locationIds": [town.id("Location", place) for place in places]}
        await save(town, name=name, filter=LAST_7 | named, shared=True)
    await save(town, name="Her own")

    assert await names(town, "Olive") == ["A", "A and B", "Everywhere", "Her own"]
    assert await names(town, "Vic") == ["A", "A and B", "Everywhere"]
    assert await names(town, "Bob") == ["A and B", "Everywhere"]
    assert await names(town, "Nora") == []
    seen = (await town.ask("Bob", LIST))["savedReports"]["nodes"][0]
    assert seen["filter"]["locations"] == [{"name": "Store B"}]
    assert seen["by"] == {"name": "Olive"}


async def test_addresses_are_shown_to_whose_report_it_is_and_to_who_may_see_them(town: Company) -> None:
    people = ["olive@acme.example", "ann@acme.example", "bob@acme.example"]
    await save(town, schedule=DAILY | {"recipients": people}, shared=True)

    shown = {
        who: (await town.ask(who, LIST))["savedReports"]["nodes"][0]["schedule"]["recipients"]
        for who in ("Olive", "Max", "Vic")
    }

    assert shown == {"Olive": people, "Max": ["ann@acme.example"], "Vic": []}


async def test_a_hidden_report_can_neither_be_read_nor_changed(town: Company) -> None:
    own = await save(town)
    away = await save(
        town, name="A", filter=LAST_7 | {"locationIds": [town.id("Location", "Store A")]}, shared=True
    )

    for who, report in (("Max", own), ("Nora", own), ("Bob", away), ("Nora", away)):
        node = await town.ask(who, "query ($id: ID!) { node(id: $id) { id } }", id=report["id"])
        assert node == {"node": None}
        for mutation in ("updateSavedReport", "deleteSavedReport"):
            error = await town.refusal(who, mutation, savedReportId=report["id"])
            assert (error["code"], error["field"]) == ("NOT_FOUND", ["input", "savedReportId"])


async def test_a_shared_report_is_changed_by_whose_it_is_and_by_who_manages_the_account(
    town: Company,
) -> None:
    report = await save(town, "Max", shared=True)

    for mutation in ("updateSavedReport", "deleteSavedReport"):
        error = await town.refusal("Ann", mutation, savedReportId=report["id"])
        assert error["code"] == "NOT_ALLOWED"
    renamed = await town.do("Olive", "updateSavedReport", REPORT, savedReportId=report["id"], name="Ours")
    assert (renamed["savedReport"]["name"], renamed["savedReport"]["by"]) == ("Ours", {"name": "Max"})
    gone = await town.do("Olive", "deleteSavedReport", "deletedSavedReportId", savedReportId=report["id"])
    assert gone["deletedSavedReportId"] == report["id"]
    assert await names(town, "Max") == []


async def test_a_name_is_a_persons_own_once(town: Company) -> None:
    first = await save(town)
    other = await save(town, name="Other")
    await save(town, "Max")

    for mutation, given in (
        ("createSavedReport", {"name": " SERVICE ", "filter": LAST_7}),
        ("updateSavedReport", {"savedReportId": other["id"], "name": "service"}),
    ):
        error = await town.refusal("Olive", mutation, **given)
        assert (error["code"], error["existing"]) == ("ALREADY_EXISTS", {"id": first["id"]})
    await town.do("Olive", "updateSavedReport", REPORT, savedReportId=first["id"], name="SERVICE")


async def test_of_many_who_save_the_same_name_at_once_one_does(town: Company) -> None:
    made = await asyncio.gather(
        *(town.do("Olive", "createSavedReport", REPORT, name=name, filter=LAST_7) for name in "aAaAa")
    )

    codes = sorted(error["code"] for payload in made for error in payload["userErrors"])
    assert codes == ["ALREADY_EXISTS"] * 4


async def test_a_person_keeps_no_more_than_so_many(town: Company) -> None:
    await save(town)
    await town.fetch(
        "INSERT INTO saved_report SELECT tenant_id, gen_random_uuid(), by_user_id, name || n, about, "
        "out_of_hours, shared, created_at FROM saved_report, generate_series(2, $1::integer) AS n",
        MOST_SAVED,
    )

    error = await town.refusal("Olive", "createSavedReport", name="One more", filter=LAST_7)

    assert (error["code"], error["limit"]) == ("LIMIT_EXCEEDED", MOST_SAVED)


async def test_pages_go_through_all_of_them_in_both_directions(town: Company) -> None:
    for name in ("b", "A", "d", "C", "e"):
        await save(town, name=name)

    first = (await town.ask("Olive", LIST, first=2))["savedReports"]
    assert [node["name"] for node in first["nodes"]] == ["A", "b"]
    assert await names(town, "Olive", first=2, after=first["pageInfo"]["endCursor"]) == ["C", "d"]
    last = (await town.ask("Olive", LIST, last=2))["savedReports"]
    assert [node["name"] for node in last["nodes"]] == ["d", "e"]
    assert await names(town, "Olive", last=2, before=last["pageInfo"]["startCursor"]) == ["b", "C"]


async def test_a_tag_that_was_deleted_is_left_out(town: Company) -> None:
    report = await save(town, filter=LAST_7 | {"tags": {"anyOf": [town.id("Tag", "VIP")]}})
    await town.do("Olive", "deleteTag", "__typename", tagId=town.id("Tag", "VIP"))

    payload = await town.do("Olive", "updateSavedReport", REPORT, savedReportId=report["id"])

    assert payload["savedReport"]["filter"]["tagsAny"] == []


async def test_what_is_done_to_a_report_is_in_the_audit_log(town: Company) -> None:
    report = await save(town)
    await town.do(
        "Olive", "updateSavedReport", REPORT, savedReportId=report["id"], name="New", schedule=DAILY
    )
    await town.do("Olive", "deleteSavedReport", "__typename", savedReportId=report["id"])

    rows = await town.fetch("SELECT action, subject_name, changes FROM audit_entry ORDER BY id")
    assert [(row["action"], row["subject_name"]) for row in rows] == [
        ("createSavedReport", "Service"),
        ("updateSavedReport", "New"),
        ("deleteSavedReport", "New"),
    ]
    assert rows[1]["changes"] == [
        {"field": "name", "before": "Service", "after": "New"},
        {"field": "schedule", "before": False, "after": True},
    ]
