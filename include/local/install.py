"""`make setup`: the virtual environment in .venv, with the locked packages and this project in editable form.

Runs with any Python that is on the machine and the standard library alone, so that it can say what is missing. A
stamp makes the second call immediate; whatever is broken or half-made (another Python, a moved folder, an aborted
installation) is put right by calling it again. Nothing is written outside the project: the caches lie in build/.
"""

from __future__ import annotations

import ast
import fcntl
import hashlib
import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

UV = "uv==0.13.9"
OLDEST = (3, 11)
PROJECT = Path(__file__).resolve().parents[2]
VENV = PROJECT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "setup.stamp"
INPUTS = ("pyproject.toml", "requirements-dev.txt", "include/local/install.py")
# pip's setting → uv's variable: an index of one's own, a proxy or a certificate holds for both.
PIP_TO_UV = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "no-index": "UV_NO_INDEX",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
    "timeout": "UV_HTTP_TIMEOUT",
    "default-timeout": "UV_HTTP_TIMEOUT",
    "proxy": "ALL_PROXY",
}


class SetupError(Exception):
    """The set-up cannot go on; the text is for the person who started it."""


def main(arguments: list[str]) -> int:
    """Set up, or with `--lock` write the lock files anew. Exit code 1 with a message when something is missing."""
    if sys.version_info < OLDEST:
        print(
            f"Python 3.11 or later is needed; {sys.executable} is {sys.version.split()[0]}. "
            "Try: make setup PYTHON=python3.12"
        )
        return 1
    try:
        # The file is only a handle to lock, so that two calls at once take turns.
        with (PROJECT / "pyproject.toml").open("rb") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            if not is_current():
                set_up()
        if "--lock" in arguments:
            lock()
        if "--browser" in arguments:
            install_browser_tests()
    except SetupError as problem:
        print(f"make setup: {problem}", file=sys.stderr)
        return 1
    return 0


def fingerprint() -> str:
    """What the environment was made from: locked packages, Python, uv and the project's own place."""
    found = hashlib.sha256(f"{UV} {sys.version} {PROJECT}".encode())
    for name in INPUTS:
        found.update((PROJECT / name).read_bytes())
    return found.hexdigest()


def is_current() -> bool:
    """Whether .venv was finished for exactly this state of the project."""
    return STAMP.is_file() and STAMP.read_text(encoding="utf-8").strip() == fingerprint()


def set_up() -> None:
    """Make what is missing; the stamp is written when all of it is there."""
    began = time.monotonic()
    print("Setting up .venv (a minute or two the first time) …", flush=True)
    STAMP.unlink(missing_ok=True)
    if not is_usable():
        make_venv()
    env = environment()
    run(
        [str(PYTHON), "-m", "pip", "install", "--quiet", "--no-cache-dir", "--disable-pip-version-check", UV], env, "uv"
    )
    uv = [str(PYTHON), "-m", "uv", "pip", "install", "--quiet", "--python", str(PYTHON)]
    run([*uv, "-r", str(PROJECT / "requirements-dev.txt")], env, "the locked packages")
    run([*uv, "--no-deps", "-e", str(PROJECT)], env, "this project")
    STAMP.write_text(f"{fingerprint()}\n", encoding="utf-8")
    print(f"Set up in {time.monotonic() - began:.0f} s.", flush=True)


def is_usable() -> bool:
    """Whether .venv holds a Python that runs, is this one's version, and has pip; and was made for this folder."""
    check = "import sys, pip; print(sys.prefix, sys.version)"
    try:
        done = subprocess.run([str(PYTHON), "-c", check], capture_output=True, text=True, check=False)
    except OSError:
        return False
    return done.returncode == 0 and done.stdout.strip() == f"{VENV} {sys.version}"


