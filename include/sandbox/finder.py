"""Finding the record that a value belongs to, as insert and upsert do before they write.

A made e-mail address carries its record's index, so finding one among a million costs nothing; addresses that came by
an edit are kept aside. Another duplicate field (a client's name) is looked up in a table that is made anew after every
change: those modules are small. Values compare trimmed and ignoring case.
"""

from typing import TYPE_CHECKING

from include.sandbox.data.addresses import index_in, same

if TYPE_CHECKING:
    from include.sandbox.store import RecordStore


class Finder:
    """The duplicate field of one store. ``before`` and ``after`` stand around every edit."""

    def __init__(self, store: "RecordStore") -> None:
        self._store = store
        self._edited: dict[str, set[int]] = {}
        self._table: dict[str, int] = {}
        self._version = -1

    def find(self, value: str) -> int | None:
        """The live record with this value; of several the lowest index."""
        if self._store.as_made.duplicate == "Email":
            return self._by_address(same(value))
        return self._by_name(same(value))

    def before(self, index: int) -> None:
        """Forget what the record is called before its edit."""
        value = self._value(index)
        if value is not None:
            self._edited.get(value, set()).discard(index)

    def after(self, index: int) -> None:
        """Remember what it is called after it."""
        value = self._value(index)
        if value is not None:
            self._edited.setdefault(value, set()).add(index)

    def _by_address(self, wanted: str) -> int | None:
        found = set(self._edited.get(wanted, ()))
        made = index_in(wanted)
        if made is not None:
            found.update(each for each in self._store.sharing(made) if self._value(each) == wanted)
        return min((each for each in found if self._store.live(each)), default=None)

    def _by_name(self, wanted: str) -> int | None:
        if self._version != self._store.version:
            self._version = self._store.version
            named = ((self._value(index), index) for index in self._store.live_indexes())
            self._table = {name: index for name, index in reversed(list(named)) if name is not None}
        return self._table.get(wanted)

    def _value(self, index: int) -> str | None:
        name = self._store.as_made.duplicate
        value = None if name is None else self._store.read((index,), (name,))[0][name]
        return same(value) if isinstance(value, str) else None
