"""What organisation.yaml says of campaigns and member statuses, and what lint says of them."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from contact_sync.config.loader import SyncFiles, load_syncs
from contact_sync.config.resolved import ResolvedSync
from contact_sync.config.resolved_campaigns import campaigns_without_sync


def lint(folder: Path, sync_text: str, campaigns: dict[str, Any], kind: str = "recruit", **profile: Any) -> SyncFiles:
    """One good sync into `Talent news`, and an account that wants this of campaigns."""
    accounts = {"recruit_demo": {"kind": "recruit"}, "other": {"kind": kind, "campaigns": campaigns, **profile}}
    (folder / "organisation.yaml").write_text(yaml.safe_dump({"name": "Zylker", "accounts": accounts}))
    (folder / "syncs" / "good.yaml").write_text(sync_text)
    return load_syncs(folder)


def field(
    name: str = "Status", module: str = "Candidates", list_name: str = "Talent news", **keys: Any
) -> dict[str, Any]:
    return {"list": list_name, "module": module, "field": name, **keys}


def told(loaded: SyncFiles) -> str:
    return "\n".join(each.render() for each in (*loaded.problems, *loaded.warnings) if "organisation" in each.file)


def test_by_list_and_account(folder: Path, sync_text: str) -> None:
    """PUSH-0, CAMP-2 to CAMP-5: the push task of the sync that feeds the list; the account's own DAG for the others."""
    fields = [field(), field("Letter", "Alumni", "Web", kinds=["autoresponder"])]
    wanted = {"lists": ["Talent news"], "create": True, "member_status": True, "status_fields": fields}
    loaded = lint(folder, sync_text, wanted)
    assert loaded.problems == []
    (mine,) = loaded.syncs["good"].campaigns
    assert (mine.account, mine.create, mine.member_status) == ("other", True, True)
    assert [(each.module, each.field, each.kinds) for each in mine.fields] == [
        ("Candidates", "Status", ("email_campaign",))
    ]
    assert loaded.organisation is not None
    ((account, (rest,)),) = campaigns_without_sync(loaded.organisation, ["Talent news"]).items()
    assert (account, rest.list_name, rest.create, rest.member_status) == ("other", "Web", False, False)
    assert [each.kinds for each in rest.fields] == [("autoresponder",)]
    assert ResolvedSync.model_validate_json(loaded.syncs["good"].model_dump_json()) == loaded.syncs["good"]


def test_all_is_off_by_default(folder: Path, sync_text: str) -> None:
    """CAMP-2, CAMP-3, CFG-1: and makes no new version of a configuration."""
    loaded = lint(folder, sync_text, {})
    sync = loaded.syncs["good"]
    assert sync.campaigns == ()
    assert loaded.organisation is not None
    assert campaigns_without_sync(loaded.organisation, []) == {}
    assert not loaded.organisation.accounts["other"].campaigns.wanted
    changed = lint(folder, sync_text, {"status_fields": [field()]}).syncs["good"]
    assert sync.fingerprint() != changed.fingerprint()
    assert sync.fingerprint() == changed.model_copy(update={"campaigns": ()}).fingerprint()


@pytest.mark.parametrize(
    ("campaigns", "says"),
    [
        pytest.param({"create": True}, "`lists` names no list", id="CAMP-2-no-list"),
        pytest.param({"member_status": True}, "`lists` names no list", id="CAMP-3-no-list"),
        pytest.param({"status_fields": [field(), field(list_name="Web")]}, "is filled by status_fields[0] already",
                     id="CAMP-4-one-field-two-lists"),
        pytest.param({"status_fields": [field(kinds=[])]}, "kinds", id="CAMP-5-no-kind"),
        pytest.param({"status_fields": [field(kinds=["newsletter"])]}, "kinds", id="CAMP-5-unknown-kind"),
        pytest.param({"statusfields": []}, "Did you mean 'status_fields'?", id="CFG-1-misspelt-key"),
    ],
)  # fmt: skip
def test_what_is_refused(folder: Path, sync_text: str, campaigns: dict[str, Any], says: str) -> None:
    """With the key, and what is allowed."""
    loaded = lint(folder, sync_text, campaigns)
    assert says in "\n".join(each.render() for each in loaded.problems)


def test_creator_has_no_campaigns(folder: Path, sync_text: str) -> None:
    """CAMP-2: it is a matter of Recruit."""
    assert "belongs to accounts of kind 'recruit'" in told(lint(folder, sync_text, {"read": True}, "creator"))


def test_a_misspelt_list(folder: Path, sync_text: str) -> None:
    """PUSH-8: one that is close to a known list is told; one that only the mailer knows is in order."""
    loaded = lint(folder, sync_text, {"lists": ["Talent newz", "Webinar"], "create": True})
    assert "no sync and no push switch names a list 'Talent newz'" in told(loaded)
    assert "Did you mean 'Talent news'?" in told(loaded)
    assert "Webinar" not in told(loaded)


def test_a_field_that_a_switch_writes_too(folder: Path, sync_text: str) -> None:
    """CAMP-8, PUSH-1: a hint, because the two keep to different rules."""
    push = {"candidates": {"opened": {"list": "Talent news", "status_field": "Status"}}}
    assert "also takes the member status of push.candidates.opened" in told(
        lint(folder, sync_text, {"status_fields": [field()]}, push=push)
    )
