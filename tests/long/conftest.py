"""The long tests use what the shorter fault tests use."""

from tests.faults.conftest import *  # noqa: F403
