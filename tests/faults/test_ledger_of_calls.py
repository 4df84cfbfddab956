"""The warehouse is away at the moment when a call to Zoho is to be written into the ledger."""

import pytest

from contact_sync.errors import Unavailable
from include.sandbox.server import Sandbox
from tests.faults.conftest import CrashServer, fresh_world


def test_write_that_could_not_be_recorded_is_not_sent_again(crash_server: CrashServer, source: Sandbox) -> None:
    """PUSH-9, LIM-5: Zoho took the call; that we could not book it is no reason to repeat it."""
    world = fresh_world(crash_server, source, "ledger_away")
    client = world.client("recruit_demo", world.fetch("candidates_daily").fetch_id)
    client.organisation()  # the client has its access token now, so the write needs the warehouse for the ledger alone
    crash_server.crash()
    try:
        with pytest.raises(Unavailable, match="written to the ledger"):
            client.upsert("Candidates", [{"Last_Name": "Booked", "Email": "booked@example.org"}], ["Email"])
    finally:
        crash_server.come_back()
    # What the sandbox saw, not what we think we sent.
    calls = [call for call in world.control("GET", "calls") if call["method"] == "POST" and "upsert" in call["path"]]
    assert [call["status"] for call in calls] == [200]
