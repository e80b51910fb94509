import base64
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscriptions.cursor import BadCursor, Cursor

NUMBERS = st.integers(min_value=0, max_value=2**63 - 1)
EPOCHS = st.integers(min_value=0, max_value=2**64 - 1)
POSITIONS = st.dictionaries(NUMBERS, NUMBERS, max_size=20)


@given(EPOCHS, NUMBERS, POSITIONS)
def test_a_cursor_comes_back_as_it_was(epoch, access, positions):
    cursor = Cursor(epoch, access, positions)

    assert Cursor.decode(cursor.encode()) == cursor


@given(EPOCHS, NUMBERS, POSITIONS, st.data())
def test_a_cursor_with_one_wrong_character_is_refused(epoch, access, positions, data):
    text = Cursor(epoch, access, positions).encode()
    index = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from("ABCXYZabcxyz0189-_").filter(lambda c: c != text[index]))

    mistyped = text[:index] + other + text[index + 1 :]

    try:
        assert Cursor.decode(mistyped).encode() == mistyped
    except BadCursor:
        return
    # Sixteen bits of checksum let one in 65,536 through; never as the same position.
    assert Cursor.decode(mistyped) != Cursor.decode(text)


@given(st.text(max_size=60))
def test_any_other_text_is_refused_or_has_one_spelling(text):
    try:
        cursor = Cursor.decode(text)
    except BadCursor:
        return
    assert cursor.encode() == text


@pytest.mark.parametrize("text", ["", "A", "AQ", "!", "é", "A" * 5000, "A===", " "])
def test_what_is_no_cursor_is_refused(text):
    with pytest.raises(BadCursor):
        Cursor.decode(text)


@pytest.mark.parametrize("cut", range(1, 20))
def test_a_shortened_cursor_is_refused(cut):
    text = Cursor(7, 1, {3: 10, 4: 2_000_000, 90: 5}).encode()

    with pytest.raises(BadCursor):
        Cursor.decode(text[:-cut])


def test_a_number_beyond_64_bits_is_refused():
    data = b"\xff" * 12 + b"\x01"
    checked = data + (zlib.crc32(data) & 0xFFFF).to_bytes(2, "big")
    shared_part = base64.urlsafe_b64encode(checked).decode().rstrip("=")

    with pytest.raises(BadCursor, match="too large"):
        Cursor.decode(Cursor(7, 1, {}).own_part() + shared_part)


@given(EPOCHS, NUMBERS, POSITIONS, st.integers(min_value=1, max_value=2**63 - 1), NUMBERS)
def test_the_part_of_all_is_the_same_whoever_asks(epoch, access, positions, own, seq):
    shared = {key: value for key, value in positions.items() if key != own}
    mine = Cursor(epoch, access, {**shared, own: seq}, own)
    anyones = Cursor(epoch, 0, shared)

    assert Cursor.decode(mine.own_part() + anyones.shared_part()) == mine


def test_a_whole_tenant_fits_into_a_few_hundred_characters():
    positions = {4_000_000 + lane: 1_500_000 + lane for lane in range(66)}

    assert len(Cursor(2**64 - 1, 12, positions).encode()) < 400
