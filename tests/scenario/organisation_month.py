"""A month of an organisation: its syncs with their settings, and days out of the ordinary, drawn by a seed.

A failed run, a sync that is off, a changed list, changed options, a small plan, a day with too few places, a new key,
so many deletions that a person is asked: each is planned at the start, so that one seed is one month.
"""

import random
from collections.abc import Callable
from typing import Any

from tests.scenario.events import Events
from tests.scenario.product import Product
from tests.scenario.reference import Organisation
from tests.scenario.source import Source

CHOICES = {
    "opt_out": ["dont_exclude", "remove_from_list", "remove_from_org"],
    "deleted": ["keep", "remove_from_list", "remove_from_org"],
    "unsubscribed": ["keep", "remove_from_list", "remove_from_org"],
    "converted": ["ignore_everywhere", "exclude_from_list"],
}
SYNCS: dict[str, dict[str, Any]] = {
    "everybody": {"module": "Candidates", "list": "News"},
    "fair": {"module": "Candidates", "list": "Fair guests", "criteria": ("Source", "Job Fair")},
    "clients": {"module": "Contacts", "list": "Clients"},
    "engineers": {"module": "Candidates", "list": "News", "view": "Experienced engineers"},
}
GUARD = {"memberships": 6, "share": 0.05}
NO_GUARD = {"memberships": 1000, "share": 1.0}
PLACES = 10
DAYS = 28


class Month:
    """The plan of a month. options: with advanced options and policies; without, everybody keeps everybody."""

    def __init__(
        self, seed: str, source: Source, product: Product, organisation: Organisation, *, options: bool
    ) -> None:
        self.seed = seed
        self.draw = random.Random(seed)
        self.events = Events(self.draw, source, product, organisation, options=options)
        self.source = source
        self.product = product
        self.organisation = organisation
        self.options = options
        policies = {
            "contact_limit": None, "syncs_per_day": PLACES,
            "shared_contacts": self._drawn(["list_only", "list_only", "remove"]),
            "unsubscribe_scope": self._drawn(["list", "list", "organisation"]),
        }  # fmt: skip
        organisation.unsubscribe_scope = str(policies["unsubscribe_scope"])
        self.syncs = {key: self._settings(key) | policies for key in SYNCS}
        self.failed = {self.draw.randrange(3, DAYS): self.draw.choice(list(SYNCS)) for _ in range(2)}
        self.off, self.off_from = self.draw.choice(list(SYNCS)), self.draw.randrange(5, DAYS - 4)
        ordinary = set(range(3, DAYS)) - {self.off_from, self.off_from + 1, *self.failed}
        self.crowded = self.draw.choice(sorted(ordinary))
        self.plan = self._plan()

    def _drawn(self, choices: list[str]) -> str:
        """One of them; the first where options are off."""
        return self.draw.choice(choices) if self.options else choices[0]

    def _settings(self, sync_id: str) -> dict[str, Any]:
        settings: dict[str, Any] = {
            "id": sync_id,
            "unapproved": self.draw.choice(["skip", "skip", "take"]),
            "each_fetch": self.draw.choice(["changes", "changes", "all"]),
            "guard": GUARD,
            "options": {
                **{name: self._drawn(choices) for name, choices in CHOICES.items()},
                "deletion_check": self._drawn(["feed", "feed", "full_id_scan"]),
            },
        }
        return settings | SYNCS[sync_id]

    def _plan(self) -> list[tuple[int, Callable[[], None]]]:
        small, mass = self.draw.randrange(4, DAYS - 8), self.draw.randrange(3, DAYS - 6)
        plan: list[tuple[int, Callable[[], None]]] = [
            (self.off_from, lambda: self.product.deactivate(self.syncs[self.off])),
            (self.off_from + 2, lambda: self.product.activate(self.syncs[self.off])),
            (small, lambda: self._limit(1)),
            (small + 3, lambda: self._limit(2)),
            (small + 5, lambda: self._limit(None)),
            (self.draw.randrange(8, DAYS - 4), lambda: self._set("engineers", "list", "Tech talks")),
            (self.crowded, lambda: self._set_all("syncs_per_day", len(SYNCS) - 1)),
            (self.crowded + 1, lambda: self._set_all("syncs_per_day", PLACES)),
            (self.draw.randrange(2, DAYS), self._rotate_key),
        ]
        if self.options:
            plan += [(self.draw.randrange(2, DAYS - 2), self._new_option) for _ in range(5)]
            plan += [(mass, self.events.mass_deletion), (mass + 4, lambda: self._set_all("guard", NO_GUARD))]
        return plan

    def begin(self, day: int) -> None:
        """What changes in files, and at the desk, before the runs of a day."""
        for when, act in self.plan:
            if when == day:
                act()

    def skipped(self, day: int, sync_id: str) -> str | None:
        """Why a run must be skipped: its sync is off, or the last of a day with one place too few (LIM-1, LIM-2)."""
        if sync_id == self.off and self.off_from <= day < self.off_from + 2:
            return "by_hand"
        return "daily_limit" if day == self.crowded and sync_id == list(self.syncs)[-1] else None

    def fails(self, day: int, sync_id: str) -> bool:
        """Whether the source refuses this run."""
        return self.failed.get(day) == sync_id

    def _set(self, sync_id: str, key: str, value: Any) -> None:
        self.events.note("changed", sync_id, key, value)
        self.syncs[sync_id][key] = value

    def _set_all(self, key: str, value: Any) -> None:
        for sync_id in self.syncs:
            self._set(sync_id, key, value)

    def _limit(self, room: int | None) -> None:
        """A plan with room for so many more people."""
        people = sum(not each.deleted for each in self.organisation.people.values())
        self.organisation.limit = None if room is None else people + room
        self._set_all("contact_limit", self.organisation.limit)

    def _new_option(self) -> None:
        sync = self.syncs[self.draw.choice(list(self.syncs))]
        name = self.draw.choice([each for each in CHOICES if each != "converted" or sync["module"] == "Candidates"])
        self._set(sync["id"], "options", {**sync["options"], name: self.draw.choice(CHOICES[name])})

    def _rotate_key(self) -> None:
        self.events.note("rotated key")
        self.product.rotate_key()
