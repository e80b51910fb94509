from datetime import timedelta

import pytest

from localmessages.rules.links import is_bot, is_prefetch

PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1"
)
APP = "okhttp/5.1.0"


@pytest.mark.parametrize(
    "user_agent",
    [
        "Googlebot/2.1",
        "Slackbot-LinkExpanding 1.0",
        "SkypeUriPreview Preview/0.5",
        "facebookexternalhit/1.1",
        "WhatsApp/2.24.20 A",
        "curl/8.5.0",
        "Wget/1.25",
        "python-requests/2.32",
        "Mozilla/5.0 HeadlessChrome/140.0",
        "Baiduspider",
        "SomeCrawler",
    ],
)
def test_what_says_that_it_is_a_machine_is_one(user_agent: str) -> None:
    assert is_bot("GET", user_agent)


@pytest.mark.parametrize(
    "user_agent", [PHONE, None, "", "Mozilla/5.0 (Linux; Android 15; CUBOT KINGKONG)", APP]
)
def test_everybody_else_is_a_person(user_agent: str | None) -> None:
    assert not is_bot("GET", user_agent)


def test_a_telephone_of_that_maker_with_a_bot_in_it_is_a_bot() -> None:
    assert is_bot("GET", "Mozilla/5.0 (Linux; CUBOT) TelegramBot")


def test_only_who_gets_the_page_is_a_person() -> None:
    assert is_bot("HEAD", PHONE)
    assert not is_bot("get", PHONE)


def test_what_is_fetched_ahead_no_person_has_asked_for() -> None:
    assert is_bot("GET", PHONE, prefetch=True)


@pytest.mark.parametrize(
    "user_agent", [APP, None, " ", "Mozilla/5.0", "Go-http-client/2.0", "Barracuda Sentinel"]
)
def test_a_crawler_that_does_not_say_so_is_known_by_its_haste(user_agent: str | None) -> None:
    assert is_bot("GET", user_agent, after=timedelta(seconds=2))
    assert not is_bot("GET", user_agent, after=timedelta(seconds=2, milliseconds=1))


def test_a_person_may_be_quick() -> None:
    assert not is_bot("GET", PHONE, after=timedelta(milliseconds=900))


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-purpose": "prefetch"},
        {"sec-purpose": "prefetch;prerender"},
        {"purpose": "Prefetch"},
        {"x-purpose": "preview"},
        {"x-moz": "prefetch"},
    ],
)
def test_browsers_say_when_they_fetch_ahead(headers: dict[str, str]) -> None:
    assert is_prefetch(headers)


def test_other_headers_say_nothing_of_it() -> None:
    assert not is_prefetch({"accept": "prefetch", "user-agent": PHONE, "sec-purpose": ""})
