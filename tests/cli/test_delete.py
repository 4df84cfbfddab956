"""`contact-sync delete`, what `list` and `lint` say of states and limits, and exit code 3 (LIM-1 to LIM-3)."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import create_engine, text

from tests.cli.conftest import ORGANISATION, SYNC, execute, stands

Run = Callable[..., Any]


def policies(folder: Path, text_of_policies: str) -> None:
    (folder / "organisation.yaml").write_text(f"{ORGANISATION}policies: {{{text_of_policies}}}\n")


def add(folder: Path, *names: str) -> None:
    for name in names:
        (folder / "syncs" / f"{name}.yaml").write_text(SYNC.replace("All candidates", name))


def today() -> str:
    return datetime.now(ZoneInfo("Europe/Berlin")).date().isoformat()


def test_delete(run: Run, folder: Path, with_warehouse: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """LIM-3: what ends, what stays, what is left to do; kept with who and why; twice changes nothing."""
    monkeypatch.setenv("LOGNAME", "maria")
    run("activate", "candidates_daily")
    done = run("delete", "candidates_daily", "--reason", "the department closed")
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "'candidates_daily' is deleted: its runs are skipped, a fetch under way writes nothing more, and its slot is "
        "free.\n"
        "Its contacts, lists and responses stay as they are, and so does everything in Recruit.\n"
        "It stays deleted while its file is there; remove include/syncs/candidates_daily.yaml, too.\n"
    )
    assert stands(with_warehouse) == {"candidates_daily": "deleted"}
    again = run("delete", "candidates_daily", "--reason", "the department closed")
    assert (again.code, again.out) == (0, "'candidates_daily' is deleted already.\n")
    with create_engine(with_warehouse).connect() as connection:
        acts = connection.execute(text("SELECT kind, who, reason FROM sync.act ORDER BY act_id")).all()
    assert [tuple(act) for act in acts] == [
        ("activate", "maria", None), ("delete", "maria", "the department closed"),
    ]  # fmt: skip
    refused = run("activate", "candidates_daily")
    assert refused.code == 3
    assert "candidates_daily cannot be activated, deleted: " in refused.err


def test_a_sync_whose_file_is_broken_or_gone_can_be_deleted(run: Run, folder: Path, with_warehouse: str) -> None:
    """LIM-3: the registry knows it; one that no run has seen is deleted by its file."""
    add(folder, "broken", "new")
    run("activate", "candidates_daily")
    run("activate", "broken")
    (folder / "syncs" / "candidates_daily.yaml").unlink()
    (folder / "syncs" / "broken.yaml").write_text("{")
    for name in ("candidates_daily", "broken", "new"):
        done = run("delete", name, "--reason", "x", "--output", "json")
        assert done.code == 0
        before = "new" if name == "new" else None
        assert json.loads(done.out) == {"sync": name, "changed": True, "state": "deleted", "before": before}
    assert set(stands(with_warehouse).values()) == {"deleted"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("candidate_daily", "--reason", "x"),
         "there is no sync 'candidate_daily'. Did you mean 'candidates_daily'? See all with: contact-sync list"),
        (("candidates_daily", "--reason", " "), "--reason is empty: say why, for the record."),
    ],
)  # fmt: skip
def test_mistakes(run: Run, with_warehouse: str, arguments: tuple[str, ...], message: str) -> None:
    """LIM-3: exit code 2, and nothing is deleted."""
    done = run("delete", *arguments)
    assert (done.code, done.out, done.err) == (2, "", f"contact-sync: {message}\n")
    assert stands(with_warehouse) == {}


def test_past_a_limit_ends_with_3(run: Run, folder: Path, with_warehouse: str) -> None:
    """LIM-2: the rule and what to do; nothing is registered or initiated by it."""
    policies(folder, "syncs_per_day: 0")
    done = run("activate", "candidates_daily")
    assert (done.code, done.out) == (3, "")
    assert done.err.startswith("contact-sync: skipped: daily_limit. Its scheduled runs work again from ")
    assert f"(LIM-2, syncs_per_day in organisation.yaml), and on {today()} (Europe/Berlin) these were: " in done.err
    assert stands(with_warehouse) == {}
    policies(folder, "per_month: 1")
    run("activate", "candidates_daily")
    done = run("initiate", "candidates_daily")
    assert done.code == 3
    assert done.err.startswith("contact-sync: skipped: monthly_limit. The organisation's limit of 1 initiations")


def test_no_free_slot_ends_with_3(run: Run, folder: Path, with_warehouse: str) -> None:
    """LIM-2: who holds the slots, and what to do."""
    policies(folder, "active_syncs: 1")
    add(folder, "second")
    run("activate", "candidates_daily")
    done = run("activate", "second")
    assert done.code == 3
    assert done.err == (
        "contact-sync: second cannot be activated, over_limit: The limit of active syncs is 1 (LIM-2, active_syncs in "
        "organisation.yaml), and these hold the slots: candidates_daily. Deactivate or delete one of them "
        "(contact-sync deactivate SYNC --reason …), or raise the limit (null: none); then: contact-sync activate "
        "second\n"
    )
    assert stands(with_warehouse) == {"candidates_daily": "active", "second": "over_limit"}
    run("delete", "candidates_daily", "--reason", "makes room")
    assert run("activate", "second").out.startswith("'second' is active (it was inactive: over_limit).")


def test_an_account_comes_back_as_far_as_slots_go(run: Run, folder: Path, with_warehouse: str) -> None:
    """LIM-2, ACC-4: exit code 1 if some have to wait, 3 if all have."""
    add(folder, "second")
    run("activate", "candidates_daily")
    run("activate", "second")
    execute(with_warehouse, "UPDATE sync.sync SET state = 'inactive', inactive_reason = 'credentials_changed'")
    policies(folder, "active_syncs: 1")
    done = run("activate", "--account", "recruit_demo")
    assert (done.code, done.err) == (1, "")
    assert done.out == (
        "'candidates_daily' is active (it was inactive: credentials_changed).\n"
        "'second' stays inactive, credentials_changed: no slot is free (LIM-2, active_syncs).\n"
        "Deactivate or delete a sync that is not needed, then repeat the command. See: contact-sync list --limits\n"
    )
    assert run("activate", "--account", "recruit_demo").code == 3


def test_what_waits_for_the_next_day_is_told(run: Run, folder: Path, with_warehouse: str) -> None:
    """LIM-2: over_limit: next_day lets the act pass and its run wait."""
    policies(folder, "syncs_per_day: 0, over_limit: next_day")
    for command in ("activate", "initiate"):
        done = run(command, "candidates_daily")
        assert done.code == 0
        last = done.out.splitlines()[-1]
        assert last.startswith("The places of today are taken (LIM-2): a run that comes before 20")
        assert last.endswith(" 00:05 (Europe/Berlin) waits until then.")


# ── list ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def states_listed(run: Run) -> dict[str, str]:
    rows = json.loads(run("list", "--output", "json").out)
    return {row["id"]: f"{row['state']}: {row['reason']}" if row["reason"] else row["state"] for row in rows}


def test_list_tells_where_each_sync_stands(run: Run, folder: Path, with_warehouse: str) -> None:
    """LIM-1, LIM-3, LIM-4: with reason; missing, deleted and configuration_error are computed as it is read."""
    add(folder, "off", "broken", "gone", "away", "dead", "back", "fresh")
    for name in ("candidates_daily", "off", "broken", "gone", "away", "dead", "back"):
        run("activate", name)
    run("deactivate", "off", "--reason", "x")
    run("delete", "dead", "--reason", "x")
    (folder / "syncs" / "broken.yaml").write_text("{")
    for name in ("gone", "away"):
        (folder / "syncs" / f"{name}.yaml").unlink()
    old = "UPDATE sync.sync SET missing_since = now() - interval '25 hours' WHERE sync_id IN ('gone', 'back')"
    execute(with_warehouse, old)
    assert states_listed(run) == {
        "candidates_daily": "active",
        "off": "inactive: by_hand",
        "broken": "inactive: configuration_error",
        "gone": "deleted",
        "away": "missing: active",
        "dead": "deleted",
        "back": "inactive: by_hand",
        "fresh": "new",
    }
    shown = run("list").out
    for word in ("by_hand", "configuration_error", "missing", "deleted", "since 20"):
        assert word in shown


def test_list_tells_what_is_used_of_the_limits(run: Run, folder: Path, with_warehouse: str) -> None:
    """LIM-2: slots, places of today, and the month, in the organisation's zone."""
    policies(folder, "active_syncs: null, syncs_per_day: 3")
    add(folder, "second")
    run("activate", "candidates_daily")
    run("activate", "second")
    run("deactivate", "second", "--reason", "x")
    day = today()
    assert run("list").out.splitlines()[-1] == (
        f"Slots: 1 of any number (active_syncs). Today, {day}: 2 of 3 syncs (syncs_per_day). {day[:7]}: 2 of 50 "
        "initiations (per_month). Days and months in Europe/Berlin."
    )
    assert json.loads(run("list", "--limits", "--output", "json").out) == {
        "timezone": "Europe/Berlin",
        "slots": {"used": 1, "allowed": None, "syncs": ["candidates_daily"]},
        "today": {"day": day, "used": 2, "allowed": 3, "syncs": ["candidates_daily", "second"]},
        "month": {"month": day[:7], "counts": "initiations", "used": 2, "allowed": 50},
    }
    policies(folder, "monthly_limit_counts: active_syncs, per_month: 7")
    assert f"{day[:7]}: 2 of 7 syncs (per_month)" in run("list", "--limits").out


