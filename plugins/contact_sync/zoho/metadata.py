"""Choices made from an account's metadata: the custom view that is meant, the change-time field, a module it lacks,
mapped fields whose type is not known.

Pure functions on what the API answered. Each refusal names what is on offer, the close match and the next step.
"""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from contact_sync.core.field_types import is_known
from contact_sync.core.mapping_types import FieldMapping
from contact_sync.errors import ConfigError

SHOWN = 15


def pick_view(views: Sequence[Mapping[str, Any]], module: str, name_or_id: str) -> dict[str, Any]:
    """The one view with that id, else with that name; case and surrounding space count only to settle a tie.

    Raises ConfigError: unknown (close match, names on offer) or ambiguous (the ids to choose from).
    """
    wanted = name_or_id.strip()
    by_id = [view for view in views if str(view.get("id")) == wanted]
    exact = by_id or [view for view in views if wanted in _names(view)]
    found = exact or [view for view in views if wanted.casefold() in {name.casefold() for name in _names(view)}]
    if len(found) == 1:
        return dict(found[0])
    if found:
        ids = ", ".join(str(view.get("id")) for view in found)
        raise ConfigError(
            f"source.view: {len(found)} custom views of {module} are named '{wanted}'. Give the id instead: {ids}."
        )
    names = sorted({name for view in views for name in _names(view)})
    raise ConfigError(
        f"source.view: '{wanted}' is no custom view of {module}.{_hint(wanted, names)}"
        f" Allowed: {_shown(names)}, or a view's id. Check with: contact-sync doctor"
    )


def confirmed_change_field(fields: Sequence[Mapping[str, Any]], module: str, expected: str) -> str:
    """`expected` if the module has it. Raises ConfigError with the date-time fields that it does have."""
    if any(field.get("api_name") == expected for field in fields):
        return expected
    times = sorted(str(field.get("api_name")) for field in fields if field.get("data_type") == "datetime")
    raise ConfigError(
        f"{module} has no field {expected}, by which changes are noticed (SRC-11). Its date-time fields:"
        f" {_shown(times)}. See that the Zoho user may read {expected}, then check with: contact-sync doctor"
    )


def unknown_types(fields: Iterable[Mapping[str, Any]], mapping: Iterable[FieldMapping]) -> list[str]:
    """A warning for each mapped field of a type that is not known (SRC-10): its values are kept as text."""
    types = {str(field.get("api_name")): str(field.get("data_type")) for field in fields}
    strange = {
        line.source: types[line.source] for line in mapping if line.source in types and not is_known(types[line.source])
    }
    return [
        f"The source's field {name} is of a type that is not known ('{data_type}'): its values are taken as text."
        for name, data_type in strange.items()
    ]


def module_not_offered(
    module: str, modules: Sequence[Mapping[str, Any]], organisation: Mapping[str, Any]
) -> ConfigError:
    """The error that names the edition, the modules on offer and the close match (ACC-5)."""
    offered = sorted(str(each["api_name"]) for each in modules if each.get("api_name") and _usable(each))
    return ConfigError(
        f"source.module: this account ({edition(organisation)}) does not offer '{module}'.{_hint(module, offered)}"
        f" Allowed: {_shown(offered)}. Check with: contact-sync doctor"
    )


def edition(organisation: Mapping[str, Any]) -> str:
    """Edition and plan in words, such as `Staffing agency, Enterprise`."""
    licence = organisation.get("license_details")
    plan = licence.get("plan_type") or licence.get("paid_type") if isinstance(licence, dict) else None
    return ", ".join(str(each) for each in (organisation.get("type"), plan) if each) or "edition unknown"


def _usable(module: Mapping[str, Any]) -> bool:
    return module.get("api_supported") is not False


def _names(view: Mapping[str, Any]) -> set[str]:
    return {str(view[key]).strip() for key in ("name", "display_value") if view.get(key)}


def _hint(wanted: str, names: Iterable[str]) -> str:
    by_lower = {name.casefold(): name for name in names}
    near = get_close_matches(wanted.casefold(), by_lower, n=1, cutoff=0.5)
    return f" Did you mean '{by_lower[near[0]]}'?" if near else ""


def _shown(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return (", ".join(names[:SHOWN]) or "(none)") + more
