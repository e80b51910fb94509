import pytest
from hypothesis import given
from hypothesis import strategies as st

from localmessages.rules.consent import Keyword, keyword

OPT_OUT = [
    "STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT", "OPT OUT",
    "STOP TEXTING", "STOP MESSAGING", "STOP CONTACTING",
    "STOP TEXTING ME", "STOP MESSAGING ME", "STOP CONTACTING ME",
]  # fmt: skip
OPT_IN = ["START", "UNSTOP"]
HELP = ["HELP", "INFO"]
MEANINGS = {
    **dict.fromkeys(OPT_OUT, Keyword.OPT_OUT),
    **dict.fromkeys(OPT_IN, Keyword.OPT_IN),
    **dict.fromkeys(HELP, Keyword.HELP),
}
STANDINGS = st.booleans()


@pytest.mark.parametrize("opted_out", [False, True])
@pytest.mark.parametrize(("body", "meaning"), MEANINGS.items())
def test_a_keyword_means_the_same_whether_opted_out_or_not(body, meaning, opted_out):
    assert keyword(body, opted_out=opted_out) is meaning


def test_yes_is_a_keyword_only_while_opted_out():
    assert keyword("YES", opted_out=True) is Keyword.OPT_IN
    assert keyword("Yes, please!", opted_out=True) is Keyword.OPT_IN
    assert keyword("YES", opted_out=False) is None


@pytest.mark.parametrize(
    "body",
    [
        "Stop.",
        "  stop!!  ",
        "STOP\n",
        "Please stop",
        "STOP, PLEASE.",
        "stop,please",
        "please STOP TEXTING ME!",
        "S.T.O.P.",
        "opt-out",
        "Opt_out",
        "Opt   out",
        "“Stop”",
        "«stop»",
        "¡Stop!",
        "ＳＴＯＰ",
        "𝐒𝐓𝐎𝐏",
        "ST\u200bOP",
        "\ufeffSTOP",
        "stop\u00a0",
        "STOP 🛑",
        "STOP ✋\ufe0f",
        "STOP…",
    ],
)
def test_case_punctuation_and_spaces_are_folded(body):
    assert keyword(body, opted_out=False) is Keyword.OPT_OUT


@pytest.mark.parametrize(
    "body",
    [
        "",
        " ",
        "!!!",
        "🛑",
        "please",
        "please please",
        "stop by at 5",
        "Can you stop by at 5?",
        "don't stop",
        "stop it",
        "please stop please",
        "please please stop",
        "pleasestop",
        "stop pleased",
        "stop texting him",
        "stop me",
        "stopp",
        "s t o p",
        "the end",
        "Thanks for your help.",
        "restart",
        "cancel my order",
        "opt",
        "out",
        "st\u00f3p",
    ],
)
def test_anything_else_is_no_keyword(body):
    assert keyword(body, opted_out=True) is None


@given(
    st.sampled_from(sorted(MEANINGS)),
    st.lists(st.sampled_from(" \t\n.,;:!?-–—'\"’“”()*_…\u00a0\u3000\u200b"), max_size=6).map("".join),
    st.lists(st.sampled_from(" \t\n.,;:!?-–—'\"’“”()*_…\u00a0\u3000\u200b"), max_size=6).map("".join),
    st.sampled_from([("", ""), ("Please ", ""), ("", ", please")]),
    st.sampled_from([str.upper, str.lower, str.title, str.swapcase]),
    STANDINGS,
)
def test_no_spelling_hides_a_keyword(word, before, after, manners, spelled, opted_out):
    body = before + manners[0] + spelled(word) + manners[1] + after

    assert keyword(body, opted_out=opted_out) is MEANINGS[word]


@given(st.sampled_from(sorted(MEANINGS)), st.from_regex("[a-z0-9]{1,12}", fullmatch=True), STANDINGS)
def test_one_more_word_makes_it_no_keyword(word, more, opted_out):
    expected = MEANINGS.get(f"{word} {more.upper()}") or (MEANINGS[word] if more == "please" else None)

    assert keyword(f"{word} {more}", opted_out=opted_out) is expected


@given(st.text(), STANDINGS)
def test_any_text_can_be_asked_about(body, opted_out):
    assert keyword(body, opted_out=opted_out) in {None, *Keyword}
