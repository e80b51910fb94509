"""What a log says of a bug, and what it keeps to itself."""

import logging

import pytest
import structlog

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
