"""Ports on 127.0.0.1: the wanted one if it is free, else any free one.

Two demos from two clones run side by side: the second gets other ports and says which. A port named by a
person in the environment is never exchanged for another; if it is taken, that is an error.
"""

import os
import socket
import sys

from include.local.errors import LocalError

LOOPBACK = "127.0.0.1"


def is_free(port: int) -> bool:
    """True when a server could listen on this port of 127.0.0.1 now (ports in TIME_WAIT count as free)."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """Any free port of 127.0.0.1, as the kernel gives it; another process may still take it before we do."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def choose(variable: str, preferred: int) -> int:
    """The port named in the environment variable, else `preferred` when free, else any free one.

    Raises LocalError when the variable holds no port number or names a port that is taken.
    """
    named = os.environ.get(variable, "").strip()
    if not named:
        return preferred if is_free(preferred) and _claim(preferred) else free_port()
    if not named.isdigit() or not 0 < int(named) < 65536:
        raise LocalError(f"{variable}={named!r} is not a port. Allowed: a number from 1 to 65535, or leave it unset.")
    if not is_free(int(named)):
        raise LocalError(f"{variable}={named}: something listens on that port already. Name another or leave it unset.")
    return int(named)


_claims: list[socket.socket] = []


def _claim(port: int) -> bool:
    """Tell other demos that we are about to use this port; False when one of them has told so before.

    Between our choice and the server's first breath lie seconds. The claim is a name in Linux's abstract socket
    space: it is no file, and it goes when this process does. Elsewhere there are no claims.
    """
    if not sys.platform.startswith("linux"):
        return True
    claim = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        claim.bind(f"\0contact-sync-port-{port}")
    except OSError:
        claim.close()
        return False
    _claims.append(claim)
    return True
