"""The sandbox as a process of its own, and as a library: how it starts, ends, and what it refuses at the door."""

import ast
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from include.sandbox.errors import SandboxError
from include.sandbox.server import running

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "include.sandbox"]


def start(*arguments: str, **environment: str) -> tuple[subprocess.Popen[str], str]:
    process = subprocess.Popen(
        [*COMMAND, *arguments], cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, process.stdout.readline()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_starts_and_ends_cleanly(number: signal.Signals) -> None:
    """One line says where it listens; a signal ends it with code 0 although a client keeps its connection."""
    process, line = start(
        "--candidates", "400", "--anchor", "2026-03-02T12:00:00Z", "--modules", "Clients,Alumni", SANDBOX_SEED="9"
    )
    try:
        assert line.startswith("sandbox listening on http://127.0.0.1:")
        with httpx.Client(base_url=line.split()[-1]) as http:
            health = http.get("/_sandbox/health").json()
            assert (health["seed"], health["anchor"]) == (9, "2026-03-02T14:00:00+02:00")
            assert health["records"].keys() == {"Clients", "Alumni"}
            process.send_signal(number)
            assert process.wait(10) == 0
    finally:
        process.kill()
        process.communicate()


def test_taken_port_and_wrong_values_are_errors() -> None:
    """A taken port or a wrong value ends with code 2 and a text that says what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        busy = subprocess.run([*COMMAND, "--port", port], cwd=ROOT, capture_output=True, text=True, check=False)
    wrong = subprocess.run([*COMMAND, "--anchor", "noon"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (busy.returncode, wrong.returncode) == (2, 2)
    assert f"cannot listen on 127.0.0.1:{port}" in busy.stderr
    assert "date-time with an offset" in wrong.stderr


def test_running_frees_its_port() -> None:
    """Leaving the context ends the server; two run side by side, each with its own records."""
    with running(candidates=10) as one, running(candidates=20) as two:
        counts = [httpx.get(f"{each.url}/_sandbox/health").json()["records"]["Candidates"] for each in (one, two)]
        assert counts == [
            len(each.state.stores["Candidates"]) - len(each.state.stores["Candidates"].gone) for each in (one, two)
        ]
        assert one.url != two.url
    for each in (one, two):
        with pytest.raises(httpx.ConnectError):
            httpx.get(each.url)
    with pytest.raises(SandboxError, match="Did you mean 'seed'"), running(sead=1):
        pass


def test_imports_nothing_of_the_product() -> None:
    """The sandbox is a witness: it imports no module of contact_sync, and nothing beyond its few libraries."""
    allowed = {"include", "starlette", "uvicorn", "orjson", *sys.stdlib_module_names}
    for path in (ROOT / "include" / "sandbox").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert {name.split(".")[0] for name in names} <= allowed, path
            assert all(name.startswith("include.sandbox") for name in names if name.startswith("include")), path
