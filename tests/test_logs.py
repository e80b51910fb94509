"""What a log says of a bug, and what it keeps to itself."""

import logging
from uuid import UUID

import pytest
import structlog

from localmessages.auth import new_api_key
from localmessages.logs import configure_logging


@pytest.fixture(autouse=True)
def logging_as_before():
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


@pytest.mark.parametrize("json", [False, True], ids=["for people", "JSON"])
def test_a_traceback_says_where_and_why_and_shows_no_variables(capsys, json: bool):
    configure_logging("info", json=json)

    _fail_with("correct horse battery staple")

    logged = capsys.readouterr().err
    assert "ZeroDivisionError" in logged
    assert "test_logs.py" in logged
    assert "correct horse" not in logged


def _fail_with(password: str) -> None:
    try:
        print(1 / (len(password) * 0))
    except ZeroDivisionError:
        structlog.get_logger("test").exception("graphql.bug")


@pytest.mark.parametrize("json", [False, True], ids=["for people", "JSON"])
def test_an_api_key_in_the_text_of_an_error_is_left_out(capsys, json: bool):
    key, prefix = new_api_key(UUID(int=1), UUID(int=2))
    configure_logging("info", json=json)

    structlog.get_logger("test").warning("something.failed", error=f"What is {key}?")

    logged = capsys.readouterr().err
    assert key.removeprefix(prefix) not in logged
    assert "What is lm_…?" in logged
