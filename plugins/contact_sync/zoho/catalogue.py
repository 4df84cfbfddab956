"""What kind of call a path of the Recruit API is, what it costs and which OAuth scope it needs.

Costs are per call. Known from Recruit's limits page: get records 3 (by custom view too), deleted list 2, modules 1,
fields 1, users 1; a call that its list does not name costs 1. We know a part of that list only, so the others are
assumed: custom views 1, org 1, upsert 1, the state of a bulk job 1; and with the dearest known price search, making a
bulk job, fetching its result and any other call, so that a budget is never under-counted. Scopes: the developer guide,
per endpoint page. Its pages contradict each other about search (an older copy names ZohoSearch.securesearch.READ) and
about custom modules (`custom` or `custommodule`); neither is confirmed.
"""

from collections.abc import Mapping

RECRUIT = "/recruit/v2"
BULK = "/recruit/bulk/v2"

COSTS: Mapping[str, int] = {
    "records": 3,
    "deleted": 2,
    "modules": 1,
    "fields": 1,
    "custom_views": 1,
    "org": 1,
    "users": 1,
    "upsert": 1,
    "search": 3,
    "bulk_create": 3,
    "bulk_status": 1,
    "bulk_download": 3,
}
DEAREST = 3

_SCOPES: Mapping[str, str] = {
    "modules": "ZohoRecruit.settings.modules.READ",
    "fields": "ZohoRecruit.settings.fields.READ",
    "custom_views": "ZohoRecruit.settings.custom_views.READ",
    "related_lists": "ZohoRecruit.settings.related_lists.READ",
    "layouts": "ZohoRecruit.settings.layouts.READ",
    "settings": "ZohoRecruit.settings.ALL",
    "org": "ZohoRecruit.org.ALL",
    "users": "ZohoRecruit.users.READ",
}
# Scope words are singular where API names are plural, and spelt in their own way.
_MODULE_WORDS: Mapping[str, str] = {
    "candidates": "candidate",
    "contacts": "contact",
    "clients": "client",
    "job_openings": "jobopening",
    "jobopenings": "jobopening",
    "interviews": "interview",
    "departments": "department",
    "tasks": "task",
    "events": "event",
    "vendors": "vendor",
    "campaigns": "campaign",
    "referrals": "referral",
    "applications": "application",
}


def kind_of(method: str, path: str) -> str:
    """records, deleted, search, modules, fields, custom_views, settings, org, users, upsert, bulk_create, bulk_status,
    bulk_download or other. `path` without query.
    """
    if path.startswith(f"{BULK}/read"):
        return _bulk_kind(method, path)
    parts = path.removeprefix(RECRUIT).strip("/").split("/")
    if not path.startswith(f"{RECRUIT}/"):
        return "other"
    if parts[0] in ("org", "users"):
        return parts[0]
    if parts[0] == "settings":
        return parts[1] if len(parts) > 1 and parts[1] in COSTS else "settings"
    if len(parts) > 1 and parts[1] == "deleted" and method == "GET":
        return "deleted"
    if len(parts) > 1 and parts[1] == "search":
        return "search"
    if len(parts) > 1 and parts[1] == "upsert":
        return "upsert"
    return "records" if method == "GET" and len(parts) <= 2 else "other"


def _bulk_kind(method: str, path: str) -> str:
    if method != "GET":
        return "bulk_create"
    return "bulk_download" if path.endswith("/result") else "bulk_status"


def cost_of(method: str, path: str, costs: Mapping[str, int] = COSTS) -> int:
    """API credits of one call."""
    return costs.get(kind_of(method, path), DEAREST)


def scopes_for(method: str, path: str) -> tuple[str, ...]:
    """The narrowest scopes that allow the call, as they are written in a grant request; it needs each (ACC-7)."""
    kind = kind_of(method, path)
    if kind in _SCOPES:
        return (_SCOPES[_settings_of(path) or kind],)
    if path.startswith(f"{BULK}/"):  # the module stands in the body of the job, so no path tells which
        return ("ZohoRecruit.bulk.READ", "ZohoRecruit.modules.ALL")
    if not path.startswith(f"{RECRUIT}/"):
        return ("ZohoRecruit.modules.ALL",)
    parts = path.removeprefix(RECRUIT).strip("/").split("/")
    right = "READ" if method == "GET" else "ALL"
    modules = (_of_module(parts[0], right),)
    if parts[1:] == ["search"]:
        return ("ZohoRecruit.search.READ", *modules)
    return (*modules, _of_module(parts[2], right)) if len(parts) > 2 else modules  # a related list of a record


def _settings_of(path: str) -> str | None:
    """The word after `settings` of a path if it has a scope of its own."""
    parts = path.removeprefix(RECRUIT).strip("/").split("/")
    return parts[1] if parts[0] == "settings" and len(parts) > 1 and parts[1] in _SCOPES else None


def _of_module(module: str, right: str) -> str:
    return f"ZohoRecruit.modules.{_MODULE_WORDS.get(module.lower(), 'custom')}.{right}"
