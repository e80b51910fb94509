from datetime import timedelta
from functools import reduce
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localmessages.rules.delivery import (
    FINAL_NUMBER_ERRORS,
    HANDOVER_ATTEMPTS,
    OPT_OUT_ERROR,
    FailureReason,
    MessageStatus,
    Standing,
    applies,
    derive,
    failure_reason,
    is_delivered,
    is_non_deliverable,
    is_temporary_handover_error,
    is_terminal,
    retry_delay,
)

QUEUED, SENDING, SENT = MessageStatus.QUEUED, MessageStatus.SENDING, MessageStatus.SENT
DELIVERED, READ = MessageStatus.DELIVERED, MessageStatus.READ
UNDELIVERED, FAILED = MessageStatus.UNDELIVERED, MessageStatus.FAILED
RISING = [QUEUED, SENDING, SENT, DELIVERED, READ, UNDELIVERED, FAILED]

Report = tuple[MessageStatus, str | None]
REPORTS = st.lists(
    st.tuples(st.sampled_from(RISING), st.sampled_from([None, "", "30003", "30005"])), min_size=1, max_size=8
)


def after(reports: list[Report]) -> Standing:
    return reduce(lambda standing, report: derive(standing, *report), reports, Standing(QUEUED))


def test_a_report_applies_just_when_it_ranks_higher():
    for i, current in enumerate(RISING):
        for j, incoming in enumerate(RISING):
            assert applies(current, incoming) is (j > i)


def test_a_report_never_changes_an_inbound_text():
    assert not any(applies(MessageStatus.RECEIVED, incoming) for incoming in MessageStatus)
    assert not any(applies(current, MessageStatus.RECEIVED) for current in MessageStatus)


@pytest.mark.parametrize(
    ("reports", "standing"),
    [
        ([(DELIVERED, None), (SENT, None)], (DELIVERED, None)),
        ([(UNDELIVERED, "30003"), (DELIVERED, None)], (UNDELIVERED, "30003")),
        ([(DELIVERED, None), (DELIVERED, None), (READ, None), (DELIVERED, None)], (READ, None)),
        ([(SENT, None)], (SENT, None)),
        ([(FAILED, None), (DELIVERED, None)], (FAILED, None)),
        ([(DELIVERED, None), (UNDELIVERED, "30005")], (UNDELIVERED, "30005")),
    ],
)
def test_late_repeated_and_disordered_reports_leave_the_highest_status(reports, standing):
    assert after(reports) == standing


@pytest.mark.parametrize(
    ("reports", "code"),
    [
        ([(UNDELIVERED, "30003"), (UNDELIVERED, "30005")], "30003"),
        ([(UNDELIVERED, None), (UNDELIVERED, "30005")], "30005"),
        ([(UNDELIVERED, "30003"), (UNDELIVERED, None)], "30003"),
        ([(UNDELIVERED, "30003"), (FAILED, None)], None),
        ([(UNDELIVERED, "30003"), (FAILED, "30007")], "30007"),
        ([(FAILED, None), (UNDELIVERED, "30003")], None),
        ([(DELIVERED, "30003")], None),
        ([(DELIVERED, None), (UNDELIVERED, "")], None),
    ],
)
def test_the_code_that_stands_is_the_first_that_came_with_the_status_that_stands(reports, code):
    assert after(reports).code == code


@given(REPORTS, st.randoms(use_true_random=False))
def test_the_status_does_not_depend_on_the_order(reports, random):
    shuffled = random.sample(reports, len(reports))

    assert after(shuffled).status is after(reports).status is max((s for s, _ in reports), key=RISING.index)


def test_the_status_is_the_same_in_every_order_of_all_statuses():
    assert {after([(status, None) for status in order]).status for order in permutations(RISING)} == {FAILED}


@given(REPORTS, st.data())
def test_repeating_reports_changes_nothing(reports, data):
    again = data.draw(st.lists(st.sampled_from(reports)))

    assert after([*reports, *again]) == after(reports) == after([r for r in reports for _ in range(2)])


@given(REPORTS)
def test_a_terminal_status_never_regresses(reports):
    standings = [after(reports[:n]).status for n in range(1, len(reports) + 1)]

    assert standings == sorted(standings, key=RISING.index)


def test_every_outbound_status_is_delivered_non_deliverable_or_pending():
    assert [s for s in RISING if is_delivered(s)] == [DELIVERED, READ]
    assert [s for s in RISING if is_non_deliverable(s)] == [UNDELIVERED, FAILED]
    assert [s for s in RISING if not is_terminal(s)] == [QUEUED, SENDING, SENT]
    assert is_terminal(MessageStatus.RECEIVED)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("30003", FailureReason.UNREACHABLE),
        ("30004", FailureReason.CARRIER_BLOCKED),
        ("30005", FailureReason.UNKNOWN_NUMBER),
        ("30006", FailureReason.LANDLINE),
        ("21614", FailureReason.LANDLINE),
        ("30007", FailureReason.FILTERED),
        ("30008", FailureReason.UNKNOWN),
        (OPT_OUT_ERROR, FailureReason.OPTED_OUT),
        (None, FailureReason.UNKNOWN),
        ("", FailureReason.UNKNOWN),
        ("21211", FailureReason.OTHER),
        ("99999", FailureReason.OTHER),
    ],
)
def test_a_code_has_a_reason_that_a_person_can_act_on(code, reason):
    assert failure_reason(code) is reason


def test_the_errors_that_mark_a_number_are_final():
    assert {"30005", "30006", "21211", "21614"} == FINAL_NUMBER_ERRORS


@pytest.mark.parametrize("http_status", [None, 429, 500, 502, 503, 504, 599])
def test_a_busy_broken_or_silent_carrier_is_asked_again(http_status):
    assert is_temporary_handover_error(http_status)


@pytest.mark.parametrize("http_status", [200, 201, 400, 401, 403, 404, 408, 422, 428, 430, 499, 600])
def test_what_the_carrier_refused_is_not_asked_again(http_status):
    assert not is_temporary_handover_error(http_status)


def test_hand_overs_are_tried_again_ever_later_and_not_for_ever():
    delays = [retry_delay(attempt) or timedelta(0) for attempt in range(1, HANDOVER_ATTEMPTS)]

    assert delays[:4] == [timedelta(seconds=s) for s in (2, 4, 8, 16)]
    assert delays == sorted(delays)
    assert max(delays) == timedelta(minutes=5)
    assert retry_delay(HANDOVER_ATTEMPTS) is None
    assert retry_delay(10**6) is None