def test_list_without_a_warehouse_says_where_the_states_are(run: Run) -> None:
    """LIM-1: what the files say needs none."""
    done = run("list")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[-1] == "The states are in the warehouse: contact-sync list --state"
    assert "State" not in done.out.splitlines()[1]


# ── lint ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def slot_warnings(run: Run, *names: str) -> list[str]:
    return [line for line in run("lint", *names).out.splitlines() if "slots" in line]


def test_lint_warns_of_more_files_than_slots(run: Run, folder: Path) -> None:
    """LIM-2: without the warehouse every file counts; broken ones, too, for they will be mended."""
    add(folder, *(f"s{n}" for n in range(9)))
    assert slot_warnings(run) == []
    (folder / "syncs" / "broken.yaml").write_text("{")
    (warning,) = slot_warnings(run)
    assert warning == (
        "warning: include/organisation.yaml: policies.active_syncs: 11 sync files want one of 10 slots (LIM-2). "
        "Slots go in the order of first registration; the others become inactive, over_limit, and are activated by "
        "hand once a slot is free. Deactivate or delete what is not needed, or raise active_syncs (null: no limit)."
    )
    assert slot_warnings(run, "s1") == []
    policies(folder, "active_syncs: null")
    assert slot_warnings(run) == []
    policies(folder, "active_syncs: 11")
    assert slot_warnings(run) == []


def test_lint_asks_the_warehouse_who_wants_a_slot(run: Run, folder: Path, with_warehouse: str) -> None:
    """LIM-2: inactive and deleted syncs want none; it names those that no run has registered yet."""
    policies(folder, "active_syncs: 2")
    add(folder, "second", "third")
    run("activate", "candidates_daily")
    run("activate", "second")
    (warning,) = slot_warnings(run)
    assert "include/organisation.yaml:5: policies.active_syncs: 3 sync files want one of 2 slots" in warning
    assert "Not registered yet: third." in warning
    run("deactivate", "second", "--reason", "x")
    assert slot_warnings(run) == []
    run("activate", "third")
    assert slot_warnings(run) == []
