"""The parts of the runtime end with everything they started, however we end ourselves."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from include.local.errors import LocalError
from include.local.guard import end_groups
from include.local.processes import alive, group_members
from include.local.supervisor import Supervisor

# A parent with a child in its group; both say so by a file. `deaf` ones ignore SIGTERM.
PART = """
import pathlib, signal, subprocess, sys, time
folder, deaf = pathlib.Path(sys.argv[1]), sys.argv[2] == "deaf"
if deaf:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
(folder / "pids.part").write_text(f"{child.pid}")
(folder / "pids.part").rename(folder / "pids")
time.sleep(60)
"""


def eventually(true: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        time.sleep(0.02)
    return true()


def child_of(folder: Path) -> int:
    assert eventually((folder / "pids").is_file)
    return int((folder / "pids").read_text())


@pytest.mark.parametrize("manner", ["obedient", "deaf"])
def test_stop_ends_a_part_and_its_children(tmp_path: Path, manner: str) -> None:
    supervisor = Supervisor(tmp_path, tmp_path)
    part = supervisor.start("part", [sys.executable, "-c", PART, str(tmp_path), manner], os.environ)
    child = child_of(tmp_path)
    assert child in group_members(part.process.pid)
    supervisor.stop(patience=0.5)
    assert part.process.returncode == (-signal.SIGKILL if manner == "deaf" else -signal.SIGTERM)
    assert not alive(child)
    supervisor.__exit__()


def test_a_part_that_ends_by_itself_is_told_with_its_log(tmp_path: Path) -> None:
    with Supervisor(tmp_path, tmp_path) as supervisor:
        part = supervisor.start("quitter", [sys.executable, "-c", "print('no more'); raise SystemExit(3)"], os.environ)
        part.process.wait()
        with pytest.raises(LocalError, match=r"quitter ended by itself \(exit code 3\)") as caught:
            supervisor.check()
        assert "no more" in str(caught.value)


def test_finish_waits_for_a_part_and_refuses_its_failure(tmp_path: Path) -> None:
    with Supervisor(tmp_path, tmp_path) as supervisor:
        supervisor.finish(supervisor.start("good", [sys.executable, "-c", "pass"], os.environ), 30)
        supervisor.check()
        with pytest.raises(LocalError, match="bad ended with exit code 1"):
            supervisor.finish(supervisor.start("bad", [sys.executable, "-c", "raise SystemExit(1)"], os.environ), 30)


def test_a_part_that_takes_too_long_is_told_and_ended(tmp_path: Path) -> None:
    with Supervisor(tmp_path, tmp_path) as supervisor:
        slow = supervisor.start("slow", [sys.executable, "-c", "import time; time.sleep(60)"], os.environ)
        with pytest.raises(LocalError, match="slow is not done after 0 s"):
            supervisor.finish(slow, 0.2)
    assert not alive(slow.process.pid)


def test_the_watcher_ends_the_parts_of_a_killed_supervisor(tmp_path: Path) -> None:
    code = (
        "import os, sys, time; from pathlib import Path; from include.local.supervisor import Supervisor\n"
        f"folder = Path({str(tmp_path)!r})\n"
        f"command = [sys.executable, '-c', {PART!r}, str(folder), 'obedient']\n"
        "Supervisor(folder, folder).start('part', command, os.environ)\n"
        "time.sleep(60)"
    )
    killed = subprocess.Popen([sys.executable, "-c", code])
    child = child_of(tmp_path)
    killed.kill()
    killed.wait()
    assert eventually(lambda: not alive(child))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_end_the_parts_and_a_second_one_does_not_disturb(tmp_path: Path, number: int) -> None:
    code = (
        "import os, sys, time; from pathlib import Path; from include.local import interrupts\n"
        "from include.local.supervisor import Supervisor\n"
        f"folder = Path({str(tmp_path)!r}); interrupts.install()\n"
        "try:\n"
        "    with Supervisor(folder, folder) as supervisor:\n"
        f"        supervisor.start('part', [sys.executable, '-c', {PART!r}, str(folder), 'obedient'], os.environ)\n"
        "        time.sleep(60)\n"
        "except interrupts.Interrupted as stop:\n"
        "    sys.exit(stop.number)\n"
    )
    started = subprocess.Popen([sys.executable, "-c", code], start_new_session=True)
    child = child_of(tmp_path)
    os.killpg(started.pid, number)  # as a terminal does: to the whole group
    time.sleep(0.02)
    started.send_signal(number)
    assert started.wait(timeout=20) == number
    assert not alive(child)


def test_a_signal_waits_until_a_new_process_is_in_the_books() -> None:
    code = (
        "import os, signal, sys; from include.local import interrupts\n"
        "interrupts.install(); done = []\n"
        "try:\n"
        "    with interrupts.held():\n"
        "        os.kill(os.getpid(), signal.SIGTERM)\n"
        "        done.append('entered')\n"
        "except interrupts.Interrupted:\n"
        "    sys.exit(0 if done else 1)\n"
        "sys.exit(2)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_end_groups_kills_what_does_not_listen(tmp_path: Path) -> None:
    part = subprocess.Popen([sys.executable, "-c", PART, str(tmp_path), "deaf"], start_new_session=True)
    child = child_of(tmp_path)
    end_groups({part.pid}, patience=0.3)
    assert part.wait(timeout=10) == -signal.SIGKILL
    assert eventually(lambda: not alive(child))
