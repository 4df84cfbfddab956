"""The key `criteria` of a source: numbered conditions and how they are joined (SRC-4, SRC-5, CRIT-1..3).

Checks what the file alone can tell: operators, the number of values, the pattern, and aliases of related modules.
Whether a field exists and fits its operator is known from the account's metadata: at the first run, or from
`contact-sync lint --online`. What checks conditions is imported only for a file that has some: loaders read often.
"""

import re
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema, model_validator

from contact_sync.config.base import Strict, close_match, refuse, shown
from contact_sync.core.criteria.model import Condition, Criteria, Operator, Value

RELATED: dict[str, dict[str, str]] = {
    "Candidates": {"Job_Openings": "Job_Openings", "Potentials": "Job_Openings"},
    "Contacts": {
        "Clients": "Clients",
        "Accounts": "Clients",
        "Job_Openings": "Job_Openings",
        "Potentials": "Job_Openings",
    },
}
"""Module → alias of a related module → that module (SRC-5)."""

_FIELD = re.compile(r"([A-Za-z_]\w*\.)?[A-Za-z$_][\w$]*", re.ASCII)
_NUMBER = re.compile(r"[1-9]\d{0,3}", re.ASCII)
_SCALAR_SCHEMA: list[dict[str, Any]] = [{"type": "string"}, {"type": "number"}, {"type": "boolean"}]


def _field(value: Any) -> Any:
    if not isinstance(value, str) or not _FIELD.fullmatch(value):
        hint = "Write its API name, such as Department, or that of a related module, such as Clients.Industry."
        raise refuse(f"{shown(value)} is not a field. {hint}")
    return value


def _number(value: Any) -> Any:
    if not isinstance(value, str) or not _NUMBER.fullmatch(value):
        raise refuse(f"{shown(value)} is not a number for a condition. Write 1, 2, 3 and so on.")
    return value


def _values(value: Any) -> tuple[Value, ...] | None:
    given = list(value) if isinstance(value, list | tuple) else [value]
    for each in given:
        if not isinstance(each, Value):
            raise refuse(f"{shown(each)} is not a value to compare with. Write a text, a number, true or false.")
    if isinstance(value, list | tuple) and not value:
        raise refuse("is an empty list: it needs at least one value.")
    return tuple(given)


CriteriaField = Annotated[str, BeforeValidator(_field)]
ConditionNumber = Annotated[str, BeforeValidator(_number)]
Values = Annotated[
    tuple[Value, ...] | None,
    PlainValidator(_values),
    WithJsonSchema({"anyOf": [*_SCALAR_SCHEMA, {"type": "array", "items": {"anyOf": _SCALAR_SCHEMA}}]}),
]


class ConditionSpec(Strict):
    """One condition: a field, an operator, and what to compare with (CRIT-1)."""

    field: CriteriaField = Field(
        description="API name of a field of the module, or of a related one after its alias: on Contacts Clients (or "
        "Accounts) and Job_Openings (or Potentials), on Candidates Job_Openings (SRC-5)."
    )
    operator: Operator = Field(alias="is", description="How the field is compared (CRIT-1).")
    value: Values = Field(
        None, description="One value; between: two, lowest first; in, not_in: a list; is_empty, is_not_empty: none."
    )

    @model_validator(mode="after")
    def _values_fit_operator(self) -> Self:
        from contact_sync.core.criteria.kinds import check_condition

        wrong = check_condition(Condition(0, self.field, self.operator, self.value or ()))
        if wrong:
            raise refuse(wrong, key="value")
        return self


class CriteriaSpec(Strict):
    """Which records are in scope: numbered conditions, joined by `pattern` or `joiners`, else all by and (CRIT-2)."""

    conditions: dict[ConditionNumber, ConditionSpec] = Field(
        min_length=1, description="Conditions by their number, from 1 (CRIT-1)."
    )
    pattern: str | None = Field(
        None, description='How they are joined, such as "((1 and 2) and (3 or 4))"; every number is used (CRIT-3).'
    )
    joiners: tuple[Literal["and", "or"], ...] | None = Field(
        None, description="Instead of a pattern: the word between each condition and the next, nested left (CRIT-2)."
    )

    @model_validator(mode="after")
    def _joined_one_way(self) -> Self:
        if self.pattern is not None and self.joiners is not None:
            raise refuse("cannot stand beside pattern: both say how conditions are joined. Keep one.", key="joiners")
        needed = len(self.conditions) - 1
        if self.joiners is not None and len(self.joiners) != needed:
            message = f"holds {len(self.joiners)}, but {len(self.conditions)} conditions are joined by {needed}."
            raise refuse(message, key="joiners")
        self.pattern_text()
        return self

    def numbers(self) -> list[int]:
        """The numbers of the conditions, ascending."""
        return sorted(int(number) for number in self.conditions)

    def pattern_text(self) -> str:
        """The pattern in force, in one way of writing (CRIT-2, CRIT-3). Raises a refusal that names the column."""
        from contact_sync.core.criteria.pattern import PatternError, default_pattern, parse_pattern

        if self.pattern is None:
            return default_pattern(self.numbers(), self.joiners)
        try:
            return str(parse_pattern(self.pattern, self.numbers()))
        except PatternError as error:
            raise refuse(str(error), key="pattern") from None


def check_related(criteria: CriteriaSpec, module: str) -> None:
    """Refuse a field of a module that criteria on `module` cannot reach (SRC-5)."""
    aliases = RELATED.get(module, {})
    for number, condition in criteria.conditions.items():
        alias, dot, _ = condition.field.partition(".")
        if dot and alias not in aliases:
            reach = "reach these related modules" if aliases else "reach no related module"
            message = f"'{alias}' is not a related module: criteria on {module} {reach} (SRC-5)."
            key = ("criteria", "conditions", number, "field")
            raise refuse(message, allowed=aliases, close=close_match(alias, aliases), key=key)


def resolve_criteria(criteria: CriteriaSpec, module: str) -> Criteria:
    """The criteria with related modules by their own names, in the order of their numbers."""
    return Criteria(
        conditions=tuple(
            Condition(number, _resolved_field(spec.field, module), spec.operator, spec.value or ())
            for number, spec in sorted((int(number), spec) for number, spec in criteria.conditions.items())
        ),
        pattern=criteria.pattern_text(),
    )


def related_modules(criteria: Criteria) -> tuple[str, ...]:
    """The related modules whose fields the criteria use, each once."""
    names = (condition.field.partition(".") for condition in criteria.conditions)
    return tuple(dict.fromkeys(module for module, dot, _ in names if dot))


def _resolved_field(field: str, module: str) -> str:
    alias, dot, name = field.partition(".")
    return f"{RELATED[module][alias]}.{name}" if dot else field
