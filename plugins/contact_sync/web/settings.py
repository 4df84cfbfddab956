"""The settings of a sync as lines for people: facts, and each advanced option with since when it holds.

An option binds the records that the sync took first while it held (ADV-5), so its moment matters as much as its value.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contact_sync.config.resolved import ResolvedSync

OPTIONS = ("opt_out", "deleted", "unsubscribed", "converted")
_DEFAULTS = {"opt_out": "dont_exclude", "deleted": "keep", "unsubscribed": "keep", "converted": "ignore_everywhere"}


@dataclass(frozen=True, slots=True)
class Option:
    """An advanced option; since: when a run first saw its present value, None while none has."""

    name: str
    value: str
    since: datetime | None


def facts(sync: ResolvedSync) -> list[tuple[str, str]]:
    """What it reads, when, and where to: words and values."""
    told = [
        ("Reads", _source(sync)),
        ("Into the list", sync.list_name),
        ("When", sync.schedule.in_words()),
        (
            "Each fetch",
            "all data" if sync.each_fetch == "all" else f"changes, {sync.overlap_minutes} minutes of overlap",
        ),
        (
            "First fetch",
            "all data" if sync.retrieve_after is None else f"changes after {sync.retrieve_after:%Y-%m-%d %H:%M} UTC",
        ),
        ("Unapproved records", "left out" if sync.unapproved == "skip" else "taken, too"),
        ("Push to Recruit", _push(sync)),
        ("A person is asked before", _guard(sync)),
        ("Created", sync.created.isoformat()),
        ("Owner", sync.owner or "not named"),
        ("File", sync.file),
    ]
    if sync.active_until is not None:
        told.insert(3, ("Active until", sync.active_until.isoformat()))
    return told


def options_since(sync: ResolvedSync, versions: Sequence[dict[str, Any]]) -> list[Option]:
    """Each advanced option with the moment of its present value. versions: as page/versions tells them."""
    names = OPTIONS if sync.kind == "recruit" and sync.module == "Candidates" else OPTIONS[:-1]
    return [_option(name, str(getattr(sync.options, name)), versions) for name in names]


def _option(name: str, value: str, versions: Sequence[dict[str, Any]]) -> Option:
    """Backwards through the moments at which configurations came into force, as long as they had this value."""
    moments = sorted(
        ((moment, _value(version, name)) for version in versions for moment in _moments(version)), reverse=True
    )
    since = None
    for moment, held in moments:
        if held != value:
            break
        since = moment
    return Option(name, value, since)


def _moments(version: dict[str, Any]) -> set[datetime]:
    return {version["registered_at"], version["in_force_since"]}


def _value(version: dict[str, Any], name: str) -> str:
    return str((version["settings"].get("options") or {}).get(name, _DEFAULTS[name]))


def _source(sync: ResolvedSync) -> str:
    if sync.report is not None:
        return f"report {sync.report.report} of the application {sync.report.application}, account {sync.account}"
    scope = f"view '{sync.view}'" if sync.view else "by criteria" if sync.criteria else "all records"
    return f"{sync.module} of account {sync.account}, {scope}"


def _push(sync: ResolvedSync) -> str:
    if not sync.push_switches:
        return "no switch of the account names this list"
    switches = ", ".join(
        f"{each.module} who {each.event} a campaign ({'on' if each.enabled else 'off'})" for each in sync.push_switches
    )
    return switches if sync.push else f"off in this sync; switches of the list: {switches}"


def _guard(sync: ResolvedSync) -> str:
    guard = sync.options.guard
    return f"more than {guard.memberships} members and {guard.share:.0%} of the list leave at once"
