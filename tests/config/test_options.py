"""Advanced options in a sync's file: what they are by default, and what is refused where the source cannot tell."""

from collections.abc import Callable
from pathlib import Path

import pytest

from contact_sync.config.loader import SyncFiles
from contact_sync.config.options import Options

Load = Callable[..., SyncFiles]
Told = Callable[[str, str], list[str]]
CREATOR = "source: {application: hr, report: people, timezone: Asia/Kolkata}\nmapping: {email: Email}\n"
CANDIDATES, CONTACTS, CUSTOM = ("", "source: {module: Contacts}\n", "source: {module: Alumni}\n")
MISSING_FLAG = (
    "options.opt_out_field: is missing: opt_out is '{choice}', and only Candidates and Contacts are known to have a "
    "flag, Email_Opt_Out. Give the field of the source that holds it (ADV-1)."
)
NO_FEED = (
    "options.deleted: is '{choice}', but Creator has no list of deleted records. Set deletion_check: full_id_scan, or "
    "deleted: keep (ADV-2)."
)
CONVERTS = "options.converted: belongs to Candidates: nothing else is converted. Remove the key (ADV-4)."


@pytest.fixture
def told(load: Load, folder: Path, sync_text: str) -> Told:
    """What is wrong with a sync of this source with these options, without file, line and the next command."""

    def run(source: str, options: str) -> list[str]:
        kind = "creator, owner: zylker" if source == CREATOR else "recruit"
        (folder / "organisation.yaml").write_text(
            f"name: Zylker\ntimezone: Europe/Berlin\naccounts:\n  recruit_demo: {{kind: {kind}}}\n"
        )
        loaded = load(f"{sync_text}{source}options: {{{options}}}\n")
        told = [each.render().split(": ", 1)[1] for each in loaded.problems if "tried" in each.file]
        return [each.removesuffix(" Check with: contact-sync lint include/syncs/tried.yaml") for each in told]

    return run


def test_by_default_nobody_leaves() -> None:
    """ADV-1, ADV-2, ADV-3, ADV-4, ADV-8: the defaults of the rules."""
    assert Options().model_dump() == {
        "opt_out": "dont_exclude",
        "opt_out_field": None,
        "deleted": "keep",
        "deletion_check": "feed",
        "unsubscribed": "keep",
        "converted": "ignore_everywhere",
        "guard": {"memberships": 10, "share": 0.1, "approval_timeout": 24},
    }


@pytest.mark.parametrize(
    ("source", "options"),
    [
        (
            CANDIDATES,
            "opt_out: remove_from_list, deleted: remove_from_org, unsubscribed: keep, converted: exclude_from_list",
        ),
        (CONTACTS, "opt_out: remove_from_org, deleted: remove_from_list"),
        (CUSTOM, "opt_out: remove_from_org, opt_out_field: No_Mail, deleted: remove_from_list"),
        (
            CREATOR,
            "opt_out: remove_from_org, opt_out_field: No_Mail, deleted: remove_from_org, deletion_check: full_id_scan",
        ),
        (CREATOR, "deleted: keep, unsubscribed: remove_from_org"),
        (CANDIDATES, "guard: {memberships: 0, share: 0, approval_timeout: 1}"),
    ],
    ids=["candidates", "contacts", "a custom module", "a report", "a report that keeps", "guard"],
)
def test_what_the_source_can_tell_is_allowed(told: Told, source: str, options: str) -> None:
    """ADV-1 to ADV-4, ADV-8: every choice where it means something."""
    assert told(source, options) == []


@pytest.mark.parametrize("choice", ["remove_from_list", "remove_from_org"])
@pytest.mark.parametrize("source", [CUSTOM, CREATOR], ids=["a custom module", "a report"])
def test_an_opt_out_needs_a_field(told: Told, source: str, choice: str) -> None:
    """ADV-1: elsewhere than on Candidates and Contacts `opt_out_field` must be given."""
    assert told(source, f"opt_out: {choice}") == [MISSING_FLAG.format(choice=choice)]


@pytest.mark.parametrize("choice", ["remove_from_list", "remove_from_org"])
def test_a_report_has_no_list_of_deleted_records(told: Told, choice: str) -> None:
    """ADV-2: without full_id_scan any other choice than keep is an error."""
    assert told(CREATOR, f"deleted: {choice}") == [NO_FEED.format(choice=choice)]


@pytest.mark.parametrize("choice", ["ignore_everywhere", "exclude_from_list"])
@pytest.mark.parametrize("source", [CONTACTS, CUSTOM, CREATOR], ids=["contacts", "a custom module", "a report"])
def test_only_candidates_convert(told: Told, source: str, choice: str) -> None:
    """ADV-4: elsewhere an error, be it the default that is written."""
    assert told(source, f"converted: {choice}") == [CONVERTS]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("opt_out: remove_from_lists",
         "options.opt_out: 'remove_from_lists' is not one of the allowed values. Allowed: dont_exclude, "
         "remove_from_list, remove_from_org. Did you mean 'remove_from_list'?"),
        ("deleted: dont_exclude",
         "options.deleted: 'dont_exclude' is not one of the allowed values. Allowed: keep, remove_from_list, "
         "remove_from_org."),
        ("opt_uot: remove_from_list",
         "options.opt_uot: is not a key that is known here. Allowed: opt_out, opt_out_field, deleted, deletion_check, "
         "unsubscribed, converted, guard. Did you mean 'opt_out'?"),
        ("guard: {share: 2}", "options.guard.share: 2 is too large: the most is 1.0."),
        ("guard: {memberships: -1}", "options.guard.memberships: -1 is too small: the least is 0."),
    ],
    ids=["ADV-1", "ADV-2", "a slip in a key", "ADV-8 share", "ADV-8 memberships"],
)  # fmt: skip
def test_a_wrong_choice_is_told(told: Told, options: str, message: str) -> None:
    """ADV-1, ADV-2, ADV-8: with what is allowed and the close match."""
    assert told(CANDIDATES, options) == [message]
