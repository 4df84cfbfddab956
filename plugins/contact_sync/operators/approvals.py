"""The tasks of `contact_sync_approvals`: find what is to be asked, ask a person, carry out the answer (ADV-8).

Load tells of pending removals by an event of an asset, with the fetch and counts; one run may have several events, and
each fetch is asked about once. The answer is a task of its own, so that a warehouse that does not answer for a moment
never makes Airflow ask again. Nothing here names a person of a list.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import BaseOperator, Param
from airflow.sdk.configuration import conf
from airflow.sdk.exceptions import AirflowSkipException

from contact_sync.errors import ConfigError, SyncSkipped
from contact_sync.operators.assets import answers_alias, list_asset
from contact_sync.operators.retry import SyncRetryPolicy
from contact_sync.operators.run_info import SKIP_KEY, TOLD_KEY
from contact_sync.operators.stage import opened_warehouse

if TYPE_CHECKING:
    from airflow.sdk import Context

APPLY, WITHHOLD = "Apply", "Withhold"
IN_AIRFLOW = "answered in Airflow"
"""Why, if the person gave no reason."""


def tries() -> dict[str, Any]:
    """What a task does when it fails: permanent errors end it, others are tried again after a minute, growing."""
    return {
        "retries": 3,
        "retry_delay": timedelta(minutes=1),
        "retry_exponential_backoff": 2.0,
        "retry_policy": SyncRetryPolicy(),
    }


class FindQuestionsOperator(BaseOperator):  # type: ignore[misc] # mypy is told to skip Airflow
    """Which fetches' pending removals this run asks about; started by hand: all that wait."""

    template_fields = ()
    ui_color = "#f4ecfb"

    def execute(self, context: "Context") -> list[int]:
        """Numbers of fetches. Skips, with the reason in the run's note, if there is nothing to ask."""
        from contact_sync.stages.approving import to_ask

        if context["dag_run"].conf:
            raise ConfigError("this DAG takes no configuration: started by hand it asks about whatever waits.")
        told = told_by(context)
        try:
            with opened_warehouse() as warehouse:
                return to_ask(warehouse, context["run_id"], datetime.now(UTC), told or None)
        except SyncSkipped as skip:
            raise _skipped(context, skip) from None


class AskOperator(HITLOperator):  # type: ignore[misc] # mypy is told to skip Airflow
    """Asks a person about one fetch's removals and waits as long as the sync says.

    fetch_id: number of the fetch, or what gives it at run time.
    """

    template_fields = ("fetch_id",)
    ui_color = "#f4ecfb"

    def __init__(self, *, fetch_id: Any, **kwargs: Any) -> None:
        reason = Param(None, type=["null", "string"], title="Reason", description="Kept with your name and the time.")
        super().__init__(
            subject="Removals wait for an answer",
            options=[APPLY, WITHHOLD],
            defaults=[WITHHOLD],
            params={"reason": reason},
            **kwargs,
        )
        self.fetch_id = fetch_id

    def execute(self, context: "Context") -> Any:
        """Ask, unless the removals are decided or another run has asked; then skip, with the reason in the note."""
        from contact_sync.stages.approving import ask

        try:
            with opened_warehouse() as warehouse:
                question = ask(warehouse, int(self.fetch_id), context["run_id"], datetime.now(UTC))
        except SyncSkipped as skip:
            raise _skipped(context, skip) from None
        self.subject = question.subject
        self.body = f"{question.body}\n\n[The run that found them]({run_page(question.dag_id, question.run_id)})"
        self.response_timeout = timedelta(hours=question.hours)
        return super().execute(context)


class CarryOutOperator(BaseOperator):  # type: ignore[misc] # mypy is told to skip Airflow
    """Does what the person answered, and says in the run's note what came of it.

    answer: what the question returned: chosen_options, responded_by_user (none if nobody answered), params_input.
    """

    template_fields = ("fetch_id", "answer")
    ui_color = "#f4ecfb"

    def __init__(self, *, fetch_id: Any, answer: Any, **kwargs: Any) -> None:
        super().__init__(outlets=[answers_alias()], **kwargs)
        self.fetch_id = fetch_id
        self.answer = answer

    def execute(self, context: "Context") -> dict[str, Any]:
        """Counts of what was done. The list's asset gets an event if anybody left (OPS-13); from a retry, too, because
        the try before may have ended between the answer's commit and its event."""
        from contact_sync.stages.approving import answer

        chosen, who, why = understood(self.answer)
        with opened_warehouse() as warehouse:
            done = answer(warehouse, int(self.fetch_id), chosen, who, why)
        context["ti"].xcom_push(key=TOLD_KEY, value=f"{done.sync_id}: {done.told}")
        self.log.info("%s: %s", done.sync_id, done.told)
        counts = {"people": done.people, "dropped": done.dropped, "removed": done.ended}
        extra = {"sync_id": done.sync_id, "fetch_id": done.fetch_id, "counts": counts}
        if done.list_name is not None and chosen and done.people:
            context["outlet_events"][answers_alias()].add(list_asset(done.list_name), extra=extra)
        return {**extra, "changed": done.changed}


def told_by(context: "Context") -> set[int]:
    """The fetches of the events that started the run; none if a person did."""
    events = context["dag_run"].consumed_asset_events or []
    return {int(event.extra["fetch_id"]) for event in events if "fetch_id" in event.extra}


def understood(answer: Mapping[str, Any]) -> tuple[bool | None, str, str]:
    """Whether to apply (None: nobody answered), who said so, and why."""
    user = answer.get("responded_by_user")
    if user is None:
        return None, "nobody", IN_AIRFLOW
    why = str((answer.get("params_input") or {}).get("reason") or "").strip()
    return answer["chosen_options"] == [APPLY], str(user["name"] or user["id"]), why or IN_AIRFLOW


def run_page(dag_id: str, run_id: str) -> str:
    """The page of a run, as a path on the UI's host."""
    base = urlsplit(conf.get("api", "base_url", fallback="") or "").path.rstrip("/")
    return f"{base}/dags/{quote(dag_id, safe='')}/runs/{quote(run_id, safe='')}"


def _skipped(context: "Context", skip: SyncSkipped) -> AirflowSkipException:
    context["ti"].xcom_push(key=SKIP_KEY, value={"reason": skip.reason, "remedy": skip.remedy})
    return AirflowSkipException(str(skip))
