"""What organisation.yaml says of pushes: switches, mapping, custom data, and what lint says of them."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from contact_sync.config.loader import SyncFiles, load_organisation, load_syncs
from contact_sync.config.push_checks import push_hints
from contact_sync.config.resolved import ResolvedSync
from contact_sync.config.resolved_push import switches_without_sync

FULL = {"first_name": "First_Name", "last_name": "Last_Name", "email": "Email"}


def lint(folder: Path, sync_text: str, push: dict[str, Any], other: dict[str, Any] | None = None) -> SyncFiles:
    """One good sync into `Talent news`, on an account with these switches; `other`: those of a second account."""
    accounts = {
        "recruit_demo": {"kind": "recruit", "push": push},
        "recruit_two": {"kind": "recruit", "push": other or {}},
    }
    (folder / "organisation.yaml").write_text(yaml.safe_dump({"name": "Zylker", "accounts": accounts}))
    (folder / "syncs" / "good.yaml").write_text(sync_text)
    return load_syncs(folder)


def problems(loaded: SyncFiles) -> list[str]:
    return [each.render() for each in loaded.problems]


def warned(loaded: SyncFiles) -> list[str]:
    return [
        each.render().partition("organisation.yaml: ")[2] for each in loaded.warnings if "organisation" in each.file
    ]


def test_four_switches_with_all_that_they_write(folder: Path, sync_text: str) -> None:
    """PUSH-0, PUSH-2, PUSH-6: each names one list, a mapping, custom data and where the status goes."""
    custom = {
        "Source": {"constant": "Newsletter"},
        "City": {"response": "campaign"},
        "Mobile": {"contact_field": "email"},
    }
    push = {
        "candidates": {"opened": {"list": "Talent news", "custom": custom}, "clicked": {"list": "Talent news"}},
        "contacts": {
            "opened": {"list": "Other", "mapping": {**FULL, "company": "Client_Name"}, "status_field": "Description"},
            "clicked": {"list": "Web", "enabled": False},
        },
    }
    loaded = lint(folder, sync_text, push)
    assert problems(loaded) == []
    switches = loaded.syncs["good"].push_switches
    assert [(each.module, each.event) for each in switches] == [("Candidates", "clicked"), ("Candidates", "opened")]
    assert switches[1].filled == ("City", "Email", "First_Name", "Last_Name", "Mobile", "Source")
    assert ResolvedSync.model_validate_json(loaded.syncs["good"].model_dump_json()) == loaded.syncs["good"]
    assert loaded.organisation is not None
    (rest,) = switches_without_sync(loaded.organisation, ["Talent news"]).values()
    assert [(each.event, each.list_name, each.enabled) for each in rest] == [
        ("clicked", "Web", False),
        ("opened", "Other", True),
    ]


def test_a_list_may_be_pushed_to_another_account(folder: Path, sync_text: str) -> None:
    """PUSH-0: the push task of a sync carries out every switch whose list it feeds."""
    loaded = lint(folder, sync_text, {}, {"candidates": {"opened": {"list": "Talent news"}}})
    assert [each.account for each in loaded.syncs["good"].push_switches] == ["recruit_two"]


def test_what_versions_do_not_notice(folder: Path, sync_text: str) -> None:
    """CFG-1: a switch without custom data makes no new version of a configuration; one with it does."""
    push: dict[str, Any] = {"candidates": {"opened": {"list": "Talent news"}}}
    sync = lint(folder, sync_text, push).syncs["good"]
    held = sync.model_dump(mode="json")["push_switches"][0]
    assert held.pop("custom") == {}
    assert (
        sync.fingerprint()
        == sync.model_copy(update={"push_switches": (type(sync.push_switches[0])(**held),)}).fingerprint()
    )
    push["candidates"]["opened"]["custom"] = {"Source": {"constant": "x"}}
    assert lint(folder, sync_text, push).syncs["good"].fingerprint() != sync.fingerprint()


@pytest.mark.parametrize(
    ("push", "told"),
    [
        pytest.param({"contact": {}}, "Did you mean 'contacts'?", id="PUSH-0-module"),
        pytest.param({"contacts": {"open": {"list": "x"}}}, "Did you mean 'opened'?", id="PUSH-0-response"),
        pytest.param({"contacts": {"opened": {"lists": "x"}}}, "Did you mean 'list'?", id="PUSH-0-key"),
        pytest.param({"contacts": {"opened": {"list": ["x", "y"]}}}, "must be text, not a list", id="PUSH-0-one-list"),
        pytest.param(
            {"contacts": {"opened": {"list": "x", "mapping": {"Email": "Email"}}}},
            "Write small letters",
            id="PUSH-2-field",
        ),
        pytest.param(
            {"contacts": {"opened": {"list": "x", "mapping": {"email": "E-Mail"}}}}, "API name", id="PUSH-2-api-name"
        ),
        pytest.param(
            {"contacts": {"opened": {"list": "x", "custom": {"City": {"response": "campain"}}}}},
            "Allowed: status, campaign, time. Did you mean 'campaign'?",
            id="PUSH-6-response",
        ),
        pytest.param(
            {"contacts": {"opened": {"list": "x", "custom": {"City": {"constant": "a", "response": "time"}}}}},
            "in exactly one way, but response and constant are given. Allowed: response, constant, contact_field.",
            id="PUSH-6-two-kinds",
        ),
        pytest.param(
            {"contacts": {"opened": {"list": "x", "custom": {"City": {}}}}}, "but nothing is given", id="PUSH-6-none"
        ),
        pytest.param(
            {"contacts": {"opened": {"list": "x", "status_field": "Email"}}},
            "'Email' is filled by mapping.email already: one field takes one value.",
            id="PUSH-1-status-field",
        ),
    ],
)
def test_what_is_refused(folder: Path, sync_text: str, push: dict[str, Any], told: str) -> None:
    """PUSH-0, PUSH-2, PUSH-6: with place, allowed values and close match."""
    found = " ".join(problems(lint(folder, sync_text, push)))
    assert told in found
    assert "accounts.recruit_demo.push" in found


def test_one_list_for_both_modules(folder: Path, sync_text: str) -> None:
    """PUSH-8: a warning; the same list for opened and clicked is a hint."""
    push: dict[str, Any] = {
        "candidates": {"opened": {"list": "Web"}},
        "contacts": {"clicked": {"list": "Web", "mapping": {**FULL, "company": "Client_Name"}}},
    }
    loaded = lint(
        folder, sync_text.replace("Talent news", "Web") + "mapping: {fields: {company: Current_Employer}}\n", push
    )
    assert warned(loaded) == [
        "accounts.recruit_demo.push.contacts.clicked.list: 'Web' is pushed to Candidates and to Contacts: each person "
        "becomes two records (PUSH-8)."
    ]
    push = {"candidates": {"opened": {"list": "Web"}, "clicked": {"list": "Web"}}}
    loaded = lint(folder, sync_text, push)
    assert warned(loaded) == []
    (hint,) = push_hints(folder, load_organisation(folder))
    assert (hint.severity, hint.key) == ("hint", "accounts.recruit_demo.push.candidates.clicked.list")
    assert "clicked wins where both write one field (PUSH-1, PUSH-8)" in hint.message


def test_what_a_record_cannot_do_without(folder: Path, sync_text: str) -> None:
    """PUSH-2: Contacts without a company are a hint, others a warning; a field that no sync fills, too."""
    push = {
        "contacts": {
            "opened": {"list": "x", "mapping": {"first_nam": "First_Name", "last_name": "Lastname", "email": "Email"}}
        }
    }
    loaded = lint(folder, sync_text, push)
    assert warned(loaded) == [
        "accounts.recruit_demo.push.contacts.opened.mapping: nothing goes into Last_Name, which Contacts need: nobody "
        "is pushed (PUSH-2). Is 'Lastname' meant for it?",
        "accounts.recruit_demo.push.contacts.opened.mapping.first_nam: no sync fills a contact field 'first_nam'. Did "
        "you mean 'first_name'?",
    ]
    (hint,) = push_hints(folder, load_organisation(folder))
    assert "goes into Client_Name, which Contacts need: everybody is `missing_mandatory` (PUSH-2)" in hint.message
