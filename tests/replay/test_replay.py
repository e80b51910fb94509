"""Replay logs: every kind of line, once, or refused by number with nothing kept."""

import gzip
from pathlib import Path

import pytest

from localmessages.replay import BadLine, replay_files, replay_lines
from localmessages.services import Services
from models.catalogue import Catalogues
from models.database import Database
from tests.support.content import content, row_counts
from tests.support.logs import (
    ANN,
    BOB,
    COMPANY,
    Line,
    act,
    at,
    encoded,
    inbound,
    outbound,
    transfer,
)

EVERY_KIND: list[Line] = [
    *COMPANY,
    inbound(0, "i1"),
    outbound(5, "o1"),
    {"do": "status", "at": at(6), "sid": "o1", "status": "delivered"},
    outbound(
        7,
        "o2",
        link={"slug": "s1", "url": "https://acme.example/pay"},
        payment={"invoice": "INV-1", "amount": "50.00", "currency": "USD"},
    ),
    {"do": "click", "at": at(8), "slug": "s1", "user_agent": "Mozilla/5.0"},
    {"do": "pay", "at": at(9), "invoice": "INV-1", "status": "paid", "card": "visa"},
    act(10, "tag_on", tag="vip"),
    act(11, "note", body="A regular."),
    act(12, "assign", agent="ann"),
    inbound(13, "i2"),
    transfer(14, note="Yours", notify="B will answer.", sid="n1"),
    inbound(15, "i3", to=ANN),
    outbound(16, "o3", by=BOB, agent="bob"),
    act(17, "close", location="B", by="bob"),
    act(18, "reopen", location="B", by="bob"),
    inbound(19, "i4", "STOP", to=BOB),
    outbound(20, "o4", by=BOB, agent="bob"),
    {"do": "status", "at": at(21), "sid": "o4", "status": "delivered"},
    act(22, "opt_in", location="B", by="bob"),
    act(23, "opt_out", location="B", by="bob"),
    act(24, "block", location="B", by="bob"),
    act(25, "unblock", location="B", by="bob"),
    act(26, "tag_off", location="B", by="bob", tag="vip"),
    {"do": "hours", "at": at(27), "location": "A", "hours": {"mon": [["08:00", "20:00"]]}},
    {"do": "leave", "at": at(28), "user": "ann"},
]


@pytest.fixture
def services(database: Database) -> Services:
    return Services(database, Catalogues())


async def test_every_kind_of_line_is_applied(services: Services) -> None:
    counts = await replay_lines(services, encoded(EVERY_KIND))

    assert counts.repeated == 0
    assert sum(counts.applied.values()) == len(EVERY_KIND)
    async with services.database.connection() as connection:
        # The text to the opted-out contact is none.
        assert await connection.fetchval("SELECT count(*) FROM message") == 8
        assert await connection.fetchval("SELECT count(*) FROM wait WHERE kind = 'INBOUND'") == 3


async def test_a_second_replay_changes_nothing(services: Services) -> None:
    await replay_lines(services, encoded(EVERY_KIND))
    async with services.database.connection() as connection:
        before = await content(connection), await row_counts(connection)

    counts = await replay_lines(services, encoded(EVERY_KIND))

    assert not counts.applied, counts
    async with services.database.connection() as connection:
        assert (await content(connection), await row_counts(connection)) == before


@pytest.mark.parametrize("batch", [1, 3, 1000])
async def test_batches_come_to_the_same_as_one_transaction(
    services: Services, batch: int, another_database: Database
) -> None:
    await replay_lines(services, encoded(EVERY_KIND))
    await replay_lines(Services(another_database, Catalogues()), encoded(EVERY_KIND), batch=batch)

    async with services.database.connection() as one, another_database.connection() as other:
        assert await content(one) == await content(other)


