"""What lint says about files that are in order: consequences of a choice that a person may not have thought of.

A hint is no warning: nothing is to be mended. Hints are made for people who ask, never while DAGs are parsed.
"""

from collections.abc import Iterable, Iterator

from contact_sync.config.criteria import related_modules
from contact_sync.config.problems import ConfigProblem
from contact_sync.config.resolved import ResolvedSync

ONLINE = "Check now with: contact-sync lint --online"


def find_hints(syncs: Iterable[ResolvedSync], *, online: bool) -> list[ConfigProblem]:
    """All hints about good syncs; with `online` none about what is checked against the accounts anyway."""
    found: list[ConfigProblem] = []
    for sync in syncs:
        found += [*_related(sync), *_bounded(sync), *_keeps_deleted(sync)]
        if not online:
            found += [*_by_metadata(sync), *_custom_fields(sync)]
    return found


def _related(sync: ResolvedSync) -> Iterator[ConfigProblem]:
    """RET-2: a change of a related record is no change of the record itself."""
    modules = related_modules(sync.criteria) if sync.criteria else ()
    if modules and sync.each_fetch == "changes":
        message = f"records that come to meet the criteria through {' or '.join(modules)} alone"
        yield _hint(sync, "each_fetch", f"{message} are found for sure only by each_fetch: all (RET-2).")


def _bounded(sync: ResolvedSync) -> Iterator[ConfigProblem]:
    if sync.after_by_policy and sync.retrieve_after is not None:
        day = sync.retrieve_after.astimezone(sync.schedule.zone).date()
        message = f"'all' is read as from {day} on ({sync.schedule.timezone}), the earliest day for Creator (RET-3)."
        yield _hint(sync, "retrieve", f"{message} Policies: creator_all, max_lookback_days.")


def _keeps_deleted(sync: ResolvedSync) -> Iterator[ConfigProblem]:
    """ADV-2: the default, where nobody has written a choice; a sync that runs once never learns of a deletion."""
    if "deleted" not in sync.options.model_fields_set and sync.schedule.frequency != "once":
        message = "not given, so 'keep': people stay in the list when their record is deleted at the source (ADV-2)."
        yield _hint(sync, "options.deleted", f"{message} Also possible: remove_from_list, remove_from_org.")


def _by_metadata(sync: ResolvedSync) -> Iterator[ConfigProblem]:
    if sync.email_by_metadata:
        message = "not given: resolved from the account's metadata at the first run, where exactly one field of type"
        yield _hint(sync, "mapping.email", f"{message} e-mail is needed (MAP-1). {ONLINE}")


def _custom_fields(sync: ResolvedSync) -> Iterator[ConfigProblem]:
    if sync.kind == "recruit" and sync.policies.custom_fields == "criteria_only" and sync.scope != "criteria":
        message = "custom fields are not allowed here; which fields are custom only the account knows (SRC-9)."
        yield _hint(sync, "mapping", f"{message} {ONLINE}")


def _hint(sync: ResolvedSync, key: str, message: str) -> ConfigProblem:
    return ConfigProblem(sync.file, 0, key, message, severity="hint")
