"""`localmessages demo` as a newcomer starts it, on servers of its own."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from localmessages.demo.people import PASSWORD, SIGN_INS
from tests.support.operations import operation

ROOT = Path(__file__).parents[1]


@pytest.fixture
def data_dir(monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    return Path(os.environ["LOCALMESSAGES_TEST_DIRECTORY"]) / uuid4().hex


def command(data_dir: Path, *more: str) -> list[str]:
    start = "from localmessages.cli import main; main()"
    return [sys.executable, "-c", start, "demo", "--data-dir", str(data_dir), *more]


@contextmanager
def running_demo(data_dir: Path, *more: str) -> Iterator[tuple[str, str]]:
    """The demo, ready; its address and what it printed. Ends by Ctrl-C, without an error."""
    demo = subprocess.Popen(
        command(data_dir, "--port", "0", *more),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield _ready(demo)
        demo.send_signal(signal.SIGINT)
        rest, errors = demo.communicate(timeout=60)
        assert demo.returncode == 0, errors
        assert "Stopped." in rest
        assert errors == ""
    finally:
        if demo.poll() is None:
            demo.kill()
            demo.communicate()


def _ready(demo: subprocess.Popen[str]) -> tuple[str, str]:
    assert demo.stdout is not None
    said = ""
    for line in demo.stdout:
        said += line
        if "Ctrl-C" in line:
            found = re.search(r"API +(http://\S+)/graphql", said)
            assert found is not None, said
            return found[1], said
    raise AssertionError(f"It ended: {said}{demo.stderr.read() if demo.stderr else ''}")


def ask(url: str, name: str, variables: dict[str, Any], token: str | None = None) -> dict[str, Any]:
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    answer = httpx.post(
        f"{url}/graphql", json={"query": operation(name), "variables": variables}, headers=headers, timeout=30
    ).json()
    assert "errors" not in answer, answer
    data: dict[str, Any] = answer["data"]
    return data


def sign_in(url: str, email: str) -> str:
    data = ask(url, "SignIn", {"input": {"email": email, "password": PASSWORD}})
    assert data["signIn"]["userErrors"] == []
    token: str = data["signIn"]["accessToken"]["token"]
    return token


def inbound_texts(url: str, token: str) -> int:
    texts: int = ask(url, "LocationsPage", {}, token)["locationsSummary"]["total"]["inboundMessages"]
    return texts


def test_a_newcomer_signs_in_sees_inboxes_move_and_comes_back(data_dir, capsys):
    with running_demo(data_dir, "--texts-per-minute", "600") as (url, said):
        assert PASSWORD in said
        for person in SIGN_INS:
            assert person.email in said
        token = sign_in(url, SIGN_INS[0].email)
        inbox = ask(url, "Inbox", {"first": 5}, token)["conversations"]["edges"]
        assert len(inbox) == 5
        first = inbound_texts(url, token)
        assert first > 100
        deadline = time.monotonic() + 60
        while (later := inbound_texts(url, token)) == first:
            assert time.monotonic() < deadline

    begun = time.monotonic()
    with running_demo(data_dir, "--no-town") as (url, said):
        seconds = time.monotonic() - begun
        assert "Loading" not in said
        token = sign_in(url, SIGN_INS[0].email)
        assert inbound_texts(url, token) >= later
    with capsys.disabled():
        print(f"\n  the demo's second start took {seconds:.1f} s")


def test_a_port_that_is_taken_is_refused_in_a_sentence(data_dir):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])

        code, errors = said_by_a_demo_that_ends(data_dir, "--port", port)

    assert code == 1
    assert errors.startswith(f"Cannot listen on 127.0.0.1:{port}: Address already in use")
    assert "--port" in errors
    assert "Traceback" not in errors


def test_a_demo_does_not_run_in_production(data_dir, monkeypatch):
    monkeypatch.setenv("LOCALMESSAGES_ENVIRONMENT", "production")
    monkeypatch.setenv("LOCALMESSAGES_SECRET_KEY", "thirty-two characters, or even more")
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1")

    code, errors = said_by_a_demo_that_ends(data_dir)

    assert code == 1
    assert "does not run in production" in errors


def said_by_a_demo_that_ends(data_dir: Path, *more: str) -> tuple[int, str]:
    answer = subprocess.run(
        command(data_dir, *more), check=False, cwd=ROOT, capture_output=True, text=True, timeout=90
    )
    return answer.returncode, answer.stderr
