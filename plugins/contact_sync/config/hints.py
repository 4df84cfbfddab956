"""What lint says about files that are in order: consequences of a choice that a person may not have thought of.

A hint is no warning: nothing is to be mended. Hints are made for people who ask, never while DAGs are parsed.
"""

from collections.abc import Iterable, Iterator

from contact_sync.config.criteria import related_modules
from contact_sync.config.problems import ConfigProblem
from contact_sync.config.resolved import ResolvedSync

ONLINE = "Check now with: contact-sync lint --online"
IN_AND_OUT = (
    "whom this sync takes out comes back with the next fetch there that reads the record, and leaves again with the "
    "next one here: in and out every day if both run daily and read all"
)
CONTRADICTIONS = {
    "opt_out": ("dont_exclude", f"{IN_AND_OUT} (ADV-1)"),
    "deleted": ("keep", "people leave with this sync's fetch once no live record supplies them, whoever else would "
                        "keep them (ADV-2)"),
    "unsubscribed": ("keep", f"{IN_AND_OUT}; nobody is subscribed by it (ADV-3)"),
}  # fmt: skip
"""The choice of each option that keeps people, and what comes of it beside a sync that removes them."""


def find_hints(
    syncs: Iterable[ResolvedSync], *, online: bool, among: Iterable[ResolvedSync] = ()
) -> list[ConfigProblem]:
    """All hints about good syncs; with `online` none about what is checked against the accounts anyway.

    among: all good syncs, for what two of them do to each other.
    """
    found: list[ConfigProblem] = []
    others = list(among)
    for sync in syncs:
        found += [*_related(sync), *_bounded(sync), *_keeps_deleted(sync), *_contradicted(sync, others)]
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


def _contradicted(sync: ResolvedSync, others: list[ResolvedSync]) -> Iterator[ConfigProblem]:
    """ADV-1 to ADV-3: of two syncs into one list one takes people out, and the other keeps them or brings them back."""
    if sync.schedule.frequency == "once":
        return
    others = [each for each in others if each.list_name == sync.list_name and each.schedule.frequency != "once"]
    for option, (keeps, then) in CONTRADICTIONS.items():
        choice = getattr(sync.options, option)
        keeping = [each for each in others if getattr(each.options, option) == keeps]
        if choice == keeps or not keeping:
            continue
        files = " and ".join(each.file for each in keeping)
        message = f"is '{choice}' here and '{keeps}' in {files}, which feeds '{sync.list_name}', too: {then}."
        yield _hint(sync, f"options.{option}", message)


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