async def test_equal_instants_keep_the_order_of_the_file(services: Services) -> None:
    texts = [f"text {number}" for number in range(50)]
    lines = [inbound(0, f"i{number}", body) for number, body in enumerate(texts)]

    await replay_lines(services, encoded([*COMPANY, *lines]))

    async with services.database.connection() as connection:
        assert [
            row["body"] for row in await connection.fetch("SELECT body FROM message ORDER BY at, id")
        ] == texts


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ({"do": "inbound"}, "at"),
        ({"do": "dance", "at": at(0)}, "dance"),
        (inbound(0, "x", to="+12125550199"), "no location has the number"),
        (inbound(0, "x", who="917-555"), "from"),
        (inbound(0, "x") | {"at": "2026-09-14T14:00:00"}, "timezone"),
        (outbound(0, "x", agent="nobody"), "no user 'nobody'"),
        (outbound(0, "x", campaign="none"), "no campaign"),
        (outbound(0, "x", payment={"invoice": "I", "amount": "1", "currency": "USD"}), "link"),
        ({"do": "status", "at": at(0), "sid": "unknown", "status": "sent"}, "no text 'unknown'"),
        (transfer(0, who="+19175550999"), "no contact"),
        (transfer(1, target="A"), "already"),
        (act(1, "close", location="B"), "no conversation"),
        (act(1, "tag_on", tag="gold"), "no tag"),
        ({"do": "hours", "at": at(0), "location": "A", "hours": {"mon": [["25:00", "26:00"]]}}, "25:00"),
        ({"do": "leave", "at": at(0), "user": "x"}, "no user"),
        (inbound(0, "x", "a\u0000b"), "NUL"),
    ],
)
async def test_a_bad_line_is_refused_by_its_number_and_nothing_is_kept(
    services: Services, line: Line, reason: str
) -> None:
    with pytest.raises(BadLine, match=r"\d") as refused:
        await replay_lines(services, encoded([*COMPANY, inbound(0, "i1"), line, inbound(2, "i2")]))

    assert refused.value.number == len(COMPANY) + 2
    assert reason in refused.value.reason
    async with services.database.connection() as connection:
        assert set((await row_counts(connection)).values()) == {0}


async def test_a_batch_before_the_bad_line_stands_and_the_rest_goes_on_once_it_is_mended(
    services: Services,
) -> None:
    good = [*COMPANY, *(inbound(number, f"i{number}") for number in range(10))]
    with pytest.raises(BadLine):
        await replay_lines(services, [*encoded(good), b"nonsense"], batch=5)

    await replay_lines(services, encoded([*good, inbound(11, "last")]), batch=5)

    async with services.database.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM message") == 11


async def test_several_files_and_compressed_ones(services: Services, tmp_path: Path) -> None:
    plain, packed = tmp_path / "one.jsonl", tmp_path / "two.jsonl.gz"
    plain.write_bytes(b"\n".join(encoded([*COMPANY, inbound(0, "i1")])))
    packed.write_bytes(gzip.compress(b"\n".join(encoded([outbound(5, "o1")]))))
    told: list[int] = []

    counts = await replay_files(services, [str(plain), str(packed)], progress=told.append)

    assert counts.applied["outbound"] == 1
    assert sum(told) == len(COMPANY) + 2


async def test_a_bad_line_names_its_file(services: Services, tmp_path: Path) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_bytes(b"\n\n[]\n")

    with pytest.raises(BadLine, match=r"bad\.jsonl:3: "):
        await replay_files(services, [str(file)])


async def test_a_text_to_an_opted_out_contact_is_none_and_neither_are_its_reports(services: Services) -> None:
    log = [
        *COMPANY,
        inbound(0, "i1", "STOP"),
        outbound(1, "late"),
        {"do": "status", "at": at(2), "sid": "late", "status": "delivered"},
        outbound(3, "confirm", "You are out.", origin="SYSTEM", agent=None),
    ]

    await replay_lines(services, encoded(log))

    async with services.database.connection() as connection:
        sids = await connection.fetch("SELECT external_id FROM message ORDER BY at")
        assert [row["external_id"] for row in sids] == ["i1", "confirm"]


