"""The Recruit API v2 as this package uses it: metadata, listings, deleted records, upsert, and the way to bulk read.

Converted and not yet approved records are always asked for, because the API hides them by default (SRC-8).
Knows nothing of syncs: it is given modules, fields, views and instants. Refuses naive times and more than 100
records a write.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from contact_sync.errors import ConfigError, ContractBroken
from contact_sync.redact import redact
from contact_sync.zoho import metadata
from contact_sync.zoho.bulk import BulkReader
from contact_sync.zoho.catalogue import RECRUIT
from contact_sync.zoho.failures import CeilingReached, EffectUnknown, ModuleUnknown
from contact_sync.zoho.paging import PER_PAGE, Listing
from contact_sync.zoho.transport import Transport

MOST_RECORDS_A_WRITE = 100
MOST_CONDITIONS = 10
"""Conditions that one search takes (developer guide, search records)."""

# The change time is a property of the module (SRC-11): samples of the developer guide show `Updated_On` in Candidates.
CHANGE_FIELDS: Mapping[str, str] = {"Candidates": "Updated_On"}
USUAL_CHANGE_FIELD = "Modified_Time"


@dataclass(frozen=True, slots=True)
class UpsertAnswer:
    """What became of one record. status: success or error. action: insert or update. field: the refused one."""

    status: str
    code: str
    record_id: str | None
    action: str | None
    message: str
    field: str | None


class RecruitClient:
    """Recruit of one account. Metadata is asked for once per client and kept."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._modules: list[dict[str, Any]] | None = None
        self._fields: dict[str, list[dict[str, Any]]] = {}

    @property
    def clock(self) -> datetime | None:
        """Recruit's clock at the first answer to this client (UTC); None before it."""
        return self._transport.first_served_at

    def organisation(self) -> dict[str, Any]:
        """The organisation: company_name, zgid, type (edition family), license_details, time_zone, primary_email."""
        rows = self._list("/org", "org")
        if not rows:
            raise ContractBroken(f"Zoho Recruit, GET {RECRUIT}/org: the answer names no organisation.")
        return rows[0]

    def modules(self) -> list[dict[str, Any]]:
        """The modules on offer: api_name, plural_label, api_supported and more."""
        if self._modules is None:
            self._modules = self._list("/settings/modules", "modules")
        return self._modules

    def fields(self, module: str) -> list[dict[str, Any]]:
        """The fields of a module: api_name, field_label, data_type, custom_field and more; empty if it has none.

        Raises ConfigError naming edition, modules on offer and close match if the account lacks the module (ACC-5).
        """
        if module not in self._fields:
            try:
                self._fields[module] = self._list("/settings/fields", "fields", {"module": module})
            except ModuleUnknown:
                raise self._not_offered(module) from None
        return self._fields[module]

    def custom_views(self, module: str) -> list[dict[str, Any]]:
        """The custom views of a module: id, name, display_value, system_name, criteria and more."""
        try:
            return self._list("/settings/custom_views", "custom_views", {"module": module})
        except ModuleUnknown:
            raise self._not_offered(module) from None

    def find_view(self, module: str, name_or_id: str) -> dict[str, Any]:
        """The view of that id or name (SRC-3). Raises ConfigError if there is none or more than one."""
        return metadata.pick_view(self.custom_views(module), module, name_or_id)

    def change_field(self, module: str) -> str:
        """The field that holds the change time of a record, confirmed from the module's own metadata (SRC-11)."""
        return metadata.confirmed_change_field(
            self.fields(module), module, CHANGE_FIELDS.get(module, USUAL_CHANGE_FIELD)
        )

    def records(
        self, module: str, *, fields: Sequence[str], view_id: str | None = None, modified_since: datetime | None = None
    ) -> Listing:
        """Records with these fields, of one custom view or all, changed at or after an instant or ever.

        Each row also has its id. Fields that the module lacks are left out by the API without a word.
        """
        params = {"fields": ",".join(dict.fromkeys(fields)), "converted": "both", "approved": "both", "cvid": view_id}
        return Listing(self._transport, f"{RECRUIT}/{module}", params, _since(modified_since))

    def hidden(
        self, module: str, *, fields: Sequence[str], view_id: str | None = None, modified_since: datetime | None = None
    ) -> tuple[Listing, Listing]:
        """The records of `records` that the API shows only to who asks: converted, and others waiting for approval.

        No record is in both. Each row has $converted and $approved.
        """
        params = {"fields": ",".join(dict.fromkeys((*fields, "$converted", "$approved"))), "cvid": view_id}
        path, since = f"{RECRUIT}/{module}", _since(modified_since)
        converted = Listing(self._transport, path, {**params, "converted": "true", "approved": "both"}, since)
        waiting = Listing(self._transport, path, {**params, "converted": "false", "approved": "false"}, since)
        return converted, waiting

    def exceeds(self, module: str, records: int, *, view_id: str | None = None) -> bool:
        """Whether a listing of the module, of one custom view or all, holds more records than that: one call.

        True also where the API lists no further than that, so that nobody knows (SRC-12).
        """
        page, before = divmod(records, PER_PAGE)
        params = {"fields": "id", "converted": "both", "approved": "both", "cvid": view_id}
        try:
            body = self._transport.call(
                "GET", f"{RECRUIT}/{module}", {**params, "page": page + 1, "per_page": PER_PAGE}
            ).body
        except CeilingReached:  # the listing does not go that far: whether there are more it cannot tell
            return True
        return len((body or {}).get("data") or []) > before

    @property
    def bulk(self) -> BulkReader:
        """Bulk read of the account."""
        return BulkReader(self._transport)

    def search(self, module: str, criteria: str, *, fields: Sequence[str]) -> Listing:
        """Records that a search finds, with these fields; its criteria are written as core/criteria/send.py does.

        The index lags behind by seconds to minutes, and an operator may be looser than its name: whoever asks judges
        the rows. Raises CeilingReached where it would end at 2,000 records, beyond which no search goes.
        """
        params = {"criteria": criteria, "fields": ",".join(dict.fromkeys(fields)), "converted": "both"}
        return Listing(self._transport, f"{RECRUIT}/{module}/search", {**params, "approved": "both"})

    def record(self, module: str, record_id: str) -> dict[str, Any] | None:
        """One record by its id with all its fields, whatever its flags; None if the source no longer has it."""
        body = self._transport.call("GET", f"{RECRUIT}/{module}/{record_id}").body
        rows = (body or {}).get("data") or []
        if not all(isinstance(row, dict) for row in rows):
            raise ContractBroken(f"Zoho Recruit, GET {RECRUIT}/{module}/…: `data` is no list of objects.")
        return dict(rows[0]) if rows else None

    def deleted(self, module: str, since: datetime | None) -> Listing:
        """Records deleted at or after an instant, in the recycle bin or for good: id, type, deleted_time, ..."""
        return Listing(self._transport, f"{RECRUIT}/{module}/deleted", {"type": "all"}, _since(since))

    def upsert(
        self,
        module: str,
        records: Sequence[Mapping[str, Any]],
        duplicate_check_fields: Sequence[str],
        *,
        trigger: Sequence[str] | None = None,
    ) -> list[UpsertAnswer]:
        """Insert or update up to 100 records; one answer for each, in their order.

        duplicate_check_fields: the key, such as ["Email"]; none: the module's own. A record with an `id` is updated.
        trigger: which automations run; None: all, []: none. Never sent twice when its effect is unknown: raises
        EffectUnknown (an Unavailable) instead; WriteRefused if nothing of it took effect.
        """
        body: dict[str, Any] = {}
        if duplicate_check_fields:
            body["duplicate_check_fields"] = list(duplicate_check_fields)
        if trigger is not None:
            body["trigger"] = list(trigger)
        try:
            return self._written("POST", f"{RECRUIT}/{module}/upsert", records, body)
        except ModuleUnknown:
            raise self._not_offered(module) from None

    def update(self, module: str, records: Sequence[Mapping[str, Any]]) -> list[UpsertAnswer]:
        """Change up to 100 records, each with its `id`; answers and errors as those of `upsert`.

        The same update sent twice leaves what one leaves, so whoever is in doubt may send it again.
        """
        try:
            return self._written("PUT", f"{RECRUIT}/{module}", records, {})
        except ModuleUnknown:
            raise self._not_offered(module) from None

    def update_members(self, campaign_id: str, module: str, statuses: Mapping[str, str]) -> list[UpsertAnswer]:
        """Give up to 100 records their member status in a campaign, by record id; answers in that order.

        Unconfirmed: Recruit's own page of this call is an unedited one of the sibling CRM (developer guide, update
        related records). Where Recruit has no such call it raises ConfigError.
        """
        members = [{"id": record_id, "Member_Status": status} for record_id, status in statuses.items()]
        return self._written("PUT", f"{RECRUIT}/Campaigns/{campaign_id}/{module}", members, {})

    def _written(
        self, method: str, path: str, records: Sequence[Mapping[str, Any]], more: Mapping[str, Any]
    ) -> list[UpsertAnswer]:
        if len(records) > MOST_RECORDS_A_WRITE:
            raise ValueError(f"at most {MOST_RECORDS_A_WRITE} records a call, not {len(records)}")
        if not records:
            return []
        answer = self._transport.call(method, path, json={"data": list(records), **more})
        items = [item for item in (answer.body or {}).get("data") or [] if isinstance(item, dict)]
        if len(items) != len(records):
            raise EffectUnknown(
                f"Zoho Recruit, {method} {path}: {len(records)} records were sent and the answer does not hold as many"
                " results, so none can be paired: look the records up by key before sending them again."
            )
        return [_upsert_answer(item) for item in items]

    def _list(self, path: str, key: str, params: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
        """The whole list under `key`, over as many pages as it says there are; empty for 204."""
        found: list[dict[str, Any]] = []
        for page in range(1, 101):
            asked: dict[str, str | int | None] = {**(params or {}), **({"page": page} if page > 1 else {})}
            body = self._transport.call("GET", RECRUIT + path, asked).body or {}
            rows = body.get(key, [])
            if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
                raise ContractBroken(f"Zoho Recruit, GET {RECRUIT}{path}: `{key}` is no list of objects.")
            found += rows
            info = body.get("info")
            if not rows or not isinstance(info, dict) or info.get("more_records") is not True:
                return found
        raise ContractBroken(f"Zoho Recruit, GET {RECRUIT}{path}: the list does not end after 100 pages.")

    def _not_offered(self, module: str) -> ConfigError:
        return metadata.module_not_offered(module, self.modules(), self.organisation())


def _since(instant: datetime | None) -> dict[str, str]:
    """The header that asks for changes at or after an instant. Whole seconds, rounded down: none is missed."""
    if instant is None:
        return {}
    if instant.tzinfo is None:
        raise ValueError("a time without a zone cannot be sent to Zoho")
    return {"If-Modified-Since": instant.astimezone(UTC).isoformat(timespec="seconds")}


def _upsert_answer(item: Mapping[str, Any]) -> UpsertAnswer:
    details = item.get("details")
    details = details if isinstance(details, dict) else {}
    record_id, field = details.get("id"), details.get("api_name")
    action = item.get("action")
    return UpsertAnswer(
        status=str(item.get("status", "error")),
        code=str(item.get("code", "UNKNOWN")),
        record_id=None if record_id is None else str(record_id),
        action=None if action is None else str(action),
        message=redact(item.get("message") or ""),
        field=None if field is None else str(field),
    )
