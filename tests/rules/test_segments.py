import pytest
from hypothesis import given
from hypothesis import strategies as st

from localmessages.rules.segments import TextEncoding, TextSize, measure, split

GSM_7, UCS_2 = TextEncoding.GSM_7, TextEncoding.UCS_2
ESCAPED = "^{}[]~\\|€\f"
ALPHABET = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)


@pytest.mark.parametrize(
    ("body", "encoding", "segments", "length", "remaining"),
    [
        ("", GSM_7, 0, 0, 160),
        ("a", GSM_7, 1, 1, 159),
        ("a" * 160, GSM_7, 1, 160, 0),
        ("a" * 161, GSM_7, 2, 161, 145),
        ("a" * 306, GSM_7, 2, 306, 0),
        ("a" * 307, GSM_7, 3, 307, 152),
        ("€" * 80, GSM_7, 1, 160, 0),
        ("€" * 81, GSM_7, 2, 162, 143),
        ("ж", UCS_2, 1, 1, 69),
        ("ж" * 70, UCS_2, 1, 70, 0),
        ("ж" * 71, UCS_2, 2, 71, 63),
        ("ж" * 134, UCS_2, 2, 134, 0),
        ("ж" * 135, UCS_2, 3, 135, 66),
        ("👍", UCS_2, 1, 2, 68),
        ("👍" * 35, UCS_2, 1, 70, 0),
        ("👍" * 36, UCS_2, 2, 72, 61),
        ("a" * 160 + "👍", UCS_2, 3, 162, 39),
    ],
)
def test_a_text_takes_what_the_carrier_charges(body, encoding, segments, length, remaining):
    assert measure(body)[:4] == (encoding, segments, length, remaining)


def test_a_whole_size_is_named():
    assert measure("Grüße — 5 € 👍") == TextSize(
        encoding=UCS_2, segments=1, length=14, remaining=56, special_characters=("—", "👍")
    )


def test_the_characters_that_keep_it_out_of_gsm_7_are_named_once_in_their_order():
    assert measure("ж’👍ж’a€").special_characters == ("ж", "’", "👍")
    assert measure("{a€}").special_characters == ()


def test_the_default_alphabet_has_127_characters_that_count_one():
    assert len(set(ALPHABET)) == 127
    assert all(measure(character)[:3] == (GSM_7, 1, 1) for character in ALPHABET)


@pytest.mark.parametrize("character", ESCAPED)
def test_an_escaped_character_counts_two(character):
    assert measure(character)[:3] == (GSM_7, 1, 2)


@pytest.mark.parametrize("character", "`ç\tъ\u00a0“\x1b")
def test_what_looks_like_the_alphabet_may_be_outside_it(character):
    assert measure(character).encoding is UCS_2


def test_an_escape_is_not_split_over_a_border():
    assert split("a" * 152 + "€" + "b" * 10) == ["a" * 152, "€" + "b" * 10]


def test_a_surrogate_pair_is_not_split_over_a_border():
    assert split("ж" * 66 + "👍" + "ж" * 10) == ["ж" * 66, "👍" + "ж" * 10]


def test_an_empty_text_has_no_parts():
    assert split("") == []


def test_half_a_surrogate_pair_counts_one():
    assert measure("\ud83d")[:3] == (UCS_2, 1, 1)


PLAIN = st.text(st.sampled_from(ALPHABET + ESCAPED * 6), max_size=700)
# Half surrogates too: they reach us from clients that cut a text themselves.
ANY = st.text(st.sampled_from("aж€{👍🏽’\ufe0f\ud83d\udc4d"), max_size=400) | st.text(max_size=300)
BODIES = PLAIN | ANY


def units(text: str, encoding: TextEncoding) -> list[str]:
    """The text as it goes over the air, unit by unit; the second of a pair is marked."""
    double = ESCAPED.__contains__ if encoding is GSM_7 else "\uffff".__lt__
    return [
        unit for character in text for unit in ([character, "second"] if double(character) else [character])
    ]


def limits(encoding: TextEncoding) -> tuple[int, int]:
    return (160, 153) if encoding is GSM_7 else (70, 67)


@given(BODIES)
def test_the_parts_join_to_the_body(body):
    assert "".join(split(body)) == body
    assert "" not in split(body)


@given(BODIES)
def test_each_part_fits_in_a_segment(body):
    encoding = measure(body).encoding
    alone, joined = limits(encoding)
    parts = split(body)

    assert all(len(units(part, encoding)) <= (joined if len(parts) > 1 else alone) for part in parts)


@given(BODIES)
def test_no_border_splits_an_escape_or_a_surrogate_pair(body):
    encoding = measure(body).encoding
    whole, at = units(body, encoding), 0

    for part in split(body)[:-1]:
        at += len(units(part, encoding))
        assert whole[at] != "second"


@given(BODIES)
def test_no_smaller_number_of_parts_is_possible(body):
    encoding = measure(body).encoding
    alone, joined = limits(encoding)
    whole = units(body, encoding)

    if len(whole) <= alone:
        assert len(split(body)) == min(len(whole), 1)
        return
    # The fewest parts up to each allowed border, over all divisions there are.
    fewest = {0: 0}
    for border in range(1, len(whole) + 1):
        if border == len(whole) or whole[border] != "second":
            fewest[border] = 1 + min(fewest[n] for n in range(max(0, border - joined), border) if n in fewest)

    assert measure(body).segments == len(split(body)) == fewest[len(whole)]


@given(BODIES)
def test_length_and_remaining_are_those_of_the_units(body):
    size = measure(body)
    alone, joined = limits(size.encoding)
    last = split(body)[-1:]

    assert size.length == len(units(body, size.encoding))
    assert size.remaining == (joined if size.segments > 1 else alone) - sum(
        len(units(p, size.encoding)) for p in last
    )


@given(BODIES)
def test_special_characters_are_named_just_when_it_is_ucs_2(body):
    size = measure(body)

    assert (size.encoding is UCS_2) is bool(size.special_characters)
    assert set(size.special_characters) == set(body) - set(ALPHABET + ESCAPED)
