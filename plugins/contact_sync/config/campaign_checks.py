"""What lint says of campaign settings: lists that nobody knows, fields that a push switch writes, too."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from contact_sync.config.base import close_match
from contact_sync.config.campaigns import CampaignSettings
from contact_sync.config.online import Metadata
from contact_sync.config.organisation import Organisation
from contact_sync.config.problems import ConfigProblem, Severity
from contact_sync.config.push import PushSettings
from contact_sync.config.push_online import missing_fields
from contact_sync.config.resolved import ResolvedSync


def campaign_warnings(
    folder: Path, organisation: Organisation, syncs: Mapping[str, ResolvedSync]
) -> list[ConfigProblem]:
    """Warnings, when all syncs were read: which lists there are only they tell."""
    lists = {sync.list_name for sync in syncs.values()}
    found: list[ConfigProblem] = []
    for account, profile in organisation.accounts.items():
        known = lists | {switch.list_name for _, _, switch in profile.push.switches()}
        found += _misspelt(folder, account, profile.campaigns, known)
        found += _written_twice(folder, account, profile.campaigns, profile.push)
    return found


def check_campaigns(folder: Path, account: str, campaigns: CampaignSettings, metadata: Metadata) -> list[ConfigProblem]:
    """Every module and field of an account's status fields that it does not have: `lint --online`."""
    found: list[ConfigProblem] = []
    for position, each in enumerate(campaigns.status_fields):
        key = f"accounts.{account}.campaigns.status_fields[{position}]"
        found += missing_fields(folder, account, key, each.module, {each.field: "field"}, metadata)
    if campaigns.create or campaigns.read:
        found += missing_fields(folder, account, f"accounts.{account}.campaigns", "Campaigns", {}, metadata)
    return found


def _misspelt(folder: Path, account: str, wanted: CampaignSettings, known: Iterable[str]) -> Iterator[ConfigProblem]:
    """A list that nothing else names may come from the mailer alone; a close match speaks for a misspelling."""
    named = [(f"lists[{position}]", name) for position, name in enumerate(wanted.lists)]
    named += [(f"status_fields[{position}].list", each.list_name) for position, each in enumerate(wanted.status_fields)]
    for below, name in named:
        close = None if name in known else close_match(name, tuple(known))
        if close:
            message = f"no sync and no push switch names a list '{name}'."
            yield _problem(folder, f"accounts.{account}.campaigns.{below}", message, "warning", close)


def _written_twice(folder: Path, account: str, wanted: CampaignSettings, push: PushSettings) -> Iterator[ConfigProblem]:
    by_switch = {
        (module, target): event
        for module, event, switch in push.switches()
        for target in (switch.status_field, *(name for name, value in switch.custom.items() if value.response))
        if target
    }
    for position, each in enumerate(wanted.status_fields):
        event = by_switch.get((each.module, each.field))
        if event:
            message = (
                f"{each.module}.{each.field} also takes the member status of push.{each.module.lower()}.{event}, which "
                "never goes back from Clicked to Opened; this one is always that of the latest campaign (CAMP-8)."
            )
            yield _problem(folder, f"accounts.{account}.campaigns.status_fields[{position}].field", message, "hint")


def _problem(folder: Path, key: str, message: str, severity: Severity, close: str | None = None) -> ConfigProblem:
    return ConfigProblem(f"{folder.name}/organisation.yaml", 0, key, message, (), close, None, severity)
