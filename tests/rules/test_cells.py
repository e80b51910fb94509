import pytest

from localmessages.rules.cells import harmless, is_like_a_formula, printable, words


@pytest.mark.parametrize("start", "=+-@＝＋－＠﹦﹢﹣﹫")
@pytest.mark.parametrize("before", ["", " ", "\u00a0", "\u200b", "\ufeff", " \t"])
def test_what_a_spreadsheet_might_run_is_made_a_text(before: str, start: str):
    text = f"{before}{start}1+1"

    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("start", "\t\r\n")
def test_what_might_begin_another_cell_is_made_a_text(start: str):
    assert harmless(f"{start}x") == f"'{start}x"


@pytest.mark.parametrize("text", ["", "1+1", "Hello", "a=1", "'=1", " hello", "日本", "€5"])
def test_everything_else_stays_as_it_is(text: str):
    assert not is_like_a_formula(text)
    assert harmless(text) == text


def test_characters_that_no_file_takes_are_left_out():
    assert printable("a\x00\x01\x08\x0b\x0c\x1f\x7f\ufffeb\ud800") == "ab"
    assert printable("a\tb\nc\rd🙂") == "a\tb\nc\rd🙂"


def test_what_was_hidden_behind_one_of_them_is_still_a_formula():
    assert harmless(printable("\x01=1+1")) == "'=1+1"


def test_values_of_enums_are_shown_in_words():
    assert words("CLOSED_UNANSWERED") == "Closed unanswered"
