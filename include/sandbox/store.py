"""The records of one module as they are now: made records, the edits laid over them, and what was deleted.

A record is known inside by its index; ids rise with it. Memory is a few bytes a record plus what was edited.
``flags`` and ``updated`` are columns, so that a listing filters a million records without making one. Lookups name
records of other stores (``peers``) and show what those are called now; one that was deleted is looked up as nothing.
Times are seconds since 1970; nothing here reads a clock or knows of HTTP. A wrong field name is a ``SandboxError``.
"""

from array import array
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timezone
from typing import Any, NamedTuple

from include.sandbox.clock import iso, parse_instant
from include.sandbox.data.kinds import BLOCK
from include.sandbox.data.names import OWNERS
from include.sandbox.data.people import Book
from include.sandbox.drift import Drift
from include.sandbox.errors import SandboxError, close_match
from include.sandbox.finder import Finder
from include.sandbox.ids import Ids
from include.sandbox.modules import SYSTEM_FIELDS, ModuleSpec

CONVERTED, UNAPPROVED, GONE = 1, 2, 4
_FLAGS = {"converted": CONVERTED, "unapproved": UNAPPROVED, "deleted_recycle": GONE, "deleted_permanent": GONE}
_USER = {"name": OWNERS[0][1], "id": OWNERS[0][0]}
_TOUCHED = ("deleted_recycle", "deleted_permanent", "restored")


@dataclass(frozen=True, slots=True)
class Deletion:
    """How a record went: ``recycle`` or ``permanent``, when (seconds since 1970), by whom."""

    type: str
    at: int
    by: tuple[str, str]


class _Plan(NamedTuple):
    """Rows of some fields: made ones, new ones with their value, lookups, date-times, and those the store answers."""

    made: list[str]
    new: dict[str, Any]
    links: "list[tuple[str, RecordStore]]"
    moments: list[str]
    own: "list[tuple[str, Callable[[RecordStore, int, dict[str, Any]], Any]]]"


