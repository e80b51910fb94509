import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from localmessages.actions.mailing import NO_ADDRESS, Attachment, mail
from localmessages.actions.queue import MAIL
from localmessages.gateways.disk_mail import DiskMailer
from localmessages.gateways.disk_storage import DiskStorage
from localmessages.gateways.mail import Sender
from localmessages.gateways.smtp_mail import SmtpMailer
from localmessages.jobs.worker import running_worker
from localmessages.rules.mail import MOST_ATTEMPTS
from models.database import Database
from tests.jobs.test_sending import QUICK
from tests.support.carriers import SilentCarrier
from tests.support.desk import Desk, open_desk
from tests.support.mail_server import MailServer, address_of, body, mail_server
from tests.support.waiting import eventually

ROOT = Path(__file__).parents[2]
SENDER = Sender("Acme", "reports@acme.example")
OLIVE, MAX = "olive@acme.example", "max@acme.example"

Work = Callable[[], AbstractAsyncContextManager[None]]


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with mail_server() as server:
        yield server


@pytest.fixture
async def desk(database: Database, server: MailServer, tmp_path: Path) -> Desk:
    desk = await open_desk(database)
    desk.services = replace(
        desk.services,
        mailer=SmtpMailer(address_of(server), SENDER),
        storage=DiskStorage(tmp_path / "files"),
    )
    return desk


@pytest.fixture
def working(desk: Desk, database_url: str) -> Work:
    return lambda: running_worker(desk.services, SilentCarrier(), database_url, rhythm=QUICK)


async def write(desk: Desk, *to: str, key: str = "one", attachments: tuple[Attachment, ...] = ()) -> None:
    async with desk.services.transaction() as change:
        await mail(
            change,
            tenant_id=desk.tenant_id,
            key=key,
            to=to or [OLIVE],
            subject="Your report",
            text="Delivered: 12\n",
            html="<p>Delivered: 12</p>\n",
            attachments=attachments,
            at=desk.services.clock(),
        )


async def states(desk: Desk) -> list[tuple[str, str]]:
    rows = await desk.rows("SELECT address, status FROM mail_recipient ORDER BY mail_id, position")
    return [(row["address"], row["status"]) for row in rows]


async def stand(desk: Desk, *expected: str) -> None:
    async def look() -> bool:
        return [status for _, status in await states(desk)] == list(expected)

    await eventually(look)


async def no_more_jobs(desk: Desk) -> None:
    async def look() -> bool:
        return await desk.value("SELECT count(*) = 0 FROM pgqueuer") is True

    await eventually(look)


async def hurry(desk: Desk) -> None:
    """Have the next attempt at once."""

    async def put_off() -> bool:
        rows = await desk.rows(
            "UPDATE pgqueuer SET execute_after = now() WHERE status = 'queued' AND attempts > 0 "
            "AND execute_after > now() RETURNING true"
        )
        return bool(rows)

    await eventually(put_off)


async def test_a_mail_goes_to_each_address_alone(desk: Desk, server: MailServer, working: Work) -> None:
    await write(desk, OLIVE, MAX, OLIVE.upper())

    async with working():
        await stand(desk, "SENT", "SENT")
        await no_more_jobs(desk)

    assert sorted(server.recipients) == [MAX, OLIVE]
    assert sorted(message["To"] for message in server.messages) == [MAX, OLIVE]
    assert len({message["Message-ID"] for message in server.messages}) == 2
    assert {body(message) for message in server.messages} == {"Delivered: 12\r\n"}


async def test_the_same_key_is_one_mail_and_another_tenants_is_another(desk: Desk) -> None:
    await asyncio.gather(*(write(desk) for _ in range(4)))
    await write(desk, key="two")

    assert await desk.value("SELECT count(*) FROM mail") == 2
    assert len(await desk.jobs(MAIL)) == 2


