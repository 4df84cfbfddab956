"""The fetches of the demo, one after the other through the real scheduler, with what the independent count expects."""

from collections.abc import Callable
from dataclasses import dataclass, field

from include.local import expected, runs
from include.local.errors import LocalError
from include.local.organisation import Organisation
from include.local.rest import AirflowApi, Run
from include.local.say import phase
from include.local.services import Services
from include.local.sync_files import Sync
from include.local.witness import read_records


@dataclass
class Fetching:
    """What one demo has at hand, and what it expects so far.

    pauses: whether a DAG is paused again after its run, so that none starts by the clock. wanted: run id and sync id,
    joined → counters.
    """

    services: Services
    api: AirflowApi
    organisation: Organisation
    pauses: bool
    wanted: dict[str, dict[str, int]] = field(default_factory=dict)

    def first(self, sync: Sync) -> None:
        """The first fetch of a sync; a run of an earlier start counts."""
        self._fetch(sync, runs.run_once, f"{sync.sync_id} → {sync.list_name}")

    def again(self, sync: Sync, why: str) -> None:
        """One more fetch of a sync, by hand."""
        self._fetch(sync, runs.run_by_hand, f"{sync.sync_id} → {sync.list_name}, {why}")

    def act(self, dag_id: str, conf: dict[str, str]) -> None:
        """One run of a DAG that belongs to no sync, with these values of its form."""
        done = runs.run_by_hand(self.api, dag_id, self.services.check, lambda _: None, conf)
        self._must_be_well(done)

    def _fetch(self, sync: Sync, run: Callable[..., Run], told: str) -> None:
        records = read_records(self.services.addresses.sandbox, sync)
        with phase(f"{sync.sync_id}  in the queue", told) as show:
            done = run(self.api, sync.sync_id, self.services.check, show)
            self._must_be_well(done)
        end = expected.window_end(done, sync)
        self.wanted[done.run_id + sync.sync_id] = expected.count(records, sync, end, self.organisation)
        if self.pauses:
            self.api.pause(sync.sync_id, True)

    def _must_be_well(self, run: Run) -> None:
        if run.state != "success":
            raise LocalError(runs.explain_failure(self.api, run, self.services.state.airflow / "logs"))
