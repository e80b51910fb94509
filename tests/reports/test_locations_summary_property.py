"""The page against a recomputation from bare facts: any town, any window, every mode."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from localmessages.rules.metrics import OutOfHours
from models.database import Database
from tests.support.facts import ConversationFact, Facts, MessageFact, MoveFact, WaitFact, save
from tests.support.recompute import Asked, recomputed
from tests.support.summary_numbers import ask, differences, numbers_of

ZONES = [
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "Pacific/Auckland",
    "UTC",
]
# The weeks in which most of these zones change their clocks; Lord Howe by half an hour.
BEGINNING = datetime(2026, 10, 1, tzinfo=UTC)
MINUTES = 34 * 24 * 60
instants = st.integers(0, MINUTES * 4).map(lambda quarters: BEGINNING + timedelta(seconds=15 * quarters))
places = st.integers(0, 2)
seconds = st.integers(0, 40_000).map(lambda tenths: tenths / 10)
messages = st.builds(
    MessageFact,
    place=places,
    at=instants,
    origin=st.sampled_from([None, None, "AGENT", "CAMPAIGN", "AUTO", "SYSTEM"]),
).flatmap(
    lambda one: (
        st.just(one)
        if one.origin is None
        else st.booleans().map(lambda no: MessageFact(one.place, one.at, one.origin, no))
    )
)
waits = st.builds(
    WaitFact,
    place=places,
    ended_at=instants,
    outcome=st.sampled_from(["ANSWERED"] * 5 + ["TRANSFERRED", "CLOSED_UNANSWERED", "OPTED_OUT", "BLOCKED"]),
    elapsed=seconds,
    open=st.just(0.0) | seconds,
    opened_out_of_hours=st.booleans(),
    reply_undelivered=st.booleans(),
)
conversations = st.builds(
    ConversationFact,
    place=places,
    status=st.sampled_from(["OPEN", "OPEN", "SNOOZED", "CLOSED"]),
    active=st.booleans(),
    answered=st.booleans(),
    waiting_since=st.none() | instants,
)
moves = st.builds(
    lambda origin, step, at, undone: MoveFact(origin, (origin + step) % 3, at, undone),
    places,
    st.integers(1, 2),
    instants,
    st.booleans(),
)
towns = st.builds(
    Facts,
    zones=st.lists(st.sampled_from(ZONES), min_size=3, max_size=3),
    messages=st.lists(messages, max_size=60),
    waits=st.lists(waits, max_size=40),
    conversations=st.lists(conversations, max_size=12),
    moves=st.lists(moves, max_size=8),
)
zones = st.none() | st.sampled_from(ZONES)
days = st.dates(date(2026, 9, 28), date(2026, 11, 5))
windows = st.one_of(
    st.builds(lambda now, last, zone: Asked(now, last=last, zone=zone), instants, st.integers(1, 10), zones),
    st.builds(
        lambda first, length, zone: Asked(BEGINNING, days=(first, first + timedelta(length)), zone=zone),
        days,
        st.integers(0, 9),
        zones,
    ),
    st.builds(
        lambda start, minutes, zone: Asked(
            BEGINNING, instants=(start, start + timedelta(minutes=minutes)), zone=zone
        ),
        instants,
        st.integers(1, 14_000),
        zones,
    ),
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    facts=towns,
    asked=windows,
    mode=st.sampled_from(OutOfHours),
    chosen=st.sets(places, min_size=1).map(sorted),
    fold=st.integers(0, 60),
)
async def test_every_number_is_what_the_facts_say(database: Database, facts, asked, mode, chosen, fold):
    async with database.transaction() as connection:
        await save(connection, facts)
        await connection.fetchval("SELECT fold_message_hours($1)", fold)

    async with database.snapshot() as connection:
        summary = await ask(connection, facts, asked, chosen=chosen, mode=mode)

    found, expected = numbers_of(summary, facts), recomputed(facts, chosen, asked, mode)
    assert differences(expected, found) == []
    assert differences(found, expected) == []
