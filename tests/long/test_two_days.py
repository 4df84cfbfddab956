"""Two days of the scenario as Airflow makes them: four syncs as files, each run scheduled, each fetch compared.

The same organisation, events, reference and comparison as in tests/scenario; only the runs are the scheduler's. Tasks
live by the machine's clock, so the days lie minutes apart and near now: a day's runs are due at the last full minute,
and what happens between them is told to the sandbox with times of those minutes. So the second day reads again what
happened within ten minutes before the first.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml

from contact_sync.warehouse.database import open_warehouse
from contact_sync.warehouse.migrate import migrate
from include.local.rest import Run
from tests.integration.conftest import nightly
from tests.integration.whole import Whole, started, until
from tests.scenario.comparison import differences, state
from tests.scenario.organisation_month import NO_GUARD, SYNCS, Month
from tests.scenario.play import expect
from tests.scenario.product import MonthWorld, Product, keys_of, policies_of
from tests.scenario.reference import Organisation
from tests.scenario.reference_state import Story
from tests.scenario.source import Source

SEED = "december"
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
PEOPLE = {"candidates": 150, "contacts": 60}
LONG_BEFORE = ["add", "new_address", "opt_out", "delete", "convert"]
JUST_BEFORE = ["add", "new_address", "opt_out", "delete", "convert", "approve"]
BETWEEN = [
    "opt_out", "delete", "convert", "unsubscribe", "add", "new_address", "bounce", "suppress", "take_out",
    "opt_out", "delete", "convert", "unsubscribe", "new_value", "add", "complain", "opt_out", "delete", "take_out",
    "restore", "convert", "new_address", "new_value", "give_back", "opt_out", "delete", "restore", "add",
]  # fmt: skip


class Days:
    """The organisation of a month whose syncs are files of a running Airflow."""

    def __init__(self, whole: Whole, world: MonthWorld, month: Month) -> None:
        self.whole = whole
        self.world = world
        self.month = month
        self.stories: dict[tuple[int, str], Story] = {}

    def happen(self, names: list[str], first: datetime, step: timedelta) -> None:
        """These events, one after the other, by the sandbox's clock."""
        for number, name in enumerate(names):
            moment = first + number * step
            self.world.set_clock(moment)
            self.month.events.happen(moment, name)

    def pass_to(self, moment: datetime) -> None:
        """Wait until a moment of the machine's clock has come; from it on the sandbox's runs with it."""
        self.world.set_clock(moment)
        until(lambda: datetime.now(UTC) > moment + SECOND, f"it is {moment:%H:%M}")
        self.world.control("POST", "clock", {"run": True})

    def write(self, due: datetime) -> None:
        """The files of today, with runs due at a moment; until Airflow has read them, nothing runs."""
        wrote = datetime.now(UTC)
        for sync_id in self.month.syncs:
            self.whole.api.pause(sync_id, True)
        path = self.whole.include / "organisation.yaml"
        organisation = yaml.safe_load(path.read_text(encoding="utf-8"))
        organisation["policies"] |= policies_of(self.month.syncs["everybody"])
        path.write_text(yaml.safe_dump(organisation, sort_keys=False), encoding="utf-8")
        for sync_id, sync in self.month.syncs.items():
            self.whole.write_sync(sync_id, **file_of(sync, due))
        until(lambda: self._read_since(wrote), "Airflow has read the files")

    def _read_since(self, moment: datetime) -> bool:
        dags = self.whole.api.dags()
        return all(datetime.fromisoformat(dags[each]["last_parsed_time"]) > moment for each in self.month.syncs)

    def run(self, sync_id: str, due: datetime) -> Run:
        """The run that the scheduler makes for that moment as soon as it may, when it is over."""

        def made() -> Run | None:
            return next((each for each in self.whole.api.runs(sync_id) if each.interval_end == due), None)

        self.whole.api.pause(sync_id, False)
        return self.whole.succeed(until(made, f"the scheduler has made the run of {sync_id}"))

    def play(self, day: int, due: datetime) -> None:
        """A run of each sync, compared with the reference at once."""
        for sync_id, sync in self.month.syncs.items():
            run = self.run(sync_id, due)
            fetch = self.whole.fetch(run)
            assert (run.run_type, fetch["run_type"], fetch["status"]) == ("scheduled", "scheduled", "succeeded")
            assert fetch["window_end"] == due
            assert fetch["window_start"] == self.month.organisation.window_start(sync)  # of syncs that read changes
            story = expect(self.month.organisation, self.month.source, sync)
            self.stories[(day, sync_id)] = story
            lines = differences(self.month.organisation, self.month.product, story, fetch["fetch_id"])
            if lines:
                told = [
                    f"seed {SEED}, day {day}, sync {sync_id}: {sync}",
                    *lines,
                    "what happened:",
                    *self.month.events.log,
                ]
                pytest.fail("\n".join(told), pytrace=False)


