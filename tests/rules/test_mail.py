from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from localmessages.rules.mail import (
    MOST_ATTEMPTS,
    SUBJECT_LIMIT,
    header_text,
    is_address,
    message_id,
    retry_pause,
)

TENANT = UUID(int=1)


@pytest.mark.parametrize(
    "address", ["olive@acme.example", "o.live+x@a-b.example", "o'neil@acme.example", "me@localhost", "a@b"]
)
def test_what_is_an_address(address: str) -> None:
    assert is_address(address)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "@",
        "olive",
        "olive@",
        "@acme.example",
        "a b@acme.example",
        "a@b c",
        "a@b@c",
        "a@b\r\nBcc: c@d",
        "a@b\n",
        "a@b,c@d",
        "<a@b>",
        '"a b"@acme.example',
        "ä@acme.example",
        "a@äcme.example",
        "a@-acme.example",
        "a@acme..example",
        "x" * 65 + "@acme.example",
        "a@" + "x" * 64 + ".example",
        "a@" + ("x" * 60 + ".") * 5 + "example",
    ],
)
def test_what_is_no_address(text: str) -> None:
    assert not is_address(text)


@given(some.text())
def test_whatever_is_an_address_is_one_header_and_one_command(text: str) -> None:
    if is_address(text):
        assert text.isascii()
        assert text.isprintable()
        assert not set(text) & set(' ,;<>()[]"\\')


@given(some.text(max_size=400))
def test_whatever_is_written_is_one_line_of_a_header(text: str) -> None:
    line = header_text(text)

    message = EmailMessage(policy=SMTP)
    message["Subject"] = line
    assert len(line) <= SUBJECT_LIMIT
    assert line.splitlines() in ([], [line])
    assert header_text(line) == line
    assert message["Subject"] == line


def test_a_message_id_is_the_same_for_each_attempt_and_for_nothing_else() -> None:
    one = message_id(TENANT, "key", "olive@acme.example", "acme.example")

    assert one == message_id(TENANT, "key", "Olive@acme.example", "acme.example")
    others = {
        message_id(UUID(int=2), "key", "olive@acme.example", "acme.example"),
        message_id(TENANT, "other", "olive@acme.example", "acme.example"),
        message_id(TENANT, "key", "max@acme.example", "acme.example"),
    }
    assert len(others | {one}) == 4
    assert one.startswith("<")
    assert one.endswith("@acme.example>")


def test_a_mail_is_tried_for_about_a_day_more_and_more_seldom() -> None:
    pauses = [retry_pause(attempt) for attempt in range(1, MOST_ATTEMPTS)]

    assert pauses[:3] == [timedelta(seconds=15), timedelta(minutes=1), timedelta(minutes=4)]
    assert all(pauses)
    assert pauses == sorted(pauses, key=lambda pause: pause or timedelta.max)
    total = sum((pause for pause in pauses if pause), timedelta())
    assert timedelta(hours=18) < total < timedelta(hours=36)
    assert retry_pause(MOST_ATTEMPTS) is None
    assert retry_pause(1_000) is None
