"""Criteria of a report as Deluge writes them: parsed by a small recursive descent, judged on plain values.

``Field == "text"``, ``!= > >= < <=``, ``Field.contains("x")``, ``startsWith``, ``endsWith``, ``&&``, ``||``, ``!`` and
brackets; ``&&`` binds closer. Texts stand in double or single quotes, numbers and true/false bare. Not established for
Creator and decided here: text compares exactly, an unknown field or a wrong literal is an error.
"""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from include.sandbox.errors import SandboxError

_TOKENS = re.compile(
    r"""\s*(?:(?P<sign>&&|\|\||==|!=|>=|<=|[><!().])|(?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
    r"""|(?P<number>-?\d+(?:\.\d+)?)|(?P<word>[A-Za-z_][A-Za-z0-9_]*))"""
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
_TEXT: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda value, piece: piece in value,
    "startsWith": str.startswith,
    "endsWith": str.endswith,
}

Record = Mapping[str, Any]
Judge = Callable[[Record], bool]
ReadMoment = Callable[[str], datetime]


@dataclass(frozen=True, slots=True)
class Token:
    """kind: sign, quoted, number, word or end."""

    kind: str
    text: str
    at: int


def compiled(text: str, fields: Mapping[str, str], read_moment: ReadMoment) -> Judge:
    """A function from a record to whether it matches; SandboxError with the place for what cannot be read.

    fields: name → kind (text, number, boolean, moment, list). read_moment: reads a date literal.
    """
    parser = _Parser(_tokens(text), fields, read_moment)
    judge = parser.either()
    parser.expect("end")
    return judge


def _tokens(text: str) -> list[Token]:
    found, at = [], 0
    while text[at:].strip():
        match = _TOKENS.match(text, at)
        if match is None:
            raise SandboxError(f"column {at + 1}: cannot be read from {text[at : at + 20]!r} on")
        kind = str(match.lastgroup)
        found.append(Token(kind, match.group(kind), match.start(kind) + 1))
        at = match.end()
    return [*found, Token("end", "", len(text) + 1)]


class _Parser:
    def __init__(self, tokens: list[Token], fields: Mapping[str, str], read_moment: ReadMoment) -> None:
        self._tokens = tokens
        self._fields = fields
        self._read_moment = read_moment

    def either(self) -> Judge:
        parts = [self._both()]
        while self._taken("||"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else lambda record: any(part(record) for part in parts)

    def _both(self) -> Judge:
        parts = [self._single()]
        while self._taken("&&"):
            parts.append(self._single())
        return parts[0] if len(parts) == 1 else lambda record: all(part(record) for part in parts)

    def _single(self) -> Judge:
        if self._taken("!"):
            inner = self._single()
            return lambda record: not inner(record)
        if self._taken("("):
            inner = self.either()
            self.expect("sign", ")")
            return inner
        return self._comparison()

    def _comparison(self) -> Judge:
        field = self.expect("word")
        kind = self._fields.get(field.text)
        if kind is None:
            raise SandboxError(f"column {field.at}: the report shows no field '{field.text}'")
        name, sign = field.text, self.expect("sign")
        if sign.text == ".":
            function = self.expect("word")
            if function.text not in _TEXT:
                raise SandboxError(f"column {function.at}: allowed are {', '.join(_TEXT)}")
            self.expect("sign", "(")
            piece, test = self._literal("text"), _TEXT[function.text]
            self.expect("sign", ")")
            return lambda record: any(test(str(each), piece) for each in _each(record.get(name)))
        if sign.text not in _COMPARE:
            raise SandboxError(f"column {sign.at}: allowed are {' '.join(_COMPARE)} and functions")
        wanted, compare = self._literal(kind), _COMPARE[sign.text]
        if kind == "list":
            if sign.text not in ("==", "!="):
                raise SandboxError(f"column {sign.at}: a list is compared with == and != only")
            return lambda record: (wanted in _each(record.get(name))) == (sign.text == "==")
        return lambda record: _compared(record.get(name), wanted, compare)

    def _literal(self, kind: str) -> Any:
        token = self._tokens.pop(0)
        text = re.sub(r"\\(.)", r"\1", token.text[1:-1]) if token.kind == "quoted" else token.text
        try:
            if kind == "moment" and token.kind == "quoted":
                return self._read_moment(text)
            if kind == "number" and token.kind in ("number", "quoted"):
                return Decimal(text)
            if kind == "boolean" and text in ("true", "false"):
                return text == "true"
            if kind in ("text", "list") and token.kind in ("quoted", "number"):
                return text
        except (SandboxError, InvalidOperation) as error:
            raise SandboxError(f"column {token.at}: {error}") from None
        raise SandboxError(f"column {token.at}: {token.text!r} is no {kind}")

    def expect(self, kind: str, text: str | None = None) -> Token:
        """The next token, which must be of that kind and text."""
        token = self._tokens.pop(0)
        if token.kind != kind or (text is not None and token.text != text):
            raise SandboxError(f"column {token.at}: {text or kind} is due, not {token.text or 'the end'!r}")
        return token

    def _taken(self, sign: str) -> bool:
        if self._tokens[0].kind == "sign" and self._tokens[0].text == sign:
            self._tokens.pop(0)
            return True
        return False


def _each(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _compared(value: Any, wanted: Any, compare: Callable[[Any, Any], bool]) -> bool:
    if value is None:
        return compare is operator.ne
    return compare(value, wanted)
