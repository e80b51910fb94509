"""A report as a letter: its tiles in words and figures, once as plain text and once as HTML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from localmessages.reports.exports.titles import days, with_window
from localmessages.reports.letter_lines import Line, lines_of
from localmessages.reports.messages_report.all_tiles import Tiles
from localmessages.reports.metrics import ReportWindow
from localmessages.rules.metrics import OutOfHours


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterFile:
    """The rows, as a file that goes with the letter, or at an address until an instant."""

    name: str
    rows: int
    address: str | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLetter:
    """What a scheduled report says; instants are shown in `zone`, the one of its schedule."""

    name: str
    by: str
    every: str
    zone: str
    as_of: datetime
    window: ReportWindow
    before: ReportWindow
    about: Sequence[str]
    tiles: Tiles
    tiles_before: Tiles
    out_of_hours: OutOfHours
    file: LetterFile

    @property
    def subject(self) -> str:
        """The name with its dates."""
        return with_window(self.name, self.window)

    @property
    def text(self) -> str:
        """As plain text."""
        return "\n".join(
            [*self._head(), "", *self._tiles_as_text(), self._file_as_text(), "", self._foot, ""]
        )

    @property
    def html(self) -> str:
        """As HTML that any mail program shows: no style sheet, no picture, nothing that is fetched."""
        head, *more = (escape(line) for line in self._head())
        rows = "\n".join(_row(line) for line in self.lines)
        return _PAGE.format(
            title=escape(self.subject),
            head=head,
            more="<br>\n".join(more),
            rows=rows,
            before=escape(_dates(self.before)),
            file=self._file_as_html(),
            foot=escape(self._foot),
        )

    def _head(self) -> list[str]:
        zone = self.window.time_zone
        clock = f"Days are those of {zone}." if zone else "Days are those of each location's own time zone."
        return [
            self.subject,
            *self.about,
            f"{clock} Numbers as of {_instant(self.as_of, self.zone)}.",
        ]

    @property
    def lines(self) -> list[Line]:
        """Its tiles, as both forms show them."""
        return lines_of(self.tiles, self.tiles_before, self.out_of_hours)

    def _tiles_as_text(self) -> Iterator[str]:
        yield f"In brackets: {_dates(self.before)}, the same length of time right before."
        yield ""
        for line in self.lines:
            yield f"{line.name}: {line.value} ({line.before})"
            if line.work:
                yield f"  {line.work}"
            yield f"  {line.meaning}"
            yield ""

    def _file_as_text(self) -> str:
        file = self.file
        if file.address is None or file.until is None:
            return f"Attached: {file.name} ({_rows(file)})."
        until = _instant(file.until, self.zone)
        return f"{file.name} ({_rows(file)}), until {until}:\n{file.address}"

    def _file_as_html(self) -> str:
        file = self.file
        if file.address is None or file.until is None:
            return escape(f"Attached: {file.name} ({_rows(file)}).")
        until = escape(_instant(file.until, self.zone))
        address = escape(file.address, quote=True)
        return f'<a href="{address}">{escape(file.name)}</a> ({_rows(file)}), until {until}.'

    @property
    def _foot(self) -> str:
        return f"{self.by} has this report sent {self.every}. Ask them to change or stop it."


def _rows(file: LetterFile) -> str:
    return "1 row" if file.rows == 1 else f"{file.rows:,} rows"


def _dates(window: ReportWindow) -> str:
    if window.first_day is not None and window.last_day is not None:
        return days(window.first_day, window.last_day)
    zone = window.time_zone or "UTC"
    return f"{_instant(window.start, zone)} – {_instant(window.end, zone)}"


def _instant(at: datetime, zone: str) -> str:
    local = at.astimezone(ZoneInfo(zone))
    return f"{days(local.date(), local.date())}, {local:%H:%M} ({zone})"


def _row(line: Line) -> str:
    work = f"<br>{escape(line.work)}" if line.work else ""
    return _ROW.format(
        name=escape(line.name),
        value=escape(line.value),
        before=escape(line.before),
        work=work,
        meaning=escape(line.meaning),
    )


_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>{title}</title></head>
<body style="margin:0;padding:24px;font:15px/1.5 Helvetica,Arial,sans-serif;color:#212529">
<h1 style="font-size:20px;margin:0 0 8px">{head}</h1>
<p style="margin:0 0 16px;color:#495057">{more}</p>
<table cellspacing="0" cellpadding="8" style="border-collapse:collapse">
<tr>
<th align="left"></th>
<th align="right">These days</th>
<th align="right" style="color:#868e96;font-weight:normal">{before}</th>
</tr>
{rows}
</table>
<p style="margin:16px 0">{file}</p>
<p style="margin:0;color:#868e96;font-size:13px">{foot}</p>
</body>
</html>
"""

_ROW = """\
<tr style="border-top:1px solid #dee2e6">
<td><b>{name}</b><br><span style="color:#868e96;font-size:13px">{meaning}{work}</span></td>
<td align="right" valign="top"><b>{value}</b></td>
<td align="right" valign="top" style="color:#868e96">{before}</td>
</tr>"""
