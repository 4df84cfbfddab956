"""`make demo-once` after the set-up, cut off from every network: it needs none, and does not try."""

import subprocess
import sys

import pytest

from include.local.state import PROJECT
from tests.long import loopback

CONNECT = """
import socket
try:
    socket.socket(socket.{family}, socket.SOCK_DGRAM).connect(("{host}", 9))
except OSError:
    pass
"""


@pytest.fixture(scope="module")
def ways() -> list[str]:
    """How this machine can watch a command; a machine that cannot at all fails, and says what to install."""
    found = loopback.available()
    assert found, loopback.REMEDY
    return found


@pytest.mark.parametrize(
    ("family", "host", "tries"),
    [
        ("AF_INET", "127.0.0.1", 0),
        ("AF_INET6", "::1", 0),
        ("AF_INET", "203.0.113.1", 1),
        ("AF_INET6", "2001:db8::1", 1),
    ],
)
def test_a_try_is_seen_by_every_way(ways: list[str], family: str, host: str, tries: int) -> None:
    """The check itself: UDP sends nothing at connect, so that nothing leaves the machine here either."""
    command = [sys.executable, "-c", CONNECT.format(family=family, host=host)]
    assert {way: loopback.run(way, command, 60).tries for way in ways} == dict.fromkeys(ways, tries)


@pytest.mark.timeout(1200)
def test_the_demo_needs_and_tries_nothing_but_loopback(ways: list[str]) -> None:
    """With .venv made, the whole demo runs and agrees with its count where there is no network."""
    subprocess.run(["make", "setup"], cwd=PROJECT, check=True, capture_output=True)
    done = loopback.run(ways[0], ["make", "demo-once"], 1100)
    assert done.code == 0, done.output[-3000:]
    assert "as the independent count says" in done.output
    assert done.tries == 0, "strace -f -e trace=connect make demo-once shows who tried"
