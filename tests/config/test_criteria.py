"""Criteria as people write them: operators, values, pattern and related modules, and what they resolve to."""

import json
from collections.abc import Callable

import jsonschema
import pytest

from contact_sync.config.loader import SyncFiles
from contact_sync.config.resolved import ResolvedSync
from contact_sync.config.schema import schema_text
from contact_sync.config.yaml_text import read_yaml
from contact_sync.core.criteria.model import Condition, Operator

Load = Callable[..., SyncFiles]

SOURCE = """\
source:
  module: Contacts
  scope: criteria
  criteria:
    conditions:
      1: {field: Department, is: equals, value: Information Technology}
      2: {field: Experience_in_Years, is: greater_equal, value: 2}
      3: {field: Accounts.Industry, is: in, value: [IT, Media]}
      4: {field: Created_Time, is: between, value: [2026-01-01, 2026-02-01]}
      5: {field: Email, is: is_not_empty}
    pattern: "((1 and 2) AND (3 or 4)) and 5"
"""
PATTERN = '    pattern: "((1 and 2) AND (3 or 4)) and 5"\n'
FIRST_LINE = 6  # of SOURCE in the file


@pytest.fixture
def resolve(load: Load, sync_text: str) -> Callable[[str], ResolvedSync]:
    """The smallest sync with this source."""

    def run(source: str) -> ResolvedSync:
        loaded = load(sync_text + source)
        assert [problem.render() for problem in loaded.problems] == []
        return loaded.syncs["tried"]

    return run


@pytest.fixture
def refusal(load: Load, sync_text: str) -> Callable[[str, str], str]:
    """The one problem of the source above with `old` replaced by `new`, from its line on, without the command."""

    def run(old: str, new: str) -> str:
        assert old in SOURCE
        loaded = load(sync_text + SOURCE.replace(old, new))
        (problem,) = loaded.problems
        return problem.render().removeprefix("include/syncs/tried.yaml:").partition(" Check with")[0]

    return run


Resolve = Callable[[str], ResolvedSync]
Refusal = Callable[[str, str], str]


def test_conditions_in_the_order_of_their_numbers(resolve: Resolve) -> None:
    """SRC-4, SRC-5, CRIT-3: typed values, one spelling of related modules, one way to write the pattern."""
    shuffled = SOURCE.replace("      5:", "      05:").replace("      1:", "      5:").replace("      05:", "      1:")
    criteria = resolve(SOURCE).criteria
    assert criteria is not None
    assert criteria.conditions == (
        Condition(1, "Department", Operator.EQUALS, ("Information Technology",)),
        Condition(2, "Experience_in_Years", Operator.GREATER_EQUAL, (2,)),
        Condition(3, "Clients.Industry", Operator.IN, ("IT", "Media")),
        Condition(4, "Created_Time", Operator.BETWEEN, ("2026-01-01", "2026-02-01")),
        Condition(5, "Email", Operator.IS_NOT_EMPTY, ()),
    )
    assert criteria.pattern == "(((1 and 2) and (3 or 4)) and 5)"
    other = resolve(shuffled).criteria
    assert other is not None
    assert [condition.number for condition in other.conditions] == [1, 2, 3, 4, 5]
    assert other.conditions[0].field == "Email"


@pytest.mark.parametrize(
    ("joined", "pattern"),
    [
        ("", "((((1 and 2) and 3) and 4) and 5)"),
        ("    joiners: [and, or, and, or]\n", "((((1 and 2) or 3) and 4) or 5)"),
    ],
)
def test_without_a_pattern(resolve: Resolve, joined: str, pattern: str) -> None:
    """CRIT-2: nested left, by and or by the joiner of each step."""
    criteria = resolve(SOURCE.replace(PATTERN, joined)).criteria
    assert criteria is not None
    assert criteria.pattern == pattern


