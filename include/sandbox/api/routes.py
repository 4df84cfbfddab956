"""The tables of routes: those of the imitated Zoho, in the order they are tried, and those of the control side.

A path that is fixed stands before one with a placeholder in the same place. What is served by a package of its own
(Creator) brings its table along and is added here, in one line each.
"""

from include.sandbox.api import (
    accounts,
    bulk,
    charging,
    control,
    control_records,
    control_writes,
    members,
    metadata,
    records,
    related,
    search,
    writes,
)
from include.sandbox.api.spec import Spec
from include.sandbox.creator import routes as creator

_R = "/recruit/v2"
_B = "/recruit/bulk/v2/read"
_ONE = f"{_R}/{{module}}/{{record_id:int}}"
_MODULE, _VIEWS = metadata.MODULE_PARAM, "custom_views"
ZOHO = (
    Spec("POST", "/oauth/v2/token", accounts.token, params=None),
    Spec("GET", f"{_R}/org", metadata.org, "org", kind="org"),
    Spec("GET", f"{_R}/settings/modules", metadata.modules, "settings", kind="modules"),
    Spec("GET", f"{_R}/settings/modules/{{name}}", metadata.modules, "settings", kind="modules"),
    Spec("GET", f"{_R}/settings/fields", metadata.fields, "settings", _MODULE, "fields"),
    Spec("GET", f"{_R}/settings/custom_views", metadata.custom_views, "settings", _MODULE, _VIEWS),
    Spec(
        "GET", f"{_R}/settings/custom_views/{{view_id:int}}", metadata.custom_views, "settings", _MODULE, "custom_views"
    ),
    Spec("POST", _B, bulk.create, "bulk", kind="bulk_create"),
    Spec("GET", f"{_B}/{{job_id:int}}", bulk.details, "bulk", kind="bulk_status"),
    Spec("GET", f"{_B}/{{job_id:int}}/result", bulk.result, "bulk", kind="bulk_result"),
    Spec("GET", f"{_R}/{{module}}/deleted", records.deleted, "modules", records.DELETED_PARAMS, "deleted"),
    Spec("GET", f"{_R}/{{module}}/search", search.search, "search", search.SEARCH_PARAMS, "search"),
    Spec("GET", f"{_ONE}/associate", related.associated, "modules", related.ASSOCIATE_PARAMS, "related"),
    Spec("GET", f"{_ONE}/{{related}}", related.related, "modules", related.RELATED_PARAMS, "related"),
    Spec("PUT", f"{_ONE}/{{related}}", members.update, "modules", kind="write"),
    Spec("PUT", f"{_ONE}/{{related}}/{{related_id:int}}", members.update, "modules", kind="write"),
    Spec("POST", f"{_R}/{{module}}/upsert", writes.upsert, "modules", kind="write"),
    Spec("GET", _ONE, records.single, "modules", frozenset(("fields",)), "single"),
    Spec("PUT", _ONE, writes.update, "modules", kind="write"),
    Spec("DELETE", _ONE, writes.delete, "modules", frozenset(("wf_trigger",)), "write"),
    Spec("GET", f"{_R}/{{module}}", records.listing, "modules", records.LIST_PARAMS, "records"),
    Spec("POST", f"{_R}/{{module}}", writes.insert, "modules", kind="write"),
    Spec("PUT", f"{_R}/{{module}}", writes.update, "modules", kind="write"),
    Spec("DELETE", f"{_R}/{{module}}", writes.delete, "modules", writes.DELETE_PARAMS, "write"),
    *creator.ZOHO,
)
CONTROL_PREFIX = _C = "/_sandbox"
CONTROL = (
    Spec("GET", f"{_C}/health", control.health),
    Spec("POST", f"{_C}/reset", control.reset),
    Spec("GET", f"{_C}/clock", control.read_clock),
    Spec("POST", f"{_C}/clock", control.set_clock),
    Spec("GET", f"{_C}/faults", control.read_faults),
    Spec("POST", f"{_C}/faults", control.add_faults),
    Spec("DELETE", f"{_C}/faults", control.clear_faults),
    Spec("GET", f"{_C}/holds", control.read_holds),
    Spec("DELETE", f"{_C}/holds", control.release),
    Spec("GET", f"{_C}/calls", control.read_calls, params=control.CALL_PARAMS),
    Spec("DELETE", f"{_C}/calls", control.clear_calls),
    Spec("GET", f"{_C}/settings", control.read_settings),
    Spec("POST", f"{_C}/settings", control.set_settings),
    Spec("POST", f"{_C}/token/expire", control.expire_tokens),
    Spec("GET", f"{_C}/credits", charging.read_credits),
    Spec("POST", f"{_C}/credits", charging.spend),
    Spec("GET", f"{_C}/schema/{{module}}", control.read_schema),
    Spec("POST", f"{_C}/schema/{{module}}", control.change_schema),
    Spec("GET", f"{_C}/kinds/{{module}}", control_records.kinds),
    Spec("GET", f"{_C}/records/{{module}}", control_records.records, params=control_records.IDS_PARAM),
    Spec("POST", f"{_C}/records/{{module}}", control_records.edit),
    Spec("POST", f"{_C}/records/{{module}}/add", control_records.add),
    Spec("POST", f"{_C}/records/{{module}}/delete", control_records.delete),
    Spec("POST", f"{_C}/records/{{module}}/restore", control_records.restore),
    Spec("POST", f"{_C}/records/{{module}}/convert", control_records.convert),
    Spec("GET", f"{_C}/item_faults", control_writes.read_item_faults),
    Spec("POST", f"{_C}/item_faults", control_writes.add_item_faults),
    Spec("DELETE", f"{_C}/item_faults", control_writes.clear_item_faults),
    Spec("GET", f"{_C}/written/{{module}}", control_writes.written),
    Spec("GET", f"{_C}/members", control_writes.members, params=control_writes.CAMPAIGN_PARAM),
    Spec("POST", f"{_C}/members", control_writes.add_members),
    *creator.CONTROL,
)
