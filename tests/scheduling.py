"""Which tests stay together when pytest runs in several processes: those that share something dear to start.

xdist's own marker `xdist_group` does nothing here: it renames tests by a private attribute that pytest 9.2 no longer
reads (seen with xdist 3.8.0). So the groups are told to its scheduler, by the place of the test.
"""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from xdist.remote import Producer
    from xdist.scheduler import Scheduling

TOGETHER = ("tests/integration/", "tests/faults/", "tests/web/")
"""Folders whose tests run in one process, one folder a group: a whole Airflow, a server that is crashed, an API server
with a warehouse that its tests share.
"""


def group_of(nodeid: str) -> str:
    """The group of a test; by default it is one of its own."""
    return next((folder for folder in TOGETHER if nodeid.startswith(folder)), nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: "Producer") -> "Scheduling | None":
    """A scheduler that hands out whole groups, the largest first. `--dist=each` and the like keep their own."""
    if config.getvalue("dist") not in ("load", "loadgroup"):
        return None
    from xdist.scheduler import LoadScopeScheduling

    class Together(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid)

    return Together(config, log)
