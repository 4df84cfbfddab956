"""What the form of `contact_sync_admin` may ask for, and what is refused with the reason (OPS-9)."""

from typing import Any

import pytest

from contact_sync.core.admin import BY_COMMAND, NEXT, Act, Request, read_request
from contact_sync.errors import ConfigError

WHY = {"reason": " asked by phone "}
EMPTY = {"sync": None, "account": None, "number": None, "people": None, "list": None, "sure": False}
"""What the form sends of fields that nobody touched."""


@pytest.mark.parametrize(
    ("conf", "request_"),
    [
        ({"act": "activate", "sync": "nightly"}, Request(Act.ACTIVATE, "asked by phone", sync="nightly")),
        ({"act": "activate", "account": "a"}, Request(Act.ACTIVATE, "asked by phone", account="a")),
        ({"act": "undo_options", "sync": "x", "number": 7}, Request(Act.UNDO_OPTIONS, "asked by phone", "x", number=7)),
        ({"act": "approve", "sync": "x"}, Request(Act.APPROVE, "asked by phone", "x")),
        ({"act": "withhold", "sync": "x", "number": 3}, Request(Act.WITHHOLD, "asked by phone", "x", number=3)),
        ({"act": "suppress_blocked", "people": "12, 5;12\n7"},
         Request(Act.SUPPRESS_BLOCKED, "asked by phone", people=(12, 5, 7))),
        ({"act": "unsuppress", "people": [4], "sure": True},
         Request(Act.UNSUPPRESS, "asked by phone", people=(4,), sure=True)),
        ({"act": "remove_from_list", "people": 4, "list": "Talent news"},
         Request(Act.REMOVE_FROM_LIST, "asked by phone", people=(4,), list_name="Talent news")),
        ({"act": "erase", "people": "4", "sure": True}, Request(Act.ERASE, "asked by phone", people=(4,), sure=True)),
    ],
    ids=lambda value: value["act"] if isinstance(value, dict) else "",
)  # fmt: skip
def test_acts_with_what_they_need(conf: dict[str, Any], request_: Request) -> None:
    """OPS-9: empty fields of the form mean nothing."""
    assert read_request({**WHY, **conf}) == request_
    assert read_request({**EMPTY, **WHY, **conf}) == request_


@pytest.mark.parametrize(
    ("conf", "message"),
    [
        ({"akt": "erase"}, "unknown key 'akt'. Allowed: act, reason, sync, account, number, people, list, sure."),
        ({"lists": "L"}, " Did you mean 'list'?"),
        ({}, "act is missing: say what to do. Allowed: activate, deactivate,"),
        ({"act": "delte", "sync": "x"}, " Did you mean 'delete'?"),
        ({"act": "Remove from list"}, " Did you mean 'remove_from_list'?"),
        ({"act": "delete", "sync": "x", "reason": " "}, "reason is empty: say why, it is kept with who and when."),
        ({"act": "activate"}, "activate needs either sync, or account for all its syncs that wait; not both."),
        ({"act": "activate", "sync": "x", "account": "y"}, "activate needs either sync, or account"),
        ({"act": "delete"}, "delete needs sync."),
        ({"act": "undo_options"}, "undo_options needs number and sync."),
        ({"act": "delete", "sync": "x", "people": "1"}, "delete has no use for people: leave it empty."),
        ({"act": "delete", "sync": "x", "people": "1", "list": "L"},
         "delete has no use for list and people: leave them empty."),
        ({"act": "remove_from_list", "people": "1"}, "remove_from_list needs list."),
        ({"act": "erase", "people": "1"}, "erase cannot be taken back: it is done only with sure: true."),
        ({"act": "erase", "people": "1 2", "sure": True}, "people: they are erased one at a time."),
        ({"act": "unsuppress", "people": "Ann"},
         "people: contact ids are digits, several separated by spaces or commas."),
        ({"act": "unsuppress", "people": True}, "people: contact ids are digits"),
        ({"act": "approve", "sync": "x", "number": "0"}, "number: it is digits, as of an act or a fetch."),
        ({"act": "unsuppress", "people": "1", "sure": "yes"}, "sure: 'yes' is not true or false."),
    ],
    ids=str,
)  # fmt: skip
def test_refusals(conf: dict[str, Any], message: str) -> None:
    """OPS-9: what is missing, unknown or idle is told, with what is allowed; nothing is done."""
    with pytest.raises(ConfigError) as caught:
        read_request({**WHY, **conf})
    assert message in str(caught.value)
    assert str(caught.value).endswith(NEXT)


@pytest.mark.parametrize("key", ["act", "people", "reason", "sync", "list", "account"])
def test_an_address_is_refused_and_not_repeated(key: str) -> None:
    """OPS-6, OPS-9: wherever it stands; the message says how to name somebody by address."""
    with pytest.raises(ConfigError) as caught:
        read_request({"act": "suppress_blocked", "people": "1", **WHY, key: "ann@example.org"})
    assert str(caught.value) == f"{key}: {BY_COMMAND} {NEXT}"
    with pytest.raises(ConfigError) as unknown:
        read_request({"ann@example.org": 1})
    assert "ann" not in str(unknown.value)
