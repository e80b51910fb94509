"""Reports that go out by mail, with a running worker and a clock that the test moves."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from graph.ids import parse_id
from localmessages.actions import report_mails
from localmessages.actions.report_mails import mail_report
from localmessages.actions.users import mark_former
from localmessages.gateways.disk_storage import DiskStorage
from localmessages.gateways.mail import Sender
from localmessages.gateways.smtp_mail import SmtpMailer
from localmessages.jobs.scheduled_reports import start_due_reports
from localmessages.jobs.worker import running_worker
from localmessages.reports.letter_lines import NOTHING, span
from models.catalogue import Catalogues
from models.database import Database
from tests.jobs.test_sending import QUICK
from tests.support.carriers import SilentCarrier
from tests.support.company import STORE_B, Company, open_company
from tests.support.mail_server import MailServer, address_of, body, mail_server
from tests.support.waiting import eventually

Work = Callable[[], AbstractAsyncContextManager[None]]

DAILY = {"frequency": "DAILY", "timeZone": "America/New_York", "recipients": ["olive@acme.example"]}
WEEKLY = {**DAILY, "frequency": "WEEKLY", "weekday": "TUESDAY"}
MONTHLY = {**DAILY, "frequency": "MONTHLY", "dayOfMonth": 31}
LAST_7 = {"window": {"last": "DAYS_7"}}


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with mail_server() as server:
        yield server


@pytest.fixture
async def town(database: Database, server: MailServer, tmp_path: Path) -> Company:
    """The company on its Monday morning, with a mail server and a place for files."""
    town = await open_company(database)
    town.services = replace(
        town.services,
        mailer=SmtpMailer(address_of(server), Sender("Acme", "reports@acme.example")),
        storage=DiskStorage(tmp_path / "files"),
    )
    return town


@pytest.fixture
def working(town: Company, database_url: str) -> Work:
    def work() -> AbstractAsyncContextManager[None]:
        # Each with a memory of its own, as another process has it.
        services = replace(town.services, catalogues=Catalogues())
        return running_worker(services, SilentCarrier(), database_url, rhythm=QUICK)

    return work


async def save(town: Company, who: str = "Olive", **how: Any) -> dict[str, Any]:
    given = {"name": "Service", "filter": LAST_7, "schedule": DAILY} | how
    select = "savedReport { id schedule { nextRunAt lastRunAt } }"
    payload = await town.do(who, "createSavedReport", select, **given)
    assert payload["userErrors"] == []
    report: dict[str, Any] = payload["savedReport"]
    return report


async def came(server: MailServer, count: int) -> None:
    async def look() -> bool:
        return len(server.mails) >= count

    await eventually(look, within=30)


async def settled(town: Company) -> None:
    """Nothing is due, and no job is left."""

    async def look() -> bool:
        rows = await town.fetch(
            "SELECT (SELECT count(*) FROM pgqueuer) + "
            "(SELECT count(*) FROM report_schedule WHERE next_run_at <= $1) AS left",
            town.clock(),
        )
        return bool(rows[0]["left"] == 0)

    await eventually(look, within=30)


async def schedule_of(town: Company, report: dict[str, Any], who: str = "Olive") -> Any:
    query = "query ($id: ID!) { node(id: $id) { ... on SavedReport { schedule { nextRunAt lastRunAt } } } }"
    return (await town.ask(who, query, id=report["id"]))["node"]["schedule"]


async def roles(town: Company, who: str, role: str) -> None:
    """Have all roles of a person be this one."""
    await town.fetch("UPDATE membership SET role = $2 WHERE user_id = $1", town.ids[who], role)
    await town.fetch("UPDATE live_scope SET seq = seq + 1 WHERE kind = 'TENANT'")


async def known(town: Company, who: str) -> list[dict[str, Any]]:
    query = "{ viewer { notifications { nodes { kind title subject { __typename id } } } } }"
    nodes: list[dict[str, Any]] = (await town.ask(who, query))["viewer"]["notifications"]["nodes"]
    return nodes


async def test_a_daily_report_is_about_the_day_before_and_comes_with_its_file(
    town: Company, server: MailServer, working: Work
) -> None:
    await town.text("Are you open?")
    await town.text("Hello", to=STORE_B)
    report = await save(town)
    assert report["schedule"] == {"nextRunAt": "2026-09-15T11:00:00.000Z", "lastRunAt": None}

    async with working():
        await settled(town)
        assert server.mails == []
        town.clock.now = datetime(2026, 9, 15, 11, 0, tzinfo=UTC)
        await came(server, 1)
        await settled(town)

    (message,) = server.messages
    assert message["To"] == "olive@acme.example"
    assert message["Subject"] == "Service, 14 Sep 2026"
    assert "Service, 14 Sep 2026" in body(message)
    (file,) = message.iter_attachments()
    assert file.get_filename() == "Service, 14 Sep 2026.xlsx"
    assert bytes(file.get_payload(decode=True)).startswith(b"PK")
    assert "2 rows" in body(message)
    schedule = await schedule_of(town, report)
    assert schedule["nextRunAt"] == "2026-09-16T11:00:00.000Z"
    assert schedule["lastRunAt"].startswith("2026-09-15T11:00:0")


async def test_a_weekly_report_is_about_its_filters_days_and_goes_to_everyone_chosen(
    town: Company, server: MailServer, working: Work
) -> None:
    people = ["olive@acme.example", "MAX@acme.example", "wes@acme.example", "max@acme.example"]
    await save(town, schedule={**WEEKLY, "recipients": people, "format": "CSV"})

    async with working():
        town.clock.now = datetime(2026, 9, 15, 11, 0, 30, tzinfo=UTC)
        await came(server, 3)
        await settled(town)

    assert sorted(server.recipients) == ["max@acme.example", "olive@acme.example", "wes@acme.example"]
    assert {message["Subject"] for message in server.messages} == {"Service, 9–15 Sep 2026"}
    assert next(server.messages[0].iter_attachments()).get_filename() == "Service, 9–15 Sep 2026.csv"


async def test_a_month_of_thirty_days_ends_on_the_thirtieth(
    town: Company, server: MailServer, working: Work
) -> None:
    report = await save(town, schedule=MONTHLY, filter={"window": {"last": "DAYS_30"}})
    assert report["schedule"]["nextRunAt"] == "2026-09-30T11:00:00.000Z"

    async with working():
        town.clock.now = datetime(2026, 9, 30, 11, 0, tzinfo=UTC)
        await came(server, 1)
        await settled(town)

    assert server.messages[0]["Subject"] == "Service, 1–30 Sep 2026"
    assert (await schedule_of(town, report))["nextRunAt"] == "2026-10-31T11:00:00.000Z"


async def test_a_worker_that_was_down_for_days_sends_one_report_when_it_is_back(
    town: Company, server: MailServer, working: Work
) -> None:
    report = await save(town)
    town.clock.now = datetime(2026, 9, 18, 20, 30, tzinfo=UTC)

    async with working():
        await came(server, 1)
        await settled(town)

    assert [message["Subject"] for message in server.messages] == ["Service, 17 Sep 2026"]
    assert (await schedule_of(town, report))["nextRunAt"] == "2026-09-19T11:00:00.000Z"


async def test_two_workers_send_it_once(town: Company, server: MailServer, working: Work) -> None:
    for number in range(5):
        await save(town, name=f"Service {number}")

    async with working(), working():
        town.clock.now = datetime(2026, 9, 15, 11, 0, tzinfo=UTC)
        await came(server, 5)
        await settled(town)

    assert sorted(message["Subject"] for message in server.messages) == [
        f"Service {number}, 14 Sep 2026" for number in range(5)
    ]
    assert len(await town.fetch("SELECT FROM export")) == 5


async def test_a_schedule_that_is_set_again_to_a_time_it_was_sent_for_does_not_send_it_again(
    town: Company, server: MailServer, working: Work
) -> None:
    await save(town)
    async with working():
        town.clock.now = datetime(2026, 9, 15, 11, 0, tzinfo=UTC)
        await came(server, 1)
        await settled(town)
        # As after a clock that went back.
        await town.fetch("UPDATE report_schedule SET next_run_at = '2026-09-15T11:00:00Z'")
        await settled(town)

    assert len(server.mails) == 1


async def test_it_sees_what_its_owner_manages_and_nothing_else(
    town: Company, server: MailServer, working: Work
) -> None:
    await town.text("A secret of Store A")
    await town.text("Seen at Store B", to=STORE_B)
    await save(town, "Wes", schedule={**DAILY, "format": "CSV"})

    async with working():
        town.clock.now = datetime(2026, 9, 15, 11, 0, tzinfo=UTC)
        await came(server, 1)

    content = next(server.messages[0].iter_attachments()).get_payload(decode=True)
    assert b"Seen at Store B" in content
    assert b"secret" not in content


async def test_who_is_a_guest_elsewhere_gets_the_report_of_what_they_manage(
    town: Company, server: MailServer, working: Work
) -> None:
    await town.fetch(
        "INSERT INTO membership (tenant_id, id, user_id, role, location_id, created_at) "
        "VALUES ($1, gen_random_uuid(), $2, 'VIEWER', $3, now())",
        town.tenant_id,
        town.ids["Wes"],
        town.ids["Store A"],
    )
    await town.fetch("UPDATE live_scope SET seq = seq + 1 WHERE kind = 'TENANT'")
    await town.text("A secret of Store A")
    await town.text("Seen at Store B", to=STORE_B)
    await save(town, "Wes", schedule={**DAILY, "format": "CSV"})

    async with working():
        town.clock.now = datetime(2026, 9, 15, 11, 0, tzinfo=UTC)
        await came(server, 1)

    (message,) = server.messages
    assert b"secret" not in next(message.iter_attachments()).get_payload(decode=True)
    assert "Locations: Store B." in body(message)


async def test_the_report_of_who_has_left_stops_and_managers_are_told(
    town: Company, server: MailServer, working: Work
) -> None:
    report = await save(town, "Wes", shared=True)
    async with town.services.transaction() as change:
        await mark_former(change, tenant_id=town.tenant_id, user_id=town.ids["Wes"], at=town.clock())

    async with working():
        town.clock.now = datetime(2026, 9, 15, 11, 0, tzinfo=UTC)
        await settled(town)

    assert server.mails == []
    assert await schedule_of(town, report) is None
    (note,) = await known(town, "Olive")
    assert note == {
        "kind": "REPORT_FAILED",
        "title": "Service is not sent any more: Wes has left",
        "subject": {"__typename": "SavedReport", "id": report["id"]},
    }
    assert await known(town, "Max") == []


async def test_the_report_of_who_manages_its_locations_no_longer_stops_and_they_are_told(
    town: Company, server: MailServer, working: Work
) -> None:
    await save(town, "Wes")
    await roles(town, "Wes", "AGENT")

    async with working():
        town.clock.now = datetime(2026, 9, 15, 11, 0, tzinfo=UTC)
        await settled(town)

    assert server.mails == []
    for who, subject in (("Olive", None), ("Wes", "SavedReport")):
        (note,) = await known(town, who)
        assert note["title"] == "Service is not sent any more: Wes manages its locations no longer"
        assert (note["subject"] and note["subject"]["__typename"]) == subject


async def test_a_recipient_who_has_left_gets_nothing(
    town: Company, server: MailServer, working: Work
) -> None:
    await save(town, schedule={**DAILY, "recipients": ["olive@acme.example", "ann@acme.example"]})
    async with town.services.transaction() as change:
        await mark_former(change, tenant_id=town.tenant_id, user_id=town.ids["Ann"], at=town.clock())

    async with working():
        town.clock.now = datetime(2026, 9, 15, 11, 0, tzinfo=UTC)
        await came(server, 1)
        await settled(town)

    assert server.recipients == ["olive@acme.example"]


async def test_an_address_that_is_refused_is_told_to_whose_report_it_is(
    town: Company, server: MailServer, working: Work
) -> None:
    people = ["olive@acme.example", "max@acme.example"]
    report = await save(town, schedule={**DAILY, "recipients": people})
    server.answers["max@acme.example"] = ["550 No such mailbox"]

    async with working():
        town.clock.now = datetime(2026, 9, 15, 11, 0, tzinfo=UTC)
        await came(server, 1)
        await settled(town)

    (note,) = await known(town, "Olive")
    assert note == {
        "kind": "REPORT_FAILED",
        "title": "Service did not reach max@acme.example",
        "subject": {"__typename": "SavedReport", "id": report["id"]},
    }


async def test_a_file_that_is_too_big_for_a_mail_is_linked(
    town: Company, server: MailServer, working: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_mails, "ATTACHED_BYTES", 10)
    await save(town)

    async with working():
        town.clock.now = datetime(2026, 9, 15, 11, 0, tzinfo=UTC)
        await came(server, 1)

    (message,) = server.messages
    assert list(message.iter_attachments()) == []
    assert f"{town.services.public_url}/exports/" in body(message)
    assert f'href="{town.services.public_url}/exports/' in body(message, "html")
    assert "until 22 Sep 2026, 07:00 (America/New_York)" in body(message)


async def test_a_file_that_cannot_be_made_is_told_to_its_owner_and_the_next_one_is_tried(
    town: Company, server: MailServer, working: Work
) -> None:
    report = await save(town)
    town.clock.now = datetime(2026, 9, 15, 11, 0, tzinfo=UTC)
    await start_due_reports(town.services)
    await roles(town, "Olive", "VIEWER")

    async with working():

        async def told() -> bool:
            return bool(await known(town, "Olive"))

        await eventually(told, within=30)
        await settled(town)
        (note,) = await known(town, "Olive")
        assert note["title"] == "Service could not be sent this time"
        assert server.mails == []
        await roles(town, "Olive", "OWNER")
        town.clock.now = datetime(2026, 9, 16, 11, 0, tzinfo=UTC)
        await came(server, 1)

    assert server.messages[0]["Subject"] == "Service, 15 Sep 2026"
    assert (await schedule_of(town, report))["lastRunAt"].startswith("2026-09-16")


async def test_a_report_that_is_deleted_while_its_file_is_made_sends_nothing(
    town: Company, server: MailServer, working: Work
) -> None:
    report = await save(town)
    town.clock.now = datetime(2026, 9, 15, 11, 0, tzinfo=UTC)
    await start_due_reports(town.services)
    await town.do("Olive", "deleteSavedReport", "deletedSavedReportId", savedReportId=report["id"])

    async with working():
        await settled(town)

    assert server.mails == []
    assert await town.fetch("SELECT FROM report_run") == []


async def test_a_report_whose_start_fails_keeps_no_other_from_its_own(
    town: Company, server: MailServer, working: Work
) -> None:
    broken = await save(town, name="Broken")
    await save(town, name="Whole")
    await town.fetch("UPDATE saved_report SET about = '{}' WHERE name = 'Broken'")

    async with working():
        town.clock.now = datetime(2026, 9, 15, 11, 0, tzinfo=UTC)
        await came(server, 1)
        await settled(town)

    assert [message["Subject"] for message in server.messages] == ["Whole, 14 Sep 2026"]
    (row,) = await town.fetch(
        "SELECT next_run_at FROM report_schedule JOIN saved_report ON id = saved_report_id "
        "WHERE name = 'Broken'"
    )
    assert row["next_run_at"] == datetime(2026, 9, 15, 11, 10, tzinfo=UTC), broken


async def test_reports_that_are_changed_and_deleted_while_they_go_out_hold_nobody_up(
    town: Company, server: MailServer, working: Work
) -> None:
    reports = [await save(town, name=f"Service {number}") for number in range(8)]

    async def change(report: dict[str, Any], number: int) -> Any:
        if number % 2:
            return await town.do(
                "Olive", "deleteSavedReport", "deletedSavedReportId", savedReportId=report["id"]
            )
        later = {**DAILY, "at": "08:00"}
        return await town.do(
            "Olive", "updateSavedReport", "__typename", savedReportId=report["id"], schedule=later
        )

    async with working(), working():
        town.clock.now = datetime(2026, 9, 15, 11, 0, tzinfo=UTC)

        async def under_way() -> bool:
            return bool(await town.fetch("SELECT FROM report_run"))

        await eventually(under_way)
        changed = await asyncio.gather(*(change(report, n) for n, report in enumerate(reports)))
        await settled(town)

    assert [payload["userErrors"] for payload in changed] == [[]] * len(reports)
    subjects = [message["Subject"] for message in server.messages]
    assert len(set(subjects)) == len(subjects)
    assert await town.fetch("SELECT FROM report_run WHERE status = 'RUNNING'") == []


TILES = """
query ($filter: MessagesReportFilter!) {
  messagesReport(filter: $filter) {
    tiles {
      messagesDelivered { value } conversationsHeld { value } conversationsWithPayByText { value }
      payByTextConversion { value } nonDeliverableMessages { value } optOuts { value }
      linksSent { value } linksClicked { value } linkClickRate { value }
      inboundResponseTime { medianSeconds } outboundResponseTime { medianSeconds }
    }
  }
}
"""


async def test_the_numbers_of_a_mail_are_those_of_the_screen(
    town: Company, server: MailServer, working: Work
) -> None:
    for number, minutes in ((1, 3), (2, 8), (3, 21)):
        talk = await town.conversation(from_=f"+1917555{number:04}")
        town.clock.passes(minutes=minutes)
        await town.do(
            "Ann", "sendMessage", "message { id }", conversationId=town.id("Conversation", talk), body="Yes."
        )
    await town.text("STOP", from_="+19175550001")
    await town.text("Thanks!", from_="+19175550002")
    await town.fetch(
        "UPDATE message SET status = CASE WHEN to_number = '+19175550003' THEN 'FAILED' ELSE 'DELIVERED' END "
        "WHERE direction = 'OUTBOUND'"
    )
    await town.fetch("DELETE FROM pgqueuer")
    await save(town)

    async with working():
        town.clock.now = datetime(2026, 9, 15, 11, 0, tzinfo=UTC)
        await came(server, 1)

    day = {"window": {"on": {"firstDay": "2026-09-14", "lastDay": "2026-09-14"}}}
    tiles = (await town.ask("Olive", TILES, filter=day))["messagesReport"]["tiles"]
    shown = dict(re.findall(r"^(\w.*): (\S.*) \(.*\)\r?$", body(server.messages[0]), re.MULTILINE))
    assert (tiles["messagesDelivered"]["value"], tiles["optOuts"]["value"]) == (3, 1)
    assert tiles["inboundResponseTime"]["medianSeconds"] > 300
    assert shown == {
        "Total Messages Delivered": str(tiles["messagesDelivered"]["value"]),
        "Total Conversations Held": str(tiles["conversationsHeld"]["value"]),
        "Total Conversations with PBT": str(tiles["conversationsWithPayByText"]["value"]),
        "PBT Conversion": NOTHING,
        "Total Non-deliverable Messages": str(tiles["nonDeliverableMessages"]["value"]),
        "Total Opt Out Messages": str(tiles["optOuts"]["value"]),
        "Total Links Sent": str(tiles["linksSent"]["value"]),
        "Total Links Clicked": str(tiles["linksClicked"]["value"]),
        "Link Click Rate": NOTHING,
        "Inbound Response Time": span(tiles["inboundResponseTime"]["medianSeconds"]),
        "Outbound Response Time": span(tiles["outboundResponseTime"]["medianSeconds"]),
    }


async def test_a_report_whose_mail_is_asked_for_twice_is_mailed_once(
    town: Company, server: MailServer, working: Work
) -> None:
    report = await save(town)

    async with working():
        town.clock.now = datetime(2026, 9, 15, 11, 0, tzinfo=UTC)
        await came(server, 1)
        await settled(town)
        parsed = parse_id(report["id"])
        assert parsed is not None
        for _ in range(3):
            await mail_report(
                town.services, town.tenant_id, parsed[1], datetime(2026, 9, 15, 11, 0, tzinfo=UTC)
            )
        await settled(town)

    assert len(server.mails) == 1
    assert len(await town.fetch("SELECT FROM mail")) == 1