def file_of(sync: dict[str, Any], due: datetime) -> dict[str, Any]:
    """The file of a sync of the scenario, which runs every day at the minute of `due`."""
    return {
        "name": sync["id"],
        "created": (due - timedelta(days=10)).date(),
        "account": "recruit_demo",
        "schedule": {"frequency": "daily", "at": f"{due:%H:%M}", "timezone": "UTC"},
        **keys_of(sync),
    }


def this_minute() -> datetime:
    return datetime.now(UTC).replace(second=0, microsecond=0)


@pytest.fixture
def days(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Days]:
    """The whole product with the scenario's syncs, an empty warehouse and a small source of the scenario's own."""
    with started(tmp_path_factory.mktemp("two_days"), dict.fromkeys(SYNCS, nightly())) as whole:
        url = whole.services.addresses.warehouse_url
        whole.administer("DROP DATABASE {} WITH (FORCE)", "contacts")
        whole.administer("CREATE DATABASE {}", "contacts")
        warehouse = open_warehouse(url, whole.services.env["CONTACT_SYNC_KEY"], "contact-sync tests")
        migrate(warehouse.engine)
        world = MonthWorld(whole.services.addresses.sandbox, warehouse)
        world.control("POST", "reset", {**PEOPLE, "anchor": (this_minute() - timedelta(days=1)).isoformat()})
        world.control("POST", "settings", {"max_tokens": 1000})
        month = Month(SEED, Source(world), Product(world), Organisation(), options=True)
        yield Days(whole, world, month)
        world.close()


def change(month: Month) -> None:
    """Of today's files one has another choice, which whoever it takes from now on is bound by, and one another list."""
    month.syncs["fair"]["options"] = {**month.syncs["fair"]["options"], "opt_out": "remove_from_list"}
    month.syncs["engineers"]["list"] = "Tech talks"
    for record_id, flags in month.source.flags("Candidates").items():
        if flags["opt_out"] and flags["approved"]:
            month.source.edit("Candidates", record_id, Source="Job Fair")


def test_two_days_by_the_scheduler_go_as_the_contract_says(days: Days) -> None:
    """OUT-1, OUT-2, OUT-3, OUT-4, OUT-8, OUT-9, OUT-11, OUT-16, ADV-1, ADV-2, ADV-3, ADV-4, ADV-5, RET-1, RET-2, RET-7,
    RET-11: files, runs of the scheduler, and a history that the reference tells as well.
    """
    month = days.month
    for sync in month.syncs.values():
        sync["guard"] = NO_GUARD  # that a person is asked is played elsewhere
    first = this_minute()
    days.happen(LONG_BEFORE, first - 40 * MINUTE, 3 * MINUTE)
    days.happen(JUST_BEFORE, first - 5 * MINUTE, 20 * SECOND)
    days.pass_to(first)
    days.write(first)
    days.play(1, first)

    over = datetime.now(UTC).replace(microsecond=0) + SECOND
    second = (over + len(BETWEEN) * SECOND + MINUTE).replace(second=0)
    days.happen(BETWEEN, over, SECOND)
    change(month)
    days.write(second)
    days.pass_to(second)
    days.play(2, second)

    left = {each for story in days.stories.values() for reasons in story.removed.values() for each in reasons}
    assert left >= {"opted_out", "deleted", "converted", "unsubscribed"}
    assert days.stories[(1, "fair")].count("ignored", "opted_out") == 0
    assert days.stories[(2, "fair")].count("ignored", "opted_out") > 0
    untold = min(key for _, key in month.organisation.mailable())
    month.product.bounce(untold, hard=True, soft=0, at=second)
    assert any(untold in line for line in state(month.organisation, month.product))
