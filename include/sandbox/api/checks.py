"""What Recruit checks of a record that is written: mandatory fields, types, lengths.

Values come back ready to be stored, or an item error in Zoho's shape names the field and the type that was expected.
Names that no field has are ignored as Zoho ignores them; fields that only the system writes are ignored too. Pick lists
take any text, as the API does.
"""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from typing import Any

from include.sandbox.data.names import OWNERS
from include.sandbox.modules import FieldSpec, ModuleSpec
from include.sandbox.store import RecordStore

_ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>.]+(\.[^@\s,;<>.]+)+")


class ItemError(Exception):
    """One item of a batch is refused; ``item`` is its answer."""

    def __init__(self, code: str, message: str, **details: Any) -> None:
        super().__init__(f"{code}: {message}")
        self.item: dict[str, Any] = {"code": code, "details": details, "message": message, "status": "error"}


def checked(
    spec: ModuleSpec,
    item: dict[str, Any],
    stores: Mapping[str, RecordStore],
    *,
    insert: bool,
    more: Collection[str] = (),
) -> tuple[dict[str, Any], list[str]]:
    """Storable values of an item and the names that were ignored; ItemError for the first wrong value. ``stores`` hold
    what a lookup may name, ``more`` names fields that a layout makes mandatory too.
    """
    values: dict[str, Any] = {}
    ignored: list[str] = []
    for name, value in item.items():
        field = spec.field(name)
        if name == "id":
            continue
        if field is None or field.read_only:
            ignored.append(name)
        else:
            values[name] = _value(field, value, stores)
    for field in spec.fields:
        if (field.mandatory or field.name in more) and (insert or field.name in values) and not values.get(field.name):
            raise ItemError("MANDATORY_NOT_FOUND", "required field not found", api_name=field.name)
    return values, ignored


def _value(field: FieldSpec, value: Any, stores: Mapping[str, RecordStore]) -> Any:
    if value is None or value == "":
        return False if field.type == "boolean" else None
    accepted = _target(stores[field.target], value) if field.target else _TYPES.get(field.type, _text)(value)
    if accepted is None:
        raise ItemError("INVALID_DATA", "invalid data", expected_data_type=field.type, api_name=field.name)
    if isinstance(accepted, str) and len(accepted) > field.length:
        raise ItemError("INVALID_DATA", "invalid data", maximum_length=field.length, api_name=field.name)
    return accepted


def _text(value: Any) -> Any:
    return value if isinstance(value, str) else None


def _email(value: Any) -> Any:
    return value if isinstance(value, str) and _ADDRESS.fullmatch(value) and ".." not in value else None


def _integer(value: Any) -> Any:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _amount(value: Any) -> Any:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _boolean(value: Any) -> Any:
    return value if isinstance(value, bool) else None


def _date(value: Any) -> Any:
    try:
        return date.fromisoformat(value).isoformat() if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        return None


def _texts(value: Any) -> Any:
    return value if isinstance(value, list) and all(isinstance(each, str) for each in value) else None


def _owner(value: Any) -> Any:
    wanted = value.get("id") if isinstance(value, dict) else value
    return next(({"name": name, "id": user} for user, name in OWNERS if user == wanted), None)


def _moment(value: Any) -> Any:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return value if moment is not None and moment.tzinfo is not None else None


def _target(store: RecordStore, value: Any) -> Any:
    index = store.index_of(value.get("id") if isinstance(value, dict) else value)
    return {"id": store.id_of(index)} if index is not None and store.live(index) else None


_TYPES: dict[str, Callable[[Any], Any]] = {
    "email": _email,
    "integer": _integer,
    "double": _amount,
    "currency": _amount,
    "datetime": _moment,
    "boolean": _boolean,
    "date": _date,
    "multiselectpicklist": _texts,
    "ownerlookup": _owner,
}
