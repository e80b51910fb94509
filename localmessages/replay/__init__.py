"""Replay logs (JSON Lines, replay.md) into a database, by the rules that live traffic goes through."""

from localmessages.replay.engine import BadLine, ReplayCounts
from localmessages.replay.files import replay_files, replay_lines

__all__ = ["BadLine", "ReplayCounts", "replay_files", "replay_lines"]
