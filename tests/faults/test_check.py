"""The check of the fault tests finds what it is there to find."""

from uuid import UUID

import pytest

from graph.ids import global_id
from subscriptions.cursor import Cursor
from tests.faults.check import Entry, Log, differences
from tests.support.kept_inbox import KeptInbox

TALK = global_id("Conversation", UUID(int=7))
LANES = (1, 2)


def entry(scope_id, seq, *, has_left=False):
    return Entry(scope_id, seq, ("ConversationChanged", TALK, 10 * scope_id + seq), has_left)


def event(version, *positions):
    here = dict(zip(LANES, positions, strict=True))
    return {
        "__typename": "ConversationChanged",
        "cursor": Cursor(1, 0, here).encode(),
        "conversation": {"id": TALK, "version": version},
    }


START = event(0, 0, 0)["cursor"]
LOG = Log([entry(1, 1), entry(1, 2), entry(2, 1), entry(1, 4)])
RECEIVED = [event(11, 1, 0), event(21, 1, 1), event(12, 2, 1), event(14, 4, 1)]


def test_what_the_log_has_in_another_order_of_lanes_is_no_difference():
    assert differences(LOG, START, RECEIVED) == []
    assert differences(LOG, START, [RECEIVED[0], event(12, 2, 0), event(21, 2, 1), RECEIVED[3]]) == []


@pytest.mark.parametrize("lost", range(4))
def test_a_gap_is_found(lost):
    assert differences(LOG, START, RECEIVED[:lost] + RECEIVED[lost + 1 :])


@pytest.mark.parametrize("repeated", range(4))
def test_a_duplicate_is_found(repeated):
    assert differences(LOG, START, RECEIVED[: repeated + 1] + RECEIVED[repeated:])


def test_events_in_the_wrong_order_are_found():
    assert differences(LOG, START, [event(12, 1, 0), event(21, 1, 1), event(11, 2, 1), event(14, 4, 1)])


def test_an_event_that_is_not_in_the_log_is_found():
    assert differences(LOG, START, [*RECEIVED, event(99, 5, 1)])


def test_what_has_left_may_be_kept_back():
    log = Log([entry(1, 1, has_left=True), entry(1, 2)])

    assert differences(log, START, [event(11, 1, 0), event(12, 2, 0)]) == []
    assert differences(log, START, [event(12, 2, 0)]) == []


def test_a_kept_inbox_puts_nothing_older_in_the_place_of_something_newer():
    inbox = KeptInbox([{"id": TALK, "version": 3, "status": "OPEN"}])

    inbox.apply({"__typename": "ConversationChanged", "conversation": {"id": TALK, "version": 2}})

    assert inbox.items[TALK]["status"] == "OPEN"
