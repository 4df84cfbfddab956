"""The loader reads every file apart: what is wrong with one never touches another (LIM-4)."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from contact_sync.config.loader import SyncFiles, load_organisation, load_syncs
from contact_sync.errors import ConfigError

Load = Callable[..., SyncFiles]

TEXTS = [
    ("empty", b"", "1: is empty: it holds no keys."),
    ("only comments", b"# nothing\n", "1: is empty: it holds no keys."),
    ("a list at the top", b"- a\n", "1: must be a mapping of keys (key: value) at the top level."),
    ("a text at the top", b"hello\n", "1: must be a mapping of keys (key: value) at the top level."),
    ("not UTF-8", b"name: x\nlist: \xe9t\xe9\n", "2: is not UTF-8. Save the file in that encoding."),
    ("tab", b"schedule:\n\tfrequency: daily\n",
     "2: is indented with a tab. YAML allows only spaces: use two for each level."),
    ("two documents", b"name: x\n---\nname: y\n", "2: starts a second document ('---'). One file holds one."),
    ("bracket", b"tags: [a\nname: x\n",
     "2: is not valid YAML: did not find expected ',' or ']'. Look at this line and the one above it."),
    ("too large", b"# " * 250_001,
     " is larger than 500,000 bytes. Shorten it, or move it elsewhere if it is no configuration."),
    ("too deep", b"[" * 5_000, "1: is nested deeper than 20 levels."),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "expected"), [case[1:] for case in TEXTS], ids=[case[0] for case in TEXTS])
def test_texts_that_are_no_sync(folder: Path, raw: bytes, expected: str) -> None:
    """LIM-4: the good sync beside it is loaded, the broken text is one problem with its line."""
    (folder / "syncs" / "bad.yaml").write_bytes(raw)
    loaded = load_syncs(folder)
    command = "Check with: contact-sync lint include/syncs/bad.yaml"
    assert [problem.render() for problem in loaded.problems] == [f"include/syncs/bad.yaml:{expected} {command}"]
    assert list(loaded.syncs) == ["good"]


def test_a_duplicate_key_names_both_lines(load: Load, sync_text: str) -> None:
    loaded = load(sync_text + "source:\n  scope: all\n  scope: all\n")
    assert [problem.render().partition(" Check")[0] for problem in loaded.problems] == [
        "include/syncs/tried.yaml:8: source.scope: is given twice, in lines 7 and 8. Remove one."
    ]


def test_an_alias_and_a_tag_are_refused(load: Load, sync_text: str) -> None:
    loaded = load(sync_text + "owner: &who team\ndescription: *who\ntags: !!set {a}\n")
    assert [(problem.line, problem.key) for problem in loaded.problems[:2]] == [(7, "description"), (8, "tags")]
    assert "is an alias (*). Write the value out." in loaded.problems[0].message
    assert "uses the YAML tag tag:yaml.org,2002:set" in loaded.problems[1].message


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("all candidates.yaml", "the file name 'all candidates' cannot be a DAG id."),
        ("kandidaten_für_köln.yaml", "cannot be a DAG id."),
        ("contact_sync_admin.yaml", "is kept for DAGs of this package."),
        ("daily.yml", "the file name must end in '.yaml', not '.yml'."),
        ("daily.YAML", "the file name must end in '.yaml', not '.YAML'."),
    ],
)
def test_file_names_that_cannot_be_ids(load: Load, sync_text: str, name: str, expected: str) -> None:
    """SRC-0: the file name is the id."""
    loaded = load(sync_text.replace("All candidates", "Another"), name)
    (problem,) = loaded.problems
    assert expected in problem.render()
    assert list(loaded.syncs) == ["good"]


def test_files_that_cannot_be_read(folder: Path) -> None:
    """LIM-4: a dangling link, a folder and a pipe are problems; the pipe does not hang the loader."""
    (folder / "syncs" / "link.yaml").symlink_to(folder / "nowhere")
    (folder / "syncs" / "map.yaml").mkdir()
    os.mkfifo(folder / "syncs" / "pipe.yaml")
    loaded = load_syncs(folder)
    assert [problem.render().partition(" Check")[0] for problem in loaded.problems] == [
        "include/syncs/link.yaml: cannot be read: no such file or directory.",
        "include/syncs/map.yaml: is not an ordinary file.",
        "include/syncs/pipe.yaml: is not an ordinary file.",
    ]
    assert list(loaded.syncs) == ["good"]


def test_other_files_of_the_folder_are_left_alone(folder: Path) -> None:
    for name in ("notes.txt", ".hidden.yaml", "good.yaml~", "good.yaml.bak"):
        (folder / "syncs" / name).write_text("{")
    loaded = load_syncs(folder)
    assert (list(loaded.syncs), loaded.problems) == (["good"], [])


def test_syncs_come_in_the_order_of_their_files_and_only_reads_one(folder: Path, sync_text: str) -> None:
    for name in ("b", "a", "c"):
        (folder / "syncs" / f"{name}.yaml").write_text(sync_text)
    (folder / "syncs" / "broken.yaml").write_text("{")
    assert list(load_syncs(folder).syncs) == ["a", "b", "c", "good"]
    only = load_syncs(folder, only="b")
    assert (list(only.syncs), only.problems) == (["b"], [])
    assert not load_syncs(folder, only="nobody").syncs


def test_reading_writes_nothing(folder: Path) -> None:
    """CFG-1: parsing never writes."""

    def state() -> dict[Path, tuple[int, int]]:
        return {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in [folder, *folder.rglob("*")]}

    before = state()
    load_syncs(folder)
    assert state() == before


def test_a_folder_without_syncs(folder: Path) -> None:
    (folder / "syncs" / "good.yaml").unlink()
    assert load_syncs(folder).problems == []
    (folder / "syncs").rmdir()
    (problem,) = load_syncs(folder).problems
    assert problem.render() == (
        "include/syncs: cannot be read as a folder: no such file or directory. Sync files lie in it, one a sync."
    )


def test_a_broken_organisation_is_told_and_its_syncs_are_still_checked(folder: Path, load: Load) -> None:
    (folder / "organisation.yaml").write_text(
        "name: Zylker\naccounts: {a: {kind: recrut}}\npolicies: {soft_bounce: 3}\n"
    )
    loaded = load("name: x\n")
    places = [(problem.file, problem.key) for problem in loaded.problems]
    assert places[:2] == [
        ("include/organisation.yaml", "accounts.a.kind"), ("include/organisation.yaml", "policies.soft_bounce"),
    ]  # fmt: skip
    assert ("include/syncs/tried.yaml", "created") in places
    assert not loaded.syncs
    with pytest.raises(ConfigError, match="Did you mean 'soft_bounces'") as raised:
        load_organisation(folder)
    assert str(raised.value).splitlines()[0] == (
        "include/organisation.yaml:2: accounts.a.kind: 'recrut' is not one of the allowed values. "
        "Allowed: recruit, creator. Did you mean 'recruit'? Check with: contact-sync lint"
    )


def test_an_organisation_without_accounts(folder: Path) -> None:
    (folder / "organisation.yaml").write_text("name: Zylker\naccounts: {}\n")
    with pytest.raises(ConfigError, match="accounts: is empty: it needs at least one entry"):
        load_organisation(folder)


def test_warnings_about_good_files(folder: Path, load: Load, sync_text: str) -> None:
    """Lists that differ only in spelling, equal names, and a suite that no file holds."""
    (folder / "expectations").mkdir()
    (folder / "expectations" / "candidates.yaml").write_text("{}")
    loaded = load(sync_text.replace("Talent news", "talent  News") + "validation: {suite: candidate}\n")
    assert loaded.problems == []
    assert [warning.render() for warning in loaded.warnings] == [
        "include/syncs/tried.yaml: validation.suite: 'candidate' is not a suite: there is no file of that name in "
        "include/expectations. Allowed: candidates. Did you mean 'candidates'?",
        "include/syncs/tried.yaml: list: 'talent  News' differs from 'Talent news' in include/syncs/good.yaml only in "
        "case or spaces: these are two lists. Did you mean 'Talent news'?",
        "include/syncs/tried.yaml: name: 'All candidates' is also the name of include/syncs/good.yaml.",
    ]
    assert list(loaded.syncs) == ["good", "tried"]


def test_a_switch_whose_list_is_spelt_differently(folder: Path, load: Load, sync_text: str) -> None:
    """PUSH-0: such a switch would be carried out by no sync."""
    (folder / "syncs" / "good.yaml").unlink()
    loaded = load(sync_text.replace("Talent news", "Talent News"))
    assert [warning.render() for warning in loaded.warnings] == [
        "include/organisation.yaml: accounts.recruit_demo.push.candidates.opened.list: 'Talent news' differs from "
        "'Talent News' only in case or spaces: no sync feeds it. Did you mean 'Talent News'?"
    ]
