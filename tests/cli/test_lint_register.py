"""`contact-sync lint --register`: the configurations of good syncs reach the registry without a run (CFG-1)."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from contact_sync.config.loader import load_syncs
from contact_sync.paths import PROJECT
from contact_sync.stages.states import registration
from contact_sync.warehouse import registry
from contact_sync.warehouse.database import open_warehouse
from tests.cli.conftest import SYNC

Run = Callable[..., Any]
TABLES = ("sync.sync", "sync.config_version", "sync.source", "contacts.mailing_list", "sync.fetch", "sync.act")


@pytest.fixture(autouse=True)
def _suites(folder: Path) -> None:
    """The suite that syncs of Candidates run."""
    shutil.copytree(PROJECT / "include" / "expectations", folder / "expectations")


def rows(url: str, query: str) -> list[dict[str, Any]]:
    with create_engine(url).connect() as connection:
        return [dict(row) for row in connection.execute(text(query)).mappings()]


def everything(url: str) -> dict[str, list[dict[str, Any]]]:
    return {table: rows(url, f"SELECT * FROM {table} ORDER BY 1") for table in TABLES}


def last_lines(out: str, count: int) -> list[str]:
    return out.splitlines()[-count:]


def test_a_new_sync_is_registered_once(run: Run, folder: Path, with_warehouse: str) -> None:
    """CFG-1: with its settings and the moment, without a fetch; a second time changes nothing."""
    assert run("lint").code == 0
    assert not any(everything(with_warehouse).values())
    before = datetime.now(UTC)
    done = run("lint", "--register")
    assert (done.code, done.err) == (0, "")
    assert last_lines(done.out, 3) == [
        "1 file checked: 0 errors, 0 warnings.",
        "'candidates_daily' is registered from now on.",
        "Registered without a run: 1 new, 0 changed, 0 known; 0 left out. Nothing was read, and no state changed.",
    ]
    written = everything(with_warehouse)
    (sync,), (version,) = written["sync.sync"], written["sync.config_version"]
    assert (sync["sync_id"], sync["state"], sync["state_changed_by"]) == (
        "candidates_daily",
        "active",
        "lint --register",
    )
    assert before <= version["registered_at"] == sync["registered_at"] <= datetime.now(UTC)
    assert version["settings"] == load_syncs(folder).syncs["candidates_daily"].model_dump(mode="json")
    assert (written["sync.fetch"], written["sync.act"]) == ([], [])
    again = run("lint", "--register")
    assert "'candidates_daily' was registered like this already.\n" in again.out
    assert everything(with_warehouse) == written


def test_a_run_takes_what_was_registered_for_what_it_is(run: Run, folder: Path, with_warehouse: str) -> None:
    """CFG-1: "changed" is the moment of the first sight, not that of the run."""
    run("lint", "--register")
    (version,) = rows(with_warehouse, "SELECT config_version FROM sync.config_version")
    seen = registration(load_syncs(folder).syncs["candidates_daily"])
    with open_warehouse(with_warehouse, None).transaction() as connection:
        registered = registry.register(connection, seen, datetime.now(UTC))
    assert (registered.config_version, registered.new_version) == (version["config_version"], False)


def test_a_changed_file_is_a_further_version(run: Run, folder: Path, with_warehouse: str) -> None:
    """CFG-1: also of an inactive sync, which stays so."""
    run("lint", "--register")
    run("deactivate", "candidates_daily", "--reason", "holidays")
    (folder / "syncs" / "candidates_daily.yaml").write_text(SYNC.replace("All candidates", "Everybody"))
    done = run("lint", "--register")
    assert (
        "'candidates_daily' is registered with a changed configuration. Its runs are skipped as before: by_hand.\n"
        in done.out
    )
    assert "0 new, 1 changed, 0 known" in done.out
    (sync,) = rows(with_warehouse, "SELECT name, state FROM sync.sync")
    assert sync == {"name": "Everybody", "state": "inactive"}
    assert len(rows(with_warehouse, "SELECT * FROM sync.config_version")) == 2
    (folder / "syncs" / "candidates_daily.yaml").write_text(SYNC)
    assert "0 new, 1 changed, 0 known" in run("lint", "--register").out  # and back: no third version, but a change
    versions = rows(with_warehouse, "SELECT in_force_since FROM sync.config_version ORDER BY config_version")
    assert len(versions) == 2
    assert versions[0]["in_force_since"] > versions[1]["in_force_since"]


@pytest.mark.parametrize(
    "more", ["mapping: {emial: Email}\n", "validation: {suite: nowhere}\n"], ids=["broken", "without its suite"]
)
def test_only_good_syncs_are_registered(run: Run, folder: Path, with_warehouse: str, more: str) -> None:
    """CFG-1: a file with errors is told as ever, and left out; the others are not held up by it."""
    (folder / "syncs" / "broken.yaml").write_text(SYNC.replace("All candidates", "Broken") + more)
    done = run("lint", "--register")
    assert done.code == 1
    assert "2 files checked: 1 error, " in done.out
    assert last_lines(done.out, 3)[:2] == [
        "'candidates_daily' is registered from now on.",
        "include/syncs/broken.yaml is not registered: mend its errors first.",
    ]
    assert [row["sync_id"] for row in rows(with_warehouse, "SELECT sync_id FROM sync.sync")] == ["candidates_daily"]


def test_only_the_named_files_are_registered(run: Run, folder: Path, with_warehouse: str) -> None:
    """CFG-1: as everything that lint does."""
    (folder / "syncs" / "other.yaml").write_text(SYNC.replace("All candidates", "Other"))
    assert run("lint", "--register", "other").code == 0
    assert [row["sync_id"] for row in rows(with_warehouse, "SELECT sync_id FROM sync.sync")] == ["other"]


def test_a_renamed_file_is_told_before_it_is_registered(run: Run, folder: Path, with_warehouse: str) -> None:
    """SRC-0, CFG-1: registering it takes nothing of the warning away."""
    run("lint", "--register")
    path = folder / "syncs" / "candidates_daily.yaml"
    path.rename(path.with_name("nightly.yaml"))
    done = run("lint", "--register")
    assert "warning: include/syncs/nightly.yaml: reads what 'candidates_daily' read, into the same list" in done.out
    assert "'nightly' is registered from now on." in done.out


def test_a_broken_organisation_registers_nothing(run: Run, folder: Path, with_warehouse: str) -> None:
    """CFG-1: every sync depends on it."""
    (folder / "organisation.yaml").write_text("name: Zylker\n")
    done = run("lint", "--register")
    assert done.code == 1
    assert "include/organisation.yaml:1: accounts: is missing." in done.out
    assert done.err.startswith("contact-sync: nothing was registered: every sync depends on organisation.yaml.")


def test_without_a_warehouse_it_is_refused(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """CFG-1: exit code 1 and the next command; what lint found is said all the same, and no password."""
    monkeypatch.setenv("CONTACT_SYNC_WAREHOUSE_URL", "postgresql://nobody:secret-word@127.0.0.1:9/none")
    done = run("lint", "--register")
    assert done.code == 1
    assert "1 file checked: 0 errors, 0 warnings.\n" in done.out
    assert done.err.startswith("contact-sync: nothing was registered: The contacts warehouse did not answer: ")
    assert done.err.endswith("\nCheck with: contact-sync warehouse status\n")
    assert "secret-word" not in done.out + done.err


def test_a_warehouse_without_tables_is_refused(
    run: Run, folder: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CFG-1: it says how to make them."""
    monkeypatch.setenv("CONTACT_SYNC_WAREHOUSE_URL", postgres_url)
    done = run("lint", "--register")
    assert (done.code, "1 file checked: 0 errors" in done.out) == (1, True)
    assert done.err.startswith("contact-sync: nothing was registered: the tables of the warehouse are not there yet, ")
    assert done.err.endswith("Run: contact-sync warehouse migrate\n")
