"""What an account's metadata shows of a sync, where the sandbox has no such account: calendar views, odd licences."""

from collections.abc import Callable
from typing import Any

import pytest

from contact_sync.config.loader import SyncFiles
from contact_sync.config.online import check_recruit
from contact_sync.config.resolved import ResolvedSync

Load = Callable[..., SyncFiles]
VIEW = "source: {scope: view, view: Recent}\n"
CRITERIA = "source: {scope: criteria, criteria: {conditions: {1: {field: City, is: is_empty}}}}\n"
FIELDS = [{"api_name": name, "data_type": "text"} for name in ("Email", "First_Name", "Last_Name", "City")]


class Account:
    """An account as its metadata tells it."""

    def __init__(self, licence: Any = None, criteria: Any = None, fields: Any = FIELDS) -> None:
        self._licence, self._criteria, self._fields = licence, criteria, fields

    def organisation(self) -> dict[str, Any]:
        return {"license_details": self._licence}

    def fields(self, module: str) -> list[dict[str, Any]]:
        return list(self._fields)

    def find_view(self, module: str, name_or_id: str) -> dict[str, Any]:
        return {"id": "1", "criteria": self._criteria}


@pytest.fixture
def sync(load: Load, sync_text: str) -> Callable[[str], ResolvedSync]:
    def resolve(more: str) -> ResolvedSync:
        return load(sync_text + more).syncs["tried"]

    return resolve


Sync = Callable[[str], ResolvedSync]
RELATIVE = {"group_operator": "and", "group": [{"field": "Created_Time", "value": "${LAST_7_DAYS}"}]}


@pytest.mark.parametrize(
    ("more", "criteria", "told"),
    [
        (VIEW, RELATIVE, ["hint"]),
        (VIEW + "each_fetch: all\n", RELATIVE, []),
        (VIEW, {"field": "City", "value": "Rome"}, []),
        (VIEW, None, []),
    ],
)
def test_a_view_that_goes_by_the_calendar(sync: Sync, more: str, criteria: Any, told: list[str]) -> None:
    """RET-2: records enter it without a change; only `all` finds them."""
    found = check_recruit(sync(more), Account(criteria=criteria))
    assert [problem.severity for problem in found] == told
    assert all("(RET-2)" in problem.message for problem in found)


@pytest.mark.parametrize(
    ("licence", "refused"),
    [
        ({"paid": False}, True),
        ({"plan_type": "FREE"}, True),
        ({"paid": True, "plan_type": "Enterprise"}, False),
        ({}, False),
        (None, False),
        ("free", False),
    ],
)
def test_licences_in_every_shape(sync: Sync, licence: Any, refused: bool) -> None:
    """ACC-6: old and new shape; an account that says nothing is not accused."""
    found = [problem.key for problem in check_recruit(sync(CRITERIA), Account(licence))]
    assert found == (["source.criteria"] if refused else [])
    assert check_recruit(sync(""), Account(licence)) == []


def test_many_fields_are_not_all_listed(sync: Sync) -> None:
    """SRC-10: the first ones, how many more, and the close match wherever it stands."""
    fields = [*FIELDS, *({"api_name": f"Field_{n}", "data_type": "text"} for n in range(200))]
    (problem,) = check_recruit(sync("mapping: {fields: {a: Field199}}\n"), Account(fields=fields))
    assert (len(problem.allowed), problem.allowed[-1]) == (41, "and 164 more")
    assert problem.close_match == "Field_199"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ("{opt_out: remove_from_list}", ["options.opt_out_field"]),
        ("{opt_out: remove_from_org, opt_out_field: Citi}", ["options.opt_out_field"]),
        ("{opt_out: remove_from_list, opt_out_field: City}", []),
        ("{opt_out: dont_exclude}", []),
    ],
)
def test_the_flag_of_opt_outs(sync: Sync, options: str, told: list[str]) -> None:
    """ADV-1, SRC-10: a field that the account does not show is named before any run meets it, with the close match."""
    found = check_recruit(sync(f"options: {options}\n"), Account())
    assert [problem.key for problem in found] == told
    if "Citi" in options:
        assert found[0].close_match == "City"


@pytest.mark.parametrize(
    ("data_type", "source", "refused"),
    [
        ("text", "Foo.bar", True),
        ("Picklist", "Foo.name", True),
        ("multiselectlookup", "Foo.id", True),
        ("lookup", "Foo.id", False),
        ("ownerlookup", "Foo.email", False),
        ("hologram", "Foo.bar", False),
        ("text", "Foo", False),
    ],
)
def test_a_part_of_what_has_none(sync: Sync, data_type: str, source: str, refused: bool) -> None:
    """MAP-7: it would be empty for everybody, without a word; a type that is not known may have parts."""
    fields = [*FIELDS, {"api_name": "Foo", "data_type": data_type}]
    found = check_recruit(sync(f"mapping: {{fields: {{foo: {source}}}}}\n"), Account(fields=fields))
    assert [problem.key for problem in found] == (["mapping.fields.foo"] if refused else [])
    if refused:
        assert f"'{source}' would always be empty: Candidates of 'recruit_demo' has that field as" in found[0].message
        assert f"{data_type}, which has no parts (MAP-7). Map 'Foo' itself." in found[0].message
