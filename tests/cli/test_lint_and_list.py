"""`contact-sync lint` and `list`: exit codes, what is said, and that neither needs a warehouse."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contact_sync.paths import PROJECT

Run = Callable[..., Any]
NOT_CHECKED = "Not checked without the warehouse: whether a registered file was renamed.\n"


@pytest.fixture(autouse=True)
def _suites(folder: Path) -> None:
    """The suite that syncs of Candidates run."""
    shutil.copytree(PROJECT / "include" / "expectations", folder / "expectations")


def _break(folder: Path, name: str = "broken") -> None:
    (folder / "syncs" / f"{name}.yaml").write_text("name: x\ncreated: 2026-11-01\naccount: recruit_dmo\n")


def test_lint_of_good_files(run: Run) -> None:
    """SRC-0: without a warehouse lint says what it did not check."""
    done = run("lint")
    assert (done.code, done.out, done.err) == (0, f"1 file checked: 0 errors, 0 warnings.\n{NOT_CHECKED}", "")


def test_lint_tells_every_problem_and_ends_with_1(run: Run, folder: Path) -> None:
    _break(folder)
    done = run("lint")
    assert done.code == 1
    assert done.out == (
        "include/syncs/broken.yaml:1: list: is missing.\n"
        "include/syncs/broken.yaml:1: schedule: is missing.\n"
        "include/syncs/broken.yaml:3: account: 'recruit_dmo' is not an account of organisation.yaml. "
        "Allowed: recruit_demo. Did you mean 'recruit_demo'?\n"
        f"2 files checked: 3 errors, 0 warnings.\n{NOT_CHECKED}"
    )


@pytest.mark.parametrize("name", ["candidates_daily", "include/syncs/candidates_daily.yaml"])
def test_lint_of_one_file_leaves_the_others_out(run: Run, folder: Path, name: str) -> None:
    _break(folder)
    assert run("lint", name).out.startswith("1 file checked: 0 errors")


def test_lint_of_a_draft_elsewhere(run: Run, tmp_path: Path) -> None:
    (tmp_path / "draft.yaml").write_text("name: [x\n")
    done = run("lint", "draft.yaml")
    assert done.code == 1
    assert done.out.startswith("draft.yaml:2: is not valid YAML")


def test_lint_of_one_file_still_tells_of_a_broken_organisation(run: Run, folder: Path) -> None:
    (folder / "organisation.yaml").write_text("name: Zylker\n")
    done = run("lint", "candidates_daily")
    assert done.code == 1
    assert "include/organisation.yaml:1: accounts: is missing." in done.out


def test_lint_of_a_file_that_is_not_there_is_a_usage_mistake(run: Run) -> None:
    done = run("lint", "candidate_daily")
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "contact-sync: there is no file or sync 'candidate_daily'. Did you mean 'candidates_daily'? "
        "See all with: contact-sync list\n"
    )


def test_one_view_serves_several_syncs(run: Run, folder: Path) -> None:
    """SRC-3: of one account, into one list or two."""
    text = (folder / "syncs" / "candidates_daily.yaml").read_text() + "source: {scope: view, view: Engineers}\n"
    for name, into in (("one", "Talent news"), ("two", "Talent news"), ("three", "Engineers")):
        changed = text.replace("All candidates", name).replace("Talent news", into)
        (folder / "syncs" / f"{name}.yaml").write_text(changed)
    done = run("lint")
    assert (done.code, done.out) == (0, f"4 files checked: 0 errors, 0 warnings.\n{NOT_CHECKED}")


def test_warnings_do_not_fail(run: Run, folder: Path) -> None:
    text = (folder / "syncs" / "candidates_daily.yaml").read_text()
    (folder / "syncs" / "other.yaml").write_text(text.replace("Talent news", "Talent News"))
    done = run("lint")
    assert done.code == 0
    assert "warning: include/syncs/other.yaml: list: 'Talent News' differs from 'Talent news'" in done.out
    assert "0 errors, 2 warnings." in done.out


def test_schemas_are_checked_and_written(run: Run, folder: Path) -> None:
    missing = run("lint", "--check-schema")
    assert missing.code == 1
    assert "include/schema/sync.schema.json: does not exist" in missing.out
    written = run("lint", "--check-schema", "--write-schema")
    assert written.code == 0
    assert written.out.startswith(
        "wrote include/schema/sync.schema.json\nwrote include/schema/organisation.schema.json\n"
    )
    assert json.loads((folder / "schema" / "sync.schema.json").read_text())["title"] == "A sync of contact sync"


def test_list_as_a_table(run: Run) -> None:
    done = run("list")
    assert done.code == 0
    for word in ("candidates_daily", "All candidates", "recruit_demo", "Candidates, all", "Talent news"):
        assert word in done.out
    assert "daily at 02:00 (Europe/Berlin)" in done.out
    assert "next: 20" in done.out


def test_list_as_json(run: Run) -> None:
    (row,) = json.loads(run("list", "--output", "json").out)
    assert row.pop("next_run").endswith("+00:00")
    assert row == {
        "id": "candidates_daily",
        "name": "All candidates",
        "account": "recruit_demo",
        "source": "Candidates, all",
        "list": "Talent news",
        "schedule": "daily at 02:00 (Europe/Berlin)",
        "file": "include/syncs/candidates_daily.yaml",
    }


def test_list_tells_scopes_and_reports(run: Run, folder: Path) -> None:
    """SRC-3, SRC-4, SRC-6: what each sync reads."""
    text = (folder / "syncs" / "candidates_daily.yaml").read_text()
    with (folder / "organisation.yaml").open("a") as organisation:
        organisation.write("  hr: {kind: creator, owner: zylker}\n")
    criteria = "{conditions: {1: {field: A, is: is_empty}}}"
    sources = {
        "a_view": "source: {scope: view, view: Engineers}",
        "b_criteria": f"source: {{module: Alumni, scope: criteria, criteria: {criteria}}}",
        "c_report": "source: {application: hr-portal, report: People}",
    }
    for sync_id, source in sources.items():
        account = "hr" if sync_id == "c_report" else "recruit_demo"
        (folder / "syncs" / f"{sync_id}.yaml").write_text(f"{text.replace('recruit_demo', account)}{source}\n")
    rows = {row["id"]: row["source"] for row in json.loads(run("list", "--output", "json").out)}
    assert rows == {
        "a_view": "Candidates, view 'Engineers'",
        "b_criteria": "Alumni, criteria",
        "c_report": "hr-portal/People, all",
        "candidates_daily": "Candidates, all",
    }


def test_hints_are_told_and_not_counted(run: Run, folder: Path) -> None:
    """MAP-1: what only the account knows is neither error nor warning."""
    with (folder / "syncs" / "candidates_daily.yaml").open("a") as sync:
        sync.write("source: {module: Alumni}\n")
    done = run("lint")
    assert done.code == 0
    hint, summary, _ = done.out.splitlines()
    assert hint.startswith("hint: include/syncs/candidates_daily.yaml: mapping.email: not given: resolved from the")
    assert summary == "1 file checked: 0 errors, 0 warnings."


def test_list_shows_the_good_and_tells_of_the_broken(run: Run, folder: Path) -> None:
    """LIM-4: a broken file hides no other."""
    _break(folder)
    done = run("list", "--output", "json")
    assert done.code == 1
    assert [row["id"] for row in json.loads(done.out)] == ["candidates_daily"]
    assert "include/syncs/broken.yaml:3: account:" in done.err
    assert "Check with: contact-sync lint include/syncs/broken.yaml" in done.err


@pytest.mark.parametrize("day", ["2000-01-01", "2100-12-31"])
@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York", "Pacific/Kiritimati", "Etc/GMT+12"])
def test_list_at_the_ends_of_the_years_allowed(run: Run, folder: Path, day: str, zone: str) -> None:
    """RET-1: what lint lets pass can be reckoned with."""
    text = (folder / "syncs" / "candidates_daily.yaml").read_text().partition("created")[0]
    once = f'{{frequency: once, date: {day}, at: "23:00", timezone: {zone}}}'
    text += f"created: {day}\naccount: recruit_demo\nlist: Talent news\nretrieve: {{after: {day}T23:59:59-12:00}}\n"
    (folder / "syncs" / "edge.yaml").write_text(f"{text}schedule: {once}\n")
    done = run("list", "--output", "json")
    assert (done.code, done.err) == (0, "")
    assert [row["id"] for row in json.loads(done.out)] == ["candidates_daily", "edge"]


def test_names_are_never_read_as_markup(run: Run, folder: Path) -> None:
    path = folder / "syncs" / "candidates_daily.yaml"
    path.write_text(path.read_text().replace("All candidates", '"[red]All[/red] [/x]"'))
    assert "[red]All[/red] [/x]" in run("list").out


def test_a_folder_without_syncs(run: Run, folder: Path) -> None:
    (folder / "syncs" / "candidates_daily.yaml").unlink()
    assert run("list").out == "There are no syncs yet. Write the first with: contact-sync new\n"
