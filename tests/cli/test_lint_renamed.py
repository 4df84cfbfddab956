"""`contact-sync lint` with the warehouse at hand: a renamed file is a new sync, and lint says so (SRC-0)."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from contact_sync.config.loader import load_syncs
from contact_sync.config.resolved import ResolvedSync
from contact_sync.stages.states import registration
from contact_sync.warehouse import registry
from contact_sync.warehouse.database import Warehouse, open_warehouse
from tests.cli.conftest import SYNC

Run = Callable[..., Any]
NOW = datetime(2026, 11, 1, tzinfo=UTC)
SOURCES = {
    "view": "source: {scope: view, view: Engineers}\n",
    "criteria": "source: {scope: criteria, criteria: {conditions: {1: {field: City, is: is_empty}}}}\n",
    "all": "",
}


@pytest.fixture
def warehouse(with_warehouse: str) -> Warehouse:
    return open_warehouse(with_warehouse, None)


@pytest.fixture
def registered(folder: Path, warehouse: Warehouse) -> Path:
    """The sync candidates_daily, which a run has registered; its file."""
    path = folder / "syncs" / "candidates_daily.yaml"
    _register(warehouse, load_syncs(folder).syncs["candidates_daily"])
    return path


def _register(warehouse: Warehouse, sync: ResolvedSync) -> None:
    """As the first run of the sync does."""
    with warehouse.transaction() as connection:
        registry.register(connection, registration(sync), NOW)


def _warnings(run: Run, *names: str) -> list[str]:
    done = run("lint", *names)
    assert "Not checked" not in done.out
    return [line for line in done.out.splitlines() if line.startswith("warning: ")]


def test_a_renamed_file(run: Run, registered: Path) -> None:
    """SRC-0: the new file is warned about, by the id of the old one."""
    assert _warnings(run) == []
    registered.rename(registered.with_name("candidates_nightly.yaml"))
    (warning,) = _warnings(run)
    assert warning == (
        "warning: include/syncs/candidates_nightly.yaml: reads what 'candidates_daily' read, into the same list, and "
        "that file has vanished. A renamed file is a new sync: history and watermark stay with 'candidates_daily' "
        "(SRC-0). To go on with it, name the file candidates_daily.yaml again."
    )
    assert _warnings(run, "candidates_nightly") == [warning]


@pytest.mark.parametrize("source", SOURCES)
def test_only_the_same_source_and_list_count(run: Run, registered: Path, source: str) -> None:
    """SRC-0: another scope or list is another sync; a change before the renaming is remembered."""
    registered.unlink()
    other = registered.with_name("other.yaml")
    other.write_text(SYNC + SOURCES[source])
    assert bool(_warnings(run)) is (source == "all")
    other.write_text(SYNC.replace("Talent news", "Another list") + SOURCES[source])
    assert _warnings(run) == []


def test_any_configuration_that_was_registered_counts(run: Run, folder: Path, registered: Path, warehouse: Any) -> None:
    """SRC-0, CFG-1: not only the last one."""
    for more in (SOURCES["criteria"], SOURCES["view"]):
        registered.write_text(SYNC + more)
        _register(warehouse, load_syncs(folder).syncs["candidates_daily"])
    registered.unlink()
    for source in SOURCES:
        (folder / "syncs" / "other.yaml").write_text(SYNC + SOURCES[source])
        assert len(_warnings(run)) == 1


def test_a_registered_file_of_the_same_source_is_not_new(
    run: Run, folder: Path, registered: Path, warehouse: Any
) -> None:
    """SRC-0: two syncs may read one source into one list."""
    (folder / "syncs" / "twin.yaml").write_text(SYNC.replace("All candidates", "Twin"))
    _register(warehouse, load_syncs(folder).syncs["twin"])
    registered.unlink()
    assert _warnings(run) == []


def test_a_broken_file_has_not_vanished(run: Run, folder: Path, registered: Path) -> None:
    """SRC-0, LIM-4: mended, it is the sync it was."""
    registered.write_text("{")
    (folder / "syncs" / "other.yaml").write_text(SYNC)
    assert _warnings(run) == []


def test_a_warehouse_that_does_not_answer(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """SRC-0: said, and no failure of the files."""
    monkeypatch.setenv("CONTACT_SYNC_WAREHOUSE_URL", "postgresql://nobody:secret-word@127.0.0.1:9/none")
    done = run("lint")
    last = done.out.splitlines()[-1]
    assert last.startswith("Not checked: whether a registered file was renamed. The contacts warehouse did not answer")
    assert "secret-word" not in done.out + done.err
