"""What the independent count takes from the sync files and organisation.yaml, read as plain YAML.

It does not check them, that is lint's; a file that lacks a required key ends in a KeyError.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from datetime import time as Clock
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from include.local.errors import LocalError

ORDER = {"daily": 0, "weekly": 1, "monthly": 2, "once": 3}


@dataclass(frozen=True)
class Sync:
    """What the count needs of a sync's file.

    after: start of the first fetch, None for all. report: link names of application and report, for Creator. criteria:
    as the file has them. own_openings_first: whether a contact's own job openings go before its client's. pushes:
    whether its push task carries out a switch. overlap: how far a later fetch goes back behind the one before, None if
    it reads everything. opt_out, deleted, unsubscribed: the choices of its options. required: contact fields without
    which a record is ignored, each with its source field. contact_limit: the policy, None for no limit.
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
    overlap: timedelta | None = timedelta(minutes=10)
    opt_out: str = "dont_exclude"
    deleted: str = "keep"
    unsubscribed: str = "keep"
    required: Mapping[str, str] = field(default_factory=dict)
    contact_limit: int | None = None

    @property
    def place(self) -> str:
        """What its records belong to: the ids of two modules or reports have nothing to do with each other."""
        return "/".join(self.report) if self.report else self.module


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
    source, options = given.get("source") or {}, given.get("options") or {}
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
        overlap=None if given.get("each_fetch") == "all" else timedelta(minutes=given.get("overlap_minutes", 10)),
        opt_out=_opt_out(sync_id, options),
        deleted=options.get("deleted", "keep"),
        unsubscribed=options.get("unsubscribed", "keep"),
        required=_required(given.get("mapping") or {}, organisation),
        contact_limit=_policies(organisation).get("contact_limit"),
    )


def _opt_out(sync_id: str, options: Mapping[str, Any]) -> str:
    if options.get("opt_out_field", "Email_Opt_Out") != "Email_Opt_Out":
        raise LocalError(f"{sync_id}: the independent count knows the flag Email_Opt_Out only.")
    return str(options.get("opt_out", "dont_exclude"))


def _required(mapping: Mapping[str, Any], organisation: Mapping[str, Any]) -> dict[str, str]:
    """Contact field → source field of the mappings that must have a value, in their order."""
    found = {name: each for name, each in mapping.items() if name in ("email", "first_name", "last_name")}
    for favourite in mapping.get("favourites") or []:
        found |= (organisation.get("favourites") or {})[favourite].get("fields") or {}
    found |= mapping.get("fields") or {}
    return {
        name: str(each["source"]) for name, each in found.items() if isinstance(each, Mapping) and each.get("required")
    }


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
