"""Which process holds a TCP connection of this machine: from /proc/net/tcp to the inode, from there to the process."""

import os
from pathlib import Path

ESTABLISHED = "01"


def holders(*, local_port: int | None = None, remote_port: int | None = None) -> set[int]:
    """Ids of the other processes that hold an established connection with these ports at its ends."""
    inodes = {f"socket:[{inode}]" for inode in _inodes(local_port, remote_port)}
    found = set()
    for folder in Path("/proc").glob("[0-9]*/fd"):
        pid = int(folder.parent.name)
        try:
            links = {str(link.readlink()) for link in folder.iterdir()}
        except OSError:  # it ended meanwhile, or belongs to another user
            continue
        if links & inodes and pid != os.getpid():
            found.add(pid)
    return found


def title(pid: int) -> str:
    """The command line as the process shows itself; Airflow writes the id of the task instance into it."""
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()


def _inodes(local_port: int | None, remote_port: int | None) -> set[str]:
    found = set()
    for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]:
        fields = line.split()
        local, remote = (int(end.rpartition(":")[2], 16) for end in fields[1:3])
        ports_match = local_port in (None, local) and remote_port in (None, remote)
        if ports_match and fields[3] == ESTABLISHED:
            found.add(fields[9])
    return found
