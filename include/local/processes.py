"""What the system knows of a process: does it run, and in which folder.

A zombie counts as gone: it holds no file and no port, and in a container nobody may ever collect it.
"""

import os
from pathlib import Path


def alive(pid: int) -> bool:
    """Whether a process with this number runs; zombies do not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return state(pid) not in {"Z", "X"}


def state(pid: int) -> str:
    """The one-letter state of Linux (R, S, D, Z, …); empty where /proc is missing or the process is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
    # The name in brackets may itself hold spaces and brackets.
    return text.rpartition(")")[2].split()[0]


def working_folder(pid: int) -> Path | None:
    """The current folder of a process, None where that cannot be known."""
    try:
        return Path(f"/proc/{pid}/cwd").readlink()
    except OSError:
        return None


def group_members(group: int) -> list[int]:
    """Numbers of the processes of a group that still run; on systems without /proc the group's own number if it does.

    Zombies are left out: an orphan of the group that nobody collects must not be waited for.
    """
    proc = Path("/proc")
    if not (proc / "self" / "stat").is_file():
        return [group] if alive(group) else []
    found = []
    for entry in proc.iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[2]) == group and fields[0] not in {"Z", "X"}:
                found.append(int(entry.name))
    return found
