"""What the independent count takes from the sync files and organisation.yaml, read as plain YAML.

It does not check them, that is lint's; a file that lacks a required key ends in a KeyError.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as Clock
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

ORDER = {"daily": 0, "weekly": 1, "monthly": 2, "once": 3}


@dataclass(frozen=True)
class Sync:
    """What the count needs of a sync's file.

    after: start of the first fetch, None for all. report: link names of application and report, for Creator. criteria:
    as the file has them. own_openings_first: whether a contact's own job openings go before its client's. pushes:
    whether its push task carries out a switch.
    """

    sync_id: str
    list_name: str
    view: str | None = None
    take_unapproved: bool = False
    once: bool = False
    after: datetime | None = None
    module: str = "Candidates"
    report: tuple[str, str] | None = None
    criteria: dict[str, Any] | None = None
    own_openings_first: bool = True
    pushes: bool = False


def read_syncs(include: Path) -> list[Sync]:
    """The sync files of an include folder in the order in which the demo runs them: daily, weekly, monthly, once."""
    organisation = yaml.safe_load((include / "organisation.yaml").read_text(encoding="utf-8"))
    found = []
    for path in (include / "syncs").glob("*.yaml"):
        given = yaml.safe_load(path.read_text(encoding="utf-8"))
        frequency = given["schedule"]["frequency"]
        found.append((ORDER.get(frequency, 9), path.stem, _sync(path.stem, given, organisation)))
    return [sync for _, _, sync in sorted(found, key=lambda each: each[:2])]


def _sync(sync_id: str, given: Mapping[str, Any], organisation: Mapping[str, Any]) -> Sync:
    source = given.get("source") or {}
    report = (source["application"], source["report"]) if "report" in source else None
    return Sync(
        sync_id=sync_id,
        list_name=given["list"],
        view=source.get("view") if source.get("scope") == "view" else None,
        take_unapproved=source.get("unapproved") == "take",
        once=given["schedule"]["frequency"] == "once",
        after=_after(given, organisation, report is not None),
        module=source.get("module", "Candidates"),
        report=report,
        criteria=source.get("criteria"),
        own_openings_first=_policies(organisation).get("contact_job_path", "contact") == "contact",
        pushes=_pushes(given, organisation),
    )


def _after(given: Mapping[str, Any], organisation: Mapping[str, Any], of_creator: bool) -> datetime | None:
    """Start of the first fetch; of Creator `all` reaches back as far as `after` may (RET-3)."""
    retrieve, policies = given.get("retrieve"), _policies(organisation)
    if isinstance(retrieve, dict):
        return moment(retrieve["after"])
    days = policies.get("max_lookback_days", 30)
    if not of_creator or days is None or policies.get("creator_all", "lookback") == "unbounded":
        return None
    account = organisation["accounts"][given["account"]]
    places = (given["schedule"], given["source"], account, organisation)
    zone = ZoneInfo(next((each["timezone"] for each in places if each.get("timezone")), "UTC"))
    created: date = given["created"]
    return datetime.combine(created - timedelta(days=days), Clock(), zone)


def _pushes(given: Mapping[str, Any], organisation: Mapping[str, Any]) -> bool:
    account = (organisation.get("accounts") or {}).get(given.get("account")) or {}
    opened = ((account.get("push") or {}).get("candidates") or {}).get("opened") or {}
    wanted = given.get("push", True) and opened.get("enabled", True)
    return bool(wanted and opened.get("list") == given["list"])


def _policies(organisation: Mapping[str, Any]) -> Mapping[str, Any]:
    return organisation.get("policies") or {}


def moment(value: Any) -> datetime:
    """A date-time, as YAML or JSON has it."""
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)
