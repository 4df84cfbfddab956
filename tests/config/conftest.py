"""A configuration folder of a test's own, good to start with, and its problems as the lines people read."""

from collections.abc import Callable
from pathlib import Path

import pytest

from contact_sync.config.loader import SyncFiles, load_syncs

ORGANISATION = """\
name: Zylker
timezone: Europe/Berlin
accounts:
  recruit_demo:
    kind: recruit
    pool: recruit_demo
    push:
      candidates:
        opened: {list: Talent news, status_field: Campaign_Response}
"""

SYNC = """\
name: All candidates
created: 2026-11-01
account: recruit_demo
list: Talent news
schedule: {frequency: daily, at: "02:00"}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An include folder with organisation.yaml and the sync `good`."""
    include = tmp_path / "include"
    (include / "syncs").mkdir(parents=True)
    (include / "organisation.yaml").write_text(ORGANISATION)
    (include / "syncs" / "good.yaml").write_text(SYNC)
    return include


@pytest.fixture
def load(folder: Path) -> Callable[..., SyncFiles]:
    """Write `text` as the sync `tried` (in place of `good`'s) and load everything."""

    def run(text: str, name: str = "tried.yaml") -> SyncFiles:
        (folder / "syncs" / name).write_text(text)
        return load_syncs(folder)

    return run


@pytest.fixture
def sync_text() -> str:
    """The smallest good sync."""
    return SYNC
