"""The records of one module as they are now: made records, the edits laid over them, and what was deleted.

A record is known inside by its index; ids rise with it. Memory is a few bytes a record plus what was edited.
``flags`` and ``updated`` are columns, so that a listing filters a million records without making one.
Times are seconds since 1970; nothing here reads a clock or knows of HTTP. A wrong field name is a ``SandboxError``.
"""

from array import array
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timezone
from typing import Any

from include.sandbox.clock import iso, parse_instant
from include.sandbox.data.addresses import index_in, same
from include.sandbox.data.candidates import CandidateBook
from include.sandbox.data.kinds import BLOCK, PATTERN, place_of
from include.sandbox.data.names import OWNERS
from include.sandbox.errors import SandboxError, close_match
from include.sandbox.modules import SYSTEM_FIELDS, ModuleSpec

CONVERTED, UNAPPROVED, GONE = 1, 2, 4
_FLAGS = {"converted": CONVERTED, "unapproved": UNAPPROVED, "deleted_recycle": GONE, "deleted_permanent": GONE}
_USER = {"name": OWNERS[0][1], "id": OWNERS[0][0]}
FIRST_ID = 200001000001000000
FIRST_ADDED_ID = 200001000500000000
STEP = 7
_TOUCHED = ("deleted_recycle", "deleted_permanent", "restored")


@dataclass(frozen=True, slots=True)
class Deletion:
    """How a record went: ``recycle`` or ``permanent``, when (seconds since 1970), by whom."""

    type: str
    at: int
    by: tuple[str, str]


class RecordStore:
    """All records of one module. ``version`` rises with every change, so that prepared answers know when they are
    stale.
    """

    def __init__(self, spec: ModuleSpec, book: CandidateBook, zone: timezone) -> None:
        self.spec = spec
        self.version = 0
        self._book = book
        self.zone = zone
        self._made = frozenset(spec.names) - _OWN.keys()
        self.updated = array("q", book.updated)
        self.gone: dict[int, Deletion] = {}
        self.flags = self._planted()
        self._overlay: dict[int, dict[str, Any]] = {}
        self._created: dict[int, int] = {}
        self._edited_addresses: dict[str, set[int]] = {}

    def _planted(self) -> bytearray:
        book = self._book
        turn = place_of(0, book.seed)
        flags = bytes(_FLAGS.get(kind, 0) for kind in PATTERN[turn:] + PATTERN[:turn])
        planted = bytearray(flags * (book.count // BLOCK + 1))[: book.count]
        special = [index for index, kind in enumerate(PATTERN[turn:] + PATTERN[:turn]) if kind in _TOUCHED]
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
        if index < self._book.count:
            return str(FIRST_ID + index * STEP)
        return str(FIRST_ADDED_ID + (index - self._book.count) * STEP)

    def index_of(self, record_id: object) -> int | None:
        """The index of a live record; None for any other id."""
        text = str(record_id)
        if not text.isascii() or not text.isdigit():
            return None
        added = int(text) >= FIRST_ADDED_ID
        index, rest = divmod(int(text) - (FIRST_ADDED_ID if added else FIRST_ID), STEP)
        index += self._book.count if added else 0
        known = rest == 0 and (self._book.count if added else 0) <= index < (len(self) if added else self._book.count)
        return index if known else None

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

    def record(self, index: int, names: Iterable[str]) -> dict[str, Any]:
        """The id and the named fields of one record; a name that the module lacks is left out."""
        return self.records((index,), names)[0]

    def records(self, indexes: Iterable[int], names: Iterable[str]) -> list[dict[str, Any]]:
        """``record`` for many."""
        wanted = list(names)
        own = [(name, _OWN[name]) for name in wanted if name in _OWN]
        made = [name for name in wanted if name in self._made]
        rows = []
        for index in indexes:
            row: dict[str, Any] = {"id": self.id_of(index)}
            row.update(self._book.values(index, made) if index < self._book.count else dict.fromkeys(made))
            laid = self._overlay.get(index)
            if laid:
                row.update((name, laid[name]) for name in made if name in laid)
            for name, read in own:
                row[name] = read(self, index, row)
            rows.append(row)
        return rows

    def find_address(self, value: str) -> int | None:
        """The live record with this e-mail address (trimmed, ignoring case); of several the lowest index."""
        wanted = same(value)
        found = set(self._edited_addresses.get(wanted, ()))
        base = index_in(wanted)
        if base is not None and base < self._book.count:
            found.update(each for each in (base, *self._book.sharing(base)) if self._address(each) == wanted)
        return min((each for each in found if self.live(each)), default=None)

    def _address(self, index: int) -> str | None:
        value = self.record(index, ("Email",))["Email"]
        return same(value) if isinstance(value, str) else None

    # -- changing --------------------------------------------------------------------------------------------------

    def edit(self, index: int, changes: Mapping[str, Any], at: int) -> None:
        """Lay values over a record. The change time becomes ``at`` unless the change time field is among them."""
        self.check_names(changes)
        times = {
            name: self._seconds(name, changes[name])
            for name in (self.spec.changed, self.spec.created)
            if name in changes
        }
        before, laid = self._address(index), self._overlay.setdefault(index, {})
        laid.update((name, value) for name, value in changes.items() if name in self._made)
        for name, flag, meaning in (("$converted", CONVERTED, True), ("$approved", UNAPPROVED, False)):
            if name in changes:
                self.flags[index] = self.flags[index] & ~flag | (flag if bool(changes[name]) is meaning else 0)
        if self.spec.created in times:
            self._created[index] = times[self.spec.created]
        self.updated[index] = times.get(self.spec.changed, at)
        self._readdress(index, before)
        self.version += 1

    def add(self, values: Mapping[str, Any], at: int) -> int:
        """A new record; created and changed at ``at`` unless said otherwise. Returns its index."""
        self.check_names(values)
        index = len(self)
        self.updated.append(at)
        self.flags.append(0)
        self._created[index] = at
        self._overlay[index] = {
            "Created_By": _USER,
            "Modified_By": _USER,
            "Candidate_Owner": _USER,
            **{each.name: False for each in self.spec.fields if each.type == "boolean"},
            "Candidate_ID": f"ZR_{index + 1}_CAND",
        }
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
        allowed = self._made | {self.spec.changed, self.spec.created, *SYSTEM_FIELDS}
        for name in values:
            if name not in allowed:
                raise SandboxError(f"{self.spec.name} has no field '{name}' to set.{close_match(name, allowed)}")

    def _seconds(self, name: str, value: object) -> int:
        return int(parse_instant(value, name).timestamp())

    def _readdress(self, index: int, before: str | None) -> None:
        if before is not None:
            self._edited_addresses.get(before, set()).discard(index)
        after = self._address(index)
        if after is not None:
            self._edited_addresses.setdefault(after, set()).add(index)


def _full_name(store: RecordStore, index: int, row: dict[str, Any]) -> str:
    names = row if "First_Name" in row and "Last_Name" in row else store.record(index, ("First_Name", "Last_Name"))
    return f"{names['First_Name'] or ''} {names['Last_Name'] or ''}".strip()


# Fields that are not made from a seed and cannot be laid over: they follow from columns and from other fields.
_OWN: dict[str, Callable[[RecordStore, int, dict[str, Any]], Any]] = {
    "Full_Name": _full_name,
    "Created_Time": lambda store, index, row: iso(store.created(index), store.zone),
    "Updated_On": lambda store, index, row: iso(store.updated[index], store.zone),
    "$converted": lambda store, index, row: bool(store.flags[index] & CONVERTED),
    "$approved": lambda store, index, row: not store.flags[index] & UNAPPROVED,
}
