"""Who asks, and what they say of themselves."""

from typing import Any

import pytest

from tests.support.company import Company
from tests.support.visitor import PASSWORD, give_passwords

PROFILE = "user { name timeZone locale }"
ALERTS = "{ viewer { user { name } alerts { texts waitingMinutes byMail } } }"


async def test_what_follows_a_sign_in_in_its_operation_is_done_by_that_person(town: Company) -> None:
    await give_passwords(town, "Ann")
    talk = town.id("Conversation", await town.conversation())

    answer = await town.answer(
        None,
        """
        mutation ($in: SignInInput!, $note: AddNoteInput!) {
            signIn(input: $in) { viewer { user { name } } }
            addNote(input: $note) { note { by { name } } }
        }
        """,
        **{"in": {"email": "ann@acme.example", "password": PASSWORD}},
        note={"conversationId": talk, "body": "Hello"},
    )

    assert answer["data"]["addNote"] == {"note": {"by": {"name": "Ann"}}}


async def test_everybody_says_of_themselves_what_they_are_called_and_want_to_know(town: Company) -> None:
    payload = await town.do(
        "Vic",
        "updateProfile",
        PROFILE,
        name=" Victor ",
        timeZone="America/Chicago",
        locale="de-AT",
        alertTexts="ALL",
        alertWaitingMinutes=15,
        alertByMail=True,
    )

    assert payload == {
        "user": {"name": "Victor", "timeZone": "America/Chicago", "locale": "de-AT"},
        "userErrors": [],
    }
    assert (await town.ask("Vic", ALERTS))["viewer"] == {
        "user": {"name": "Victor"},
        "alerts": {"texts": "ALL", "waitingMinutes": 15, "byMail": True},
    }
    (entry,) = await town.fetch("SELECT action, user_id, subject_id, changes FROM audit_entry")
    assert (entry["action"], entry["user_id"]) == ("updateProfile", entry["subject_id"])
    assert {"field": "name", "before": "Vic", "after": "Victor"} in entry["changes"]


async def test_what_is_left_out_stays_and_null_clears(town: Company) -> None:
    await town.do("Vic", "updateProfile", PROFILE, timeZone="UTC", locale="en", alertWaitingMinutes=5)

    payload = await town.do(
        "Vic", "updateProfile", PROFILE, timeZone=None, alertWaitingMinutes=None, name=None, alertTexts=None
    )

    assert payload["user"] == {"name": "Vic", "timeZone": None, "locale": "en"}
    alerts = (await town.ask("Vic", ALERTS))["viewer"]["alerts"]
    assert alerts == {"texts": "MINE_AND_UNASSIGNED", "waitingMinutes": None, "byMail": False}


async def test_a_profile_that_stays_the_same_is_no_news(town: Company) -> None:
    before = await town.everything()

    await town.do("Vic", "updateProfile", PROFILE, name="Vic", alertByMail=False)

    assert await town.everything() == before


@pytest.mark.parametrize(
    ("input", "code", "field"),
    [
        ({"name": " "}, "EMPTY", "name"),
        ({"alertWaitingMinutes": 0}, "INVALID", "alertWaitingMinutes"),
        ({"alertWaitingMinutes": 1441}, "INVALID", "alertWaitingMinutes"),
    ],
)
async def test_a_profile_says_something(town: Company, input: dict[str, Any], code: str, field: str) -> None:
    error = await town.refusal("Vic", "updateProfile", **input)

    assert (error["code"], error["field"]) == (code, ["input", field])


async def test_other_devices_hear_of_a_new_profile(town: Company) -> None:
    await town.do("Vic", "updateProfile", PROFILE, alertByMail=True)

    events = await town.fetch(
        """
        SELECT live_event.kind, live_scope.user_id
        FROM live_event
        JOIN live_scope ON live_scope.id = live_event.scope_id
        ORDER BY live_event.kind
        """
    )
    assert ("VIEWER_CHANGED", town.ids["Vic"]) in [tuple(event) for event in events]
    assert "CATALOGUE_CHANGED" in [event["kind"] for event in events]
