"""What a scheduled report says: compared with the letters beside, word for word.

To write them anew after a change of words, run this file with WRITE_LETTERS=1 in the environment.
"""

import os
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pytest

from localmessages.reports.letter_lines import span
from localmessages.reports.messages_report.all_tiles import Tiles
from localmessages.reports.messages_report.links import LinkFacts
from localmessages.reports.messages_report.opt_outs import OptOutFacts
from localmessages.reports.messages_report.pay_by_text import CurrencyFacts, PayByTextFacts
from localmessages.reports.messages_report.texts import TextFacts
from localmessages.reports.metrics import ReportWindow, ResponseTime
from localmessages.reports.report_letter import LetterFile, ReportLetter
from localmessages.rules.consent import OptOutCause
from localmessages.rules.metrics import OutOfHours

LETTERS = Path(__file__).parent / "letters"
START = datetime(2026, 9, 14, 4, tzinfo=UTC)
WEEK = ReportWindow(START, START + timedelta(days=7), date(2026, 9, 14), date(2026, 9, 20), None)
BEFORE = ReportWindow(START - timedelta(days=7), START, date(2026, 9, 7), date(2026, 9, 13), None)
TILES = Tiles(
    texts=TextFacts(1_234, 17, 3, 456, 321, 12),
    pay_by_text=PayByTextFacts([CurrencyFacts("USD", 10, 8, 7, 3, 1, Decimal(300), Decimal(0))]),
    opt_outs=OptOutFacts([(OptOutCause.CAMPAIGN, 4), (OptOutCause.MESSAGE, 1)], 1, 2),
    links=LinkFacts(40, 15, 5, 9),
    inbound=ResponseTime(312.0, 4_000.5, 7_260.0, 210, 14, 1),
    outbound=ResponseTime(90_000.0, 90_000.0, 90_000.0, 1, 0, 0),
)
LETTER = ReportLetter(
    name="Weekly service",
    by="Olive",
    every="to you every Monday at 07:00 (America/New_York)",
    zone="America/New_York",
    as_of=datetime(2026, 9, 21, 11, 0, 12, tzinfo=UTC),
    window=WEEK,
    before=BEFORE,
    about=["Locations: Store A, Store B.", "Any of the tags: VIP."],
    tiles=TILES,
    tiles_before=replace(TILES, texts=TextFacts(1_100, 9, 0, 400, 300, 0)),
    out_of_hours=OutOfHours.EXCLUDE,
    file=LetterFile(name="Weekly service, 14–20 Sep 2026.xlsx", rows=3_210),
)
EMPTY = replace(
    LETTER,
    name='<Nothing> & "more"',
    about=["All locations."],
    window=replace(WEEK, time_zone="America/New_York"),
    tiles=Tiles(),
    tiles_before=Tiles(),
    out_of_hours=OutOfHours.INCLUDE,
    file=LetterFile(
        name="Nothing.csv",
        rows=1_234_567,
        address="https://texts.example/exports/abc?until=1&signature=<x>",
        until=datetime(2026, 9, 28, 11, 0, tzinfo=UTC),
    ),
)
CASES = {"week": LETTER, "empty": EMPTY}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(("kind", "ending"), [("text", "txt"), ("html", "html")])
def test_a_letter_reads_as_it_was_agreed(case: str, kind: str, ending: str) -> None:
    written = getattr(CASES[case], kind)
    agreed = LETTERS / f"{case}.{ending}"
    if os.environ.get("WRITE_LETTERS"):
        agreed.write_text(written)

    assert written == agreed.read_text()


class Words(HTMLParser):
    """The words of a page, as they are shown."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in ("script", "img", "link", "style", "iframe")
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.found += data.split()


@pytest.mark.parametrize("case", CASES)
def test_both_forms_have_every_number_and_name(case: str) -> None:
    letter = CASES[case]
    page = Words()
    page.feed(letter.html)
    page.close()

    assert page.open == []
    shown = " ".join(page.found)
    for line in letter.lines:
        for text in (line.name, line.value, line.work, line.meaning):
            assert " ".join(text.split()) in shown
            assert text in letter.text


def test_what_people_write_is_never_markup() -> None:
    assert "<Nothing>" not in EMPTY.html
    assert "&lt;Nothing&gt; &amp; &quot;more&quot;" in EMPTY.html
    assert "signature=&lt;x&gt;" in EMPTY.html
    assert EMPTY.subject == '<Nothing> & "more", 14–20 Sep 2026'


def test_fixed_instants_are_shown_in_the_zone_of_the_schedule() -> None:
    letter = replace(LETTER, window=ReportWindow(START, START + timedelta(hours=30), None, None, None))

    assert letter.subject == "Weekly service, 14 Sep 2026 04:00 – 15 Sep 2026 10:00 UTC"


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (None, "–"),
        (0.0, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min 0 s"),
        (3_599.0, "59 min 59 s"),
        (3_600.0, "1 h 0 min"),
        (86_399.0, "23 h 59 min"),
        (90_000.0, "1 d 1 h"),
    ],
)
def test_a_length_of_time_in_two_units(seconds: float | None, shown: str) -> None:
    assert span(seconds) == shown
