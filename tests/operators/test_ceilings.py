"""What tasks do at their account's ceiling, as organisation.yaml says it at that moment."""

import pytest
import yaml
from airflow.sdk import RetryAction

from contact_sync.config.allowances import allowance_of
from contact_sync.config.organisation import Organisation
from contact_sync.core.ceilings import Work
from contact_sync.errors import CreditsExhausted
from contact_sync.operators.allowances import allowances
from contact_sync.operators.extract import ExtractOperator
from contact_sync.operators.retry import SyncRetryPolicy
from contact_sync.paths import include_folder
from contact_sync.warehouse.database import Warehouse
from contact_sync.warehouse.statements import run
from tests.operators.contexts import context

ACCOUNTS = {
    "recruit_demo": {"kind": "recruit", "edition": "standard", "users": 4},
    "creator_demo": {"kind": "creator", "daily_credits": 10, "timezone": "America/Los_Angeles"},
    "creator_home": {"kind": "creator"},
}


def declare(daily_credits: int) -> None:
    """Say in organisation.yaml what the account may spend."""
    path = include_folder() / "organisation.yaml"
    settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    settings["accounts"]["recruit_demo"]["daily_credits"] = daily_credits
    path.unlink()  # a link to the project's own
    path.write_text(yaml.safe_dump(settings), encoding="utf-8")


def test_a_sync_stops_and_goes_on_when_the_ceiling_is_raised(ready: Warehouse) -> None:
    """LIM-5: no retry would help, so it fails at once and clearly; the same run goes on after a change of the file."""
    declare(4)
    given = context(run_type="scheduled")
    task = ExtractOperator(task_id="extract", sync_id=given["dag_run"].dag_id)
    with pytest.raises(CreditsExhausted, match="Account recruit_demo: of 4 API credits a day") as stopped:
        task.execute(given)
    assert SyncRetryPolicy().evaluate(stopped.value, 1, 3).action == RetryAction.FAIL
    with ready.transaction() as connection:
        spent = run(connection, "credits/spent").one()
    assert spent.credits <= 4
    assert spent.reserved == 0
    declare(1000)
    assert task.execute(given)["counts"]["read"] > 30
    with ready.transaction() as connection:
        assert run(connection, "credits/spent").one().reserved == 0


@pytest.mark.parametrize(
    ("account", "most", "zone"),
    [
        ("recruit_demo", 6000, None),
        ("creator_demo", 10, "America/Los_Angeles"),
        ("creator_home", None, "Europe/Berlin"),
        ("unknown", None, None),
    ],
)
def test_the_allowance_of_an_account(account: str, most: int | None, zone: str | None) -> None:
    """LIM-5: its own ceiling or the documented one; Creator's days are those of its zone, else the organisation's."""
    organisation = Organisation.model_validate({"name": "Zylker", "timezone": "Europe/Berlin", "accounts": ACCOUNTS})
    found = allowance_of(organisation, account, Work.PUSH)
    assert (found.most, found.zone and found.zone.key, found.work) == (most, zone, Work.PUSH)


def test_tasks_read_the_allowance_when_they_run(ready: Warehouse) -> None:
    """LIM-5: not with the settings of the fetch, which stay as they were."""
    declare(7)
    assert allowances(Work.IMPORT)("recruit_demo").limit == 7
