"""Which record an item belongs to, and whether a value of it is taken: the duplicate checks of insert, update, upsert.

Recruit's pages name the e-mail address as the system's field of Candidates, and user-defined unique fields beside it;
a field that is named goes first. What the system's field of other modules is, which of several records with one
address an upsert changes and whether the check knows a record that was added a moment ago is not established: settings.
"""

from typing import Any

from include.sandbox.api.checks import ItemError
from include.sandbox.modules import ModuleSpec
from include.sandbox.state import SandboxState
from include.sandbox.store import RecordStore


class Duplicates:
    """The duplicate checks of one module, for one call."""

    def __init__(self, state: SandboxState, spec: ModuleSpec) -> None:
        settings = state.settings
        self._store: RecordStore = state.stores[spec.name]
        self._several, self._told = settings.upsert_of_several, settings.duplicate_told
        lag = settings.upsert_lag_seconds
        self._until = state.now_seconds() - lag if lag else None
        self.system = settings.upsert_field.get(spec.name, spec.duplicate)
        # One address is one person's, unless a setting says otherwise; a name may be given twice.
        self.unique = settings.unique_fields.get(spec.name, ("Email",) if self.system == "Email" else ())

    @property
    def nameable(self) -> tuple[str, ...]:
        """Fields that ``duplicate_check_fields`` may name."""
        return tuple(dict.fromkeys((*((self.system,) if self.system else ()), *self.unique)))

    def order(self, named: list[str]) -> tuple[str, ...]:
        """Fields that an upsert looks a record up by, one after the other."""
        return tuple(dict.fromkeys((*(named or self.nameable), *self.unique)))

    def owner(self, values: dict[str, Any], fields: tuple[str, ...]) -> tuple[int | None, str | None]:
        """The record that these values belong to and the field that told; ItemError where that is not settled."""
        for name in fields:
            found = self._matching(name, values.get(name))
            if len(found) > 1 and self._several == "refused":
                raise self._error(name, found[0])
            if found:
                return (self._latest(found) if self._several == "latest" else found[0]), name
        return None, None

    def first(self, values: dict[str, Any], fields: tuple[str, ...]) -> int | None:
        """The same record without any complaint, for one who only wants to know which it would be."""
        try:
            return self.owner(values, fields)[0]
        except ItemError:
            return None

    def refuse_taken(self, values: dict[str, Any], own: int | None) -> None:
        """ItemError when another record has the value of a unique field; a value that stays as it is is not looked
        at.
        """
        for name in self.unique:
            found = self._matching(name, values.get(name))
            if own not in found and found:
                raise self._error(name, found[0])

    def _matching(self, name: str, value: Any) -> list[int]:
        if not isinstance(value, str) or not value.strip():
            return []
        found = self._store.matching(name, value)
        return [each for each in found if self._until is None or self._store.created(each) <= self._until]

    def _latest(self, found: list[int]) -> int:
        return max(found, key=lambda index: (self._store.updated[index], index))

    def _error(self, name: str, index: int) -> ItemError:
        details: dict[str, Any] = {"api_name": name}
        if self._told == "id":
            details["id"] = self._store.id_of(index)
        elif self._told == "record":
            details["duplicate_record"] = {
                "id": self._store.id_of(index),
                "module": {"api_name": self._store.spec.name},
                "Owner": self._store.read((index,), ("Created_By",))[0]["Created_By"],
            }
        return ItemError("DUPLICATE_DATA", "duplicate data", **details)
