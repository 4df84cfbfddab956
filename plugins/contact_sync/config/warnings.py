"""What lint warns about in files that are good each on its own: spellings, missing suites, clocks that differ.

A warning never keeps a sync from running.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from contact_sync.config.base import close_match
from contact_sync.config.campaign_checks import campaign_warnings
from contact_sync.config.organisation import Organisation
from contact_sync.config.problems import ConfigProblem
from contact_sync.config.push_checks import push_warnings
from contact_sync.config.resolved import ResolvedSync
from contact_sync.config.schedule import in_both_zones
from contact_sync.core.mapping_types import USUAL_MODULES


def find_warnings(
    folder: Path, organisation: Organisation, syncs: Mapping[str, ResolvedSync], *, whole: bool
) -> list[ConfigProblem]:
    """Warnings about `syncs`; those that compare files only when `whole` of the folder was read."""
    found: list[ConfigProblem] = []
    suites = sorted(path.stem for path in (folder / "expectations").glob("*.yaml"))
    for sync in syncs.values():
        found += [*_missing_suite(folder, sync, suites), *_modules(sync, organisation), *_clocks(sync)]
    if whole:
        found += _list_spellings(syncs)
        found += _switch_spellings(folder, organisation, syncs)
        found += push_warnings(folder, organisation, syncs)
        found += campaign_warnings(folder, organisation, syncs)
        found += _same_names(syncs)
        found += _field_types(syncs)
    return found


def same_spelling(name: str) -> str:
    """A name without regard to case and runs of spaces."""
    return " ".join(name.split()).casefold()


def _warning(sync: ResolvedSync, key: str, message: str, close: str | None = None) -> ConfigProblem:
    return ConfigProblem(sync.file, 0, key, message, (), close, None, "warning")


def _list_spellings(syncs: Mapping[str, ResolvedSync]) -> list[ConfigProblem]:
    first: dict[str, ResolvedSync] = {}
    found = []
    for sync in syncs.values():
        other = first.setdefault(same_spelling(sync.list_name), sync)
        if other.list_name != sync.list_name:
            differs = f"'{sync.list_name}' differs from '{other.list_name}' in {other.file} only in case or spaces"
            found.append(_warning(sync, "list", f"{differs}: these are two lists.", other.list_name))
    return found


def _switch_spellings(
    folder: Path, organisation: Organisation, syncs: Mapping[str, ResolvedSync]
) -> list[ConfigProblem]:
    fed = {sync.list_name for sync in syncs.values()}
    by_spelling = {same_spelling(name): name for name in sorted(fed)}
    found = []
    for account, profile in organisation.accounts.items():
        for module, event, switch in profile.push.switches():
            meant = by_spelling.get(same_spelling(switch.list_name))
            if meant and switch.list_name not in fed:
                key = f"accounts.{account}.push.{module.lower()}.{event}.list"
                message = f"'{switch.list_name}' differs from '{meant}' only in case or spaces: no sync feeds it."
                file = f"{folder.name}/organisation.yaml"
                found.append(ConfigProblem(file, 0, key, message, (), meant, None, "warning"))
    return found


def _same_names(syncs: Mapping[str, ResolvedSync]) -> list[ConfigProblem]:
    first: dict[str, ResolvedSync] = {}
    found = []
    for sync in syncs.values():
        other = first.setdefault(same_spelling(sync.name), sync)
        if other is not sync:
            found.append(_warning(sync, "name", f"'{sync.name}' is also the name of {other.file}."))
    return found


def _field_types(syncs: Mapping[str, ResolvedSync]) -> list[ConfigProblem]:
    """A contact field is one, whichever sync fills it: who reads it expects values of one type (MAP-2)."""
    first: dict[str, tuple[str, str]] = {}
    found = []
    for sync in syncs.values():
        for line in sync.mapping:
            kind, file = first.setdefault(line.target, (line.type, sync.file))
            if kind != line.type:
                message = f"is of type '{line.type}' here, and of type '{kind}' in {file}: it would hold both (MAP-2)."
                found.append(_warning(sync, f"mapping.fields.{line.target}", message))
    return found


def _modules(sync: ResolvedSync, organisation: Organisation) -> Iterator[ConfigProblem]:
    """A slip of the pen makes a custom module; and Contacts where Zoho's help denies them (ACC-5)."""
    profile = organisation.accounts[sync.account]
    meant = close_match(sync.module, USUAL_MODULES)
    if sync.kind == "recruit" and profile.modules is None and meant and meant != sync.module:
        yield _warning(sync, "source.module", f"'{sync.module}' is taken for a custom module (SRC-1).", meant)
    if sync.module == "Contacts" and profile.type == "staffing_agency":
        message = "Zoho's help grants this to accounts of type corporate_hr only; here the account's metadata decides"
        yield _warning(sync, "source.module", f"{message} (ACC-5). Policy: contacts_module.")


def _clocks(sync: ResolvedSync) -> Iterator[ConfigProblem]:
    """A Creator sync in another zone than its application's: people read its times by two clocks (RET-8)."""
    if sync.report is None or sync.schedule.at is None:
        return
    other = in_both_zones(sync.schedule.at, sync.schedule.timezone, sync.report.timezone, sync.created.year)
    if other is not None:
        yield _warning(sync, "schedule.timezone", f"is not the application's: {other} (RET-8).")


def _missing_suite(folder: Path, sync: ResolvedSync, suites: list[str]) -> list[ConfigProblem]:
    if not suites or sync.suite in suites:
        return []
    message = f"'{sync.suite}' is not a suite: there is no file of that name in {folder.name}/expectations."
    close = close_match(sync.suite, suites)
    return [ConfigProblem(sync.file, 0, "validation.suite", message, tuple(suites), close, None, "warning")]
