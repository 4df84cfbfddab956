"""What lint tells of files that are in order: warnings about what may be a slip, hints about consequences."""

from collections.abc import Callable
from pathlib import Path

import pytest

from contact_sync.config.hints import find_hints
from contact_sync.config.loader import SyncFiles, load_syncs
from contact_sync.config.schedule import in_both_zones

CREATOR = "source: {application: hr, report: people, timezone: Asia/Kolkata}\n"
KIND = "kind: creator, owner: zylker"

Lint = Callable[..., SyncFiles]


@pytest.fixture
def lint(folder: Path) -> Lint:
    """Load one sync with these lines on an account with these keys."""

    def run(more: str, account: str = "kind: recruit", policies: str = "", schedule: str = 'at: "02:00"') -> SyncFiles:
        organisation = f"name: Z\ntimezone: Europe/Berlin\npolicies: {{{policies}}}\naccounts:\n  zoho: {{{account}}}\n"
        (folder / "organisation.yaml").write_text(organisation)
        text = "name: N\ncreated: 2026-11-01\naccount: zoho\nlist: L\n"
        frequency = "once" if schedule == "" else "daily"
        (folder / "syncs" / "good.yaml").write_text(
            f"{text}schedule: {{frequency: {frequency}{', ' if schedule else ''}{schedule}}}\n{more}"
        )
        loaded = load_syncs(folder)
        assert [problem.render() for problem in loaded.problems] == []
        return loaded

    return run


def warned(loaded: SyncFiles) -> list[str]:
    return [each.render().removeprefix("include/syncs/good.yaml: ") for each in loaded.warnings]


def hinted(loaded: SyncFiles, *, online: bool = False, key: str | None = None) -> list[str]:
    """The hints about one key, or all but the one that most syncs get: about deleted people."""
    found = find_hints(loaded.syncs.values(), online=online)
    assert {each.severity for each in found} <= {"hint"}
    found = [each for each in found if (each.key == key if key else each.key != "options.deleted")]
    return [each.render().removeprefix("include/syncs/good.yaml: ") for each in found]


def test_a_creator_sync_on_another_clock(lint: Lint) -> None:
    """RET-8: the time in both zones, in winter and in summer."""
    schedule = 'at: "02:00", timezone: Europe/Berlin'
    assert warned(lint(CREATOR, KIND, schedule=schedule)) == [
        "schedule.timezone: is not the application's: 02:00 in Europe/Berlin is 06:30 in Asia/Kolkata in January, "
        "05:30 in July (RET-8)."
    ]


@pytest.mark.parametrize("schedule", ['at: "02:00"', 'at: "02:00", timezone: Asia/Calcutta', ""])
def test_a_creator_sync_on_the_application_s_clock(lint: Lint, schedule: str) -> None:
    """RET-8: no zone, the same clock under another name, or no time of day at all."""
    assert warned(lint(CREATOR, KIND, schedule=schedule)) == []


@pytest.mark.parametrize(
    ("at", "zone", "other", "told"),
    [
        (
            "23:30",
            "Europe/Berlin",
            "Asia/Tokyo",
            "23:30 in Europe/Berlin is 07:30 the day after in Asia/Tokyo in January, 06:30 the day after in July",
        ),
        ("01:00", "Asia/Tokyo", "UTC", "01:00 in Asia/Tokyo is 16:00 the day before in UTC"),
        ("12:00", "UTC", "Europe/London", "12:00 in UTC is 12:00 in Europe/London in January, 13:00 in July"),
        ("12:00", "Europe/Berlin", "Europe/Paris", None),
    ],
)
def test_one_time_on_two_clocks(at: str, zone: str, other: str, told: str | None) -> None:
    """RET-8: the day is told where it differs."""
    assert in_both_zones(at, zone, other, 2026) == told


def test_contacts_of_a_staffing_agency(lint: Lint) -> None:
    """ACC-5: under as_metadata the declared edition is only a warning."""
    source = "source: {module: Contacts}\n"
    (warning,) = warned(lint(source, "kind: recruit, type: staffing_agency"))
    assert warning.startswith("source.module: Zoho's help grants this to accounts of type corporate_hr only;")
    assert "(ACC-5)" in warning
    assert warned(lint(source, "kind: recruit, type: corporate_hr")) == warned(lint(source)) == []


def test_a_module_that_may_be_misspelt(lint: Lint) -> None:
    """SRC-1: any name may be a custom module's; a declared one is meant."""
    (warning,) = warned(lint("source: {module: Candidats}\n"))
    assert warning == "source.module: 'Candidats' is taken for a custom module (SRC-1). Did you mean 'Candidates'?"
    assert warned(lint("source: {module: Candidats}\n", "kind: recruit, modules: [Candidats]")) == []
    assert warned(lint("source: {module: Alumni}\n")) == []


