"""The address of a file: only ours, only in time, only what is there."""

from pathlib import Path

import pytest

from localmessages.http.exports import disposition
from models.database import Database
from tests.support.company import CUSTOMER, Company, open_company
from tests.support.exports import get, keep_files, made_for, report


@pytest.fixture
async def town(database: Database, tmp_path: Path) -> Company:
    town = await open_company(database)
    keep_files(town, tmp_path)
    await town.text("Hello")
    return town


@pytest.fixture
async def url(town: Company) -> str:
    url: str = (await made_for(town, "Ann", report()))["downloadUrl"]
    return url


async def test_a_file_is_saved_and_neither_kept_nor_shown_by_browsers(town: Company, url: str):
    answer = await get(town.services, url)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == (
        'attachment; filename="Messages Report, 8-14 Sep 2026.csv"; '
        "filename*=UTF-8''Messages%20Report%2C%208%E2%80%9314%20Sep%202026.csv"
    )
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert int(answer.headers["content-length"]) == len(answer.content)


async def test_head_tells_the_same_without_the_file(town: Company, url: str):
    answer, head = await get(town.services, url), await get(town.services, url, "HEAD")

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers == answer.headers


@pytest.mark.parametrize("part", ["slug", "until", "signature"])
async def test_an_address_that_was_changed_is_forbidden(town: Company, url: str, part: str):
    at = {
        "slug": url.index("/exports/") + 12,
        "until": url.index("until=") + 6,
        "signature": url.index("signature=") + 12,
    }[part]
    forged = url[:at] + ("1" if url[at] != "1" else "2") + url[at + 1 :]

    assert (await get(town.services, forged)).status_code == 403


@pytest.mark.parametrize("cut", ["&signature", "?until", "until"])
async def test_an_address_that_is_not_whole_is_forbidden(town: Company, url: str, cut: str):
    answer = await get(town.services, url.partition(cut)[0])

    assert (answer.status_code, answer.headers["cache-control"]) == (403, "no-store")
    assert answer.headers["content-type"].startswith("text/plain")


async def test_an_address_of_another_secret_is_forbidden(town: Company, url: str):
    path, _, _ = url.partition("signature=")

    assert (await get(town.services, f"{path}signature={'0' * 64}")).status_code == 403
    assert (await get(town.services, f"{path}signature=é")).status_code == 403


async def test_after_its_time_a_file_is_gone(town: Company, url: str):
    town.clock.passes(days=7, minutes=1)

    assert (await get(town.services, url)).status_code == 410


async def test_a_file_that_is_not_there_is_not_found(town: Company, url: str, tmp_path: Path):
    for file in (tmp_path / "exports").rglob("*"):
        if file.is_file():
            file.unlink()
    assert (await get(town.services, url)).status_code == 404

    await town.fetch("DELETE FROM export")
    assert (await get(town.services, url)).status_code == 404


async def test_a_file_that_is_made_again_is_not_had_before_it_is_there(town: Company, url: str):
    await town.fetch(
        "UPDATE export SET status = 'QUEUED', total_rows = NULL, bytes = NULL, sha256 = NULL,"
        " finished_at = NULL, expires_at = NULL"
    )

    assert (await get(town.services, url)).status_code == 404


async def test_a_name_of_a_customer_makes_no_header_of_its_own(town: Company):
    nasty = 'Ada";\r\nSet-Cookie: x=1\r\n\r\n../../etc/passwd'
    await town.fetch("UPDATE contact SET first_name = $1 WHERE phone = $2", nasty, CUSTOMER)
    (talk,) = await town.fetch("SELECT id FROM conversation")

    export = await made_for(town, "Ann", {"transcriptOf": town.id("Conversation", talk["id"])})
    answer = await get(town.services, export["downloadUrl"])

    assert "set-cookie" not in answer.headers
    name = answer.headers["content-disposition"]
    assert name.startswith(
        'attachment; filename="Conversation with Ada Set-Cookie x=1 .. .. etc passwd.csv"; '
    )


@pytest.mark.parametrize(
    ("title", "plain"),
    [
        ("Müller & Söhne", "Muller Sohne"),
        ("....", "Export"),
        ("日本", "Export"),
        ("a/b\\c:d|e", "a b c d e"),
        ("x" * 300, "x" * 120),
    ],
)
def test_a_file_has_a_name_that_every_system_takes(title: str, plain: str):
    assert disposition(title, "csv").startswith(f"attachment; filename=\"{plain}.csv\"; filename*=UTF-8''")