class RecordStore:
    """All records of one module. ``version`` rises with every change, so that prepared answers know when they are
    stale.
    """

    def __init__(self, spec: ModuleSpec, book: Book, zone: timezone, peers: Mapping[str, "RecordStore"]) -> None:
        self.version = 0
        self.zone = zone
        self.updated = array("q", book.updated)
        self.gone: dict[int, Deletion] = {}
        self._book = book
        self._peers = peers
        self._ids = Ids(spec.number, book.count)
        self._overlay: dict[int, dict[str, Any]] = {}
        self._created: dict[int, int] = {}
        self._as_made = spec
        self._finder = Finder(self)
        self._own = {name: read for name, read in _OWN.items() if name in (*spec.names, *SYSTEM_FIELDS)}
        self._values = frozenset((*spec.names, *spec.details)) - self._own.keys()
        self.flags = self._planted()
        self.change_fields(Drift())

    def change_fields(self, drift: Drift) -> None:
        """From now on the fields are called and typed so."""
        self.spec = drift.applied(self._as_made)
        self._drift = drift
        names = drift.made_names(self._as_made)
        self._settable = {name: made for name, made in names.items() if name not in self._own}
        self._settable.update((name, name) for name in (*drift.add, *self._as_made.details))
        # Made names by names of now, where any of them differs.
        self._called = {**names, **self._settable} if drift != Drift() else {}
        self._links = [(each.name, each.target) for each in self._as_made.fields if each.type == "lookup"]
        self._moments = [each.name for each in self._as_made.fields if each.type == "datetime"]
        self._plans: dict[tuple[str, ...], _Plan] = {}
        self.version += 1

    @property
    def as_made(self) -> ModuleSpec:
        """The module before any change of its fields."""
        return self._as_made

    @property
    def freshness(self) -> tuple[int, ...]:
        """What answers about this module depend on: its own version and those of the modules it looks up."""
        return (self.version, *(self._peers[target].version for target in sorted({name for _, name in self._links})))

    def _planted(self) -> bytearray:
        book, pattern = self._book, self._book.pattern
        flags = bytes(_FLAGS.get(kind, 0) for kind in pattern)
        planted = bytearray(flags * (book.count // BLOCK + 1))[: book.count]
        special = [index for index, kind in enumerate(pattern) if kind in _TOUCHED]
        for start in range(0, book.count, BLOCK):
            for index in (start + place for place in special if start + place < book.count):
                at = book.deleted(index)
                if planted[index] & GONE:
                    self.gone[index] = Deletion(book.kind(index).removeprefix("deleted_"), at, OWNERS[index % 3])
                else:
                    self.updated[index] = at
        return planted

    # -- reading ---------------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        """Indexes given so far, deleted records included."""
        return len(self.updated)

    def id_of(self, index: int) -> str:
        """The record's id: eighteen digits as text."""
        return self._ids.id_of(index)

    def index_of(self, record_id: object) -> int | None:
        """The index of a record that there is or was; None for any other id."""
        return self._ids.index_of(record_id, len(self))

    def live(self, index: int | None) -> bool:
        """True for a record that exists and is not deleted."""
        return index is not None and not self.flags[index] & GONE

    def live_indexes(self) -> Iterable[int]:
        """Indexes of all live records, ascending."""
        return (index for index, flags in enumerate(self.flags) if not flags & GONE)

    def created(self, index: int) -> int:
        """Created time of a record."""
        found = self._created.get(index)
        return self._book.created(index) if found is None else found

    def kind(self, index: int) -> str:
        """The kind a record was planted as; ``added`` for one that came by a call."""
        return self._book.kind(index) if index < self._book.count else "added"

    def original(self, index: int) -> int | None:
        """Index of the record that a planted duplicate repeats."""
        return self._book.original(index) if index < self._book.count else None

    def sharing(self, index: int) -> list[int]:
        """A made record and the planted duplicates that repeat its address; none for an index that was not made."""
        return [index, *self._book.sharing(index)] if index < self._book.count else []

    def record(self, index: int, names: Iterable[str]) -> dict[str, Any]:
        """The id and the named fields of one record; a name that the module lacks is left out."""
        return self.records((index,), names)[0]

    def records(self, indexes: Iterable[int], names: Iterable[str]) -> list[dict[str, Any]]:
        """``record`` for many."""
        if not self._called:
            return self.read(indexes, names)
        pairs = [(name, self._called.get(name, name)) for name in names if name in self._called or name in self._own]
        rows = self.read(indexes, [made for _, made in pairs])
        return [{"id": row["id"], **{name: row[made] for name, made in pairs}} for row in rows]

    def read(self, indexes: Iterable[int], names: Iterable[str]) -> list[dict[str, Any]]:
        """``records`` by the names that the fields were made with, whatever they are called now."""
        made, new, links, moments, own = self._plan(tuple(names))
        rows = []
        for index in indexes:
            row: dict[str, Any] = {"id": self.id_of(index)}
            row.update(self._book.values(index, made) if index < self._book.count else dict.fromkeys(made))
            laid = self._overlay.get(index)
            if new:
                row.update(new)
            if laid:
                row.update((name, laid[name]) for name in (*made, *new) if name in laid)
            for name, store in links:
                row[name] = store.linked(row[name])
            for name in moments:
                row[name] = iso(row[name], self.zone) if isinstance(row[name], int) else row[name]
            for name, read in own:
                row[name] = read(self, index, row)
            rows.append(row)
        return rows

    def _plan(self, names: tuple[str, ...]) -> "_Plan":
        """How to make rows of these fields, worked out once for all records that are asked for one by one."""
        plan = self._plans.get(names)
        if plan is None:
            made = [name for name in names if name in self._values]
            plan = self._plans[names] = _Plan(
                made,
                {name: value for name, (_, value) in self._drift.add.items() if name in names},
                [(name, self._peers[target]) for name, target in self._links if name in made],
                [name for name in self._moments if name in made],
                [(name, self._own[name]) for name in names if name in self._own],
            )
        return plan

    def linked(self, value: Any) -> Any:
        """What a lookup of this module shows: name and id of a live record, nothing for one that is gone. ``value`` is
        an index, an id, or an object with an id; an object without one is shown as it is.
        """
        named = value.get("id") if isinstance(value, dict) else value
        if named is None:
            return value
        index = named if isinstance(named, int) else self.index_of(named)
        return {"name": self.title(index), "id": self.id_of(index)} if index is not None and self.live(index) else None

    def title(self, index: int) -> str | None:
        """What the record is called in lookups and in the list of deleted records."""
        name = self._as_made.title
        title: str | None = self.read((index,), (name,))[0][name]
        return title or None

    def matching(self, field: str, value: str) -> list[int]:
        """Live records with this value in a field (its made name), trimmed and ignoring case; ascending."""
        return self._finder.matching(field, value)

    # -- changing --------------------------------------------------------------------------------------------------

    def edit(self, index: int, changes: Mapping[str, Any], at: int) -> None:
        """Lay values over a record. The change time becomes ``at`` unless the change time field is among them."""
        self.check_names(changes)
        times = {
            name: self._seconds(name, changes[name])
            for name in (self.spec.changed, self.spec.created)
            if name in changes
        }
        self._finder.before(index)
        laid = self._overlay.setdefault(index, {})
        laid.update((self._settable[name], value) for name, value in changes.items() if name in self._settable)
        for name, flag, meaning in (("$converted", CONVERTED, True), ("$approved", UNAPPROVED, False)):
            if name in changes:
                self.flags[index] = self.flags[index] & ~flag | (flag if bool(changes[name]) is meaning else 0)
        if self.spec.created in times:
            self._created[index] = times[self.spec.created]
        self.updated[index] = times.get(self.spec.changed, at)
        self.version += 1
        self._finder.after(index)

    def add(self, values: Mapping[str, Any], at: int) -> int:
        """A new record; created and changed at ``at`` unless said otherwise. Returns its index."""
        self.check_names(values)
        index = len(self)
        self.updated.append(at)
        self.flags.append(0)
        self._created[index] = at
        laid: dict[str, Any] = {each.name: _BLANK[each.type] for each in self._as_made.fields if each.type in _BLANK}
        if self._as_made.numbering is not None:
            name, written = self._as_made.numbering
            laid[name] = written.format(index + 1)
        self._overlay[index] = laid
        self.edit(index, values, at)
        return index

    def delete(self, index: int, type_: str, at: int, by: tuple[str, str] = OWNERS[0]) -> None:
        """Delete a live record into the ``recycle`` bin or ``permanent``ly."""
        self.gone[index] = Deletion(type_, at, by)
        self.flags[index] |= GONE
        self.version += 1

    def restore(self, index: int, at: int) -> None:
        """Bring a record back from the recycle bin; it counts as changed now."""
        deletion = self.gone.get(index)
        if deletion is None or deletion.type != "recycle":
            raise SandboxError(
                f"Record {self.id_of(index)} is not in the recycle bin: only what lies there can be restored."
            )
        del self.gone[index]
        self.flags[index] &= ~GONE
        self.updated[index] = at
        self.version += 1

    def check_names(self, values: Mapping[str, Any]) -> None:
        """SandboxError for a name that no record of this module has, or that cannot be set."""
        allowed = {*self._settable, self.spec.changed, self.spec.created, *SYSTEM_FIELDS}
        for name in values:
            if name not in allowed:
                raise SandboxError(f"{self.spec.name} has no field '{name}' to set.{close_match(name, allowed)}")

    def _seconds(self, name: str, value: object) -> int:
        return int(parse_instant(value, name).timestamp())


# What a new record has in fields that nobody filled in.
_BLANK: dict[str, Any] = {"ownerlookup": _USER, "boolean": False}


def _full_name(store: RecordStore, index: int, row: dict[str, Any]) -> str:
    names = row if "First_Name" in row and "Last_Name" in row else store.read((index,), ("First_Name", "Last_Name"))[0]
    return f"{names['First_Name'] or ''} {names['Last_Name'] or ''}".strip()


# Fields that are not made from a seed and cannot be laid over: they follow from columns and from other fields.
_OWN: dict[str, Callable[[RecordStore, int, dict[str, Any]], Any]] = {
    "Full_Name": _full_name,
    "Created_Time": lambda store, index, row: iso(store.created(index), store.zone),
    "Updated_On": lambda store, index, row: iso(store.updated[index], store.zone),
    "Modified_Time": lambda store, index, row: iso(store.updated[index], store.zone),
    "$converted": lambda store, index, row: bool(store.flags[index] & CONVERTED),
    "$approved": lambda store, index, row: not store.flags[index] & UNAPPROVED,
}
