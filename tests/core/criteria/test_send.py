"""CRIT-5: what is sent to the search API finds every record that the pattern accepts."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import Phase, given
from hypothesis import strategies as st

from contact_sync.core.criteria import send
from contact_sync.core.criteria.evaluate import Judge
from contact_sync.core.criteria.kinds import field_kind
from contact_sync.core.criteria.model import Condition, Criteria, Operator, Value
from contact_sync.core.criteria.pattern import default_pattern
from contact_sync.core.criteria.send import Narrowing, contradicts, narrowing, why_unsent
from contact_sync.core.criteria.tree import Node, Number, walk
from tests.core.criteria import naive, worlds

TYPES = {
    "Department": "picklist",
    "City": "text",
    "Email": "email",
    "Client_Name": "lookup",
    "Notes": "textarea",
    "Skills": "multiselectpicklist",
    "Experience_in_Years": "integer",
    "Clients.Industry": "picklist",
}
KINDS = {field: field_kind(data_type) for field, data_type in TYPES.items()}
UTC = ZoneInfo("UTC")
IT, BERLIN, YEARS = ("Department", "IT"), ("City", "Berlin"), ("Experience_in_Years", 2)


def criteria(pattern: str | None, *asked: tuple[str, Value] | Condition) -> Criteria:
    """Criteria of `equals` conditions, or of those given."""
    conditions = tuple(
        Condition(number, each.field, each.operator, each.values)
        if isinstance(each, Condition)
        else Condition(number, each[0], Operator.EQUALS, (each[1],))
        for number, each in enumerate(asked, 1)
    )
    return Criteria(conditions, pattern or default_pattern(range(1, len(asked) + 1)))


def begins(field: str, value: str) -> Condition:
    return Condition(0, field, Operator.STARTS_WITH, (value,))


@pytest.mark.parametrize(
    ("given_criteria", "query", "sent"),
    [
        pytest.param(criteria(None, IT), "(Department:equals:IT)", (1,), id="one"),
        pytest.param(
            criteria(None, IT, begins("City", "Ber")),
            "((Department:equals:IT)and(City:starts_with:Ber))",
            (1, 2),
            id="and",
        ),
        pytest.param(
            criteria("(1 or 2)", IT, BERLIN), "((Department:equals:IT)or(City:equals:Berlin))", (1, 2), id="or"
        ),
        pytest.param(criteria(None, IT, YEARS), "(Department:equals:IT)", (1,), id="and with an uncertain part"),
        pytest.param(criteria("(1 or 2)", IT, YEARS), None, (), id="or over an uncertain condition"),
        pytest.param(
            criteria("((1 or 2) and 3)", IT, YEARS, BERLIN), "(City:equals:Berlin)", (3,), id="uncertain or within and"
        ),
        pytest.param(
            criteria("((1 and 2) or 3)", IT, YEARS, BERLIN),
            "((Department:equals:IT)or(City:equals:Berlin))",
            (1, 3),
            id="weakened and within or",
        ),
        pytest.param(
            criteria("((1 and 2) and (3 or 4))", IT, ("City", "Ulm"), BERLIN, IT),
            "((Department:equals:IT)and(City:equals:Ulm)and((City:equals:Berlin)or(Department:equals:IT)))",
            (1, 2, 3, 4),
            id="nested",
        ),
        pytest.param(
            criteria("((1 and 2) or (1 and 3))", IT, BERLIN, YEARS),
            "(((Department:equals:IT)and(City:equals:Berlin))or(Department:equals:IT))",
            (1, 2),
            id="a number twice",
        ),
        pytest.param(
            criteria(None, ("City", " Lee, K (a\\b) ")), "(City:equals:Lee\\, K \\(a\\\\b\\))", (1,), id="escaped"
        ),
        pytest.param(criteria(None, ("City", "A:b&c=d%")), "(City:equals:A:b&c=d%)", (1,), id="left to URL encoding"),
        pytest.param(criteria(None, ("City", "Ko\u0308ln")), "(City:equals:Köln)", (1,), id="composed"),
        pytest.param(
            criteria(None, ("Department", 2015)), "(Department:equals:2015)", (1,), id="number of a pick list"
        ),
    ],
)
def test_query(given_criteria: Criteria, query: str | None, sent: tuple[int, ...]) -> None:
    """CRIT-5: as Recruit documents it; the rest of the conditions is listed as not sent."""
    found = narrowing(given_criteria, TYPES, ignores_case=True)
    assert (found.query, found.sent) == (query, sent)
    assert found.unsent == tuple(number for number in given_criteria.numbers if number not in sent)


ALLOWED_TO_NARROW = ("equals", "starts_with")


@pytest.mark.parametrize(
    "condition",
    [
        *(Condition(1, "City", operator, ("Berlin",)) for operator in Operator if operator not in ALLOWED_TO_NARROW),
        Condition(1, "Email", Operator.EQUALS, ("jo@zylker.example",)),
        Condition(1, "Client_Name", Operator.EQUALS, ("Zylker",)),
        Condition(1, "Notes", Operator.STARTS_WITH, ("Zyl",)),
        Condition(1, "Skills", Operator.EQUALS, ("Java",)),
        Condition(1, "Experience_in_Years", Operator.EQUALS, (12,)),
        Condition(1, "Clients.Industry", Operator.EQUALS, ("IT",)),
        Condition(1, "Unknown", Operator.EQUALS, ("IT",)),
        Condition(1, "City", Operator.EQUALS, ("B",)),
        Condition(1, "City", Operator.EQUALS, ("B" * 101,)),
        Condition(1, "City", Operator.EQUALS, ("Ber\nlin",)),
        Condition(1, "City", Operator.EQUALS, ("NULL",)),
        Condition(1, "City", Operator.STARTS_WITH, ("${EMPTY}",)),
    ],
    ids=lambda condition: f"{condition.field} {condition.operator} {str(*condition.values)[:10]!r}",
)  # fmt: skip
def test_uncertain_is_not_sent(condition: Condition) -> None:
    """CRIT-5: other operators, other types, related modules, and values that the search may take for something else."""
    assert narrowing(Criteria((condition,), "1"), TYPES, ignores_case=True) == Narrowing(None, (), (1,))


def test_case_that_may_count() -> None:
    """CRIT-5: where the search may tell upper from lower case, only values without either are sent."""
    found = narrowing(criteria(None, IT, ("Department", "2015"), ("City", "東京")), TYPES, ignores_case=False)
    assert found.query == "((Department:equals:2015)and(City:equals:東京))"
    assert found.unsent == (1,)


def test_at_most_ten_conditions() -> None:
    """CRIT-5: of an and the first ten go; an or that has no room left goes not at all, a later smaller part may."""
    cities = [("City", f"City {number}") for number in range(1, 14)]
    assert narrowing(criteria(None, *cities), TYPES, ignores_case=True).sent == tuple(range(1, 11))
    assert narrowing(criteria(" or ".join(map(str, range(1, 14))), *cities), TYPES, ignores_case=True).query is None
    wide = f"({' and '.join(map(str, range(1, 10)))} and (10 or 11) and 12 and 13)"
    assert narrowing(criteria(wide, *cities), TYPES, ignores_case=True).sent == (*range(1, 10), 12)


@pytest.mark.parametrize(
    ("row", "contradiction"),
    [
        ({"Department": "IT", "City": "Berlin", "Experience_in_Years": 0}, False),
        ({"Department": " it ", "City": "ulm"}, False),
        ({"Department": "ITALIAN", "City": "Berlin"}, True),
        ({"Department": "IT", "City": "East Berlin"}, True),
        ({}, True),
    ],
)
def test_rows_that_contradict_what_was_sent(row: dict[str, Any], contradiction: bool) -> None:
    """CRIT-5: a search that finds more than it was asked for is noticed; what was not sent does not count."""
    asked = criteria("(1 and (2 or 3) and 4)", IT, BERLIN, ("City", "Ulm"), YEARS)
    assert contradicts(row, narrowing(asked, TYPES, ignores_case=True)) is contradiction
    assert not contradicts(row, narrowing(criteria(None, YEARS), TYPES, ignores_case=True))


def strictly_finds(query: str, row: dict[str, Any], compare: Callable[[str], str]) -> bool:
    """Whether a search that takes the query at its word finds the row; `compare` gives the form that is compared.

    Reads the query with a parser of the test's own.
    """
    signs = iter(re.findall(r"\\.|(?<=\))(?:and|or)(?=\()|.", query, re.DOTALL))

    def within_brackets() -> bool:
        sign = next(signs)
        if sign != "(":
            field, operator, value = "".join([sign, *_until_bracket(signs)]).split(":", 2)
            found = compare(str(row.get(field) or ""))
            return found == compare(value) if operator == "equals" else found.startswith(compare(value))
        verdicts, joiners = [within_brackets()], set()
        for sign in signs:
            if sign == ")":
                break
            joiners.add(sign)
            assert next(signs) == "("
            verdicts.append(within_brackets())
        assert joiners in ({"and"}, {"or"}), "one joiner to a group"
        return all(verdicts) if joiners == {"and"} else any(verdicts)

    assert next(signs) == "("
    verdict = within_brackets()
    assert not list(signs), "nothing after the last bracket"
    return verdict


def _until_bracket(signs: Iterator[str]) -> Iterator[str]:
    for sign in signs:
        if sign == ")":
            return
        yield sign[-1] if sign.startswith("\\") else sign


STORED = {field: "text" if field in ("A_text", "Source") else "integer" for field in worlds.KINDS}
ADDED = st.sampled_from(["", "", "x"])
SENT = [("Source", Operator.EQUALS), ("A_text", Operator.STARTS_WITH)]


def nothing_is_lost(tree: Node, ignores_case: bool, data: st.DataObject) -> None:
    """What the criteria accept, a strict search finds; with case ignored, what it does not find contradicts."""
    values = st.text("aSß(),\\ 12" if ignores_case else "12(),\\ ", min_size=2, max_size=3).filter(str.strip)
    conditions = []
    for number in (each.number for each in walk(tree) if isinstance(each, Number)):
        field, operator = data.draw(st.sampled_from(SENT))
        sent = Condition(number, field, operator, (data.draw(values),))
        conditions.append(data.draw(st.sampled_from([sent, sent, sent, data.draw(worlds.conditions(number))])))
    asked = Criteria(tuple(conditions), str(tree))
    found = narrowing(asked, STORED, ignores_case=ignores_case)
    rows = data.draw(st.lists(worlds.rows(conditions), min_size=1, max_size=3))
    for row in rows:
        for each in data.draw(st.lists(st.sampled_from(conditions), max_size=4)):
            if each.values and worlds.KINDS[each.field] == "text":
                before, after = data.draw(st.tuples(ADDED, ADDED))
                row[each.field] = f"{before}{each.values[0]}{after}"
        for field in ("Source", "A_text"):  # stored without space around it
            row[field] = unicodedata.normalize("NFC", str(row.get(field) or "").strip())
    compare = naive.same_text if ignores_case else str
    for row, accepted in zip(rows, Judge(asked, worlds.KINDS, UTC).rows(rows), strict=True):
        finds = found.query is None or strictly_finds(found.query, row, compare)
        assert finds or not accepted
        assert not (accepted and contradicts(row, found))
        assert finds is not contradicts(row, found) or not ignores_case


@worlds.law(100)
@given(worlds.trees(), st.booleans(), st.data())
def test_nothing_that_the_pattern_accepts_is_lost(tree: Node, ignores_case: bool, data: st.DataObject) -> None:
    """CRIT-5: for any criteria, as a law."""
    nothing_is_lost(tree, ignores_case, data)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("_all_or_none", lambda parts: next((part for part in parts if part is not None), None)),
        ("_is_certain", lambda condition, *_: condition.field in ("Source", "A_text") and len(condition.values) == 1),
        ("_SPECIAL", re.compile(r"[,]")),
    ],
)
def test_the_law_notices_a_query_that_asks_for_less(monkeypatch: pytest.MonkeyPatch, name: str, wrong: Any) -> None:
    """CRIT-5: a part of an or left out, an uncertain operator, a value not escaped."""
    monkeypatch.setattr(send, name, wrong)
    # The same examples each time, so that this does not fail by chance; the first that fails ends it.
    settings = worlds.law(3_000, derandomize=True, database=None, phases=[Phase.generate], print_blob=False)
    law = settings(given(worlds.trees(), st.booleans(), st.data())(nothing_is_lost))
    with pytest.raises((AssertionError, ValueError, StopIteration)):
        law()


@pytest.mark.parametrize(
    ("asked", "ignores_case", "why"),
    [
        pytest.param(Condition(0, "City", Operator.CONTAINS, ("Berlin",)), True, "not contains", id="operator"),
        pytest.param(("Clients.Industry", "Media"), True, "a related record", id="related"),
        pytest.param(YEARS, True, "not integer", id="type"),
        pytest.param(("Nowhere", "Berlin"), True, "not unknown", id="unknown field"),
        pytest.param(("City", "B"), True, "2 to 100 characters", id="too short"),
        pytest.param(("City", "${x}"), True, "means something else", id="reserved"),
        pytest.param(BERLIN, False, "upper from lower case", id="case"),
    ],
)
def test_why_a_condition_is_not_sent(asked: tuple[str, Value] | Condition, ignores_case: bool, why: str) -> None:
    """CRIT-5: `plan` lists the conditions not sent; those that are have no reason."""
    given_criteria = criteria(None, ("City", "10115"), asked)
    narrowed = narrowing(given_criteria, TYPES, ignores_case=ignores_case)
    told = why_unsent(given_criteria, narrowed, TYPES, ignores_case=ignores_case)
    assert (narrowed.sent, tuple(told)) == ((1,), narrowed.unsent)
    assert why in told[2]


def test_certain_conditions_that_are_not_sent_either() -> None:
    """CRIT-5: one that is joined by `or` with an uncertain one, and the eleventh."""
    joined = criteria("(1 or 2)", IT, YEARS)
    told = why_unsent(joined, narrowing(joined, TYPES, ignores_case=True), TYPES, ignores_case=True)
    assert told[1].startswith("it is joined by 'or' with one that is not sent")
    many = criteria(None, *(("City", f"Berlin {number}") for number in range(11)))
    told = why_unsent(many, narrowing(many, TYPES, ignores_case=True), TYPES, ignores_case=True)
    assert (tuple(told), "beyond the 10" in told[11]) == ((11,), True)
