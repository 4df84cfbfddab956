"""CRIT-2, CRIT-3: patterns, their default, and what is refused, with the column."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contact_sync.core.criteria.pattern import PatternError, default_pattern, parse_pattern
from contact_sync.core.criteria.tree import And, Node, Number, Or, pattern_text, walk
from tests.core.criteria import worlds

one, two, three, four = map(Number, (1, 2, 3, 4))


def used(node: Node) -> set[int]:
    return {each.number for each in walk(node) if isinstance(each, Number)}


@pytest.mark.parametrize(
    ("given_numbers", "joiners", "expected"),
    [
        pytest.param([1, 2, 3, 4, 5, 6], None, "(((((1 and 2) and 3) and 4) and 5) and 6)", id="CRIT-2: six"),
        pytest.param([1], None, "1", id="CRIT-2: one"),
        pytest.param([1], [], "1", id="CRIT-2: one, no joiner"),
        pytest.param([7, 2, 10], None, "((2 and 7) and 10)", id="CRIT-2: ascending"),
        pytest.param([1, 2, 3, 4], ["and", "OR", "and"], "(((1 and 2) or 3) and 4)", id="CRIT-2: joiners"),
    ],
)
def test_default_pattern(given_numbers: list[int], joiners: list[str] | None, expected: str) -> None:
    """Nests left; the text is the normalised text of its tree."""
    assert default_pattern(given_numbers, joiners) == expected
    assert pattern_text(parse_pattern(expected, given_numbers)) == expected


@pytest.mark.parametrize(
    ("given_numbers", "joiners", "message"),
    [
        ([], None, "there is no condition to join."),
        ([1, 2], [], "0 joiners for 2 conditions: it takes one less than conditions."),
        ([1, 2], ["xor"], "'xor' does not join conditions. Allowed: and, or. Did you mean 'or'?"),
    ],
)
def test_joiners_that_do_not_fit(given_numbers: list[int], joiners: list[str] | None, message: str) -> None:
    """CRIT-2: one joiner less than conditions, each and or or."""
    with pytest.raises(ValueError, match="join") as refused:
        default_pattern(given_numbers, joiners)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("((1 and 2) and (3 or 4))", And((And((one, two)), Or((three, four)))), id="CRIT-4: example"),
        ("1 and 2 and 3 and 4", And((one, two, three, four))),
        ("(1 AND 2)oR(3 And 4)", Or((And((one, two)), And((three, four))))),
        ("( ( 1 )or(((2))) ) AND\n\t(3 or 4)", And((Or((one, two)), Or((three, four))))),
        ("01 or 2 or 3 or 4", Or((one, two, three, four))),
        ("(1 and 2) or (1 and 3) or (4)", Or((And((one, two)), And((one, three)), four))),
    ],
)
def test_free_pattern(text: str, expected: Node) -> None:
    """CRIT-3: and, or in any case; redundant brackets and space vanish; a number may come twice."""
    assert parse_pattern(text, [1, 2, 3, 4]) == expected
    assert str(parse_pattern(text, [1, 2, 3, 4])) == pattern_text(expected)


DUE = "stands where a condition's number or '(' is due."
JOIN = "stands where 'and' or 'or' is due."
WITHIN = "stands where 'and', 'or' or ')' is due."


@pytest.mark.parametrize(
    ("text", "column", "problem"),
    [
        ("", 1, "the pattern is empty. Write one such as (1 and 2), or leave the key out."),
        (" \n", 1, "the pattern is empty. Write one such as (1 and 2), or leave the key out."),
        ("1 and", 6, "the pattern ends where a condition's number or '(' is due."),
        ("1 and 2)", 8, "this bracket closes none. Remove it, or add '(' before."),
        ("(1 and 2", 1, "this bracket is never closed. Add ')'."),
        ("(1 or 2) and (1 or (2 and 1)", 14, "this bracket is never closed. Add ')'."),
        ("(1 and 2) and (", 16, "the pattern ends where a condition's number or '(' is due."),
        ("()", 2, f"')' {DUE}"),
        ("1 2", 3, f"'2' {JOIN}"),
        ("1 (2)", 3, f"'(' {JOIN}"),
        ("(1 (2)", 4, f"'(' {WITHIN}"),
        ("and 1", 1, f"'and' {DUE}"),
        ("1 and and 2", 7, f"'and' {DUE}"),
        ("1 adn 2", 3, f"'adn' {JOIN} Did you mean 'and'?"),
        ("(1 ro 2)", 4, f"'ro' {WITHIN} Did you mean 'or'?"),
        ("1 && 2", 3, f"'&&' {JOIN} Did you mean 'and'?"),
        ("1 | 2", 3, f"'|' {JOIN} Did you mean 'or'?"),
        ("[1 and 2]", 1, f"'[' {DUE} Did you mean '('?"),
        ("(1 and 2]", 9, f"']' {WITHIN} Did you mean ')'?"),
        ("1 and not 2", 7, f"'not' {DUE} A pattern has no 'not': use the not_ operators of the conditions."),
        ("1and 2", 1, f"'1and' {DUE} Put a space between numbers and words."),
        ("１ and 2", 1, f"'１' {DUE}"),
        ("1 and #2", 7, f"'#2' {DUE}"),
        ("1 and 3", 7, "there is no condition 3. Allowed: 1, 2."),
        ("7 and 9 or 1", 1, "there is no condition 7. Allowed: 1, 2."),
        ("1 and " + "9" * 5000, 7, "there is no condition " + "9" * 5000 + ". Allowed: 1, 2."),
        (
            "1 or 1",
            7,
            "condition 2 is not used. A pattern names every condition: add it here, or remove the condition.",
        ),
    ],
)
def test_refused_with_the_column(text: str, column: int, problem: str) -> None:
    """CRIT-3: what is wrong, where, what is due, and the close match."""
    with pytest.raises(PatternError) as refused:
        parse_pattern(text, [1, 2])
    assert refused.value.column == column
    assert str(refused.value) == f"column {column} of '{text.replace(chr(10), ' ')}': {problem}"


def test_all_unused_conditions_are_named() -> None:
    """CRIT-3: at once, at the end of the pattern."""
    with pytest.raises(PatternError, match="conditions 2, 4 are not used") as refused:
        parse_pattern("(1\nand 3)", [4, 3, 2, 1])
    assert refused.value.column == 10
    assert str(refused.value).startswith("column 10 of '(1 and 3)': ")


@pytest.mark.parametrize(
    ("text", "column", "problem"),
    [
        (
            "1 and 2 or 3 and 4",
            9,
            "'or' stands beside 'and' without brackets. This can be read as ((1 and 2) or (3 and 4)) or as"
            " (1 and (2 or 3) and 4). Write the one that is meant.",
        ),
        (
            "(1 or 2 AND 3) and 4",
            9,
            "'AND' stands beside 'or' without brackets. This can be read as ((1 or (2 and 3)) and 4) or as"
            " (((1 or 2) and 3) and 4). Write the one that is meant.",
        ),
        (
            "1 and (2 or 3) or 4",
            16,
            "'or' stands beside 'and' without brackets. This can be read as ((1 and (2 or 3)) or 4) or as"
            " (1 and ((2 or 3) or 4)). Write the one that is meant.",
        ),
        (
            "1 or (2 and 3 or 4) and 1",
            15,
            "'or' stands beside 'and' without brackets. This can be read as (1 or (((2 and 3) or 4) and 1)) or as"
            " ((1 or (2 and (3 or 4))) and 1). Write the one that is meant.",
        ),
    ],
)
def test_mixing_without_brackets_shows_both_readings(text: str, column: int, problem: str) -> None:
    """CRIT-3: both in full, each a pattern that can be pasted; the column is where the mixing begins."""
    with pytest.raises(PatternError) as refused:
        parse_pattern(text, [1, 2, 3, 4])
    assert refused.value.column == column
    assert str(refused.value) == f"column {column} of '{text}': {problem}"
    readings = problem.split("read as ")[1].removesuffix(". Write the one that is meant.").split(" or as ")
    assert [str(parse_pattern(reading, [1, 2, 3, 4])) for reading in readings] == readings
    assert readings[0] != readings[1]


@worlds.law(100)
@given(worlds.trees())
def test_tree_to_text_to_tree(tree: Node) -> None:
    """CRIT-3: what is written is read as it was."""
    assert parse_pattern(pattern_text(tree), used(tree)) == tree


@worlds.law(60)
@given(worlds.trees(5), st.data())
def test_space_case_and_brackets_do_not_count(tree: Node, data: st.DataObject) -> None:
    """CRIT-3: any spelling of a pattern gives its normal text."""
    pieces = pattern_text(tree).replace("(", " ( ").replace(")", " ) ").split()
    spelt = []
    for piece in pieces:
        wrapped = f"({piece})" if piece.isdigit() and data.draw(st.booleans()) else piece
        spelt += [
            data.draw(st.sampled_from([" ", "\n", "\t  "])),
            data.draw(st.sampled_from([wrapped, wrapped.upper()])),
        ]
    assert str(parse_pattern(f"({''.join(spelt)} )", used(tree))) == pattern_text(tree)


@worlds.law(100)
@given(st.text("12 ()andorx&", max_size=12))
def test_any_text_is_a_pattern_or_refused_within_it(text: str) -> None:
    """CRIT-3: nothing else comes out, and the column lies in the text, or just after it."""
    tree, refused = None, None
    try:
        tree = parse_pattern(text, [1, 2])
    except PatternError as error:
        refused = error
    if refused is not None:
        assert 1 <= refused.column <= len(text) + 1
        assert str(refused).startswith(f"column {refused.column} of '{text}': ")
    else:
        assert tree is not None
        assert used(tree) == {1, 2}


def test_thousands_of_conditions() -> None:
    """CRIT-2: any number of conditions: nothing recurses along the brackets of the default pattern."""
    many = range(1, 3001)
    text = default_pattern(many, ["and", "or"] * 1499 + ["and"])
    assert pattern_text(parse_pattern(text, many)) == text
