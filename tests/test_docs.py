"""The documentation keeps its word: what README and CONTRIBUTING name exists, and every link leads somewhere."""

import re
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from contact_sync.cli.app import app
from contact_sync.config.loader import check_sync_file, check_sync_text
from contact_sync.config.organisation import Organisation

PROJECT = Path(__file__).resolve().parents[1]
PAGES = sorted([*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")])
GUIDE = PROJECT / "docs" / "guide"
GUIDES = [PROJECT / "docs" / name for name in ("operating.md", "deployment.md")]
TOP = [PROJECT / "README.md", PROJECT / "CONTRIBUTING.md", *GUIDES]
ROOTS = (PROJECT, PROJECT / "plugins" / "contact_sync", PROJECT / "include", PROJECT / "docs")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
SPAN = re.compile(r"`([^`\n]+)`")
FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
A_PATH = re.compile(
    r"\.?[\w.-]+(?:/[\w.-]+)*(?:/|\.(?:md|py|toml|txt|yaml|sql|png))|(?:include|tests|docs|dags)/[\w./-]+"
)
NOT_OURS = {".demo/", ".demo/env", "people.txt", "include/syncs/seniors.yaml"}
"""Made by `make demo`, or by the tour; an example of somebody's own."""
SESSIONS = {"contact-sync fetch 12 load", "contact-sync command line"}
"""Names of sessions in Postgres, which look like commands."""


def by_name(page: Path) -> str:
    return str(page.relative_to(PROJECT))


def code(page: Path) -> list[str]:
    """Inline code and the lines of code blocks."""
    text = page.read_text(encoding="utf-8")
    lines = [line.strip() for _, block in FENCE.findall(text) for line in block.splitlines()]
    return lines + SPAN.findall(FENCE.sub("", text))


def anchors(page: Path) -> set[str]:
    """Headings as the anchors that a link may name."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_every_link_leads_somewhere(page: Path) -> None:
    wrong = []
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        if target.startswith(("http://", "https://")):
            continue
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        if not found.exists() or (anchor and anchor not in anchors(found)):
            wrong.append(target)
    assert wrong == []


@pytest.mark.parametrize("page", TOP, ids=by_name)
def test_every_path_exists(page: Path) -> None:
    words = {word.strip(",:;()") for span in code(page) for word in span.split()}
    named = {word for word in words if A_PATH.fullmatch(word)} - NOT_OURS
    assert named, "a page that names no path: the pattern of this test is wrong"
    assert sorted(path for path in named if not any((root / path).exists() for root in ROOTS)) == []


@pytest.mark.parametrize("page", TOP[:2], ids=by_name)
def test_every_make_target_exists(page: Path) -> None:
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named = {found[1] for span in code(page) if (found := re.match(r"make ([a-z-]+)", span))}
    assert {"demo", "test"} <= named
    assert named <= targets


@pytest.mark.parametrize("page", [*TOP, *sorted(GUIDE.glob("*.md"))], ids=by_name)
def test_every_command_and_option_exists(page: Path) -> None:
    for span in code(page):
        if not span.startswith("contact-sync ") or span in SESSIONS:
            continue
        command, words = get_command(app), span.split()[1:]
        while words and hasattr(command, "commands"):
            assert words[0] in command.commands, span
            command = command.commands[words.pop(0)]
        known = {name for each in command.params for name in (*each.opts, *each.secondary_opts)}
        assert {word for word in words if word.startswith("--")} <= known, span


def test_readme_tells_of_every_command() -> None:
    spans = [span.split() for span in code(PROJECT / "README.md") if span.startswith("contact-sync ")]
    told = {words[1] for words in spans}
    assert set(get_command(app).commands) - told == set()  # type: ignore[attr-defined]


def in_yaml(name: str) -> list[str]:
    """The YAML blocks of a page of the guide."""
    return [block for kind, block in FENCE.findall((GUIDE / name).read_text("utf-8")) if kind == "yaml"]


def test_examples_of_the_guide_are_in_order(tmp_path: Path) -> None:
    """The sync file, its options, and the organisation that the guide shows pass the checks of lint."""
    (organisation,), (sync, _, options) = in_yaml("connect.md"), in_yaml("write-a-sync.md")
    read = Organisation.model_validate(yaml.safe_load(organisation))
    assert list(read.accounts) == ["recruit_main"]
    path = tmp_path / "all_candidates.yaml"
    path.write_text(sync.replace("recruit_demo", "recruit_main") + options, encoding="utf-8")
    assert [problem.render() for problem in check_sync_file(path, read)] == []


def test_other_sources_of_the_guide_are_in_order() -> None:
    """SRC-1..6: every source that the guide shows passes the checks of lint, each in a file of its own."""
    accounts = {"recruit_main": {"kind": "recruit"}, "creator_main": {"kind": "creator", "owner": "zylker"}}
    organisation = Organisation.model_validate({"name": "Zylker", "accounts": accounts})
    sources = re.split(r"^(?=source:)", in_yaml("write-a-sync.md")[1], flags=re.MULTILINE)[1:]
    assert len(sources) == 4
    for source in sources:
        account = "creator_main" if "application" in source else "recruit_main"
        head = f"name: One\ncreated: 2026-11-01\naccount: {account}\nlist: News\n"
        text = f"{head}schedule: {{frequency: daily, at: '02:00'}}\n{source}"
        problems = check_sync_text("one", text, "one.yaml", organisation)
        assert [problem.render() for problem in problems] == []


def test_the_guide_has_every_reason_that_is_decided() -> None:
    """OUT-4: the table of reasons and the statement that decides them agree, apart from what has no switch yet."""
    statement = (PROJECT / "include" / "sql" / "classify" / "outcome.sql").read_text("utf-8")
    judged = statement[statement.index("the first reason that holds") : statement.index("END AS reason")]
    decided = set(re.findall(r"THEN '(\w+)'", judged)) - {"opted_out", "unsubscribed"}
    page = (GUIDE / "read-the-history.md").read_text("utf-8")
    table = page[page.index("| reason for ignored |") : page.index("From a number to its rows")]
    assert decided == set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE))


def test_operating_guide_has_every_error() -> None:
    from contact_sync.errors import Permanent, Transient

    guide = (PROJECT / "docs" / "operating.md").read_text("utf-8")
    for kind, word in ((Permanent, "permanent"), (Transient, "transient")):
        for error in kind.__subclasses__():
            if error.__module__ == "contact_sync.errors":
                assert f"| `{error.__name__}` | {word} |" in guide


def test_pictures_are_small() -> None:
    sizes = {path.name: path.stat().st_size for path in (PROJECT / "docs" / "images").iterdir()}
    assert sizes
    assert max(sizes.values()) <= 200_000
