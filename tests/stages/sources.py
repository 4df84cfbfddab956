"""Sync files of tests: written as people write them, loaded with the example organisation."""

from typing import Any

import yaml

from contact_sync.config.loader import check_sync_text
from contact_sync.config.organisation import Organisation
from contact_sync.config.resolved import ResolvedSync
from contact_sync.config.sync import SyncConfig
from contact_sync.config.yaml_text import read_yaml

ACCOUNTS = {
    "recruit_demo": {"kind": "recruit", "edition": "enterprise"},
    "creator_demo": {"kind": "creator", "owner": "zylker", "timezone": "Europe/Berlin"},
}


def sync_of(
    sync_id: str, *, account: str = "recruit_demo", policies: dict[str, Any] | None = None, **keys: Any
) -> ResolvedSync:
    """A sync that runs every day, with these keys of its file. Fails with the problems of a bad one."""
    organisation = Organisation.model_validate(
        {"name": "Zylker", "timezone": "Europe/Berlin", "accounts": ACCOUNTS, "policies": policies or {}}
    )
    settings = {
        "name": sync_id,
        "created": "2026-11-01",
        "account": account,
        "list": f"List of {sync_id}",
        "schedule": {"frequency": "daily", "at": "02:00"},
        **keys,
    }
    text = yaml.safe_dump(settings, sort_keys=False)
    problems = check_sync_text(sync_id, text, f"include/syncs/{sync_id}.yaml", organisation)
    assert not problems, "\n".join(problem.render() for problem in problems)
    config = SyncConfig.model_validate(read_yaml(text).value, context={"organisation": organisation})
    return ResolvedSync.of(sync_id, f"include/syncs/{sync_id}.yaml", config, organisation)


def condition(field: str, operator: str, value: Any = None) -> dict[str, Any]:
    """A condition as files have it."""
    return {"field": field, "is": operator, **({} if value is None else {"value": value})}
