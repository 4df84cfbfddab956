"""Reads the configuration folder: `organisation.yaml` and every `syncs/*.yaml`.

A broken file becomes problems with file, line and key; it never stops the others (LIM-4). Reading writes nothing
(CFG-1). `folder` is always the one that holds organisation.yaml and syncs/ (`paths.include_folder()`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from contact_sync.config.organisation import Organisation
from contact_sync.config.problems import ConfigProblem, translate
from contact_sync.config.resolved import ResolvedSync
from contact_sync.config.sync import SyncConfig
from contact_sync.config.warnings import find_warnings
from contact_sync.config.yaml_text import Document, Flaw, dotted, read_yaml
from contact_sync.errors import ConfigError

ORGANISATION_FILE = "organisation.yaml"
SYNCS_FOLDER = "syncs"

_SYNC_ID = re.compile(r"[A-Za-z0-9_.-]{1,200}")
_OWN_DAGS = re.compile(r"contact_sync(s|_.*)|mail_events_import|push_.+")
_LARGEST_FILE = 500_000

ModelT = TypeVar("ModelT", bound=BaseModel)


@dataclass(slots=True)
class SyncFiles:
    """Good syncs by id, in the order of their file names; every error; warnings about good files."""

    syncs: dict[str, ResolvedSync] = field(default_factory=dict)
    problems: list[ConfigProblem] = field(default_factory=list)
    warnings: list[ConfigProblem] = field(default_factory=list)
    organisation: Organisation | None = None


def load_organisation(folder: Path) -> Organisation:
    """Read `organisation.yaml`. Raises ConfigError that lists every problem of the file, one a line."""
    organisation, problems = read_organisation(folder)
    if organisation is None:
        raise ConfigError("\n".join(problem.render() for problem in problems))
    return organisation


def read_organisation(folder: Path) -> tuple[Organisation | None, list[ConfigProblem]]:
    """Read `organisation.yaml`: the organisation, or None and its problems."""
    shown = f"{folder.name}/{ORGANISATION_FILE}"
    document, problems = _read(folder / ORGANISATION_FILE, shown)
    organisation, found = _check(Organisation, document, shown, {})
    problems += found
    return (None if problems else organisation), _with_command(problems, "contact-sync lint")


def load_syncs(folder: Path, only: str | None = None) -> SyncFiles:
    """Read the organisation and its syncs. `only` reads a single sync id; an unknown one gives none."""
    result = SyncFiles()
    result.organisation, result.problems = read_organisation(folder)
    try:
        files = list(_sync_files(folder))
    except OSError as error:
        message = f"cannot be read as a folder: {_reason(error)}. Sync files lie in it, one a sync."
        result.problems.append(ConfigProblem(f"{folder.name}/{SYNCS_FOLDER}", 0, "", message))
        return result
    for path in files:
        if only is None or path.stem == only:
            _load_one(path, f"{folder.name}/{SYNCS_FOLDER}/{path.name}", result)
    if result.organisation is not None:
        result.warnings = find_warnings(folder, result.organisation, result.syncs, whole=only is None)
    return result


def check_sync_id(sync_id: str) -> str | None:
    """What is wrong with a file name that is to be a sync's and its DAG's id; None if nothing is."""
    if not _SYNC_ID.fullmatch(sync_id):
        return f"the file name '{sync_id}' cannot be a DAG id. Use letters, digits, '_', '-' and '.' (at most 200)."
    if _OWN_DAGS.fullmatch(sync_id):
        return f"the file name '{sync_id}' is kept for DAGs of this package. Choose another."
    return None


def _sync_files(folder: Path) -> Iterator[Path]:
    for path in sorted((folder / SYNCS_FOLDER).iterdir(), key=lambda path: path.name):
        if path.suffix.lower() in (".yaml", ".yml") and not path.name.startswith("."):
            yield path


def _load_one(path: Path, shown: str, result: SyncFiles) -> None:
    """Read one file into `result`. Whatever goes wrong stays a problem of this file."""
    problems: list[ConfigProblem] = []
    sync = None
    try:
        sync, problems = _read_sync(path, shown, result.organisation)
    except Exception as error:  # one file must not take down the others, even through a defect of ours
        problems = [ConfigProblem(shown, 0, "", f"could not be checked: {type(error).__name__} inside contact-sync.")]
    result.problems += _with_command(problems, f"contact-sync lint {shown}")
    if sync is not None and not problems:
        result.syncs[path.stem] = sync


def _read_sync(
    path: Path, shown: str, organisation: Organisation | None
) -> tuple[ResolvedSync | None, list[ConfigProblem]]:
    problems: list[ConfigProblem] = []
    wrong_name = check_sync_id(path.stem)
    if path.suffix != ".yaml":
        wrong_name = f"the file name must end in '.yaml', not '{path.suffix}'. Rename the file."
    if wrong_name:
        problems.append(ConfigProblem(shown, 0, "", wrong_name))
    document, found = _read(path, shown)
    sync, more = _resolve(path.stem, document, shown, organisation)
    problems += found + more
    return (None if problems else sync), problems


def check_sync_file(path: Path, organisation: Organisation | None) -> list[ConfigProblem]:
    """Every problem of one file that may lie anywhere, such as a draft."""
    return _read_sync(path, str(path), organisation)[1]


def check_sync_text(sync_id: str, text: str, shown: str, organisation: Organisation) -> list[ConfigProblem]:
    """Every problem of a text that is to become the file `shown`."""
    document, problems = _document(text, shown)
    return problems + _resolve(sync_id, document, shown, organisation)[1]


def read_sync_as(
    sync_id: str, path: Path, organisation: Organisation
) -> tuple[ResolvedSync | None, list[ConfigProblem]]:
    """The sync as a file that may lie anywhere would make it, or None and every problem of that file."""
    document, problems = _read(path, str(path))
    sync, more = _resolve(sync_id, document, str(path), organisation)
    problems += more
    return (None if problems else sync), problems


def _resolve(
    sync_id: str, document: Document | None, shown: str, organisation: Organisation | None
) -> tuple[ResolvedSync | None, list[ConfigProblem]]:
    config, problems = _check(SyncConfig, document, shown, {"organisation": organisation})
    if config is None or organisation is None:
        return None, problems
    return ResolvedSync.of(sync_id, shown, config, organisation), problems


def _read(path: Path, shown: str) -> tuple[Document | None, list[ConfigProblem]]:
    """The YAML of a file, None if there is nothing to check; flaws of the text as problems."""
    try:
        if not path.is_file() and path.exists():
            return None, [ConfigProblem(shown, 0, "", "is not an ordinary file.")]
        if path.stat().st_size > _LARGEST_FILE:
            hint = "Shorten it, or move it elsewhere if it is no configuration."
            return None, [ConfigProblem(shown, 0, "", f"is larger than {_LARGEST_FILE:,} bytes. {hint}")]
        raw = path.read_bytes()
    except OSError as error:
        return None, [ConfigProblem(shown, 0, "", f"cannot be read: {_reason(error)}.")]
    try:
        return _document(raw.decode("utf-8-sig"), shown)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return None, [ConfigProblem(shown, line, "", "is not UTF-8. Save the file in that encoding.")]


def _document(text: str, shown: str) -> tuple[Document | None, list[ConfigProblem]]:
    document = read_yaml(text)
    if document.value is not None and not isinstance(document.value, dict):
        document.flaws.append(Flaw(1, "", "must be a mapping of keys (key: value) at the top level."))
    problems = [ConfigProblem(shown, flaw.line, flaw.key, flaw.message) for flaw in document.flaws]
    return (document if isinstance(document.value, dict) else None), problems


def _check(
    model: type[ModelT], document: Document | None, shown: str, context: dict[str, Organisation | None]
) -> tuple[ModelT | None, list[ConfigProblem]]:
    if document is None:
        return None, []
    try:
        return model.model_validate(document.value, context=context), []
    except ValidationError as error:
        return None, translate(error, model, document, shown)


def _with_command(problems: list[ConfigProblem], command: str) -> list[ConfigProblem]:
    return [replace(problem, next_command=command) for problem in problems]


def _reason(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()


def line_of(folder: Path, problem: ConfigProblem) -> int:
    """The line of the key that a problem names, or of the nearest one above it; 0 if the file does not say."""
    document, _ = _read(folder.parent / problem.file, problem.file)
    lines = {dotted(path): line for path, line in document.lines.items()} if document else {}
    key = problem.key
    while key and key not in lines:
        key = key.rpartition(".")[0]
    return lines.get(key, 0) if key else 0


def sync_ids(folder: Path) -> list[str]:
    """The ids of all sync files, broken ones too. Raises OSError if there is no such folder."""
    return [path.stem for path in _sync_files(folder)]
