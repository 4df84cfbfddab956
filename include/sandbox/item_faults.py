"""What should go wrong with single items of calls that write: for which item, with which code, how often.

An item fault is narrowed by module, by what was asked (insert, update, upsert, delete, member), by the id of the record
that would be written, and by the value of a field as it is sent (or as it is stored, where it is not sent). By default
the item is answered as an error and not written; ``after`` writes it all the same, ``whole`` refuses the call that
holds it and writes nothing. An unknown key, code or value is refused.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from include.sandbox.errors import SandboxError, close_match

ACTIONS = ("insert", "update", "upsert", "delete", "member")
# Seen on Recruit: the first four. The others are the sibling product's list for records, with INTERNAL_ERROR, which
# Recruit's pages name for whole calls.
CODES: Mapping[str, str] = {
    "MANDATORY_NOT_FOUND": "required field not found",
    "INVALID_DATA": "invalid data",
    "DUPLICATE_DATA": "duplicate data",
    "NO_PERMISSION": "permission denied to edit the record",
    "RECORD_LOCKED": "the record is locked",
    "RECORD_IN_BLUEPRINT": "the record is in a blueprint",
    "LIMIT_EXCEEDED": "the limit is exceeded",
    "INTERNAL_ERROR": "Internal Server Error",
    "PATTERN_NOT_MATCHED": "the pattern is not matched",
    "DEPENDENT_FIELD_MISSING": "a dependent field is missing",
    "EXPECTED_FIELD_MISSING": "an expected field is missing",
    "MAPPING_MISMATCH": "the mapping does not match",
    "DATA_MISMATCH": "the data does not match",
    "ID_ALREADY_CONVERTED": "the id given is already converted",
    "CONVERTED_RECORD": "the record is converted",
    "CANNOT_BE_UPDATED": "the record cannot be updated",
    "CANNOT_PERFORM_ACTION": "the action cannot be performed",
    "NOT_ALLOWED": "the action is not allowed",
    "NOT_APPROVED": "the record is not approved",
    "NOT_SUPPORTED": "the action is not supported",
    "STORAGE_SPACE_EXCEEDED": "the storage space is exceeded",
}


@dataclass(slots=True, kw_only=True)
class ItemFault:
    """One planned fault of items; ``times``: on how many items (None: until deleted)."""

    code: str
    message: str | None = None
    api_name: str | None = None
    module: str | None = None
    action: str | None = None
    id: str | None = None
    field: str | None = None
    value: str | None = None
    times: int | None = 1
    after: bool = False
    whole: bool = False
    done: int = 0

    @property
    def left(self) -> int | None:
        """How often it will still act; None means until deleted."""
        return None if self.times is None else self.times - self.done

    @property
    def text(self) -> str:
        """The message of its answer."""
        return self.message or CODES[self.code]

    @property
    def details(self) -> dict[str, Any]:
        """The details of its answer: the field it complains of, if any."""
        name = self.api_name or self.field
        return {"api_name": name} if name else {}

    def meets(self, module: str, action: str, known: Mapping[str, Any]) -> bool:
        """Whether it acts on an item; ``known`` are its values, those stored of its record under them, and its id."""
        return (
            self.module in (None, module)
            and self.action in (None, action)
            and self.id in (None, known.get("id"))
            and (self.field is None or _same(known.get(self.field), self.value))
        )


def _same(found: Any, wanted: str | None) -> bool:
    return isinstance(found, str) and found.strip().casefold() == (wanted or "").strip().casefold()


_TEXTS = ("code", "message", "api_name", "module", "action", "id", "field", "value")


def read_item_fault(values: Mapping[str, Any], modules: Mapping[str, Any]) -> ItemFault:
    """An item fault as the control route receives it; SandboxError names what is wrong and what is allowed."""
    allowed = [each.name for each in fields(ItemFault) if each.name != "done"]
    for name, value in values.items():
        if name not in allowed:
            raise SandboxError(f"An item fault has no key '{name}'.{close_match(name, allowed)}")
        if name in _TEXTS and not (value is None or isinstance(value, str)):
            raise SandboxError(f"Key '{name}' of an item fault is a text, not {value!r}.")
        if name in ("after", "whole") and not isinstance(value, bool):
            raise SandboxError(f"Key '{name}' of an item fault is true or false, not {value!r}.")
    _check_times(values.get("times", 1))
    for name, of in (("code", CODES), ("module", modules), ("action", ACTIONS)):
        value = values.get(name)
        if (value is not None or name == "code") and value not in of:
            raise SandboxError(f"The {name} '{value}' of an item fault is unknown.{close_match(value or '', of)}")
    if (values.get("field") is None) != (values.get("value") is None):
        raise SandboxError("An item fault has field and value together, or neither.")
    if values.get("after") and values.get("whole"):
        raise SandboxError("An item fault refuses the whole call or acts after the effect, not both.")
    return ItemFault(**values)


def _check_times(times: Any) -> None:
    if times is not None and (not isinstance(times, int) or isinstance(times, bool) or times < 1):
        raise SandboxError(f"Key 'times' of an item fault is a whole number from 1, or null, not {times!r}.")


class ItemFaults:
    """Item faults that still wait, in the order they were sent."""

    def __init__(self) -> None:
        self._waiting: list[ItemFault] = []

    def add(self, faults: list[ItemFault]) -> None:
        """Append faults."""
        self._waiting.extend(faults)

    def waits(self, *, whole: bool) -> bool:
        """Whether any is there to look for."""
        return any(fault.whole is whole for fault in self._waiting)

    def take(self, module: str, action: str, known: Mapping[str, Any], *, whole: bool) -> ItemFault | None:
        """The first that acts on this item, counted; one that is used up leaves the queue."""
        found = next(
            (each for each in self._waiting if each.whole is whole and each.meets(module, action, known)), None
        )
        if found is not None:
            found.done += 1
            self._waiting = [each for each in self._waiting if each.left != 0]
        return found

    def left(self) -> list[dict[str, Any]]:
        """What still waits, as it was sent plus ``done`` and ``left``."""
        return [{**asdict(fault), "left": fault.left} for fault in self._waiting]

    def clear(self) -> None:
        """Drop every item fault."""
        self._waiting.clear()
