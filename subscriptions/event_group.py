"""A group that is told each event, in order."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from graph.execution import Answer
from subscriptions.cursor import shared_positions
from subscriptions.events import Event
from subscriptions.frames import Frame
from subscriptions.group import Group
from subscriptions.recent import Recent, Told
from subscriptions.seat import Seat

MOST_AT_ONCE = 8
MOST_BYTES_AT_ONCE = 32_768
LONGEST_PAUSE = 0.01

Positions = dict[int, int]
# How far a seat was told of scopes of which the group was not told as much.
Floors = Positions | None


@dataclass(frozen=True, slots=True)
class Due(Told):
    """What is to be told; `positions` is where the group is then."""

    positions: Positions


class EventGroup(Group):
    """Where more events wait, some are executed first: what is told together is written together."""

    seats: dict[Seat, Floors]

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._positions: Positions = dict(self._run.beginning.cursor.positions)
        self._due: list[Due] = []
        self._due_bytes = 0
        self._timer: asyncio.TimerHandle | None = None
        self._kept: Recent | None = None

    @property
    def _recent(self) -> Recent:
        if self._kept is None:
            start = self._run.beginning.cursor.positions
            self._kept = Recent({scope_id: start[scope_id] for scope_id in self.watch.scopes})
        return self._kept

    async def reaches(self, seat: Seat) -> bool:
        return await super().reaches(seat) and self._recent.reaches(seat.beginning.cursor.positions)

    async def _join(self, seat: Seat) -> bool:
        # Nothing is awaited here: what it is told next follows on what it has seen.
        seat.watch = self.watch
        if not seat.can_follow(self.watch) or not self._may_sit(seat):
            return False
        positions = dict(seat.beginning.cursor.positions)
        if not self._recent.reaches(positions):
            return False
        seat.sit_down()
        if self._tell_recent(seat, positions):
            here = self._positions
            floors = {key: positions[key] for key in self.watch.scopes if positions[key] > here[key]}
            self.seats[seat] = floors or None
        else:
            seat.stand(positions)
            seat.send_away(slow=True)
        return True

    def _tell_recent(self, seat: Seat, positions: Positions) -> bool:
        """What it has missed, unless its socket is slow; `positions` moves on."""
        is_level = False
        for told in self._recent.after(positions):
            if not seat.outlet.is_writable:
                return False
            positions[told.scope_id] = told.seq
            if not is_level:
                there = shared_positions(told.shared_part)
                is_level = all(positions[key] <= there[key] for key in self.watch.scopes)
                _raise(positions, there)
            if is_level:
                seat.write(told.frame)
            else:
                seat.write_at(told.frame, positions)
        return True

    async def _tell(self, answer: Answer) -> bool:
        event = self.watch.last
        if not isinstance(event, Event):
            return False
        cursor = self._run.cursor
        shared_part = cursor.shared_part()
        frame = Frame(answer, shared_part)
        self._due.append(Due(event.scope_id, event.seq, frame, shared_part, dict(cursor.positions)))
        self._due_bytes += frame.size
        is_full = len(self._due) >= MOST_AT_ONCE or self._due_bytes >= MOST_BYTES_AT_ONCE
        if is_full or not self.watch.is_busy:
            self._flush()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(LONGEST_PAUSE, self._flush)
        return True

    def _flush(self) -> None:
        due, self._due, self._due_bytes = self._due, [], 0
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not due:
            return
        now = self._source.services.clock()
        frames = [each.frame for each in due]
        for seat, floors in list(self.seats.items()):
            if seat.expires_at <= now:
                self.send_away(seat, signed_out=True)
            elif not seat.outlet.is_writable:
                self.send_away(seat, slow=True)
            elif floors is not None:
                self._tell_ahead(seat, floors, due)
            else:
                seat.write_all(frames)
        self._positions = due[-1].positions
        for each in due:
            told = Told(each.scope_id, each.seq, each.frame, each.shared_part)
            self._recent.add(told, len(self.seats))

    def _tell_ahead(self, seat: Seat, floors: Positions, due: list[Due]) -> None:
        for each in due:
            if each.seq > floors.get(each.scope_id, -1):
                _raise(positions := dict(each.positions), floors)
                seat.write_at(each.frame, positions)
        here = due[-1].positions
        self.seats[seat] = {key: seq for key, seq in floors.items() if seq > here[key]} or None

    def _stand(self, seat: Seat, floors: Floors) -> None:
        positions = {**self._positions, **seat.beginning.cursor.positions}
        _raise(positions, floors or {})
        seat.stand(positions)

    def _end(self) -> None:
        self._flush()
        super()._end()


def _raise(positions: Positions, to: Positions) -> None:
    for key, seq in to.items():
        if seq > positions.get(key, -1):
            positions[key] = seq
