"""Finding the records that a value belongs to, as insert and upsert do before they write.

A made e-mail address carries its record's index, so finding one among a million costs nothing; addresses that came by
an edit are kept aside. Any other field (a client's name, a field that was declared unique) has a table of all records,
made when it is first asked for and kept up to date from then on. Values compare trimmed and ignoring case.
"""

from typing import TYPE_CHECKING

from include.sandbox.data.addresses import index_in, same

if TYPE_CHECKING:
    from include.sandbox.store import RecordStore


class Finder:
    """What the records of one store are found by. ``before`` and ``after`` stand around every edit."""

    def __init__(self, store: "RecordStore") -> None:
        self._store = store
        # Indexes by field and value. Of made addresses nothing is kept: they tell their index themselves.
        self._tables: dict[str, dict[str, set[int]]] = {}
        self._addresses = store.as_made.duplicate == "Email"
        if self._addresses:
            self._tables["Email"] = {}

    def matching(self, field: str, value: str) -> list[int]:
        """Live records with this value in a field, by the name it was made with; ascending."""
        wanted = same(value)
        found = set(self._table(field).get(wanted, ()))
        made = index_in(wanted) if self._addresses and field == "Email" else None
        if made is not None:
            found.update(each for each in self._store.sharing(made) if self._value(field, each) == wanted)
        return sorted(each for each in found if self._store.live(each))

    def before(self, index: int) -> None:
        """Forget what the record is called before its edit."""
        for field, table in self._tables.items():
            table.get(self._value(field, index) or "", set()).discard(index)

    def after(self, index: int) -> None:
        """Remember what it is called after it."""
        for field, table in self._tables.items():
            self._enter(table, self._value(field, index), index)

    def _table(self, field: str) -> dict[str, set[int]]:
        if field not in self._tables:
            table: dict[str, set[int]] = {}
            for index in range(len(self._store)):
                self._enter(table, self._value(field, index), index)
            self._tables[field] = table
        return self._tables[field]

    def _enter(self, table: dict[str, set[int]], value: str | None, index: int) -> None:
        if value:
            table.setdefault(value, set()).add(index)

    def _value(self, field: str, index: int) -> str | None:
        value = self._store.read((index,), (field,))[0].get(field)
        return same(value) if isinstance(value, str) else None
