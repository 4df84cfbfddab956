"""`contact-sync lint --forecast`: API credits that the coming runs are likely to cost, against each ceiling (LIM-5).

Measured by the latest runs of each sync, as the warehouse keeps them; no account is asked. What no run has measured is
not guessed: the formula is told instead.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contact_sync.cli.console import console, say, table
from contact_sync.errors import ContactSyncError

if TYPE_CHECKING:
    from contact_sync.config.organisation import Organisation
    from contact_sync.config.problems import ConfigProblem
    from contact_sync.config.resolved import ResolvedSync
    from contact_sync.core.ceilings import Allowance
    from contact_sync.warehouse.forecast import History, Spent

DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Coming:
    """The runs of one sync in the next 24 hours. expected: credits of one of them, None if nothing measures it."""

    sync: "ResolvedSync"
    runs: int
    expected: int | None

    @property
    def credits(self) -> int:
        """Credits of all of them, as far as they are known."""
        return self.runs * (self.expected or 0)


@dataclass(frozen=True, slots=True)
class Forecast:
    """The coming runs of each sync, what they mean for each account in words, and problems of ceilings."""

    coming: list[Coming]
    accounts: dict[str, str]
    problems: list["ConfigProblem"]

    def show(self) -> None:
        """Print it for people, without the problems."""
        if self.accounts:
            _print(self.coming)
        for words in self.accounts.values():
            say(words)

    def as_json(self) -> dict[str, Any]:
        """JSON-ready, without the problems. credits_a_run: null if nothing measures it."""
        runs = [
            {
                "sync": each.sync.sync_id,
                "account": each.sync.account,
                "runs": each.runs,
                "credits_a_run": each.expected,
                "formula": None if each.expected is not None else formula(each.sync),
            }
            for each in self.coming
        ]
        return {"hours": 24, "syncs": runs, "accounts": self.accounts}


def check_credits(
    syncs: Iterable["ResolvedSync"], organisation: "Organisation", folder: Path, now: datetime
) -> Forecast:
    """The forecast, with a warning for each account whose coming runs are likely to cost more than its ceiling."""
    from contact_sync.cli.connections import open_warehouse_at_hand
    from contact_sync.config.allowances import allowance_of
    from contact_sync.config.loader import ORGANISATION_FILE
    from contact_sync.config.problems import ConfigProblem
    from contact_sync.warehouse.forecast import histories, spent_lately

    file = f"{folder.name}/{ORGANISATION_FILE}"
    try:
        warehouse = open_warehouse_at_hand()
        known, spent = histories(warehouse), spent_lately(warehouse)
    except ContactSyncError as error:
        message = f"no credits can be forecast, because the warehouse keeps the history of runs: {error}"
        return Forecast([], {}, [ConfigProblem(file, 0, "warehouse", message)])
    coming = [coming_runs(sync, known.get(sync.sync_id), now) for sync in syncs]
    found, accounts = [], {}
    by_account: dict[str, list[Coming]] = defaultdict(list)
    for each in coming:
        by_account[each.sync.account].append(each)
    for account, its_runs in by_account.items():
        allowance = allowance_of(organisation, account)
        accounts[account] = account_in_words(account, its_runs, allowance, spent)
        found += _too_many(account, its_runs, allowance, file)
    return Forecast(coming, accounts, found)


def formula(sync: "ResolvedSync") -> str:
    """How the credits of a run come about whose number of records nobody knows."""
    from contact_sync.zoho.catalogue import COSTS
    from contact_sync.zoho.creator_paging import READ_SIZE
    from contact_sync.zoho.paging import PER_PAGE

    if sync.kind == "creator":
        return f"1 for each {READ_SIZE:,} records, and 1 or 2 to begin with"
    listing = f"{COSTS['records']} for each {PER_PAGE} records, and a few for metadata"
    bulk = COSTS["bulk_create"] + COSTS["bulk_download"]
    if sync.policies.bulk_from is None:
        return listing
    hidden = f"{COSTS['records']} for each {PER_PAGE} converted or not yet approved ones"
    return f"{listing}; by bulk job {bulk} for each 200,000, {COSTS['bulk_status']} for each look at it, and {hidden}"


def coming_runs(sync: "ResolvedSync", history: "History | None", now: datetime) -> Coming:
    """A sync that is inactive or deleted does not run, nor one after its last day; one that is not registered yet does,
    as its first run.
    """
    from contact_sync.stages.states import is_over

    runs, moment = 0, sync.schedule.next_due(now)
    while moment is not None and moment <= now + DAY and not is_over(sync, moment):
        runs += 1
        moment = sync.schedule.next_due(moment)
    if history is None:
        return Coming(sync, runs, None)
    return Coming(sync, runs if history.state == "active" else 0, history.expected)


def _print(coming: Iterable[Coming]) -> None:
    result = table("API credits", ("Sync", "Account", "Runs in 24 h", "Next run"), numbers=("Runs in 24 h",))
    for each in coming:
        words = f"about {each.expected:,}" if each.expected is not None else f"cannot tell: {formula(each.sync)}"
        result.add_row(each.sync.sync_id, each.sync.account, str(each.runs), words)
    console().print(result)


def account_in_words(account: str, coming: list[Coming], allowance: "Allowance", spent: Mapping[str, "Spent"]) -> str:
    """What the coming runs of an account are likely to cost, against its ceiling."""
    ceiling = "no ceiling is known" if allowance.most is None else f"{allowance.most:,} ({allowance.in_words()})"
    unknown = sum(each.runs > 0 and each.expected is None for each in coming)
    text = f"{account}: about {sum(each.credits for each in coming):,} credits in the next 24 hours"
    text += f", without {unknown} whose runs nothing measures yet" if unknown else ""
    lately = spent.get(account)
    text += f"; {lately.credits:,} spent in the last" if lately else ""
    return f"{text}. A day: {ceiling}."


def _too_many(account: str, coming: list[Coming], allowance: "Allowance", file: str) -> list["ConfigProblem"]:
    from contact_sync.config.problems import ConfigProblem

    expected = sum(each.credits for each in coming)
    if allowance.most is None or expected <= allowance.most:
        return []
    dearest = max(coming, key=lambda each: each.credits)
    message = (
        f"the runs of the next 24 hours are likely to cost {expected:,} API credits, more than the {allowance.most:,} "
        f"a day of this account, most of them '{dearest.sync.sync_id}' ({dearest.credits:,}); syncs stop at the "
        "ceiling (LIM-5). Let some run less often, or raise the ceiling if the account has more."
    )
    return [ConfigProblem(file, 0, f"accounts.{account}.daily_credits", message, severity="warning")]
