"""Runs a command and tells whether it tried to reach anything but this machine's loopback.

First way: a network namespace of its own, in which there is nothing else; each try is refused there and counted by the
kernel, name look-ups too. Where namespaces are not permitted (many containers), `strace` lists the calls of connect.
Refuses to guess where it has neither: `available` is empty then.
"""

import fcntl
import os
import re
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from include.local.state import PROJECT

REMEDY = (
    "Neither a network namespace nor strace is at hand. Install util-linux (unshare; a container needs --cap-add "
    "SYS_ADMIN --cap-add NET_ADMIN) or strace (apt install strace; --cap-add SYS_PTRACE)."
)
COUNTERS = {
    "snmp": re.compile(r"^Ip: .*\nIp: (.*)$", re.MULTILINE),
    "snmp6": re.compile(r"^Ip6OutNoRoutes\s+(\d+)$", re.M),
}
OUT_NO_ROUTES = 11  # its place among the numbers of the line `Ip:`
CONNECT = re.compile(r"sa_family=AF_INET6?\b.*?(?:inet_addr\(|inet_pton\(AF_INET6, )\"([^\"]+)\"")
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1


@dataclass(frozen=True)
class Outcome:
    """How a command ended, what it printed, and how often it tried to leave loopback."""

    code: int
    output: str
    tries: int


def available() -> list[str]:
    """The ways that work here, the better one first."""
    found = []
    if (
        shutil.which("unshare")
        and subprocess.run([*_unshare(), "true"], capture_output=True, check=False).returncode == 0
    ):
        found.append("namespace")
    if shutil.which("strace") and subprocess.run(["strace", "true"], capture_output=True, check=False).returncode == 0:
        found.append("strace")
    return found


def run(way: str, command: Sequence[str], seconds: float) -> Outcome:
    """Run the command in the project's folder by one of the available ways."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report"
        if way == "namespace":
            wrapped = [*_unshare(), sys.executable, str(Path(__file__)), str(report), *command]
        else:
            wrapped = ["strace", "-f", "-qq", "-e", "trace=connect", "-o", str(report), *command]
        done = subprocess.run(
            wrapped,
            cwd=PROJECT,
            env={**os.environ, "PYTHONPATH": str(PROJECT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=seconds,
            check=False,
        )
        told = report.read_text(encoding="utf-8", errors="replace")
    return Outcome(done.returncode, done.stdout, int(told) if way == "namespace" else len(foreign(told)))


def foreign(calls: str) -> list[str]:
    """The addresses outside of loopback in what strace wrote."""
    return [address for address in CONNECT.findall(calls) if not ip_address(address).is_loopback]


def _unshare() -> list[str]:
    """A person who is not root may make a namespace only within a user namespace."""
    own = [] if os.geteuid() == 0 else ["--user", "--map-current-user", "--keep-caps"]
    return ["unshare", *own, "--net"]


def _raise_loopback() -> None:
    """A new namespace has the interface `lo`, switched off."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        asked = struct.pack("16sh14x", b"lo", 0)
        (flags,) = struct.unpack("16xh14x", fcntl.ioctl(any_socket, SIOCGIFFLAGS, asked))
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | IFF_UP))


def _tries() -> int:
    """How often the kernel found no way out of this namespace, by IPv4 and IPv6."""
    counted = 0
    for name, pattern in COUNTERS.items():
        found = pattern.search((Path("/proc/net") / name).read_text(encoding="ascii"))
        if found:
            numbers = found[1].split()
            counted += int(numbers[OUT_NO_ROUTES if name == "snmp" else 0])
    return counted


def _inside(report: str, command: list[str]) -> int:
    _raise_loopback()
    code = subprocess.run(command, check=False).returncode
    Path(report).write_text(str(_tries()), encoding="ascii")
    return code


if __name__ == "__main__":
    sys.exit(_inside(sys.argv[1], sys.argv[2:]))
