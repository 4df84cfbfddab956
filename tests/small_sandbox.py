"""A small sandbox for a file or folder of tests: started once for it, as new before each test."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from include.sandbox.server import running


def sandbox_fixtures(candidates: int, scope: str = "module") -> tuple[Any, Any]:
    """The fixtures `server_url` and `sandbox`, to be assigned to those names: a URL, and the same of a sandbox as new,
    which gives ten tokens in ten minutes. scope: for what one server is started.
    """

    @pytest.fixture(scope=scope)  # type: ignore[call-overload] # any of pytest's scopes
    def server_url() -> Iterator[str]:
        with running(candidates=candidates) as server:
            yield server.url

    @pytest.fixture
    def sandbox(server_url: str) -> str:
        requests.post(f"{server_url}/_sandbox/reset", json={}, timeout=30).raise_for_status()
        return server_url

    return server_url, sandbox
