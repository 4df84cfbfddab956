"""What a validation found: ids of checks and counts, texts from the suite, and never a value from the data.

Read by the stage (refuse or go on), by the history (warnings) and by the manifest (counts).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class CheckState(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    CRASHED = "crashed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Check:
    """One check after the run.

    rule: the expectation. severity: how bad a failure is; a crashed check is critical whatever its suite says.
    unexpected / evaluated: rows that failed / rows looked at (rows without a value are not looked at, except by
    checks for a value's presence); None where a check does not count row by row, or did not run.
    cause: class of the error that crashed it.
    """

    id: str
    rule: str
    severity: str
    state: CheckState
    unexpected: int | None
    evaluated: int | None
    message: str
    remedy: str
    cause: str | None = None

    @property
    def passed(self) -> bool:
        return self.state is CheckState.PASSED

    @property
    def crashed(self) -> bool:
        return self.state is CheckState.CRASHED

    @property
    def skipped(self) -> bool:
        return self.state is CheckState.SKIPPED

    @property
    def bad(self) -> bool:
        """Failed or crashed. A skipped check is neither bad nor passed."""
        return self.state in (CheckState.FAILED, CheckState.CRASHED)

    def describe(self) -> str:
        """`record_id_present (3 of 5,200 rows): message remedy`"""
        if self.crashed:
            return f"{self.id} (could not be computed, {self.cause or 'unknown error'}): {self.message} {self.remedy}"
        if self.unexpected is None or self.evaluated is None:
            return f"{self.id}: {self.message} {self.remedy}"
        return f"{self.id} ({self.unexpected:,} of {self.evaluated:,} rows): {self.message} {self.remedy}"


@dataclass(frozen=True, slots=True)
class Report:
    """All checks of one batch in the order of the suite. rows: rows of the batch, None if they could not be counted."""

    suite: str
    rows: int | None
    checks: tuple[Check, ...]

    def critical(self) -> tuple[Check, ...]:
        """Checks that must stop the run before anything is written."""
        return tuple(check for check in self.checks if check.bad and check.severity == "critical")

    def warnings(self) -> tuple[Check, ...]:
        """Checks that mark the run as degraded."""
        return tuple(check for check in self.checks if check.bad and check.severity == "warning")

    def skipped(self) -> tuple[Check, ...]:
        """Checks that had nothing to compare with, such as a sync's first fetch without a history."""
        return tuple(check for check in self.checks if check.skipped)

    def as_counts(self) -> dict[str, int]:
        """Numbers for the manifest."""
        tally = {f"checks_{state.value}": 0 for state in CheckState}
        for check in self.checks:
            tally[f"checks_{check.state.value}"] += 1
        return {"rows_checked": self.rows or 0, "checks": len(self.checks), **tally}

    def warning_texts(self) -> tuple[str, ...]:
        """One sentence or two for each warning."""
        return _described(self.warnings())

    def refusal(self) -> str:
        """Why the batch is refused: which checks, how many of how many rows, what to do. Empty if it is not."""
        critical = self.critical()
        if not critical:
            return ""
        many = f"{len(critical)} critical checks" if len(critical) > 1 else "1 critical check"
        size = f"{self.rows:,} staged records" if self.rows is not None else "the staged records"
        lines = "\n".join(f"- {text}" for text in _described(critical))
        return f"{many} of suite {self.suite} failed on {size}; nothing was written.\n{lines}"


def _described(checks: Iterable[Check]) -> tuple[str, ...]:
    return tuple(check.describe() for check in checks)
