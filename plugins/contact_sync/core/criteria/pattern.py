"""The pattern that joins conditions: text to tree and back (CRIT-2, CRIT-3).

A pattern is made of condition numbers, `and`, `or` in any case, and brackets. Refused, with the column: anything else,
numbers without a condition, conditions that are not used, and `and` beside `or` without brackets. The grammar is
Lark's, whose import takes a tenth of a second: only parse_pattern needs it. No step recurses (see tree.py).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from contact_sync.core.criteria.tree import AND, OR, And, Node, Number, Or

if TYPE_CHECKING:
    from lark import Lark, Token, UnexpectedInput

# What follows a number or a joiner is a bracket, space or the end: "1and2" is a word, and no good one.
GRAMMAR = r"""
group: term (joiner term)*
?term: NUMBER | "(" group ")"
?joiner: AND | OR
AND: /and(?![^\s()\[\]{}])/i
OR: /or(?![^\s()\[\]{}])/i
NUMBER: /[0-9]+(?![^\s()\[\]{}])/
%ignore /\s+/
"""
WORD = re.compile(r"[^\s()\[\]{}]+|[()\[\]{}]")
MEANT = {"&": AND, "&&": AND, "+": AND, ",": AND, "|": OR, "||": OR, "/": OR, "[": "(", "{": "(", "]": ")", "}": ")"}
MOST_DIGITS = 9  # more is no condition's number, and Python refuses to read thousands


class PatternError(ValueError):
    """A pattern is refused. column: 1-based place in its text; the message names it as well."""

    def __init__(self, text: str, column: int, problem: str) -> None:
        on_one_line = re.sub(r"\s", " ", text)  # one for one, so that the column stays true
        super().__init__(f"column {column} of '{on_one_line}': {problem}")
        self.column = column


class _Chain(NamedTuple):
    """A group as written: terms (tokens of numbers, or groups), and the joiners between them."""

    terms: "tuple[Token | _Chain, ...]"
    joiners: "tuple[Token, ...]"


def default_pattern(numbers: Iterable[int], joiners: Sequence[str] | None = None) -> str:
    """The pattern that nests left in ascending order of the numbers: `((1 and 2) and 3)` (CRIT-2).

    joiners: `and` or `or` for each step, one less than numbers; None joins all by `and`. Raises ValueError.
    """
    ascending = sorted(numbers)
    words = [AND] * (len(ascending) - 1) if joiners is None else [joiner.strip().casefold() for joiner in joiners]
    if not ascending:
        raise ValueError("there is no condition to join.")
    if len(words) != len(ascending) - 1:
        raise ValueError(f"{len(words)} joiners for {len(ascending)} conditions: it takes one less than conditions.")
    for word in words:
        if word not in (AND, OR):
            raise ValueError(f"'{word}' does not join conditions. Allowed: and, or.{_close(word, [AND, OR])}")
    steps = "".join(f" {word} {number})" for word, number in zip(words, ascending[1:], strict=True))
    return f"{'(' * len(words)}{ascending[0]}{steps}"


def parse_pattern(text: str, numbers: Iterable[int]) -> Node:
    """The tree of a pattern over the conditions with these numbers; redundant brackets vanish.

    Raises PatternError, whose column counts line breaks as one character each.
    """
    from lark import UnexpectedInput

    if not text.strip():
        raise PatternError(text, 1, "the pattern is empty. Write one such as (1 and 2), or leave the key out.")
    try:
        written: Any = _parser().parse(text)
    except UnexpectedInput as error:
        raise _refused(text, error) from None
    _check_numbers(text, written, sorted(set(numbers)))
    _check_mixing(text, written)
    return _tree(written, tighter=AND)


@cache
def _parser() -> "Lark":
    from lark import Lark, Transformer

    class Chains(Transformer["Token", _Chain]):
        def group(self, children: "list[Token | _Chain]") -> _Chain:
            return _Chain(tuple(children[::2]), tuple(children[1::2]))  # type: ignore[arg-type]

    return Lark(GRAMMAR, parser="lalr", start="group", transformer=Chains())


def _chains(written: _Chain) -> Iterator[_Chain]:
    """All groups, each after those within it, from left to right."""
    found: list[_Chain] = []
    open_chains = [written]
    while open_chains:
        found.append(open_chains.pop())
        open_chains.extend(term for term in found[-1].terms if isinstance(term, _Chain))
    return reversed(found)


def _tree(written: _Chain, tighter: str) -> Node:
    """The tree; where `and` and `or` stand side by side, the joiner `tighter` binds first."""
    done: list[Node] = []
    for chain in _chains(written):
        within = sum(isinstance(term, _Chain) for term in chain.terms)
        groups = iter(done[len(done) - within :])
        terms: list[Node] = [next(groups) if isinstance(term, _Chain) else Number(int(term)) for term in chain.terms]
        done[len(done) - within :] = [_joined(terms, [str(joiner).casefold() for joiner in chain.joiners], tighter)]
    return done[0]


def _joined(terms: list[Node], joiners: list[str], tighter: str) -> Node:
    kinds: dict[str, type[And | Or]] = {AND: And, OR: Or}
    if len(set(joiners)) > 1:
        runs: list[list[Node]] = [[terms[0]]]
        for joiner, term in zip(joiners, terms[1:], strict=True):
            if joiner == tighter:
                runs[-1].append(term)
            else:
                runs.append([term])
        terms = [run[0] if len(run) == 1 else kinds[tighter](tuple(run)) for run in runs]
        joiners = [OR if tighter == AND else AND]
    return terms[0] if len(terms) == 1 else kinds[joiners[0]](tuple(terms))


def _check_numbers(text: str, written: _Chain, numbers: list[int]) -> None:
    used = [term for chain in _chains(written) for term in chain.terms if not isinstance(term, _Chain)]
    allowed = ", ".join(map(str, numbers))
    for token in sorted(used, key=_place):
        if len(token) > MOST_DIGITS or int(token) not in numbers:
            raise PatternError(text, _place(token) + 1, f"there is no condition {token}. Allowed: {allowed}.")
    unused = sorted(set(numbers) - {int(token) for token in used})
    if unused:
        which = f"condition {unused[0]} is" if len(unused) == 1 else f"conditions {', '.join(map(str, unused))} are"
        problem = f"{which} not used. A pattern names every condition: add it here, or remove the condition."
        raise PatternError(text, len(text) + 1, problem)


def _check_mixing(text: str, written: _Chain) -> None:
    mixed = [
        next(joiner for joiner in chain.joiners if joiner.casefold() != chain.joiners[0].casefold())
        for chain in _chains(written)
        if len({joiner.casefold() for joiner in chain.joiners}) > 1
    ]
    if mixed:
        first = min(mixed, key=_place)
        other = OR if first.casefold() == AND else AND
        raise PatternError(
            text,
            _place(first) + 1,
            f"'{first}' stands beside '{other}' without brackets. This can be read as {_tree(written, AND)} or as"
            f" {_tree(written, OR)}. Write the one that is meant.",
        )


def _refused(text: str, error: "UnexpectedInput") -> PatternError:
    """What the parser stumbled over, in words."""
    from lark import UnexpectedToken

    if isinstance(error, UnexpectedToken):
        place = len(text) if error.token.type == "$END" else _place(error.token)
        number_due = "NUMBER" in error.expected
    else:
        place = error.pos_in_stream or 0
        number_due = "NUMBER" in getattr(error, "allowed", ())
    opened = _open_brackets(text[:place])
    found = WORD.match(text, place)
    if found is None and opened and not number_due:
        return PatternError(text, opened[-1] + 1, "this bracket is never closed. Add ')'.")
    due = "a condition's number or '('" if number_due else "'and', 'or' or ')'" if opened else "'and' or 'or'"
    if found is None:
        return PatternError(text, place + 1, f"the pattern ends where {due} is due.")
    if found[0] == ")" and not opened:
        return PatternError(text, place + 1, "this bracket closes none. Remove it, or add '(' before.")
    return PatternError(text, place + 1, f"'{found[0]}' stands where {due} is due.{_meant(found[0], number_due)}")


def _open_brackets(text: str) -> list[int]:
    opened: list[int] = []
    for place, sign in enumerate(text):
        if sign == "(":
            opened.append(place)
        elif sign == ")" and opened:
            opened.pop()
    return opened


def _meant(word: str, number_due: bool) -> str:
    if word.casefold() == "not":
        return " A pattern has no 'not': use the not_ operators of the conditions."
    if word in MEANT and (MEANT[word] == "(") == number_due:
        return f" Did you mean '{MEANT[word]}'?"
    if word.isalnum() and re.search("[0-9]", word) and not word.isdecimal():
        return " Put a space between numbers and words."
    return "" if number_due else _close(word.casefold(), [AND, OR])


def _close(word: str, allowed: list[str]) -> str:
    near = get_close_matches(word, allowed, n=1, cutoff=0.5)
    return f" Did you mean '{near[0]}'?" if near else ""


def _place(token: "Token") -> int:
    return token.start_pos or 0
