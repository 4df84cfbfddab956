"""JSON Schema of the YAML files, for editors: `include/schema/*.schema.json`, generated and committed.

`contact-sync lint --write-schema` makes them, `--check-schema` and a test find them out of date.
"""

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from contact_sync.config.organisation import Organisation
from contact_sync.config.problems import ConfigProblem
from contact_sync.config.sync import SyncConfig

SCHEMAS: dict[str, type[BaseModel]] = {
    "sync.schema.json": SyncConfig,
    "organisation.schema.json": Organisation,
}
_TITLES = {
    "sync.schema.json": "A sync of contact sync",
    "organisation.schema.json": "The organisation and its accounts",
}
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_text(file_name: str) -> str:
    """The text of one schema file, the same on every machine."""
    schema: dict[str, Any] = {"$schema": _DIALECT}
    schema |= SCHEMAS[file_name].model_json_schema()
    _drop_titles(schema)
    schema["title"] = _TITLES[file_name]
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def write_schemas(folder: Path) -> list[Path]:
    """Write every schema into `folder`/schema; returns the files that changed."""
    changed = []
    for file_name in SCHEMAS:
        path, text = folder / "schema" / file_name, schema_text(file_name)
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            changed.append(path)
    return changed


def stale_schemas(folder: Path) -> list[ConfigProblem]:
    """A problem for every schema file that is missing or differs from the models."""
    problems = []
    for file_name in SCHEMAS:
        path = folder / "schema" / file_name
        if not path.is_file() or path.read_text(encoding="utf-8") != schema_text(file_name):
            state = "is out of date" if path.is_file() else "does not exist"
            message = f"{state}: it is generated from the models. Write it with: contact-sync lint --write-schema"
            problems.append(ConfigProblem(f"{folder.name}/schema/{file_name}", 0, "", message))
    return problems


def _drop_titles(node: Any) -> None:
    """Titles made from attribute names only repeat the key; a property that is called title stays."""
    if isinstance(node, dict):
        if isinstance(node.get("title"), str):
            del node["title"]
        for child in node.values():
            _drop_titles(child)
    elif isinstance(node, list):
        for child in node:
            _drop_titles(child)
