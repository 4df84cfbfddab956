"""docs/configuration.md: every key of the YAML files, generated from the models and committed.

Made from the same JSON Schema as include/schema, so the page cannot say what editors and the loader do not. Rules are
the ids in the descriptions of keys and models. `contact-sync lint --write-schema` makes it, `--check-schema` and a test
find it out of date. A deployment without a docs folder has no page, and none is asked for.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from contact_sync.config.problems import ConfigProblem
from contact_sync.config.reference_words import (
    Schema,
    default_in_words,
    references,
    rules_in,
    value_in_words,
    without_null,
    without_rules,
)
from contact_sync.config.schema import SCHEMAS

PAGE = "configuration.md"
FILES = {
    "sync.schema.json": ("A sync: include/syncs/*.yaml", "of a sync"),
    "organisation.schema.json": ("The organisation: include/organisation.yaml", "of organisation.yaml"),
}
"""Schema → heading of its part of the page, and how the headings below it end: anchors must be unique."""
HEAD = """\
# Configuration

Every key of the YAML files, generated from the models by `contact-sync lint --write-schema`; do not edit.

- *required*: the key must be given. –: left out (or `null`), it is not set. Unknown keys are refused.
- `<name>` stands for names of your own choice; *keys* leads to the keys that may stand below.
- The rules are listed in [rules.md](rules.md). Connections hold the secrets; no file does.
"""


@dataclass
class _Part:
    """One YAML file of the page: its schema, and at which keys each model stands, in reading order."""

    schema: Schema
    ending: str
    places: dict[str, list[str]] = field(default_factory=dict)

    def find_places(self, model: Schema, prefix: str = "", above: tuple[str, ...] = ()) -> None:
        """Fill `places` with the models below one; `above` are those around it, for a model that holds itself."""
        found = [each for key, value in model["properties"].items() for each in references(value, f"{prefix}{key}")]
        for path, name in found:
            self.places.setdefault(name, []).append(path)
            if name not in above and "properties" in self.model(name):
                self.find_places(self.model(name), f"{path}.", (*above, name))

    def model(self, name: str) -> Schema:
        found: Schema = self.schema["$defs"][name]
        return found

    def heading(self, name: str) -> str:
        """Where a model stands; of several that may stand there each is told by its first key."""
        words = ", ".join(f"`{path}`" for path in self.places[name])
        rivals = [each for each in self.places if self.places[each] == self.places[name]]
        if len([each for each in rivals if "properties" in self.model(each)]) > 1:
            words += f" with `{next(iter(self.model(name)['properties']))}`"
        return f"{words} {self.ending}"

    def link(self, name: str) -> str:
        """What stands for a model in the column of values."""
        if "properties" not in self.model(name):
            return value_in_words(self.model(name), self.link)
        anchor = re.sub(r"[^\w\- ]", "", self.heading(name).lower()).replace(" ", "-")
        return f"[keys](#{anchor})"


def page_text() -> str:
    """The text of the page, the same on every machine."""
    blocks = [HEAD]
    for file_name, model in SCHEMAS.items():
        title, ending = FILES[file_name]
        part = _Part(model.model_json_schema(), ending)
        part.find_places(part.schema)
        blocks.append(f"## {title}\n\n{_table(part, part.schema)}")
        for name in part.places:
            if "properties" in part.model(name):
                blocks.append(f"### {part.heading(name)}\n\n{_about(part.model(name))}{_table(part, part.model(name))}")
    return "\n".join(blocks)


def write_page(folder: Path) -> list[Path]:
    """Write the page into docs/ beside `folder`; returns the files that changed: one or none."""
    return write_generated(folder, PAGE, page_text())


def stale_page(folder: Path) -> list[ConfigProblem]:
    """A problem if the page in docs/ beside `folder` is missing or differs from the models."""
    return stale_generated(folder, PAGE, page_text(), "the models")


def write_generated(folder: Path, name: str, text: str) -> list[Path]:
    """Write a page of docs/ beside `folder` if it differs; returns the files that changed: one or none."""
    path = folder.parent / "docs" / name
    if not path.parent.is_dir() or (path.is_file() and path.read_text(encoding="utf-8") == text):
        return []
    path.write_text(text, encoding="utf-8")
    return [path]


def stale_generated(folder: Path, name: str, text: str, source: str) -> list[ConfigProblem]:
    """A problem if a page of docs/ beside `folder` is missing or is not `text`, which is generated from `source`."""
    path = folder.parent / "docs" / name
    if not path.parent.is_dir() or (path.is_file() and path.read_text(encoding="utf-8") == text):
        return []
    state = "is out of date" if path.is_file() else "does not exist"
    message = f"{state}: it is generated from {source}. Write it with: contact-sync lint --write-schema"
    return [ConfigProblem(f"{path.parent.name}/{path.name}", 0, "", message)]


def _table(part: _Part, model: Schema) -> str:
    rows = ["| key | value | default | meaning | rule |", "|---|---|---|---|---|"]
    inherited = rules_in(model.get("description", ""))
    for key, value in model["properties"].items():
        described = " ".join(_description(part, value).split())
        required = key in model.get("required", [])
        given = value if required or value.get("default") is not None else without_null(value)
        cells = [
            f"`{key}`",
            value_in_words(given, part.link),
            "*required*" if required else default_in_words(value, part.schema),
            without_rules(described),
            ", ".join(rules_in(described) or inherited) or "–",
        ]
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows) + "\n"


def _about(model: Schema) -> str:
    text = without_rules(" ".join(model.get("description", "").split()))
    return f"{text}\n\n" if text else ""


def _description(part: _Part, value: Schema) -> str:
    """Of the key, or else of the model that it holds."""
    names = [name for _, name in references(value, "")]
    return str(value.get("description") or (part.model(names[0]).get("description", "") if names else ""))
