"""`make demo` and `make demo-once`: the whole product on this machine, against a Zoho that runs here.

Starts everything, gives the organisation a past, runs each example sync once through the real scheduler, plays a second
day, prints the import history and compares it with an independent count. `--once` works in a folder of its own, stops
everything and succeeds only if every count agrees and every outcome and reason occurs; otherwise all stays up until
Ctrl-C, and the next start goes on from there.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from include.local import airflow, day_two, interrupts, mailing, past, written
from include.local.clean import forget_state
from include.local.comparing import compare, is_complete
from include.local.errors import LocalError
from include.local.fetching import Fetching
from include.local.include_folder import IncludeFolder
from include.local.organisation import organisation_before
from include.local.rest import AirflowApi
from include.local.say import console, line, phase, show_warnings
from include.local.services import CONTACT_SYNC, Services
from include.local.shell import shell
from include.local.state import BUILD, DEMO, PROJECT, State
from include.local.sync_files import Sync, read_syncs

DAG_SECONDS = 120.0


def main(arguments: list[str] | None = None) -> int:
    """The exit code: 0 when all went as it should, 1 when not, 130 when interrupted before that could be told."""
    parser = argparse.ArgumentParser(prog="python -m include.local.demo", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--once", action="store_true", help="in a folder of its own, then stop and tell by exit code")
    once = parser.parse_args(arguments).once
    show_warnings()
    interrupts.install()
    state = State(_new_folder() if once else DEMO)
    try:
        state.open()
        return _once(state) if once else _stay(state)
    except interrupts.Interrupted:
        line("Stopped.")
        return 130
    except LocalError as problem:
        line(f"\n{problem}")
        return 1
    finally:
        interrupts.ignore()
        state.close()


def _once(state: State) -> int:
    try:
        with _Tidy(Services(state, throwaway=True)) as services:
            agreed = _first_light(services, once=True)
    except BaseException as problem:
        _drop(state, keep_logs=not isinstance(problem, interrupts.Interrupted))
        raise
    _drop(state, keep_logs=not agreed)
    return 0 if agreed else 1


def _stay(state: State) -> int:
    with _Tidy(Services(state)) as services:
        up = False
        try:
            _first_light(services, once=False)
            with shell(state.folder, services.env) as commands:
                _print_address(services, commands)
                up = True
                while True:
                    services.check()
                    time.sleep(1)
        except interrupts.Interrupted:
            line("\nStopping, a few seconds … (make demo goes on from here, make clean-demo forgets it)")
            return 0 if up else 130


class _Tidy(ExitStack):
    """Services whose end no further signal disturbs."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services

    def __enter__(self) -> Services:  # type: ignore[override]
        super().__enter__()
        self.enter_context(self._services)
        self.callback(interrupts.ignore)
        return self._services


def _first_light(services: Services, once: bool) -> bool:
    """Start, seed, run, print and compare; True when every count agrees. At a second start most of it is done."""
    state = services.state
    include = IncludeFolder(state.folder)
    _start(services, include)
    if state.recall("finished") or state.recall("day_two"):
        line("  The example syncs have run at an earlier start; their schedules are on.")
        if not state.recall("finished"):
            # its people have changed already, and the sandbox has forgotten how
            line("  Day two did not come to its end then; it is not played twice (make clean-demo forgets all).")
        return True
    with phase(
        "Giving the organisation a past", "The organisation has a past: known, bounced, unsubscribed and blocked people"
    ):
        if state.recall("seeded") is None:
            people = past.seed_past(services.addresses.warehouse_url, services.addresses.sandbox)
            past.suppress(people, CONTACT_SYNC, services.env, state.folder)
            state.remember("seeded", True)
    known = past.choose_past(past.read_kinds(services.addresses.sandbox))
    api = AirflowApi(services.addresses.ui, airflow.ADMIN, state.secrets().admin_password)
    try:
        agreed = _run_all(services, api, known, include, once)
    finally:
        api.close()
    if agreed:
        state.remember("finished", True)
    return agreed


def _start(services: Services, include: IncludeFolder) -> None:
    with phase("Postgres is starting", "Postgres"):
        services.start_postgres()
    services.env["CONTACT_SYNC_INCLUDE"] = str(include.path)
    services.start_sandbox()
    with phase("The databases are being prepared", "Databases: migrated, connections and pools imported"):
        services.prepare_databases()
    with phase("The sandbox is starting", "Sandbox: a Zoho that runs here"):
        services.wait_for_sandbox()
    api = AirflowApi(services.addresses.ui, airflow.ADMIN, services.state.secrets().admin_password)
    with phase("Airflow is starting", "Airflow: API server, scheduler, DAG processor, triggerer") as show:
        services.start_airflow()
        services.wait_for_airflow(api, show)
    api.close()


