from typing import Any

import pytest

from localmessages.rules.notifications import TITLE_LIMIT, NotificationKind
from tests.support.company import CUSTOMER, Company
from tests.support.notifications import notified

LIST = """
query ($unreadOnly: Boolean! = false, $first: Int, $after: String, $last: Int, $before: String) {
  viewer {
    unreadNotifications
    notifications(unreadOnly: $unreadOnly, first: $first, after: $after, last: $last, before: $before) {
      edges { cursor node { id title } }
      nodes { id kind at title readAt subject { __typename id } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
}
"""


async def titles(town: Company, who: str, **page: Any) -> list[str]:
    viewer = (await town.ask(who, LIST, **page))["viewer"]
    return [node["title"] for node in viewer["notifications"]["nodes"]]


async def test_what_a_person_wanted_to_know_is_newest_first(town: Company) -> None:
    first = await notified(town, "Ann", "One", kind=NotificationKind.EXPORT_READY)
    await notified(town, "Ann", "Two")

    viewer = (await town.ask("Ann", LIST))["viewer"]

    assert viewer["unreadNotifications"] == 2
    assert [node["title"] for node in viewer["notifications"]["nodes"]] == ["Two", "One"]
    one = viewer["notifications"]["nodes"][1]
    assert one | {"at": None} == {
        "id": town.id("Notification", first),
        "kind": "EXPORT_READY",
        "at": None,
        "title": "One",
        "readAt": None,
        "subject": None,
    }


async def test_pages_go_through_all_of_them_in_both_directions(town: Company) -> None:
    for number in range(7):
        await notified(town, "Ann", str(number))

    forward, after = [], None
    while True:
        found = (await town.ask("Ann", LIST, first=3, after=after))["viewer"]["notifications"]
        forward += [node["title"] for node in found["nodes"]]
        if not found["pageInfo"]["hasNextPage"]:
            break
        after = found["pageInfo"]["endCursor"]
    last = (await town.ask("Ann", LIST, last=3))["viewer"]["notifications"]

    assert forward == ["6", "5", "4", "3", "2", "1", "0"]
    assert [edge["node"]["title"] for edge in last["edges"]] == ["2", "1", "0"]
    assert await titles(town, "Ann", last=3, before=last["pageInfo"]["startCursor"]) == ["5", "4", "3"]


async def test_read_ones_are_left_out_on_request_and_counted_no_more(town: Company) -> None:
    one, two = await notified(town, "Ann", "One"), await notified(town, "Ann", "Two")
    chosen = [town.id("Notification", one)] * 2

    payload = await town.do(
        "Ann", "markNotificationsRead", "viewer { unreadNotifications }", notificationIds=chosen
    )

    assert payload["viewer"] == {"unreadNotifications": 1}
    assert await titles(town, "Ann", unreadOnly=True) == ["Two"]
    assert await titles(town, "Ann") == ["Two", "One"]
    seen = await town.ask("Ann", "query ($id: ID!) { node(id: $id) { ... on Notification { readAt } } }",
                          id=town.id("Notification", one))  # fmt: skip
    assert seen["node"]["readAt"] is not None
    assert (await town.row("notification", two))["read_at"] is None


async def test_all_are_marked_at_once_and_the_first_reading_stands(town: Company) -> None:
    one = await notified(town, "Ann")
    await town.do("Ann", "markNotificationsRead", "viewer { unreadNotifications }")
    before = await town.row("notification", one)
    await notified(town, "Ann")
    await notified(town, "Vic")

    payload = await town.do("Ann", "markNotificationsRead", "viewer { unreadNotifications }")

    assert payload["viewer"] == {"unreadNotifications": 0}
    assert await town.row("notification", one) == before
    assert len(await titles(town, "Vic", unreadOnly=True)) == 1


async def test_other_devices_hear_of_the_new_count_once(town: Company) -> None:
    await notified(town, "Ann")
    for _ in range(2):
        await town.do("Ann", "markNotificationsRead", "viewer { unreadNotifications }")

    rows = await town.fetch(
        "SELECT live_event.kind FROM live_event JOIN live_scope ON live_scope.id = scope_id "
        "WHERE user_id = $1 ORDER BY live_event.seq",
        town.ids["Ann"],
    )
    assert [row["kind"] for row in rows] == ["NOTIFICATION_ADDED", "VIEWER_CHANGED"]


@pytest.mark.parametrize("who", ["Olive", "Nora"])
async def test_nobody_sees_or_marks_what_is_not_theirs(town: Company, who: str) -> None:
    known = town.id("Notification", await notified(town, "Ann"))

    seen = await town.ask(who, "query ($id: ID!) { node(id: $id) { id } }", id=known)
    error = await town.refusal(who, "markNotificationsRead", notificationIds=[known])

    assert seen["node"] is None
    assert (error["code"], error["field"]) == ("NOT_FOUND", ["input", "notificationIds"])
    assert await titles(town, who) == []


async def test_one_unknown_id_marks_none(town: Company) -> None:
    known = town.id("Notification", await notified(town, "Ann"))

    for wrong in (town.id("Notification", town.tenant_id), town.id("Tag", "VIP"), "nonsense", ""):
        error = await town.refusal("Ann", "markNotificationsRead", notificationIds=[known, wrong])
        assert error["code"] == "NOT_FOUND"


async def test_a_hundred_are_marked_at_most(town: Company) -> None:
    known = [town.id("Notification", await notified(town, "Ann"))] * 101

    error = await town.refusal("Ann", "markNotificationsRead", notificationIds=known)

    assert (error["code"], error["limit"], error["given"]) == ("LIMIT_EXCEEDED", 100, 101)


async def test_a_subject_is_shown_for_as_long_as_it_is_in_sight(town: Company) -> None:
    talk = await town.conversation(from_=CUSTOMER)
    await notified(town, "Ann", subject=("Conversation", talk))
    await notified(town, "Bob", subject=("Conversation", talk))

    subjects = {}
    for who in ("Ann", "Bob"):
        (node,) = (await town.ask(who, LIST))["viewer"]["notifications"]["nodes"]
        subjects[who] = node["subject"]
    assert subjects == {
        "Ann": {"__typename": "Conversation", "id": town.id("Conversation", talk)},
        "Bob": None,
    }


async def test_a_title_is_one_line_of_some_length(town: Company) -> None:
    await notified(town, "Ann", "A\r\nB\t C " + "x" * 1_000)

    (title,) = await titles(town, "Ann")

    assert title.startswith("A B C xxx")
    assert (len(title), title[-1]) == (TITLE_LIMIT, "…")


@pytest.mark.parametrize("page", [{"first": 0}, {"first": 101}, {"first": 1, "last": 1}, {"after": "x"}])
async def test_a_page_that_is_none(town: Company, page: dict[str, Any]) -> None:
    answer = await town.answer("Ann", LIST, **page)

    assert answer["errors"][0]["extensions"]["code"] in ("BAD_USER_INPUT", "LIMIT_EXCEEDED")
