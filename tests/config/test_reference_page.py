"""docs/configuration.md agrees with the models, explains every key, and shows values and defaults as they are."""

import re
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import Field
from typer.testing import CliRunner

from contact_sync.cli.app import app
from contact_sync.config import reference_page
from contact_sync.config.base import Strict
from contact_sync.config.reference_page import page_text, stale_page, write_page
from contact_sync.config.reference_words import Schema, default_in_words, value_in_words
from contact_sync.config.schema import SCHEMAS
from contact_sync.paths import PROJECT
from tests import rules


class Branch(Strict):
    """May hold itself (MAP-1)."""

    size: Annotated[int, Field(ge=1)] = 3
    leaves: tuple["Branch", ...] = Field((), description="More (MAP-2, OUT-1..3).")


class Tree(Strict):
    """Every shape a value can have."""

    word: Literal["one", "two"] | None = Field(None, description="This | that (OUT-4).")
    lift: Annotated[int, Field(le=5)] | None = Field(2, description="Null is a choice of its own.")
    share: Annotated[float, Field(gt=0, lt=1)] = Field(0.5, description="Beyond, OUT-5.")
    flags: dict[str, bool] = Field({"a": True}, description="Free keys.")
    short: str | Branch = Field(Branch(size=4), description="Either.")
    branches: dict[str, Branch] = Field({}, description="Many.")
    branch: Branch


EXPECTED = """\
| key | value | default | meaning | rule |
|---|---|---|---|---|
| `word` | `one`, `two` | – | This \\| that. | OUT-4 |
| `lift` | whole number to 5 or `null` | `2` | Null is a choice of its own. | – |
| `share` | number above 0 below 1 | `0.5` | Beyond, OUT-5. | OUT-5 |
| `flags` | `<name>`: `true`, `false` | `{a: true}` | Free keys. | – |
| `short` | text or [keys](#HERE) | `{size: 4}` | Either. | – |
| `branches` | `<name>`: [keys](#HERE) | `{}` | Many. | – |
| `branch` | [keys](#HERE) | *required* | May hold itself. | MAP-1 |

### `short`, `short.leaves[]`, `branches.<name>`, `branches.<name>.leaves[]`, `branch`, `branch.leaves[]` of a sync

May hold itself.

| key | value | default | meaning | rule |
|---|---|---|---|---|
| `size` | whole number from 1 | `3` |  | MAP-1 |
| `leaves` | list of: [keys](#HERE) | `[]` | More. | MAP-2, OUT-1..3 |
"""


def properties() -> dict[str, tuple[Schema, bool]]:
    """Model and key → the key's schema, and whether it is required."""
    found = {}
    for model in SCHEMAS.values():
        schema = model.model_json_schema()
        for name, each in [(model.__name__, schema), *schema["$defs"].items()]:
            for key, value in each.get("properties", {}).items():
                found[f"{name}.{key}"] = (value, key in each.get("required", []))
    return found


def rows() -> list[list[str]]:
    """The cells of every row of the page."""
    lines = [line.replace("\\|", "/") for line in page_text().splitlines() if line.startswith("| `")]
    return [line.strip("| ").split(" | ") for line in lines]


def test_the_committed_page_is_current() -> None:
    assert [problem.render() for problem in stale_page(PROJECT / "include")] == []


def test_a_stale_page_is_told_and_written(tmp_path: Path) -> None:
    include, page = tmp_path / "include", tmp_path / "docs" / "configuration.md"
    assert (stale_page(include), write_page(include)) == ([], [])  # a deployment without docs

    page.parent.mkdir()
    how = "it is generated from the models. Write it with: contact-sync lint --write-schema"
    assert [found.render() for found in stale_page(include)] == [f"docs/configuration.md: does not exist: {how}"]
    assert (write_page(include), write_page(include)) == ([page], [])
    page.write_text(page.read_text().replace("`10`", "`11`"))
    assert [found.render() for found in stale_page(include)] == [f"docs/configuration.md: is out of date: {how}"]
    assert write_page(include) == [page]
    assert stale_page(include) == []


def test_every_key_is_on_the_page_and_described() -> None:
    described = {name for name, (value, _) in properties().items() if value.get("description")}
    assert set(properties()) - described == set()
    assert len(rows()) >= len(properties())
    assert [row for row in rows() if len(row) != 5 or not all(row)] == []


def test_every_default_is_known_to_the_schema() -> None:
    """A default made by a function would be shown as not set."""
    assert [name for name, (value, required) in properties().items() if not required and "default" not in value] == []


def test_no_value_is_left_unexplained() -> None:
    assert [row for row in rows() if "any value" in row[1]] == []


def test_rules_on_the_page_exist() -> None:
    named = rules.rules_in(" ".join(row[4] for row in rows()))
    assert len(named) > 10
    assert named <= {rule for section in rules.titles().values() for rule in section}


def test_headings_are_unique() -> None:
    """Links between the tables go by them."""
    headings = re.findall(r"^#+ .*$", page_text(), re.MULTILINE)
    assert sorted(set(headings)) == sorted(headings)


def test_every_shape_of_a_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference_page, "SCHEMAS", {"sync.schema.json": Tree})
    page = re.sub(r"\(#short[a-z_-]*-of-a-sync\)", "(#HERE)", page_text())
    assert page.endswith(EXPECTED)


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": ["string", "integer"]}, "text or whole number"),
        ({"type": "string", "format": "date"}, "day"),
        ({"type": "string", "format": "date-time"}, "date-time with zone"),
        ({"type": "array"}, "list of: any value"),
        ({"oneOf": [{"const": "all"}, {"type": "null"}]}, "`all` or `null`"),
        ({"anyOf": [{"type": "string", "maxLength": 3}, {"type": "string"}]}, "text"),
        ({}, "any value"),
    ],
)
def test_values_in_words(schema: Schema, words: str) -> None:
    assert value_in_words(schema, str) == words


@pytest.mark.parametrize(
    ("default", "words"),
    [(None, "–"), (False, "`false`"), ("all", "`all`"), (["a", 1], "`[a, 1]`"), ({"a": {"b": 0.5}}, "`{a: {b: 0.5}}`")],
)
def test_defaults_in_words(default: object, words: str) -> None:
    assert default_in_words({"default": default}, {}) == words


def test_lint_checks_and_writes_the_page(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTACT_SYNC_INCLUDE", str(folder))
    (folder.parent / "docs").mkdir()
    written = CliRunner().invoke(app, ["lint", "--write-schema"])
    assert "wrote docs/configuration.md" in written.stdout.splitlines()
    (folder.parent / "docs" / "configuration.md").unlink()
    checked = CliRunner().invoke(app, ["lint", "--check-schema"])
    assert checked.exit_code == 1
    assert "docs/configuration.md: does not exist: it is generated" in checked.stdout