@pytest.mark.parametrize(
    ("written", "read"),
    [("01067", "01067"), ("-007", "-007"), ("0", 0), ("10", 10), ("0.50", 0.5), (".5", 0.5), ("5.", 5.0), ("1e3", 1e3)],
)
def test_digits_after_a_zero_are_no_number(resolve: Resolve, written: str, read: object) -> None:
    """CRIT-1: a postal code without quotes compares as it is written."""
    criteria = resolve(SOURCE.replace("value: Information Technology", f"value: {written}")).criteria
    assert criteria is not None
    (value,) = criteria.conditions[0].values
    assert (type(value), value) == (type(read), read)


def test_through_json_and_back(resolve: Resolve) -> None:
    """CRIT-1: a fetch stores criteria as JSON; whole numbers, fractions, texts and booleans stay what they are."""
    source = (
        SOURCE.replace("value: [IT, Media]", "value: ['2', x]")
        .replace("is: equals, value: Information Technology", "is: equals, value: true")
        .replace("is: greater_equal, value: 2", "is: between, value: [2, 2.5]")
    )
    sync = resolve(source)
    back = ResolvedSync.model_validate_json(sync.model_dump_json())
    assert back == sync
    assert back.criteria is not None
    values = [value for condition in back.criteria.conditions[:3] for value in condition.values]
    assert [(type(value), value) for value in values] == [
        (bool, True), (int, 2), (float, 2.5), (str, "2"), (str, "x"),
    ]  # fmt: skip
    assert back.source_fingerprint() == sync.source_fingerprint()


def test_spellings_of_one_module_are_no_change(resolve: Resolve) -> None:
    """SRC-5, RET-11: Accounts and Clients are one module; another value is another scope."""
    one, other = resolve(SOURCE), resolve(SOURCE.replace("Accounts.", "Clients."))
    assert one.source_fingerprint() == other.source_fingerprint()
    assert one.source_fingerprint() != resolve(SOURCE.replace("Media", "Music")).source_fingerprint()
    assert one.source_fingerprint() != resolve(SOURCE.replace(PATTERN, "")).source_fingerprint()


@pytest.mark.parametrize(
    ("module", "field", "resolved"),
    [
        ("Contacts", "Potentials.Posting_Title", "Job_Openings.Posting_Title"),
        ("Contacts", "Job_Openings.City", "Job_Openings.City"),
        ("Candidates", "Potentials.City", "Job_Openings.City"),
    ],
)
def test_related_modules(resolve: Resolve, module: str, field: str, resolved: str) -> None:
    """SRC-5: which module reaches which, by either name."""
    source = f"source: {{module: {module}, scope: criteria, criteria: {{conditions: {{1: {{field: {field}, "
    criteria = resolve(source + "is: is_empty}}}}\n").criteria
    assert criteria is not None
    assert criteria.conditions[0].field == resolved


OPERATORS = ", ".join(Operator)

