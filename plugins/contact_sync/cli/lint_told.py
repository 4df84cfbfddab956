"""How `contact-sync lint` answers: line by line for people, or in one piece as JSON."""

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from contact_sync.cli.arguments import Output
from contact_sync.cli.console import counted, say, say_json
from contact_sync.cli.lint_registry import tell_registered

if TYPE_CHECKING:
    from contact_sync.cli.lint_forecast import Forecast
    from contact_sync.config.problems import ConfigProblem, Severity
    from contact_sync.stages.states import Sight

_STYLES: dict["Severity", str] = {"error": "red", "warning": "yellow", "hint": "dim"}


class Told:
    """What lint has to say: at once as text, or all of it in the end as JSON."""

    def __init__(self, output: Output) -> None:
        self.rows: dict[str, Any] | None = {} if output is Output.JSON else None

    def wrote(self, files: list[str]) -> None:
        if self.rows is not None:
            self.rows["wrote"] = files
            return
        for file in files:
            say(f"wrote {file}")

    def forecast(self, coming: "Forecast") -> None:
        if self.rows is None:
            coming.show()
        else:
            self.rows["forecast"] = coming.as_json()

    def report(self, found: list["ConfigProblem"], checked: int, not_checked: str | None) -> None:
        errors, warnings = (sum(problem.severity == each for problem in found) for each in ("error", "warning"))
        if self.rows is not None:
            counts = {"files": checked, "errors": errors, "warnings": warnings}
            self.rows |= {**counts, "problems": [asdict(each) for each in found], "not_checked": not_checked}
            return
        for problem in found:
            label = "" if problem.severity == "error" else f"{problem.severity}: "
            say(label + replace(problem, next_command=None).render(), style=_STYLES[problem.severity])
        noun = "file" if checked == 1 else "files"
        say(f"{checked} {noun} checked: {counted(errors, 'error')}, {counted(warnings, 'warning')}.")
        if not_checked:
            say(not_checked, style="dim")

    def registered(self, sights: list["Sight"], refused: list[str]) -> None:
        if self.rows is None:
            tell_registered(sights, refused)
        else:
            self.rows["registered"] = [asdict(each) for each in sights]
            self.rows["not_registered"] = refused

    def end(self) -> None:
        if self.rows is not None:
            say_json(self.rows)
