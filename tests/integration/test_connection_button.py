"""The button "Test connection" of a running Airflow: its API server finds warehouse, key and account by itself."""

from typing import Any

from contact_sync.hooks.zoho_account import NOT_COUNTED
from tests.integration.whole import Whole


def press(whole: Whole) -> dict[str, Any]:
    """What Airflow answers to the saved connection as its form shows it, secrets masked."""
    shown = whole.api._get("/api/v2/connections/recruit_demo")
    answer: dict[str, Any] = whole.api._call("POST", "/api/v2/connections/test", json=shown)
    return answer


def test_the_button_counts_and_shares(whole: Whole) -> None:
    """ACC-3: under Airflow's made-up name a token is counted, and belongs to the account once somebody knows that."""
    whole.begin_anew()
    for known in ("", "recruit_demo"):
        if known:  # doctor asks for the account by its name
            whole.command("contact_sync", "doctor", known)
        told = press(whole)
        assert (told["status"], NOT_COUNTED in told["message"]) == (True, False), told
        counted = whole.rows("SELECT account, succeeded FROM sync.token_request ORDER BY request_id DESC LIMIT 1")
        assert counted == [{"account": known, "succeeded": True}]
    assert len(whole.rows("SELECT FROM sync.token")) == 1
