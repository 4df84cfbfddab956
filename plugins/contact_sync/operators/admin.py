"""The task of `contact_sync_admin`: one act by hand for a user of Airflow, kept with who, when and why (OPS-9).

Who acts is whoever triggered the run; the right to trigger the DAG is the right to act. A run that nobody triggered is
refused, and so is one that was cleared: it would act again in the name of its first user.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowSkipException

from contact_sync.core.admin import Act, read_request
from contact_sync.errors import ConfigError, ContactSyncError, SyncSkipped
from contact_sync.operators import admin_people, admin_syncs
from contact_sync.operators.admin_desk import Desk
from contact_sync.operators.run_info import SKIP_KEY, TOLD_KEY
from contact_sync.operators.stage import opened_warehouse

if TYPE_CHECKING:
    from airflow.sdk import Context

ACTS: dict[Act, Callable[[Desk], str]] = {
    Act.ACTIVATE: admin_syncs.activate,
    Act.DEACTIVATE: admin_syncs.deactivate,
    Act.INITIATE: admin_syncs.initiate,
    Act.DELETE: admin_syncs.delete,
    Act.PREVIEW_OPTIONS: admin_syncs.preview_options,
    Act.APPLY_OPTIONS: admin_syncs.apply_options,
    Act.UNDO_OPTIONS: admin_syncs.undo_options,
    Act.APPROVE: admin_syncs.answer,
    Act.WITHHOLD: admin_syncs.answer,
    Act.SUPPRESS_BLOCKED: admin_people.suppress,
    Act.SUPPRESS_REGISTRY: admin_people.suppress,
    Act.UNSUPPRESS: admin_people.unsuppress,
    Act.REMOVE_FROM_LIST: admin_people.in_list,
    Act.RESTORE_TO_LIST: admin_people.in_list,
    Act.REMOVE_FROM_ORG: admin_people.in_organisation,
    Act.RESTORE_TO_ORG: admin_people.in_organisation,
    Act.ERASE: admin_people.erase,
}
"""What does each act, and says in a sentence what came of it. Raises what the command of that name raises."""


class AdminOperator(BaseOperator):  # type: ignore[misc] # mypy is told to skip Airflow
    """Does what the run's form asks for, once."""

    template_fields = ()
    ui_color = "#fbf3e0"

    def execute(self, context: "Context") -> dict[str, Any]:
        """The act and what came of it, which the run's note says too. No address is in either."""
        try:
            done = self._act(context)
        except SyncSkipped as skip:
            context["ti"].xcom_push(key=SKIP_KEY, value={"reason": skip.reason, "remedy": skip.remedy})
            raise AirflowSkipException(str(skip)) from None
        except ContactSyncError as refusal:
            context["ti"].xcom_push(key=TOLD_KEY, value=f"refused: {refusal}")
            raise
        context["ti"].xcom_push(key=TOLD_KEY, value=done["told"])
        self.log.info("%s by %s: %s", done["act"], done["who"], done["told"])
        return done

    def _act(self, context: "Context") -> dict[str, Any]:
        dag_run = context["dag_run"]
        who = dag_run.triggering_user_name
        if not who:
            raise ConfigError("nobody triggered this run, so nobody would be answerable. Trigger it yourself.")
        if context["ti"].try_number > 1:
            raise ConfigError("this run was cleared. An act is done once, for who triggered it: trigger a new run.")
        request = read_request(dag_run.conf or {})
        with opened_warehouse() as warehouse:
            told = ACTS[request.act](Desk(warehouse, request, who))
        return {"act": str(request.act), "who": who, "told": told}
