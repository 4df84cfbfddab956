"""Everything that can be set about a sandbox, with what is allowed for each.

``DATA`` settings decide the records and change only with a reset; the others are switches of the running service.
Unknown names and wrong values are refused with the close match. Switches whose true value is not confirmed for Recruit
(``system_fields``, ``upsert_of_several``, ``campaign_members`` and such) are settings so that a client can be tried
against both. How a value is read is in ``readers.py``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any

from include.sandbox import readers
from include.sandbox.catalogue import SERVED
from include.sandbox.credits import COSTS
from include.sandbox.errors import SandboxError, close_match

# Families of calls that a token may lack, and of the record modules single ones.
SCOPES = (
    "modules",
    "settings",
    "org",
    "search",
    "bulk",
    "modules.candidate",
    "modules.contact",
    "modules.client",
    "modules.jobopening",
    "modules.application",
    "modules.custom",
    "modules.campaign",
    "modules.write",
)
BULK_OUTCOMES = ("completed", "failure", "stuck")
MOST_RECORDS = 5_000_000
EVERY_MODULE = "*"

# Names of settings that say how many records a module holds, and the module.
SIZES = {
    "candidates": "Candidates",
    "contacts": "Contacts",
    "clients": "Clients",
    "job_openings": "Job_Openings",
    "applications": "Applications",
    "alumni": "Alumni",
    "speakers": "Speakers",
    "venues": "Venues",
    "campaigns": "Campaigns",
}
DATA = (*SIZES, "seed", "anchor")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One sandbox. ``anchor`` (UTC) is the instant that all planted change times precede; None means start-up, cut to
    the hour.
    """

    candidates: int = 5200
    contacts: int = 1200
    clients: int = 150
    job_openings: int = 240
    applications: int = 2400
    alumni: int = 600
    speakers: int = 40
    venues: int = 20
    campaigns: int = 12
    seed: int = 7
    anchor: datetime | None = None
    client_id: str = "sandbox-client"
    client_secret: str = "sandbox-secret-0000"  # noqa: S105 - a made-up secret of a made-up client
    refresh_token: str = "sandbox-refresh-0000"  # noqa: S105
    max_tokens: int = 10
    token_seconds: int = 3600
    missing_scopes: tuple[str, ...] = ()
    utc_offset: str = "+02:00"
    company: str = "Zylker Talent"
    edition: str = "Staffing agency"
    plan: str = "Enterprise"
    users: int = 3
    license_shape: str = "plan_type"
    modules: tuple[str, ...] = ("Candidates",)
    hidden_modules: tuple[str, ...] = ()
    denied_modules: tuple[str, ...] = ()
    denied_writes: tuple[str, ...] = ()
    layout_mandatory: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unique_fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    upsert_field: Mapping[str, str | None] = field(default_factory=dict)
    upsert_of_several: str = "first"
    upsert_lag_seconds: int = 0
    duplicate_told: str = "field"
    bad_item: str = "answered"
    campaign_insert: str = "refused"
    campaign_members: str = "unknown"
    member_statuses: tuple[str, ...] | None = None
    page_ceiling: int | None = None
    system_fields: str = "asked"
    all_failed_status: int = 200
    credits_limit: int | str | None = None
    credit_costs: Mapping[str, int] = field(default_factory=dict)
    tell_retry_after: bool = False
    search_loose_equals: bool = False
    search_case_sensitive: bool = False
    search_lag_seconds: int = 0
    search_lag_hides: str = "changed"
    search_ceiling: int | None = 2000
    search_by_email: str = "works"
    bulk_seconds: int = 1
    bulk_outcome: str = "completed"
    bulk_page_rows: int = 200_000
    bulk_hidden_records: str = "included"
    bulk_system_fields: str = "absent"
    bulk_result_seconds: int = 86_400

    def changed(self, values: Mapping[str, Any], *, data: bool) -> "Settings":
        """These settings with some of them replaced; ``data`` says whether those that decide the records may change."""
        names = [each.name for each in fields(self) if data or each.name not in DATA]
        for name in values:
            if name in DATA and not data:
                raise SandboxError(f"Setting '{name}' decides the records: send it to POST /_sandbox/reset.")
            if name not in names:
                raise SandboxError(f"Setting '{name}' is unknown.{close_match(name, names)}")
        return replace(self, **{name: _checked(name, value) for name, value in values.items()})

    @property
    def sizes(self) -> dict[str, int]:
        """How many records are made of each module."""
        return {module: getattr(self, name) for name, module in SIZES.items()}


