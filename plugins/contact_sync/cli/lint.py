"""`contact-sync lint`: every problem of the configuration files, with line, allowed values and close match.

Looks at sync files, organisation.yaml and the suites of include/expectations. A sync whose suite does not exist would
fail in every run, so here that is an error. `--online` also asks the accounts, `--forecast` the warehouse for what runs
cost so far; for renamed files it is asked if it is at hand. Writes nothing, unless `--write-schema` asks for the
generated files, or `--register` for the registry of the warehouse (CFG-1).
"""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from contact_sync.cli.arguments import AsOutput, Output, sync_names
from contact_sync.cli.console import PROBLEMS_FOUND, UsageMistake, working
from contact_sync.cli.lint_forecast import check_credits
from contact_sync.cli.lint_online import check_online
from contact_sync.cli.lint_registry import check_renamed, check_slots, register_all
from contact_sync.cli.lint_told import Told
from contact_sync.errors import ConfigError
from contact_sync.paths import include_folder

if TYPE_CHECKING:
    from contact_sync.config.loader import SyncFiles
    from contact_sync.config.problems import ConfigProblem
    from contact_sync.config.resolved import ResolvedSync
    from contact_sync.stages.states import Sight

Files = Annotated[
    list[str] | None,
    typer.Argument(metavar="[FILES]...", help="Files or sync ids; none: all of them.", autocompletion=sync_names),
]
CheckSchema = Annotated[bool, typer.Option("--check-schema", help="Also fail if a generated file is out of date.")]
WriteSchema = Annotated[
    bool,
    typer.Option(
        "--write-schema", help="Generate include/schema/*.json, docs/configuration.md and docs/commands.md first."
    ),
]

Online = Annotated[
    bool, typer.Option("--online", help="Also ask the accounts: modules, views, fields, custom fields, plans.")
]
Forecast = Annotated[
    bool, typer.Option("--forecast", help="Also tell the API credits that the coming runs are likely to cost.")
]
Register = Annotated[
    bool, typer.Option("--register", help="Also write each good sync into the warehouse's registry, without a run.")
]


def lint(
    files: Files = None,
    online: Online = False,
    forecast: Forecast = False,
    register: Register = False,
    check_schema: CheckSchema = False,
    write_schema: WriteSchema = False,
    output: AsOutput = Output.TEXT,
) -> None:
    """Check sync files, organisation.yaml and suites. Exit code 1 if there are errors."""
    from contact_sync.cli.commands_page import stale_commands, write_commands
    from contact_sync.config.hints import find_hints
    from contact_sync.config.loader import line_of, load_syncs
    from contact_sync.config.notifiers import notifier_problems
    from contact_sync.config.push_checks import push_hints
    from contact_sync.config.reference_page import stale_page, write_page
    from contact_sync.config.schema import stale_schemas, write_schemas

    folder = include_folder()
    told = Told(output)
    if write_schema:
        written = [*write_schemas(folder), *write_page(folder), *write_commands(folder)]
        told.wrote([str(path.relative_to(folder.parent)) for path in written])
    loaded = load_syncs(folder)
    paths = list(dict.fromkeys(_find(name, folder) for name in files or ()))
    chosen = _good(folder, paths, loaded) if files else dict(loaded.syncs)
    found, checked = _chosen(folder, paths, loaded) if files else _all(folder, loaded)
    found += find_hints(chosen.values(), online=online, among=loaded.syncs.values())
    if online:
        with working("Asking the accounts"):
            found += check_online(chosen.values(), folder, None if files else loaded.organisation)
    if forecast and loaded.organisation:
        coming = check_credits(chosen.values(), loaded.organisation, folder, datetime.now(UTC))
        told.forecast(coming)
        found += [replace(each, line=line_of(folder, each)) for each in coming.problems]
    renamed, not_checked = check_renamed(chosen, folder, asked=online or register)
    found += renamed
    if not files and loaded.organisation:
        problems = [*push_hints(folder, loaded.organisation), *notifier_problems(folder, loaded.organisation)]
        found += [replace(each, line=line_of(folder, each)) for each in problems]
    if not files:
        problems = check_slots(loaded, folder, datetime.now(UTC), asked=online)
        found += [replace(each, line=line_of(folder, each)) for each in problems]
    if check_schema:
        found += stale_schemas(folder) + stale_page(folder) + stale_commands(folder)
    told.report(found, checked, not_checked)
    broken = {each.file for each in found if each.severity == "error"}
    try:
        if register:
            refused = sorted(file for file in broken if file.startswith(f"{folder.name}/syncs/"))
            told.registered(_register(loaded, chosen, broken), refused)
    finally:
        told.end()
    if broken:
        raise typer.Exit(PROBLEMS_FOUND)


