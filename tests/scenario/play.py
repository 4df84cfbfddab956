"""Plays a month: events, then the runs of the day, each compared with the reference as soon as it is loaded."""

from datetime import datetime, timedelta
from typing import Any

from tests.scenario import reference_removals
from tests.scenario.comparison import differences, state
from tests.scenario.organisation_month import DAYS, Month
from tests.scenario.product import MonthWorld, Product
from tests.scenario.reference import Organisation
from tests.scenario.reference_state import Story
from tests.scenario.source import Source

FIRST = datetime.fromisoformat("2026-11-02T02:00:00+00:00")
NOT_AT = range(1421, 1437)  # minutes so close to where windows begin that seconds would count


class Disagreement(AssertionError):
    """The product's history is not what the contract says."""


def play(world: MonthWorld, seed: str, *, options: bool, days: int = DAYS) -> int:
    """Play a month; the number of fetches that were compared. Raises Disagreement."""
    source, product, organisation = Source(world), Product(world), Organisation()
    month = Month(seed, source, product, organisation, options=options)
    compared = 0
    for day in range(days):
        morning = FIRST + timedelta(days=day)
        if day:
            _events(month, world, morning - timedelta(days=1))
        month.begin(day)
        for number, (sync_id, sync) in enumerate(month.syncs.items()):
            world.set_clock(morning + timedelta(minutes=2 * number))
            compared += _run(month, day, sync_id, sync)
    return compared


def _events(month: Month, world: MonthWorld, morning: datetime) -> None:
    several = month.draw.randrange(5, 16)
    month.events.log.append(f"-- after {morning:%d %b}")
    for minute in sorted(month.draw.choices([each for each in range(10, 1440) if each not in NOT_AT], k=several)):
        now = morning + timedelta(minutes=minute)
        world.set_clock(now)
        month.events.happen(now)


def _run(month: Month, day: int, sync_id: str, sync: dict[str, Any]) -> int:
    product, organisation = month.product, month.organisation
    skipped = month.skipped(day, sync_id)
    if skipped:
        told = product.why_skipped(sync)
        _agree(month, day, sync_id, [] if told == skipped else [f"skipped: the contract {skipped}, the product {told}"])
        return 0
    if month.fails(day, sync_id):
        lines = [] if product.fails(sync) else ["the run does not fail"]
        _agree(month, day, sync_id, lines + state(organisation, product))
        return 0
    manifest = product.run(sync, look=day % 14 == 0)
    story = expect(organisation, month.source, sync)
    _agree(month, day, sync_id, differences(organisation, product, story, manifest.fetch_id))
    return 1


def expect(organisation: Organisation, source: Source, sync: dict[str, Any]) -> Story:
    """What one fetch must do, done to the reference."""
    start, records, now = organisation.window_start(sync), source.records(sync), source.world.clock()
    unsubscribed = organisation.unsubscribed_from(sync["list"])
    organisation.apply_unsubscribe_scope()
    story = organisation.fetch(sync, records, now)
    story.unsubscribed = unsubscribed
    if reference_removals.reads_deletions(organisation, sync):
        scans = sync["options"].get("deletion_check") == "full_id_scan"
        told = _absent(organisation, sync, records, now) if scans else source.deleted_since(sync["module"], start)
        reference_removals.learn_deletions(organisation, sync, told, story)
    everything = start is None or sync["each_fetch"] == "all"
    seen = [each for each in records if everything or each["modified"] >= start or each["id"] in story.outcomes]
    reference_removals.remove(organisation, sync, seen, story)
    return story


def _absent(
    organisation: Organisation, sync: dict[str, Any], records: list[dict[str, Any]], now: datetime
) -> dict[str, datetime]:
    """Records that were ever synced and that a complete listing of ids lacks (ADV-2)."""
    there = {each["id"] for each in records}
    return {record_id: now for record_id in organisation.syncs[sync["id"]].pairs if record_id not in there}


def _agree(month: Month, day: int, sync_id: str, lines: list[str]) -> None:
    if lines:
        settings = {key: value for key, value in month.syncs[sync_id].items() if key != "id"}
        about = [
            f"seed {month.seed}, day {day}, sync {sync_id}: {settings}",
            *lines,
            "what happened:",
            *month.events.log[-60:],
        ]
        raise Disagreement("\n".join(about))
