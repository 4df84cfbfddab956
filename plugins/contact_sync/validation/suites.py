"""Suites of checks, one YAML file each in include/expectations, read and checked.

A check is an expectation with its arguments, how bad its failure is, and what a person should know and do. `checks`
look at the batch, `each_field` is repeated for every mapped source field that it applies to. Refuses unknown names
and keys, checks without a remedy, two checks of one id, and suites that would look at nothing.
"""

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from contact_sync.errors import ConfigError
from contact_sync.validation.catalogue import (
    BATCH_COLUMNS,
    EXPECTATIONS,
    FIELD_COLUMNS,
    TYPES,
    argument_flaw,
    reference,
    unknown,
)
from contact_sync.validation.suite_yaml import read_suite_text, render_errors

Severity = Literal["critical", "warning"]
CheckId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Sentence = Annotated[str, Field(min_length=1, max_length=400)]
COMPLETENESS = "empty_batch_is_proved"
"""Id of the one check that every suite has without naming it."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CheckSpec(_Strict):
    """One check of the whole batch.

    tolerate: share (0 to 1) of the rows looked at that may fail; a number or a fact such as `${max_invalid_share}`.
    kwargs: arguments of the expectation; a value may be a fact, then the limit is that of the fetch.
    """

    id: CheckId
    expectation: str
    kwargs: dict[str, Any] = Field(default_factory=dict)
    tolerate: float | str = 0.0
    severity: Severity
    message: Sentence
    remedy: Sentence

    @field_validator("expectation")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in EXPECTATIONS:
            raise ValueError(unknown("expectation", value, tuple(EXPECTATIONS)))
        return value

    @field_validator("tolerate")
    @classmethod
    def _share(cls, value: float | str) -> float | str:
        if isinstance(value, str):
            if reference(value) != "max_invalid_share":
                raise ValueError(f"{value!r} is no share. Allowed: 0 to below 1, or ${{max_invalid_share}}.")
        elif not 0 <= value < 1:
            raise ValueError(f"{value!r} is no share. Allowed: 0 to below 1; with 1 it could never fail.")
        return value

    @field_validator("id")
    @classmethod
    def _free(cls, value: str) -> str:
        if value == COMPLETENESS:
            raise ValueError(f"{value!r} is the id of a check that every suite has anyway. Choose another id.")
        return value

    @model_validator(mode="after")
    def _arguments(self) -> Self:
        flaw = argument_flaw(self.expectation, self.kwargs, self._columns())
        if flaw:
            raise ValueError(f"kwargs: {flaw}")
        if self.tolerate and not EXPECTATIONS[self.expectation].rows:
            raise ValueError(f"tolerate: {self.expectation} does not count row by row, so no share of rows may fail.")
        return self

    def _columns(self) -> tuple[str, ...]:
        return tuple(BATCH_COLUMNS)


class FieldCheckSpec(CheckSpec):
    """A check repeated for every mapping whose contact field and type it applies to; `{field}` in texts names it.

    targets: contact fields it is for, empty = all. except_targets: those it is not for. types: declared types it is
    for, empty = all.
    """

    targets: tuple[str, ...] = ()
    except_targets: tuple[str, ...] = ()
    types: tuple[str, ...] = ()

    @field_validator("types")
    @classmethod
    def _types(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            if name not in TYPES:
                raise ValueError(unknown("type", name, TYPES))
        return value

    def applies(self, target: str, declared: str) -> bool:
        """Whether this check is for a mapping to contact field `target` of type `declared`."""
        wanted = not self.targets or target in self.targets
        return wanted and target not in self.except_targets and (not self.types or declared in self.types)

    def _columns(self) -> tuple[str, ...]:
        return tuple(FIELD_COLUMNS)


class Suite(_Strict):
    """All checks of one file; `id` is the file's name without ending."""

    id: str
    name: Sentence
    checks: tuple[CheckSpec, ...] = Field(min_length=1)
    each_field: tuple[FieldCheckSpec, ...] = ()

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        seen: set[str] = set()
        for check in (*self.checks, *self.each_field):
            if check.id in seen:
                raise ValueError(f"the check id {check.id!r} is given twice.")
            seen.add(check.id)
        return self


_KEYS = {
    "": tuple(name for name in Suite.model_fields if name != "id"),
    "checks": tuple(CheckSpec.model_fields),
    "each_field": tuple(FieldCheckSpec.model_fields),
}


def load_suite(folder: Path, name: str) -> Suite:
    """The suite `name` of a folder (include/expectations).

    Raises ConfigError that names file, line and key of every flaw, or the close match of an unknown name.
    """
    known = suite_names(folder)
    if name not in known:
        raise ConfigError(f"{folder}: {unknown('suite', name, known)}" if known else f"{folder}: holds no suite.")
    document = read_suite_text(folder / f"{name}.yaml")
    if "id" in document.value:
        raise ConfigError(document.problem(("id",), "is not allowed: the file's name is the id."))
    try:
        return Suite.model_validate({**document.value, "id": name})
    except ValidationError as error:
        raise ConfigError(render_errors(document, error, _KEYS)) from None


def suite_names(folder: Path) -> tuple[str, ...]:
    """Names of all suites of a folder, sorted."""
    return tuple(sorted(path.stem for path in folder.glob("*.yaml")))