def _run_all(services: Services, api: AirflowApi, known: past.Past, include: IncludeFolder, once: bool) -> bool:
    """One run of each sync, one after the other; day two; then the history and the comparison."""
    syncs = read_syncs(PROJECT / "include")
    with phase("Airflow is reading the DAGs", f"DAGs: {len(syncs)}, one for each sync file"):
        _wait_for_dags(services, api, [sync.sync_id for sync in syncs])
    # no second run, should the clock pass a due moment meanwhile
    fetching = Fetching(services, api, organisation_before(known), pauses=once)
    for sync in syncs:
        fetching.first(sync)
    _day_two(fetching, include, syncs)
    heard = _mail(fetching, known, syncs)
    line()
    subprocess.run([*CONTACT_SYNC, "history"], env=_wide(services.env), check=False, cwd=PROJECT)
    history = _history(services.env)
    agreed = compare(fetching.wanted, history)
    # who has changed the examples may miss something, and knows why
    return (is_complete(history) or not once) and agreed and heard


def _day_two(fetching: Fetching, include: IncludeFolder, syncs: list[Sync]) -> None:
    sync = next((each for each in syncs if each.sync_id == day_two.SYNC_ID), None)
    if sync is None:
        line(f"  Day two is about the example {day_two.SYNC_ID}, which is not there: left out.")
        return
    fetching.services.state.remember("day_two", True)
    day_two.play(fetching, include, sync)


def _mail(fetching: Fetching, known: past.Past, syncs: list[Sync]) -> bool:
    """The mail and its pushes; True when the sandbox has what the ledger says, and a second push writes nothing."""
    by_id = {each.sync_id: each for each in syncs}
    sync, alumni = by_id.get(mailing.SYNC_ID), by_id.get(mailing.ALUMNI_SYNC)
    if sync is None:
        line(f"  The mail is about the example {mailing.SYNC_ID}, which is not there: left out.")
        return True
    mail = mailing.play(fetching, sync, alumni, known)

    def push() -> None:
        for each in filter(None, (sync, alumni)):
            fetching.again(each, "once more, with nobody left to push")
        fetching.act(mailing.PUSHES, {})

    agreed = written.compare(fetching.services, mail, known)
    agreed = written.nothing_more(fetching.services, push) and agreed
    line()
    for command in ("pushes", "campaigns"):
        subprocess.run([*CONTACT_SYNC, command], env=_wide(fetching.services.env), check=False, cwd=PROJECT)
    return agreed


def _wait_for_dags(services: Services, api: AirflowApi, wanted: list[str]) -> None:
    deadline = time.monotonic() + DAG_SECONDS
    while missing := set(wanted) - api.dags().keys():
        services.check()
        errors = api.import_errors()
        if errors or time.monotonic() > deadline:
            told = "\n".join(errors) or "and says nothing of an error: see dag-processor.log."
            raise LocalError(f"Airflow did not read the DAGs {', '.join(sorted(missing))}:\n{told}")
        time.sleep(0.5)


def _history(env: Mapping[str, str]) -> list[dict[str, Any]]:
    done = subprocess.run(
        [*CONTACT_SYNC, "history", "--output", "json"],
        env=dict(env),
        check=False,
        capture_output=True,
        text=True,
        cwd=PROJECT,
    )
    if done.returncode:
        raise LocalError(f"contact-sync history ended with exit code {done.returncode}:\n{done.stdout}{done.stderr}")
    return list(json.loads(done.stdout))


def _print_address(services: Services, commands: Path) -> None:
    console.print(f"\n[bold]Airflow[/bold]  {services.addresses.ui}", markup=True)
    line(f"         user {airflow.ADMIN}, password {services.state.secrets().admin_password}")
    line(f"Commands in another terminal: . {_short(commands)} && contact-sync --help")
    line(f"Sandbox  {services.addresses.sandbox}")
    line(f"Logs     {services.state.logs}")
    line("Ctrl-C stops everything and keeps the data.")


def _short(path: Path) -> str:
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)


def _wide(env: Mapping[str, str]) -> dict[str, str]:
    """Room for the whole table where there is no terminal to ask."""
    return dict(env) if sys.stdout.isatty() else {**env, "COLUMNS": "160"}


def _new_folder() -> Path:
    BUILD.mkdir(exist_ok=True)
    return Path(tempfile.mkdtemp(prefix="demo-once-", dir=BUILD))


def _drop(state: State, keep_logs: bool) -> None:
    """Forget the folder; after a failure its logs stay, in the build folder."""
    if keep_logs:
        forget_state(state.folder, keep_logs=True)
        line(f"The logs are kept in {state.folder}.")
    else:
        forget_state(state.folder)


if __name__ == "__main__":
    sys.exit(main())
