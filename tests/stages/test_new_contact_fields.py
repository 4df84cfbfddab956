"""A mapping that gains contact fields: what the next fetch says of the people whom it did not read."""

from dataclasses import replace

import pytest

from contact_sync.core.mapping_types import FieldMapping
from tests.stages.desk import Desk, record

ANN, BEN, EVE = "ann@mail.example.org", "ben@mail.example.org", "eve@mail.example.org"
TITLE = FieldMapping("title", "Current_Job_Title")


def warned(desk: Desk) -> list[str]:
    return list(desk.rows("SELECT warnings FROM sync.fetch ORDER BY fetch_id DESC LIMIT 1")[0]["warnings"])


def test_the_next_fetch_says_who_lacks_the_new_fields(desk: Desk) -> None:
    """MAP-4: how many, which fields and what to do; once, and the fetch is degraded."""
    desk.take(record("1", ANN), record("2", BEN), record("3", EVE))
    sync = desk.sync.model_copy(update={"mapping": (*desk.sync.mapping, TITLE, replace(TITLE, target="position"))})
    desk.take(record("1", ANN, Current_Job_Title="Engineer", modified=1), sync=sync)
    assert warned(desk) == [
        "The mapping has new contact fields (position, title). 2 people of the list lack them, because this fetch did "
        "not read their records. Read all again with: contact-sync initiate candidates_daily"
    ]
    assert desk.last.status == "degraded"
    versions = desk.rows("SELECT DISTINCT fetch_id, mapping_version FROM sync.ledger ORDER BY fetch_id")
    assert [row["mapping_version"] for row in versions] == [1, 2]
    desk.take(record("1", ANN, modified=2), sync=sync)
    assert (warned(desk), desk.last.status) == ([], "succeeded")


@pytest.mark.parametrize("how", ["all read", "left the list", "another filled it", "a field less", "another list"])
def test_nothing_is_said_where_nobody_lacks_anything(desk: Desk, how: str) -> None:
    """MAP-4: only people of the list whom this sync brought, and only fields that are new."""
    desk.take(record("1", ANN), record("2", BEN))
    sync = desk.sync.model_copy(update={"mapping": (*desk.sync.mapping, TITLE)})
    rows = [record("1", ANN, Current_Job_Title="Engineer", modified=1)]
    if how == "all read":
        rows.append(record("2", BEN, modified=1))
    elif how == "left the list":
        desk.execute("UPDATE contacts.membership SET status = 'removed', reason = 'removed_by_hand'")
    elif how == "another filled it":
        desk.execute("""UPDATE contacts.contact SET fields = fields || '{"title": "Engineer"}'""")
    elif how == "a field less":
        sync = desk.sync.model_copy(update={"mapping": desk.sync.mapping[:-1]})
    else:
        sync = sync.model_copy(update={"list_name": "Other news", "push_switches": ()})
    desk.take(*rows, sync=sync)
    assert (warned(desk), desk.last.status) == ([], "succeeded")
