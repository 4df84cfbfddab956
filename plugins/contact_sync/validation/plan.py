"""A suite and the facts of a fetch become the list of checks to run, each with its final arguments.

Decides what is skipped (a check whose every limit is a fact that is not known, such as a plausible count without a
history), which field checks apply to which mapping, and the column each check looks at. Touches no database.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from contact_sync.validation.catalogue import EXPECTATIONS, FACTS, reference
from contact_sync.validation.suites import CheckSpec, FieldCheckSpec, Suite


@dataclass(frozen=True, slots=True)
class StagedColumn:
    """A column of the checked query: `kind` of the catalogue, and the source field for `value` and `present`."""

    label: str
    kind: str
    source_field: str | None = None


@dataclass(frozen=True, slots=True)
class PlannedCheck:
    """A check ready to run. severity: as the suite has it. skipped: it has nothing to compare with."""

    id: str
    rule: str
    arguments: Mapping[str, Any]
    severity: Literal["critical", "warning"]
    message: str
    remedy: str
    column: StagedColumn | None = None
    skipped: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """What a fetch knows of itself.

    limits: values of `${…}` references, None where unknown. complete: the extract was proved complete.
    fields: (source field, contact field, declared type) of every mapping.
    """

    limits: Mapping[str, Any]
    complete: bool
    fields: tuple[tuple[str, str, str], ...] = field(repr=False)


def read_facts(given: Mapping[str, Any]) -> Facts:
    """Check the facts a stage hands over: window_start and window_end (aware, start may be None), expected_rows_min
    and expected_rows_max (None without a history), max_invalid_share, complete, mappings (dicts with target, source,
    type; exactly one has the target email).

    Raises ValueError: a wrong fact is a mistake of the caller, not of the data.
    """
    allowed = {*FACTS, "complete", "mappings"}
    wrong = sorted(given.keys() ^ allowed)
    if wrong:
        raise ValueError(f"facts differ from what a suite needs in: {', '.join(wrong)}")
    for name in ("window_start", "window_end"):
        _check_time(name, given[name])
    share = given["max_invalid_share"]
    if share is None or not 0 <= share <= 1:
        raise ValueError(f"max_invalid_share must be a share from 0 to 1, not {share!r}")
    fields = tuple((mapping["source"], mapping["target"], mapping["type"]) for mapping in given["mappings"])
    if [target for _, target, _ in fields].count("email") != 1:
        raise ValueError("exactly one mapping must have the target email")
    return Facts({name: given[name] for name in FACTS}, bool(given["complete"]), fields)


def _check_time(name: str, value: datetime | None) -> None:
    if value is None and name == "window_start":
        return
    if not isinstance(value, datetime) or value.utcoffset() is None:
        raise ValueError(f"{name} must be an aware datetime, not {value!r}")


def plan_checks(suite: Suite, facts: Facts) -> list[PlannedCheck]:
    """Every check of the suite for this fetch, in the suite's order; field checks once per source field."""
    planned = [_plan(check, check.id, facts, _batch_column(check)) for check in suite.checks]
    return planned + list({check.id: check for check in _plan_fields(suite, facts)}.values())


def _plan_fields(suite: Suite, facts: Facts) -> Iterator[PlannedCheck]:
    numbers = {source: number for number, source in enumerate(dict.fromkeys(source for source, _, _ in facts.fields))}
    for check in suite.each_field:
        for source, target, declared in facts.fields:
            if check.applies(target, declared):
                kind = check.kwargs["column"]
                column = StagedColumn(f"{kind}_{numbers[source]}", kind, source)
                yield _plan(check, f"{check.id}:{source}", facts, column)


def _batch_column(check: CheckSpec) -> StagedColumn | None:
    name = check.kwargs.get("column")
    return StagedColumn(name, name) if name else None


def _plan(check: CheckSpec, check_id: str, facts: Facts, column: StagedColumn | None) -> PlannedCheck:
    arguments = {name: _resolve(value, facts) for name, value in check.kwargs.items()}
    arguments = {name: value for name, value in arguments.items() if value is not None}
    form = EXPECTATIONS[check.expectation]
    if column is not None:
        arguments["column"] = column.label
    if form.rows:
        # Rounded: 1 - 0.7 is a hair above 0.3, and a share exactly at its limit is within it.
        arguments["mostly"] = round(1 - float(_resolve(check.tolerate, facts)), 12)
    texts = {name: getattr(check, name) for name in ("message", "remedy")}
    if isinstance(check, FieldCheckSpec) and column is not None:
        texts = {name: text.replace("{field}", str(column.source_field)) for name, text in texts.items()}
    return PlannedCheck(
        id=check_id,
        rule=check.expectation,
        arguments=arguments,
        severity=check.severity,
        column=column,
        skipped=bool(form.one_of) and not form.one_of & arguments.keys(),
        **texts,
    )


def _resolve(value: Any, facts: Facts) -> Any:
    fact = reference(value)
    return value if fact is None else facts.limits[fact]