def _checked(name: str, value: Any) -> Any:
    read, allowed = _READERS.get(name, (readers.text, "a text that is not empty"))
    result = read(value)
    if result is readers.WRONG:
        raise SandboxError(f"Setting '{name}' cannot be {value!r}: allowed is {allowed}.")
    return result


_records = readers.whole(0, MOST_RECORDS)
_names = (readers.names(), "a list of module API names")
_seconds = (readers.whole(0, 10**9), "a whole number of seconds from 0")
_switch = (readers.switch, "true or false")


def _choice(*allowed: Any) -> tuple[Callable[[Any], Any], str]:
    return readers.one_of(*allowed), f"one of {', '.join(map(str, allowed))}"


_fields_of = {name: spec.names for name, spec in SERVED.items()}
_fields_by_module = (
    readers.by_module(_fields_of, several=True),
    'lists of fields by module, like {"Contacts": ["Email"]}, all by the names they were made with',
)
_READERS: dict[str, tuple[Callable[[Any], Any], str]] = {
    **dict.fromkeys(SIZES, (_records, f"a whole number from 0 to {MOST_RECORDS}")),
    "seed": (readers.whole(0, 2**32), "a whole number from 0"),
    "anchor": (readers.or_none(readers.instant), "a date-time with an offset, or null for start-up cut to the hour"),
    "max_tokens": (readers.whole(0, 1_000_000), "a whole number from 0"),
    "token_seconds": (readers.whole(1, 10**9), "a whole number of seconds from 1"),
    "missing_scopes": (readers.names(SCOPES), f"a list of {', '.join(SCOPES)}"),
    "utc_offset": (readers.offset, "an offset like +02:00"),
    "users": (readers.whole(1, 100_000), "a whole number from 1"),
    "license_shape": _choice("plan_type", "paid_type"),
    "modules": _names,
    "hidden_modules": _names,
    "denied_modules": _names,
    "denied_writes": (readers.names((*SERVED, EVERY_MODULE)), f"a list of {', '.join(SERVED)}, or * for all"),
    "layout_mandatory": _fields_by_module,
    "unique_fields": _fields_by_module,
    "upsert_field": (
        readers.by_module(_fields_of, several=False),
        'a field, or null for none, by module, like {"Contacts": null}',
    ),
    "upsert_of_several": _choice("first", "latest", "refused"),
    "upsert_lag_seconds": _seconds,
    "duplicate_told": _choice("field", "id", "record"),
    "bad_item": _choice("answered", "refuses_batch"),
    "campaign_insert": _choice("refused", "accepted"),
    "campaign_members": _choice("unknown", "denied", "works"),
    "member_statuses": (readers.or_none(readers.names()), "a list of texts, or null for any text"),
    "page_ceiling": (readers.or_none(readers.whole(1, 10**9)), "a whole number of records from 1, or null for none"),
    "system_fields": _choice("asked", "always"),
    "all_failed_status": _choice(200, 202, 400),
    "credits_limit": (readers.limit, "a whole number from 0, plan, or null for none"),
    "credit_costs": (readers.costs(COSTS), f"an object of whole numbers for {', '.join(COSTS)}"),
    "tell_retry_after": _switch,
    "search_loose_equals": _switch,
    "search_case_sensitive": _switch,
    "search_lag_seconds": _seconds,
    "search_lag_hides": _choice("changed", "added"),
    "search_by_email": _choice("works", "finds_nothing"),
    "search_ceiling": (readers.or_none(readers.whole(1, 10**9)), "a whole number from 1, or null for none"),
    "bulk_seconds": _seconds,
    "bulk_outcome": _choice(*BULK_OUTCOMES),
    "bulk_page_rows": (readers.whole(1, 200_000), "a whole number from 1 to 200000"),
    "bulk_hidden_records": _choice("included", "left_out"),
    "bulk_system_fields": _choice("absent", "present"),
    "bulk_result_seconds": (readers.whole(1, 10**9), "a whole number of seconds from 1"),
}
