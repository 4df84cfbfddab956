"""The task of `mail_events_import`: files of campaigns, sends and responses into the warehouse (CAMP-1).

Files lie in an object store that an Airflow connection opens, or on the machine of the worker. What other tasks and
people see of the task is counts; rows and addresses are in neither XCom nor log.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator, Param

from contact_sync.config.loader import load_organisation
from contact_sync.core.event_request import KINDS, read_request
from contact_sync.operators.run_info import TOLD_KEY
from contact_sync.operators.stage import opened_warehouse
from contact_sync.paths import include_folder

if TYPE_CHECKING:
    from airflow.sdk import Context

    from contact_sync.stages.event_files import EventFile


class MailEventsOperator(BaseOperator):  # type: ignore[misc] # mypy is told to skip Airflow
    """Imports the files that the run's form names, all of them or nothing. Safe to repeat."""

    template_fields = ()
    ui_color = "#f3ecf7"

    def execute(self, context: "Context") -> dict[str, Any]:
        """Counts by kind: read, new, known, set aside by reason. Raises what the command import-events raises."""
        from contact_sync.core.events import kind_of
        from contact_sync.stages.event_import import import_events

        request = read_request(context["dag_run"].conf or {})
        scope = load_organisation(include_folder()).policies.unsubscribe_scope
        with opened_warehouse() as warehouse:
            done = import_events(
                warehouse,
                [_file(path) for path in request.paths],
                kind=kind_of(request.kind) if request.kind else None,
                unsubscribe_scope=scope,
                now=datetime.now(UTC),
                dry_run=request.dry_run,
                progress=self._tell_progress,
            ).counts()
        told = sentence(done)
        context["ti"].xcom_push(key=TOLD_KEY, value=told)
        self.log.info("%s", told)
        return done

    def _tell_progress(self, file: str, rows: int) -> None:
        self.log.info("%s: %d rows read.", file, rows)


def sentence(counts: dict[str, Any]) -> str:
    """What an import did, in one sentence for the run's note."""
    reasons: dict[str, int] = {}
    for kind in counts["kinds"].values():
        for reason, rows in kind["set_aside"].items():
            reasons[reason] = reasons.get(reason, 0) + rows
    aside = f" ({', '.join(f'{reason} {rows:,}' for reason, rows in sorted(reasons.items()))})" if reasons else ""
    trial = "" if counts["applied"] else " Only tried: nothing was written."
    return (
        f"{counts['read']:,} rows read: {counts['new']:,} new, {counts['known']:,} known, {counts['set_aside']:,} set "
        f"aside{aside}.{trial}"
    )


def form() -> dict[str, Param]:
    """The trigger form."""
    return {
        "path": Param(
            None,
            type=["null", "string", "array"],
            items={"type": "string"},
            title="Path",
            description="A file that ends in .csv, .jsonl or .parquet, on the worker's machine, or in an object store, "
            "as s3://CONNECTION@bucket/folder/responses.jsonl. Several as a list.",
        ),
        "kind": Param(
            None,
            type=["null", "string"],
            enum=[None, *KINDS],
            title="Kind",
            description="What its rows are, unless the name of the file or the rows tell it.",
        ),
        "dry_run": Param(False, type="boolean", title="Only try", description="Count what would become of the rows."),
    }


def _file(path: str) -> "EventFile":
    from airflow.sdk import ObjectStoragePath

    from contact_sync.stages.event_files import EventFile, name_of

    url = path if "://" in path else f"file://{Path(path).absolute()}"
    return EventFile(name_of(url), lambda: ObjectStoragePath(url).open("rb"))