async def test_a_payment_before_its_text_counts_once_it_is_texted(services: Services) -> None:
    link = {"slug": "s1", "url": "https://acme.example"}
    payment = {"invoice": "INV-9", "amount": "12.50", "currency": "USD"}
    log = [
        *COMPANY,
        inbound(0, "i1"),
        {"do": "pay", "at": at(1), "invoice": "INV-9", "status": "paid", "card": "amex"},
        outbound(2, "o1", link=link, payment=payment),
    ]

    await replay_lines(services, encoded(log))

    async with services.database.connection() as connection:
        row = await connection.fetchrow("SELECT status, paid_amount, card_type FROM payment_request")
        assert row is not None
        assert (row["status"], str(row["paid_amount"]), row["card_type"]) == ("PAID", "12.500", "AMEX")
        assert await connection.fetchval("SELECT payment_request_id IS NOT NULL FROM payment_event")


async def test_an_invoice_texted_to_two_contacts_is_one_request_that_both_texts_show_as_paid(
    services: Services,
) -> None:
    payment = {"invoice": "INV-2", "amount": "9.50", "currency": "USD"}
    log = [
        *COMPANY,
        outbound(1, "o1", link={"slug": "s1", "url": "https://acme.example/1"}, payment=payment),
        outbound(
            2,
            "o2",
            who="+19175550177",
            link={"slug": "s2", "url": "https://acme.example/2"},
            payment=payment,
        ),
        {"do": "pay", "at": at(3), "invoice": "INV-2", "status": "paid", "card": "visa"},
    ]

    await replay_lines(services, encoded(log), batch=1)

    async with services.database.connection() as connection:
        assert await connection.fetchval("SELECT status FROM payment_request") == "PAID"
        told = await connection.fetch(
            "SELECT DISTINCT body ->> 'message' FROM live_event WHERE kind = 'MESSAGE_CHANGED'"
        )
        assert len(told) == 2


async def test_a_reply_to_the_old_number_follows_the_conversation(services: Services) -> None:
    log = [*COMPANY, inbound(0, "i1"), transfer(5), inbound(10, "i2", to=ANN)]

    await replay_lines(services, encoded(log))

    async with services.database.connection() as connection:
        row = await connection.fetchrow(
            """
            SELECT location.external_id, message.received_on
            FROM message JOIN location ON location.id = message.location_id
            WHERE message.external_id = 'i2'
            """
        )
        assert row is not None
        assert tuple(row) == ("B", ANN)
        assert await connection.fetchval("SELECT count(*) FROM conversation") == 1


async def test_events_are_numbered_without_a_gap(services: Services) -> None:
    await replay_lines(services, encoded(EVERY_KIND), batch=7)

    async with services.database.connection() as connection:
        gaps = await connection.fetch(
            """
            SELECT live_scope.id
            FROM live_scope
            LEFT JOIN live_event ON live_event.scope_id = live_scope.id
            GROUP BY live_scope.id, live_scope.seq
            HAVING live_scope.seq <> count(live_event.seq)
                OR live_scope.seq <> coalesce(max(live_event.seq), 0)
            """
        )
        assert not gaps
        assert await connection.fetchval("SELECT count(*) FROM live_event WHERE kind = 'MOVED_IN'") == 1


async def test_a_big_log_leaves_statistics_of_what_it_loaded(services: Services) -> None:
    lines = [inbound(minute, f"i{minute}", f"Text {minute}") for minute in range(5_000)]

    await replay_lines(services, encoded([*COMPANY, *lines]))

    async with services.database.connection() as connection:
        estimated = await connection.fetchval("SELECT reltuples FROM pg_class WHERE relname = 'message'")
    assert estimated == 5_000
