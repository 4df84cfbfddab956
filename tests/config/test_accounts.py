"""Sources and the accounts that they are read from: kind, modules, plans, credits, and reports of Creator."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from contact_sync.config.loader import ConfigProblem, SyncFiles, load_organisation, load_syncs
from contact_sync.config.resolved import ResolvedReport, ResolvedSync
from contact_sync.errors import ConfigError

CREATOR = "source: {application: hr-portal, report: All_Applicants}\n"
OVER_OPENINGS = (
    "source: {module: Contacts, scope: criteria, criteria: {conditions: {1: {field: Potentials.City, is: is_empty}}}}\n"
)
CRITERIA = "source: {scope: criteria, criteria: {conditions: {1: {field: City, is: is_empty}}}}\n"

Lint = Callable[..., SyncFiles]


@pytest.fixture
def lint(folder: Path, sync_text: str) -> Lint:
    """Load one sync with these lines on an account with these keys; `organisation`: further lines of that file."""

    def run(more: str, account: str, organisation: str = "", at: str = 'at: "02:00"') -> SyncFiles:
        text = f"name: Zylker\ntimezone: Europe/Berlin\n{organisation}accounts:\n  recruit_demo: {{{account}}}\n"
        (folder / "organisation.yaml").write_text(text)
        (folder / "syncs" / "good.yaml").write_text(sync_text.replace('at: "02:00"', at) + more)
        return load_syncs(folder)

    return run


def only(problems: list[ConfigProblem]) -> str:
    (problem,) = problems
    return problem.render().removeprefix("include/syncs/good.yaml:").partition(" Check with")[0]


def good(loaded: SyncFiles) -> ResolvedSync:
    assert [problem.render() for problem in loaded.problems] == []
    return loaded.syncs["good"]


def test_a_report_of_creator(lint: Lint) -> None:
    """SRC-6, MAP-1: link names, owner, zone and date format; address and names are found in the report."""
    sync = good(lint(CREATOR, "kind: creator, owner: zylker, timezone: Asia/Kolkata, edition: professional, users: 4"))
    assert (sync.kind, sync.module, sync.scope) == ("creator", "hr-portal/All_Applicants", "all")
    assert sync.report == ResolvedReport(
        owner="zylker",
        application="hr-portal",
        report="All_Applicants",
        date_format="dd-MMM-yyyy",
        timezone="Asia/Kolkata",
    )
    assert (sync.mapping, sync.email_by_metadata, sync.name_by_metadata) == ((), True, True)
    assert (sync.daily_credits, sync.suite) == (2000, "creator")
    assert ResolvedSync.model_validate_json(sync.model_dump_json()) == sync


def test_a_report_says_more_than_its_account(lint: Lint) -> None:
    """SRC-6: owner, zone and format of one application of several."""
    source = CREATOR.replace("}", ", owner: other, timezone: Asia/Tokyo, date_format: 'MM/dd/yyyy hh:mm a'}")
    report = good(lint(source, "kind: creator, owner: zylker, timezone: Asia/Kolkata")).report
    assert report is not None
    assert (report.owner, report.timezone, report.date_format) == ("other", "Asia/Tokyo", "MM/dd/yyyy hh:mm a")


@pytest.mark.parametrize(
    ("schedule", "account", "zone"),
    [
        ("", "timezone: Asia/Kolkata, ", "Asia/Kolkata"),
        ("", "", "Europe/Berlin"),
        (", timezone: UTC", "timezone: Asia/Kolkata, ", "UTC"),
    ],
)
def test_the_clock_of_a_creator_sync(lint: Lint, schedule: str, account: str, zone: str) -> None:
    """RET-8: the application's zone unless one is given; the organisation's where none is known."""
    sync = good(lint(CREATOR, f"kind: creator, {account}owner: zylker", at=f'at: "02:00"{schedule}'))
    assert sync.schedule.timezone == zone


@pytest.mark.parametrize(
    ("policies", "after", "by_policy"),
    [
        ("", datetime(2026, 10, 1, 18, 30, tzinfo=UTC), True),
        ("policies: {creator_all: unbounded}\n", None, False),
        ("policies: {max_lookback_days: null}\n", None, False),
        ("policies: {max_lookback_days: 0}\n", datetime(2026, 10, 31, 18, 30, tzinfo=UTC), True),
    ],
)
def test_all_of_creator(lint: Lint, policies: str, after: datetime | None, by_policy: bool) -> None:
    """RET-3: `all` reaches back as far as `after` may, unless the policy says otherwise."""
    sync = good(lint(CREATOR, "kind: creator, owner: o, timezone: Asia/Kolkata", policies))
    assert (sync.retrieve_after, sync.after_by_policy) == (after, by_policy)


def test_a_start_that_a_policy_set_is_no_change_of_the_source(lint: Lint) -> None:
    """RET-11: another zone or policy acts from the next run; another report, or an `after`, is another source."""
    account = "kind: creator, owner: o, timezone: Asia/Kolkata"
    base = good(lint(CREATOR, account)).source_fingerprint()
    assert good(lint(CREATOR, account, "policies: {creator_all: unbounded}\n")).source_fingerprint() == base
    assert good(lint(CREATOR, account, "policies: {max_lookback_days: 9}\n")).source_fingerprint() == base
    after = "retrieve: {after: 2026-10-10T00:00:00Z}\n"
    others = {good(lint(more, account)).source_fingerprint() for more in (
        CREATOR.replace("All_Applicants", "Hired"), CREATOR.replace("}", ", owner: p}"), CREATOR + after,
    )}  # fmt: skip
    assert len(others | {base}) == 4


def test_after_on_creator_is_bounded_in_the_application_s_zone(lint: Lint) -> None:
    """RET-3, RET-8: the earliest day begins where the application is."""
    account = "kind: creator, owner: o, timezone: Asia/Kolkata"
    assert "The earliest is 2026-10-02 (Asia/Kolkata)" in only(
        lint(CREATOR + "retrieve: {after: 2026-10-01T18:29:59Z}\n", account).problems
    )
    assert good(lint(CREATOR + "retrieve: {after: 2026-10-01T18:30:00Z}\n", account)).retrieve_after is not None


RECRUIT = "kind: recruit"
REFUSED = [
    ("SRC-6 nobody owns it", CREATOR, "kind: creator", "",
     "6: source.owner: is missing: Creator finds an application by its owner. "
     "Give it here, or as owner of the account 'recruit_demo' in organisation.yaml (SRC-6)."),
    ("ACC-1 a report on a Recruit account", CREATOR, RECRUIT, "",
     "6: source.application: belongs to an account of kind 'creator', but 'recruit_demo' is of kind 'recruit' (ACC-1). "
     "No account is of kind 'creator'."),
    ("ACC-1 a module on a Creator account", "source: {module: Contacts}\n", "kind: creator, owner: o", "",
     "6: source.module: belongs to an account of kind 'recruit', but 'recruit_demo' is of kind 'creator' (ACC-1). "
     "No account is of kind 'recruit'."),
    ("ACC-1 nothing on a Creator account", "", "kind: creator, owner: o", "",
     "1: source.application: is missing: of the Creator account 'recruit_demo' a report is read."),
    ("ACC-5 a module not on offer", "source: {module: Contact}\n",
     "kind: recruit, edition: standard, modules: [Candidates, Contacts]", "",
     "6: source.module: 'Contact' is not on offer in 'recruit_demo' (edition standard), as organisation.yaml declares "
     "it (ACC-5). Allowed: Candidates, Contacts. Did you mean 'Contacts'?"),
    ("ACC-5 the usual module is not on offer", "", "kind: recruit, modules: [Alumni]", "",
     "1: source.module: 'Candidates' is not on offer in 'recruit_demo' (edition not declared), as organisation.yaml "
     "declares it (ACC-5). Allowed: Alumni."),
    ("ACC-5 a related module not on offer",
     "source: {module: Contacts, scope: criteria, criteria: {conditions: {1: {field: Accounts.City, is: is_empty}}}}\n",
     "kind: recruit, edition: standard, modules: [Candidates, Contacts, Client]", "",
     "6: source.criteria.conditions.1.field: 'Clients' is not on offer in 'recruit_demo' (edition standard), as "
     "organisation.yaml declares it (ACC-5). Allowed: Candidates, Contacts, Client. Did you mean 'Client'?"),
    ("ACC-5 Contacts by policy", "source: {module: Contacts}\n", "kind: recruit, type: staffing_agency",
     "policies: {contacts_module: corporate_hr_only}\n",
     "6: source.module: 'Contacts' needs an account of type corporate_hr; 'recruit_demo' has type staffing_agency "
     "(ACC-5). Policy: contacts_module."),
    ("ACC-5 Contacts by policy, undeclared", "source: {module: Contacts}\n", RECRUIT,
     "policies: {contacts_module: corporate_hr_only}\n",
     "6: source.module: 'Contacts' needs an account of type corporate_hr; 'recruit_demo' has edition not declared "
     "(ACC-5). Policy: contacts_module."),
    ("ACC-6 free edition", CRITERIA, "kind: recruit, edition: free", "",
     "6: source.criteria: need a paid plan of Recruit and of the organisation; not paid: Recruit ('recruit_demo', "
     "edition free) (ACC-6). Read a custom view with the same conditions instead, or declare the paid plan in "
     "organisation.yaml."),
    ("ACC-6 both", CRITERIA, "kind: recruit, paid: false", "plan: free\n",
     "6: source.criteria: need a paid plan of Recruit and of the organisation; not paid: Recruit ('recruit_demo', "
     "edition not declared) and the organisation (plan: free) (ACC-6). Read a custom view with the same conditions "
     "instead, or declare the paid plan in organisation.yaml."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("more", "account", "organisation", "expected"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_sources_that_the_account_does_not_bear(
    lint: Lint, more: str, account: str, organisation: str, expected: str
) -> None:
    assert only(lint(more, account, organisation).problems) == expected


@pytest.mark.parametrize(
    ("more", "account", "organisation"),
    [
        (CRITERIA, "kind: recruit, edition: standard", "plan: paid\n"),
        (CRITERIA, "kind: recruit", ""),
        ("source: {module: Contacts}\n", "kind: recruit, type: corporate_hr",
         "policies: {contacts_module: corporate_hr_only}\n"),
        ("source: {module: Alumni}\n", "kind: recruit, modules: [Candidates, Alumni]", ""),
        (OVER_OPENINGS, "kind: recruit, modules: [Contacts, Job_Openings]", ""),
    ],
    ids=["ACC-6 paid", "ACC-6 nothing declared", "ACC-5 corporate HR", "ACC-5 SRC-1 custom module", "ACC-5 related"],
)  # fmt: skip
def test_sources_that_the_account_bears(lint: Lint, more: str, account: str, organisation: str) -> None:
    assert good(lint(more, account, organisation)).kind == "recruit"


@pytest.mark.parametrize(
    ("account", "key", "belongs"),
    [("kind: recruit, owner: x", "owner", "creator"), ("kind: recruit, timezone: UTC", "timezone", "creator"),
     ("kind: creator, modules: [A]", "modules", "recruit"), ("kind: creator, paid: true", "paid", "recruit"),
     ("kind: creator, push: {}", "push", "recruit"), ("kind: creator, type: corporate_hr", "type", "recruit")],
)  # fmt: skip
def test_keys_of_the_other_kind_of_account(folder: Path, account: str, key: str, belongs: str) -> None:
    """ACC-1: what would have no effect is refused."""
    (folder / "organisation.yaml").write_text(f"name: Z\naccounts:\n  a: {{{account}}}\n")
    with pytest.raises(ConfigError, match=f"accounts.a.{key}: belongs to accounts of kind '{belongs}'"):
        load_organisation(folder)


@pytest.mark.parametrize(
    ("account", "credits_a_day"),
    [
        ("kind: recruit", None), ("kind: recruit, edition: enterprise", None), ("kind: recruit, edition: free", 5000),
        ("kind: recruit, edition: standard, users: 10", 7500), ("kind: recruit, edition: standard, users: 999", 100000),
        ("kind: recruit, edition: professional, users: 10", 15000),
        ("kind: recruit, edition: zoho_one, users: 10", 25000), ("kind: recruit, edition: free, daily_credits: 0", 0),
        ("kind: creator, edition: free, users: 3", 250), ("kind: creator, edition: enterprise, users: 3", 3000),
        ("kind: creator, edition: people_plus, users: 3", None),
    ],
)  # fmt: skip
def test_credits_a_day(folder: Path, account: str, credits_a_day: int | None) -> None:
    """LIM-5: declared, else as documented for edition and users, else no ceiling."""
    (folder / "organisation.yaml").write_text(f"name: Z\naccounts:\n  a: {{{account}}}\n")
    assert load_organisation(folder).accounts["a"].credits_a_day == credits_a_day


def test_a_last_day(lint: Lint) -> None:
    """RET-9: it may be the first day too."""
    assert good(lint("active_until: 2026-11-01\n", RECRUIT)).active_until == date(2026, 11, 1)
