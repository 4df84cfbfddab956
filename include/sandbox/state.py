"""Everything a running sandbox knows, apart from HTTP: settings, clock, records, tokens, faults, calls.

One lock guards it: the server holds it while it answers, a test that changes the state from its own thread takes it too
(or uses the control routes, which are meant for that). A reset makes everything anew; nothing is kept on disk.
"""

from collections import OrderedDict
from dataclasses import replace
from datetime import datetime
from threading import RLock
from typing import Any

from include.sandbox.bulk.jobs import BulkDesk
from include.sandbox.calls import CallLog
from include.sandbox.catalogue import SERVED, recipes
from include.sandbox.clock import SandboxClock, parse_offset
from include.sandbox.credits import CreditBook
from include.sandbox.data.people import Book
from include.sandbox.faults import FaultQueue, Holds
from include.sandbox.item_faults import ItemFaults
from include.sandbox.listing import Listing
from include.sandbox.members import Members
from include.sandbox.modules import ModuleSpec
from include.sandbox.settings import Settings
from include.sandbox.store import RecordStore
from include.sandbox.tokens import TokenDesk
from include.sandbox.views import View, views_of
from include.sandbox.written import WriteBook


class PageCache:
    """Answers already encoded, the longest unused falling out beyond ``most`` bytes. A key holds the versions it
    depends on.
    """

    def __init__(self, most: int = 32 * 2**20) -> None:
        self._most = most
        self._bytes = 0
        self._kept: OrderedDict[tuple[Any, ...], tuple[bytes, int]] = OrderedDict()

    def get(self, key: tuple[Any, ...]) -> tuple[bytes, int] | None:
        """Body and number of rows."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def put(self, key: tuple[Any, ...], body: bytes, rows: int) -> None:
        """Keep an encoded answer."""
        self._kept[key] = (body, rows)
        self._bytes += len(body)
        while self._bytes > self._most:
            _, (dropped, _) = self._kept.popitem(last=False)
            self._bytes -= len(dropped)


class SandboxState:
    """One sandbox. Public attributes are its parts; a reset replaces them, so do not hold on to one across it."""

    settings: Settings
    clock: SandboxClock
    tokens: TokenDesk
    faults: FaultQueue
    holds: Holds
    item_faults: ItemFaults
    calls: CallLog
    credits: CreditBook
    bulk: BulkDesk
    written: WriteBook
    members: Members
    pages: PageCache
    stores: dict[str, RecordStore]
    listings: dict[str, Listing]
    views: dict[str, tuple[View, ...]]

    def __init__(self, settings: Settings | None = None) -> None:
        self.lock = RLock()
        start = settings or Settings()
        anchor = start.anchor or SandboxClock().now().replace(minute=0, second=0, microsecond=0)
        self._start = replace(start, anchor=anchor)
        self.reset({})

    def reset(self, changes: dict[str, Any]) -> None:
        """Begin anew as at start-up, with some settings changed; SandboxError for a wrong setting, and then nothing
        changes.
        """
        with self.lock:
            given = self._start.changed(changes, data=True)
            settings = given if given.anchor else replace(given, anchor=self._start.anchor)
            anchor = self.anchor_of(settings)
            self.settings = settings
            self.settings_version = 0
            self.clock, self.tokens = SandboxClock(), TokenDesk()
            self.faults, self.holds = FaultQueue(), Holds()
            self.calls, self.pages = CallLog(), PageCache()
            self.credits, self.bulk = CreditBook(), BulkDesk()
            self.item_faults, self.written = ItemFaults(), WriteBook()
            self._fill(anchor)

    def _fill(self, anchor: datetime) -> None:
        """Make the records of every module, also of those that are not on offer yet."""
        settings, zone = self.settings, parse_offset(self.settings.utc_offset)
        sizes = settings.sizes
        self.stores, self.listings, self.views = {}, {}, {}
        for name, recipe in recipes(sizes).items():
            book = Book(recipe, sizes[name], settings.seed, int(anchor.timestamp()))
            self.stores[name] = RecordStore(SERVED[name], book, zone, self.stores)
            self.views[name] = views_of(SERVED[name], anchor)
        # Only now: what a listing depends on includes the modules that its module looks up.
        self.listings = {name: Listing(store) for name, store in self.stores.items()}
        self.members = Members(self.stores)

    @staticmethod
    def anchor_of(settings: Settings) -> datetime:
        """The anchor in the organisation's own offset."""
        anchor = settings.anchor or SandboxClock().now()
        return anchor.astimezone(parse_offset(settings.utc_offset))

    def change_settings(self, changes: dict[str, Any]) -> None:
        """Turn switches of the running sandbox; SandboxError for a wrong one, and then nothing changes."""
        with self.lock:
            self.settings = self.settings.changed(changes, data=False)
            self.settings_version += 1
            for store in self.stores.values():
                store.zone = parse_offset(self.settings.utc_offset)

    def now_seconds(self) -> int:
        """The sandbox clock in whole seconds since 1970, as Zoho's own times are."""
        return int(self.clock.now().timestamp())

    def served(self, name: str) -> ModuleSpec | None:
        """The module as it looks now when it is offered by this organisation, visible and served here."""
        offered = name in self.settings.modules and name not in self.settings.hidden_modules
        return self.stores[name].spec if offered and name in self.stores else None