def _all(folder: Path, loaded: "SyncFiles") -> tuple[list["ConfigProblem"], int]:
    from contact_sync.config.loader import sync_ids

    try:
        checked = len(sync_ids(folder))
    except OSError:
        checked = 0
    return _of_syncs(loaded) + _of_suites(folder), checked


def _good(folder: Path, paths: list[Path], loaded: "SyncFiles") -> dict[str, "ResolvedSync"]:
    """The good syncs among the files that were named."""
    inside = {path.stem for path in paths if path.parent.resolve() == (folder / "syncs").resolve()}
    return {sync_id: sync for sync_id, sync in loaded.syncs.items() if sync_id in inside}


def _chosen(folder: Path, paths: list[Path], loaded: "SyncFiles") -> tuple[list["ConfigProblem"], int]:
    """Problems of the files that were named. Those of organisation.yaml always count: they hide others."""
    from contact_sync.config.loader import ORGANISATION_FILE, check_sync_file

    everything, suites = _of_syncs(loaded), _of_suites(folder)
    organisation = f"{folder.name}/{ORGANISATION_FILE}"
    found = [problem for problem in everything if problem.file == organisation]
    for path in paths:
        if path.parent.resolve() == (folder / "syncs").resolve():
            found += [problem for problem in everything if problem.file == f"{folder.name}/syncs/{path.name}"]
            sync = loaded.syncs.get(path.stem)
            found += _about(suites, sync.suite) if sync else []
        elif path.parent.resolve() == (folder / "expectations").resolve():
            found += _about(suites, path.stem)
        elif path.resolve() != (folder / ORGANISATION_FILE).resolve():
            found += check_sync_file(path, loaded.organisation)
    return list(dict.fromkeys(found)), len(paths)  # two syncs may share a broken suite


def _of_syncs(loaded: "SyncFiles") -> list["ConfigProblem"]:
    """Problems and warnings; a suite that does not exist is a warning only to those who do not run it."""
    found = loaded.problems + loaded.warnings
    return [replace(each, severity="error") if each.key == "validation.suite" else each for each in found]


def _of_suites(folder: Path) -> list["ConfigProblem"]:
    from contact_sync.config.problems import ConfigProblem
    from contact_sync.stages.suites import check_suites

    return [ConfigProblem(flaw.file, flaw.line, "", flaw.message) for flaw in check_suites(folder)]


def _about(suites: list["ConfigProblem"], name: str) -> list["ConfigProblem"]:
    """Those of one suite, and that there is none at all."""
    return [each for each in suites if each.file.endswith((f"/{name}.yaml", "/expectations"))]


def _find(name: str, folder: Path) -> Path:
    """The file that a person means: a path from here, from the project, or the id of a sync."""
    for path in (Path(name), folder.parent / name, folder / "syncs" / f"{name}.yaml"):
        if path.is_file():
            return path
    from contact_sync.cli.find import unknown_sync

    raise UsageMistake(f"there is no file or sync '{name}'.{unknown_sync(Path(name).stem, folder)}")


def _register(loaded: "SyncFiles", chosen: dict[str, "ResolvedSync"], broken: set[str]) -> list["Sight"]:
    """Register the chosen syncs whose files have no error, suites and accounts included as far as they were asked."""
    if loaded.organisation is None:
        raise ConfigError("nothing was registered: every sync depends on organisation.yaml. Mend its errors first.")
    return register_all([sync for sync in chosen.values() if sync.file not in broken], datetime.now(UTC))
