"""How a module's fields changed since its records were made: renamed, removed, of another type, new.

An administrator may do all of it at any time, and a client meets the outcome without warning. Records keep the names
they were made with inside the store; a ``Drift`` says what they are called outside. Time fields, flags and the full
name cannot be renamed or removed: no administrator can either. A field that does not exist is refused by name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from include.sandbox.errors import SandboxError, close_match
from include.sandbox.modules import FieldSpec, ModuleSpec

KEYS = ("rename", "remove", "retype", "add", "values")


@dataclass(frozen=True, slots=True)
class Drift:
    """``rename``: made name to name of now; ``retype``: made name to data type; ``add``: new name to data type and the
    value that every record shows.
    """

    rename: Mapping[str, str] = field(default_factory=dict)
    remove: frozenset[str] = frozenset()
    retype: Mapping[str, str] = field(default_factory=dict)
    add: Mapping[str, tuple[str, Any]] = field(default_factory=dict)

    def applied(self, spec: ModuleSpec) -> ModuleSpec:
        """The module as it looks now."""
        kept = tuple(self._one(each) for each in spec.fields if each.name not in self.remove)
        new = tuple(FieldSpec(name=name, label=name, type=type_, custom=True) for name, (type_, _) in self.add.items())
        return replace(spec, fields=(*kept, *new))

    def _one(self, each: FieldSpec) -> FieldSpec:
        name = self.rename.get(each.name, each.name)
        return replace(each, name=name, type=self.retype.get(each.name, each.type))

    def made_names(self, spec: ModuleSpec) -> dict[str, str]:
        """Name of now to made name, for all fields that records were made with and still have."""
        return {
            self.rename.get(each.name, each.name): each.name for each in spec.fields if each.name not in self.remove
        }


def read_drift(spec: ModuleSpec, body: Mapping[str, Any]) -> Drift:
    """A drift as the control route receives it, for a module as it was made; SandboxError for what cannot be."""
    for key in body:
        if key not in KEYS:
            raise SandboxError(f"A change of fields has no key '{key}'.{close_match(key, KEYS)}")
    rename, retype, add = (_texts(body, key) for key in ("rename", "retype", "add"))
    remove = body.get("remove", [])
    if not isinstance(remove, list):
        raise SandboxError('remove is a list of API names, like ["City"].')
    fixed = {spec.changed, spec.created, "Full_Name"}
    free = [name for name in spec.names if name not in fixed]
    for name in (*rename, *remove, *retype):
        if name not in free:
            raise SandboxError(f"{spec.name} has no field '{name}' to change.{close_match(str(name), free)}")
    taken = (set(spec.names) - set(rename) - set(remove)) & set(rename.values()) | set(spec.names) & set(add)
    if taken:
        raise SandboxError(f"{spec.name} has a field '{min(taken)}' already; take another name.")
    values = body.get("values", {})
    if not isinstance(values, dict) or set(values) - set(add):
        raise SandboxError("values is an object: for a name of add, the value that every record shows in it.")
    return Drift(rename, frozenset(remove), retype, {name: (type_, values.get(name)) for name, type_ in add.items()})


def _texts(body: Mapping[str, Any], key: str) -> dict[str, str]:
    given = body.get(key, {})
    if not isinstance(given, dict) or not all(isinstance(each, str) and each for each in given.values()):
        raise SandboxError(f'{key} is an object of names and texts, like {{"City": "Town"}}.')
    return dict(given)
