"""Whose page asks: ours, that of a front end that is allowed, or another site's."""

import pytest

from localmessages.http.origin import is_foreign

OURS = "https://texts.example"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "https://texts.example"},
        {"origin": "http://127.0.0.1:8000", "host": "127.0.0.1:8000"},
        {"origin": "https://app.example"},
        {"sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none"},
        {"origin": "https://texts.example", "sec-fetch-site": "same-origin"},
    ],
)
def test_our_pages_programs_and_allowed_front_ends_are_not_foreign(headers: dict[str, str]) -> None:
    assert not is_foreign(headers, OURS, {"https://app.example"})


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "null"},
        {"origin": ""},
        {"origin": "https://evil.example", "host": "texts.example"},
        {"origin": "http://texts.example"},
        {"origin": "https://texts.example.evil.example", "host": "texts.example"},
        {"origin": "https://texts.example:444", "host": "texts.example"},
        {"origin": "https://evil.example/https://app.example"},
        {"origin": "https://APP.example.evil"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "whatever comes next"},
    ],
)
def test_what_another_site_s_page_asks_is_foreign(headers: dict[str, str]) -> None:
    assert is_foreign(headers, OURS, {"https://app.example"})