async def test_what_is_rolled_back_sends_nothing(desk: Desk) -> None:
    async def change_nothing() -> None:
        async with desk.services.transaction() as change:
            now = desk.services.clock()
            await mail(change, tenant_id=desk.tenant_id, key="one", to=[OLIVE], subject="", text="", at=now)
            raise LookupError

    with pytest.raises(LookupError):
        await change_nothing()

    assert await desk.jobs(MAIL) == []


@pytest.mark.parametrize(
    "nobody", ["", "olive", "@", "a b@acme.example", "a@b\r\nBcc: c@d", "a@b,c@d", "<a@b>", "ä@acme.example"]
)
async def test_what_is_no_address_gets_nothing_and_keeps_nobody_else_from_it(
    desk: Desk, server: MailServer, working: Work, nobody: str
) -> None:
    await write(desk, nobody, OLIVE)

    async with working():
        await stand(desk, "FAILED", "SENT")

    assert server.recipients == [OLIVE]
    assert await desk.value("SELECT error FROM mail_recipient WHERE status = 'FAILED'") == NO_ADDRESS


async def test_sixty_addresses_are_sixty_mails(desk: Desk, server: MailServer, working: Work) -> None:
    await write(desk, *(f"p{number}@acme.example" for number in range(60)))

    async with working():

        async def all_sent() -> bool:
            return await desk.value("SELECT bool_and(status = 'SENT') FROM mail_recipient") is True

        await eventually(all_sent, within=60)

    assert len(set(server.recipients)) == len(server.mails) == 60


async def test_a_server_that_is_busy_is_asked_again(desk: Desk, server: MailServer, working: Work) -> None:
    server.answers[OLIVE] = ["450 Try later"]
    server.data_answers = ["451 The disk is full"]
    await write(desk)

    async with working():
        await hurry(desk)
        await hurry(desk)
        await stand(desk, "SENT")

    assert len(server.mails) == 1


async def test_a_mail_waits_longer_after_each_attempt(desk: Desk, server: MailServer, working: Work) -> None:
    server.answers[OLIVE] = ["450 Try later"] * 3
    await write(desk)
    pauses = []

    async with working():
        for attempt in range(1, 4):

            async def put_off(attempts: int = attempt) -> float | None:
                rows = await desk.rows(
                    "SELECT extract(epoch FROM execute_after - now())::float8 AS pause FROM pgqueuer "
                    "WHERE status = 'queued' AND attempts = $1",
                    attempts,
                )
                return rows[0]["pause"] if rows else None

            pauses.append(await eventually(put_off))
            await hurry(desk)
        await stand(desk, "SENT")

    assert pauses == [pytest.approx(15, abs=10), pytest.approx(60, abs=10), pytest.approx(240, abs=10)]


async def test_a_mail_is_given_up_after_the_last_attempt(
    desk: Desk, server: MailServer, working: Work
) -> None:
    server.answers[OLIVE] = ["450 Try later"]
    await write(desk)
    await desk.rows("UPDATE pgqueuer SET attempts = $1", MOST_ATTEMPTS - 1)

    async with working():
        await stand(desk, "FAILED")
        await no_more_jobs(desk)

    assert "450" in await desk.value("SELECT error FROM mail_recipient")


async def test_what_the_server_refuses_is_not_tried_again(
    desk: Desk, server: MailServer, working: Work
) -> None:
    server.answers[OLIVE] = ["550 No such mailbox"]
    await write(desk, OLIVE, MAX)

    async with working():
        await stand(desk, "FAILED", "SENT")
        await no_more_jobs(desk)

    assert "No such mailbox" in await desk.value("SELECT error FROM mail_recipient WHERE status = 'FAILED'")


async def test_a_mail_that_may_have_arrived_is_not_sent_again(
    desk: Desk, server: MailServer, working: Work
) -> None:
    server.hangs_up_after = 1
    await write(desk)

    async with working():
        await stand(desk, "UNCONFIRMED")
        await no_more_jobs(desk)

    assert len(server.mails) == 1


