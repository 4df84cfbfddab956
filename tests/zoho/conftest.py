"""The sandbox, started once for the tests of the Zoho clients and reset for each test."""

from collections.abc import Iterator

import pytest

from include.sandbox.server import running
from tests.zoho.support import Bench


@pytest.fixture(scope="session")
def sandbox_url() -> Iterator[str]:
    with running(candidates=450, anchor="2026-11-22T01:00:00+00:00") as sandbox:
        yield sandbox.url


@pytest.fixture
def bench(sandbox_url: str) -> Bench:
    """A client on a sandbox without faults, with all its switches as they were."""
    bench = Bench(sandbox_url)
    bench.control("reset", {})
    return bench