def test_one_contact_field_of_two_types(lint: Lint, folder: Path) -> None:
    """MAP-2: whichever sync fills it, whoever reads it expects values of one type."""
    given = "name: Other\ncreated: 2026-11-01\naccount: zoho\nlist: L\nschedule: {frequency: once}\n"
    other = folder / "syncs" / "best.yaml"
    other.write_text(f"{given}mapping: {{fields: {{years: Years, city: City}}}}\n")
    mapping = "mapping: {{fields: {{years: {{source: Experience_in_Years, type: {}}}, city: Town}}}}\n"
    assert warned(lint(mapping.format("integer"))) == [
        "mapping.fields.years: is of type 'integer' here, and of type 'text' in include/syncs/best.yaml: it would hold "
        "both (MAP-2)."
    ]
    assert warned(lint(mapping.format("text"))) == []


CRITERIA = (
    "source: {{module: Contacts, scope: criteria, criteria: {{conditions: {{1: {{field: {field}, is: is_empty}}}}}}}}\n"
)


def test_criteria_over_related_modules(lint: Lint) -> None:
    """RET-2: found for sure only when the whole scope is read."""
    related = CRITERIA.format(field="Accounts.Industry")
    assert hinted(lint(related)) == [
        "each_fetch: records that come to meet the criteria through Clients alone are found for sure only by "
        "each_fetch: all (RET-2)."
    ]
    assert hinted(lint(related + "each_fetch: all\n")) == []
    assert hinted(lint(CRITERIA.format(field="Department"))) == []


def test_deleted_people_are_kept(lint: Lint) -> None:
    """ADV-2: lint hints at the default unless somebody wrote it; a sync that runs once never learns of a deletion."""
    kept = [
        "options.deleted: not given, so 'keep': people stay in the list when their record is deleted at the source "
        "(ADV-2). Also possible: remove_from_list, remove_from_org."
    ]
    for options in ("", "options: {opt_out: remove_from_list}\n"):
        assert hinted(lint(options), key="options.deleted") == kept
    for choice in ("keep", "remove_from_list"):
        assert hinted(lint(f"options: {{deleted: {choice}}}\n"), key="options.deleted") == []
    assert hinted(lint("", schedule=""), key="options.deleted") == []


def test_two_syncs_of_a_list_that_contradict_each_other(lint: Lint, folder: Path) -> None:
    """ADV-1, ADV-2, ADV-3: told where people are taken out, with the other file and what comes of it."""
    given = "name: Other\ncreated: 2026-11-01\naccount: zoho\nlist: {}\nschedule: {}\n"
    other, daily = folder / "syncs" / "other.yaml", '{frequency: daily, at: "03:00"}'
    removing = "options: {opt_out: remove_from_list, deleted: remove_from_org, unsubscribed: remove_from_org}\n"

    def told() -> list[str]:
        syncs = lint(removing).syncs
        found = find_hints([syncs["good"]], online=True, among=syncs.values())
        backwards = find_hints([syncs["other"]], online=True, among=syncs.values())
        assert [each.key for each in backwards] in ([], ["options.deleted"])
        return [each.render() for each in found]

    other.write_text(given.format("L", daily))
    start = "include/syncs/good.yaml: options."
    here = "in include/syncs/other.yaml, which feeds 'L', too:"
    in_and_out = (
        "whom this sync takes out comes back with the next fetch there that reads the record, and leaves again with "
        "the next one here: in and out every day if both run daily and read all"
    )
    assert told() == [
        f"{start}opt_out: is 'remove_from_list' here and 'dont_exclude' {here} {in_and_out} (ADV-1).",
        f"{start}deleted: is 'remove_from_org' here and 'keep' {here} people leave with this sync's fetch once no live "
        "record supplies them, whoever else would keep them (ADV-2).",
        f"{start}unsubscribed: is 'remove_from_org' here and 'keep' {here} {in_and_out}; nobody is subscribed by it "
        "(ADV-3).",
    ]
    for list_name, schedule, options in (
        ("Elsewhere", daily, ""), ("L", "{frequency: once}", ""), ("L", daily, removing.replace("org", "list")),
    ):  # fmt: skip
        other.write_text(given.format(list_name, schedule) + options)
        assert told() == []


def test_all_of_creator_is_bounded(lint: Lint) -> None:
    """RET-3: lint names the day from which `all` reads."""
    mapping = "mapping: {email: Email}\n"
    assert hinted(lint(CREATOR + mapping, KIND)) == [
        "retrieve: 'all' is read as from 2026-10-02 on (Asia/Kolkata), the earliest day for Creator (RET-3). "
        "Policies: creator_all, max_lookback_days."
    ]
    assert hinted(lint(CREATOR + mapping, KIND, "creator_all: unbounded")) == []


def test_an_address_that_only_the_account_knows(lint: Lint) -> None:
    """MAP-1: said until the account is asked."""
    loaded = lint("source: {module: Alumni}\n")
    assert hinted(loaded) == [
        "mapping.email: not given: resolved from the account's metadata at the first run, where exactly one field of "
        "type e-mail is needed (MAP-1). Check now with: contact-sync lint --online"
    ]
    assert hinted(loaded, online=True) == []


def test_custom_fields_that_only_the_account_knows(lint: Lint) -> None:
    """SRC-9: under criteria_only, in syncs without criteria."""
    policy = "custom_fields: criteria_only"
    (hint,) = hinted(lint("", policies=policy))
    assert hint.startswith("mapping: custom fields are not allowed here; which fields are custom only the account")
    assert hinted(lint(CRITERIA.format(field="City"), policies=policy)) == []