async def test_a_worker_that_is_killed_with_a_mail_in_hand_makes_no_second_one(
    desk: Desk, database_url: str, working: Work
) -> None:
    taken = asyncio.Event()
    contents: list[bytes] = []

    async def take_and_say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example\r\n")
        for answer in (b"250 mail.example", b"250 OK", b"250 OK", b"354 Go on"):
            await reader.readline()
            writer.write(answer + b"\r\n")
        contents.append(await reader.readuntil(b"\r\n.\r\n"))
        taken.set()
        await reader.read()
        writer.close()

    listener = await asyncio.start_server(take_and_say_nothing, "127.0.0.1")
    await write(desk)
    async with listener:
        port = str(listener.sockets[0].getsockname()[1])
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.jobs.mail_worker_process", database_url, port, cwd=ROOT
        )
        try:
            await asyncio.wait_for(taken.wait(), 30)
        finally:
            process.kill()
            await process.wait()
    assert await states(desk) == [(OLIVE, "SENDING")]

    async with working():
        await stand(desk, "UNCONFIRMED")
        await no_more_jobs(desk)

    assert len(contents) == 1


async def test_a_worker_that_is_killed_before_the_mail_has_ended_is_replaced(
    desk: Desk, database_url: str, server: MailServer, working: Work
) -> None:
    asked = asyncio.Event()

    async def fall_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example\r\n")
        await reader.readline()
        asked.set()
        await reader.read()
        writer.close()

    listener = await asyncio.start_server(fall_silent, "127.0.0.1")
    await write(desk)
    async with listener:
        port = str(listener.sockets[0].getsockname()[1])
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.jobs.mail_worker_process", database_url, port, cwd=ROOT
        )
        try:
            await asyncio.wait_for(asked.wait(), 30)
        finally:
            process.kill()
            await process.wait()
    assert await states(desk) == [(OLIVE, "QUEUED")]

    async with working():
        await stand(desk, "SENT")

    assert len(server.mails) == 1


async def test_a_job_that_two_workers_have_makes_one_mail(
    desk: Desk, server: MailServer, working: Work
) -> None:
    await write(desk)
    (payload,) = [orjson.dumps(job) for job in await desk.jobs(MAIL)]
    await desk.rows(
        "INSERT INTO pgqueuer (priority, entrypoint, payload, status) "
        "SELECT 0, 'mail', $1, 'queued' FROM generate_series(1, 5)",
        payload,
    )

    async with working(), working():
        await no_more_jobs(desk)

    assert await states(desk) == [(OLIVE, "SENT")]
    assert len(server.mails) == 1


async def test_files_of_the_storage_go_with_a_mail(desk: Desk, server: MailServer, working: Work) -> None:
    draft = desk.services.storage.draft("exports/one.csv")
    draft.file.write(b"a,b\r\n1,2\r\n")
    draft.keep()
    await write(desk, attachments=(Attachment("Report.csv", "text/csv", "exports/one.csv"),))

    async with working():
        await stand(desk, "SENT")

    (file,) = server.messages[0].iter_attachments()
    assert (file.get_filename(), file.get_payload(decode=True)) == ("Report.csv", b"a,b\r\n1,2\r\n")


async def test_a_mail_whose_file_is_gone_fails(desk: Desk, server: MailServer, working: Work) -> None:
    await write(desk, attachments=(Attachment("Report.csv", "text/csv", "exports/none.csv"),))

    async with working():
        await stand(desk, "FAILED")

    assert server.mails == []


async def test_without_a_mail_server_a_mail_is_one_file_also_after_a_kill(
    desk: Desk, working: Work, tmp_path: Path
) -> None:
    desk.services = replace(desk.services, mailer=DiskMailer(tmp_path / "mail", SENDER))
    await write(desk)
    # As a worker leaves it that was killed between the file and its last word.
    await desk.rows("UPDATE mail_recipient SET status = 'SENDING'")

    async with working():
        await stand(desk, "SENT")

    assert len(list(tmp_path.glob("mail/*.eml"))) == 1
