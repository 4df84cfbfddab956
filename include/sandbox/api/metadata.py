"""Metadata: organisation, modules, fields, custom views.

Read-only; what they say follows the settings (edition, plan, modules on offer, offset) and the specifications in
``modules.py``.
"""

from typing import Any

from include.sandbox.api.answers import Answer, ApiError, answer
from include.sandbox.api.call import Call, invalid
from include.sandbox.catalogue import module_metadata
from include.sandbox.modules import ModuleSpec
from include.sandbox.settings import Settings
from include.sandbox.state import SandboxState

MODULE_PARAM = frozenset(("module",))
# Modules that every account shows and no API serves; they make a client look at api_supported.
_NOT_BY_API = ("Reports", "Dashboards")
ORGANISATION_ID = "700000001"


def org(state: SandboxState, call: Call) -> Answer:
    """``GET /recruit/v2/org``."""
    settings = state.settings
    described = {
        "id": "200001000000000001",
        "zgid": ORGANISATION_ID,
        "company_name": settings.company,
        "type": settings.edition,
        "license_details": _license(settings),
        "primary_email": "owner@zylker.example.com",
        "time_zone": "Etc/GMT" if settings.utc_offset == "+00:00" else _zone_name(settings.utc_offset),
        "country_code": "DE",
        "mc_status": False,
    }
    return answer({"org": [described]}, rows=1)


def _license(settings: Settings) -> dict[str, Any]:
    """In the shape of newer or of older pages; ``Free`` is the one plan that nobody pays for."""
    if settings.license_shape == "plan_type":
        return {"plan_type": settings.plan, "no_of_users": settings.users}
    paid = settings.plan.lower() != "free"
    return {"paid": paid, "paid_type": settings.plan.lower(), "trial_type": None}


def modules(state: SandboxState, call: Call) -> Answer:
    """``GET /recruit/v2/settings/modules`` and ``/settings/modules/{name}``."""
    names, hidden = (*state.settings.modules, *_NOT_BY_API), state.settings.hidden_modules
    listed = [module_metadata(name, number, hidden=name in hidden) for number, name in enumerate(names)]
    wanted = call.params.get("name")
    found = [each for each in listed if wanted in (None, each["api_name"])]
    if not found:
        raise ApiError(400, "INVALID_MODULE", "the module name given seems to be invalid")
    return answer({"modules": found}, rows=len(found))


def fields(state: SandboxState, call: Call) -> Answer:
    """``GET /recruit/v2/settings/fields?module=``."""
    spec = _module(state, call)
    described = [each.metadata(number) for number, each in enumerate(spec.fields)]
    for each in described:
        if each["api_name"] in state.settings.unique_fields.get(spec.name, ()):
            each["unique"] = {"casesensitive": False}
    return answer({"fields": described}, rows=len(described))


def custom_views(state: SandboxState, call: Call) -> Answer:
    """``GET /recruit/v2/settings/custom_views?module=`` and ``/{cvid}?module=``."""
    spec = _module(state, call)
    views = state.views[spec.name]
    if "view_id" not in call.params:
        described = [view.metadata() for view in views]
        return answer({"custom_views": described, "info": _info(spec, described)}, rows=len(described))
    found = [view for view in views if view.id == str(call.params["view_id"])]
    if not found:
        raise invalid("id", "the id given seems to be invalid")
    columns = [
        {"id": each.metadata(number)["id"], "api_name": each.name} for number, each in enumerate(spec.fields[:8])
    ]
    return answer({"custom_views": [{**found[0].metadata(), "fields": columns}]}, rows=1)


def _info(spec: ModuleSpec, described: list[dict[str, Any]]) -> dict[str, Any]:
    default = next(view["id"] for view in described if view["default"])
    return {
        "per_page": 200,
        "count": len(described),
        "page": 1,
        "more_records": False,
        "default": default,
        "module": spec.name,
    }


def _module(state: SandboxState, call: Call) -> ModuleSpec:
    wanted = call.query.get("module")
    if wanted is None:
        raise ApiError(400, "REQUIRED_PARAM_MISSING", "one of the expected parameter is missing", {"param": "module"})
    spec = state.served(wanted)
    if spec is None:
        raise ApiError(400, "INVALID_MODULE", "the module name given seems to be invalid")
    return spec


def _zone_name(offset: str) -> str:
    """A fixed zone of that offset; the sign of these names is the other way round."""
    hours = int(offset[1:3])
    return f"Etc/GMT{'-' if offset[0] == '+' else '+'}{hours}"