def make_venv() -> None:
    """A new .venv, by the standard library or, where a distribution has taken that apart, by virtualenv."""
    shutil.rmtree(VENV, ignore_errors=True)
    # With .venv activated, "python3" is the one just removed; the one it was made from is not.
    python = str(getattr(sys, "_base_executable", sys.executable))
    if importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip"):
        run([python, "-m", "venv", str(VENV)], dict(os.environ), "the virtual environment")
    elif importlib.util.find_spec("virtualenv"):
        run([python, "-m", "virtualenv", "--quiet", str(VENV)], dict(os.environ), "the virtual environment")
    else:
        short = ".".join(str(part) for part in sys.version_info[:2])
        raise SetupError(
            f"this Python ({sys.executable}) cannot make virtual environments: "
            "its module venv or ensurepip is missing. "
            f"On Debian and Ubuntu: apt install python{short}-venv. Elsewhere: python3 -m pip install virtualenv. "
            "Then run make again."
        )


def environment() -> dict[str, str]:
    """The person's environment with pip's settings told to uv, and with caches inside the project."""
    env = {name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME"}}
    listed = subprocess.run([str(PYTHON), "-m", "pip", "config", "list"], capture_output=True, text=True, check=False)
    env.update({name: value for name, value in uv_settings(listed.stdout).items() if name not in os.environ})
    env.setdefault("UV_CACHE_DIR", str(PROJECT / "build" / "cache" / "uv"))
    # A hard link is not possible into every file system; a copy is, and uv need not mention it.
    env.setdefault("UV_LINK_MODE", "copy" if "UV_CACHE_DIR" in os.environ else "hardlink")
    return env


def uv_settings(listed: str) -> dict[str, str]:
    """uv's variables from the text of `pip config list`; a PIP_… variable wins over a file."""
    ranks = {"global": 0, "user": 0, "site": 0, "install": 1, ":env:": 2}
    best: dict[str, tuple[int, str]] = {}
    for line in listed.splitlines():
        name, _, quoted = line.partition("=")
        section, _, key = name.rpartition(".")
        if key not in PIP_TO_UV or section not in ranks:
            continue
        value = " ".join(str(ast.literal_eval(quoted)).split())
        if value and ranks[section] >= best.get(PIP_TO_UV[key], (-1, ""))[0]:
            best[PIP_TO_UV[key]] = (ranks[section], value)
    found = {name: value for name, (_, value) in best.items()}
    if "UV_INDEX" in found:
        # pip looks at all its indexes alike; uv would stop at the first that knows the package's name.
        found["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return found


def lock() -> None:
    """requirements.txt for deployments, requirements-dev.txt with all that tests and the demo need beside it."""
    env = {**environment(), "UV_CUSTOM_COMPILE_COMMAND": "make lock"}
    compile_ = [
        str(PYTHON),
        "-m",
        "uv",
        "pip",
        "compile",
        "--quiet",
        "--universal",
        "--no-annotate",
        "--python-version",
        "3.11",
    ]
    run([*compile_, "pyproject.toml", "-o", "requirements.txt"], env, "requirements.txt")
    everything = ["--extra", "local", "--extra", "dev", "-c", "requirements.txt", "-o", "requirements-dev.txt"]
    run([*compile_, "pyproject.toml", *everything], env, "requirements-dev.txt")
    print("Wrote requirements.txt and requirements-dev.txt.")


def install_browser_tests() -> None:
    """What tests/browser needs beside the rest: the driver at its pinned version, no browser."""
    uv = [str(PYTHON), "-m", "uv", "pip", "install", "--quiet", "--python", str(PYTHON)]
    wanted = ["-r", "pyproject.toml", "--extra", "browser", "-c", "requirements-dev.txt"]
    run([*uv, *wanted], environment(), "the packages of the browser tests")


def run(command: list[str], env: dict[str, str], what: str) -> None:
    """One step; its own output is shown, and a failure names the step and how to see more."""
    done = subprocess.run(command, env=env, cwd=str(PROJECT), check=False)
    if done.returncode:
        shown = " ".join(shlex.quote(part) for part in command)
        raise SetupError(
            f"{what} could not be made (exit code {done.returncode}). "
            f"The step was:\n  {shown}\nRun make again once that works."
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
