from localmessages.jobs.pace import Pace


async def test_each_turn_of_a_number_is_a_share_of_a_second_after_the_last() -> None:
    pace = Pace()

    waits = [pace.turn("+12125550100", 2).total_seconds() for _ in range(5)]

    # Each is measured from its own call, a moment after the last one.
    assert waits[0] == 0
    assert all(0 < number / 2 - wait < 0.5 for number, wait in enumerate(waits) if number)


async def test_numbers_do_not_wait_for_each_other() -> None:
    pace = Pace()
    pace.turn("+12125550100", 1)

    assert pace.turn("+13125550100", 1).total_seconds() == 0