REFUSED = [
    ("CRIT-1 operator", "is: in,", "is: inn,",
     f"13: source.criteria.conditions.3.is: 'inn' is not one of the allowed values. Allowed: {OPERATORS}. "
     "Did you mean 'in'?"),
    ("CRIT-1 key", "field: Email", "feld: x, field: Email",
     "15: source.criteria.conditions.5.feld: is not a key that is known here. Allowed: field, is, value. "
     "Did you mean 'field'?"),
    ("CRIT-1 number", "      1:", "      one:",
     "11: source.criteria.conditions.one: 'one' is not a number for a condition. Write 1, 2, 3 and so on."),
    ("CRIT-1 field", "field: Email", "field: E-mail",
     "15: source.criteria.conditions.5.field: 'E-mail' is not a field. "
     "Write its API name, such as Department, or that of a related module, such as Clients.Industry."),
    ("CRIT-1 value is a mapping", "value: 2}", "value: {a: 1}}",
     "12: source.criteria.conditions.2.value: a mapping is not a value to compare with. "
     "Write a text, a number, true or false."),
    ("CRIT-1 value is null", "value: 2}", "value: null}",
     "12: source.criteria.conditions.2.value: nothing is not a value to compare with. "
     "Write a text, a number, true or false."),
    ("CRIT-1 empty list", "value: [IT, Media]", "value: []",
     "13: source.criteria.conditions.3.value: is an empty list: it needs at least one value."),
    ("CRIT-1 no value", ", value: 2}", "}",
     "12: source.criteria.conditions.2.value: 'greater_equal' needs a value to compare with."),
    ("CRIT-1 between upside down", "[2026-01-01, 2026-02-01]", "[2026-02-01, 2026-01-01]",
     "14: source.criteria.conditions.4.value: 'between' needs the lowest value first: '2026-01-01', '2026-02-01'."),
    ("CRIT-3 unknown number", "((1 and 2)", "((7 and 2)",
     "16: source.criteria.pattern: column 3 of '((7 and 2) AND (3 or 4)) and 5': there is no condition 7. "
     "Allowed: 1, 2, 3, 4, 5."),
    ("CRIT-3 both readings", "((1 and 2) AND (3 or 4)) and 5", "1 and 2 and 3 or 4 and 5",
     "16: source.criteria.pattern: column 15 of '1 and 2 and 3 or 4 and 5': 'or' stands beside 'and' without brackets. "
     "This can be read as ((1 and 2 and 3) or (4 and 5)) or as (1 and 2 and (3 or 4) and 5). "
     "Write the one that is meant."),
    ("CRIT-2 joiners and pattern", PATTERN, f"{PATTERN}    joiners: [and]\n",
     "17: source.criteria.joiners: cannot stand beside pattern: both say how conditions are joined. Keep one."),
    ("CRIT-2 too few joiners", PATTERN, "    joiners: [and, or]\n",
     "16: source.criteria.joiners: holds 2, but 5 conditions are joined by 4."),
    ("CRIT-2 joiner", PATTERN, "    joiners: [and, or, xor, and]\n",
     "16: source.criteria.joiners[2]: 'xor' is not one of the allowed values. Allowed: and, or. Did you mean 'or'?"),
    ("SRC-5 alias", "Accounts.", "Acounts.",
     "13: source.criteria.conditions.3.field: 'Acounts' is not a related module: criteria on Contacts reach these "
     "related modules (SRC-5). Allowed: Clients, Accounts, Job_Openings, Potentials. Did you mean 'Accounts'?"),
    ("SRC-5 beyond reach", "module: Contacts", "module: Candidates",
     "13: source.criteria.conditions.3.field: 'Accounts' is not a related module: criteria on Candidates reach these "
     "related modules (SRC-5). Allowed: Job_Openings, Potentials."),
    ("SRC-5 custom module", "module: Contacts", "module: Alumni",
     "13: source.criteria.conditions.3.field: 'Accounts' is not a related module: criteria on Alumni reach no related "
     "module (SRC-5)."),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_what_is_refused(refusal: Refusal, old: str, new: str, expected: str) -> None:
    assert refusal(old, new) == expected


def test_no_condition_at_all(load: Load, sync_text: str) -> None:
    """CRIT-1: criteria without conditions would be scope all."""
    (problem,) = load(sync_text + "source: {scope: criteria, criteria: {conditions: {}}}\n").problems
    assert (problem.key, problem.message) == ("source.criteria.conditions", "is empty: it needs at least one entry.")


@pytest.mark.parametrize("wrong", ["is: inn", "value: {a: 1}", "is: in, where: x"])
def test_the_schema_knows_criteria(sync_text: str, wrong: str) -> None:
    """CRIT-1: editors show the same mistakes."""
    validator = jsonschema.Draft202012Validator(json.loads(schema_text("sync.schema.json")))
    assert validator.is_valid(read_yaml(sync_text + SOURCE).value)
    assert not validator.is_valid(read_yaml(sync_text + SOURCE.replace("is: in", wrong)).value)
