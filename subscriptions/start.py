"""Where a group begins."""

from dataclasses import replace

from graph.context import Beginning
from subscriptions.cursor import Cursor

# Of each scope. Who comes meanwhile waits until the group has told them.
MOST_BEHIND = 50


def beginning_near(beginning: Beginning, given: Cursor | None) -> Beginning:
    """Some events back, where the cursor of its first seat lies near: else each who was away goes alone."""
    cursor = beginning.cursor
    if given is None or (given.epoch, given.access) != (cursor.epoch, cursor.access):
        return beginning
    positions = {
        key: given.positions[key] if 0 <= seq - given.positions.get(key, seq + 1) <= MOST_BEHIND else seq
        for key, seq in cursor.positions.items()
    }
    return replace(beginning, cursor=replace(cursor, positions=positions))
