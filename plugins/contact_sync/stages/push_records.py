"""What a pushed person looks like in Recruit: mapped fields, custom data and the member status (PUSH-1, 2, 5, 6).

Empty values are left out, so that they never overwrite. A status never goes back from clicked to opened: then it is
left out, too. What Recruit refused before is not sent again for the same response while nothing of it has changed.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any

from contact_sync.config.push import MANDATORY, CustomValue
from contact_sync.config.resolved_push import ResolvedSwitch
from contact_sync.warehouse.outbox import Lead
from contact_sync.warehouse.pushes import Person, Verdict

COMPANY = "Client_Name"
"""Of Contacts: the client, which is resolved by its name."""


def record_of(person: Person, switch: ResolvedSwitch) -> dict[str, Any]:
    """The Recruit record of a person: only fields with a value."""
    record = {target: person.fields.get(source) for source, target in switch.mapping.items()}
    record |= {target: _custom(person, switch, value) for target, value in switch.custom.items()}
    if switch.status_field:
        record[switch.status_field] = _status(person)
    return {target: value for target, value in record.items() if not _is_empty(value)}


def lacks(record: Mapping[str, Any], module: str) -> str | None:
    """The mandatory fields that a record lacks, with commas; None if it has them all (PUSH-2)."""
    return ", ".join(name for name in MANDATORY[module] if name not in record) or None


def sort_out(people: Sequence[Person], switch: ResolvedSwitch) -> tuple[list[Lead], list[Verdict]]:
    """Whom to send, and who cannot be sent for want of a mandatory field (PUSH-2)."""
    leads, lacking = [], []
    for person in people:
        record = record_of(person, switch)
        missing = lacks(record, switch.module)
        if missing:
            lacking.append(Verdict(person.contact_id, person.response_id, "not_pushed", "missing_mandatory", missing))
            continue
        lead = _lead(person, switch, record)
        if lead.digest != person.refused_hash:
            leads.append(lead)
    return leads, lacking


def shows(found: Mapping[str, Any], sent: Mapping[str, Any]) -> bool:
    """Whether a record of Recruit has the values that were sent; a field that it does not have tells nothing."""
    return all(_comparable(found[name]) == _comparable(value) for name, value in sent.items() if name in found)


def _lead(person: Person, switch: ResolvedSwitch, record: dict[str, Any]) -> Lead:
    written = json.dumps(record, sort_keys=True, ensure_ascii=False).encode()
    status = record.get(switch.status_target) if switch.status_target else None
    return Lead(
        contact_id=person.contact_id,
        response_id=person.response_id,
        record=record,
        key=str(record["Email"]),
        digest=hashlib.sha256(written).digest(),
        record_id=person.record_id,
        others=person.others,
        status=status,
        status_field=switch.status_target if status else None,
    )


def _status(person: Person) -> str | None:
    return None if person.status == "Opened" and person.was_clicked else person.status


def _custom(person: Person, switch: ResolvedSwitch, value: CustomValue) -> Any:
    if value.contact_field:
        return person.fields.get(value.contact_field)
    if value.response == "status":
        return _status(person)
    if value.response == "campaign":
        return person.campaign_name
    if value.response == "time":
        happened = person.happened_at
        return happened.astimezone(UTC).isoformat(timespec="seconds") if happened else None
    return value.constant


def _is_empty(value: Any) -> bool:
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


def _comparable(value: Any) -> Any:
    if isinstance(value, Mapping):
        return value.get("id")
    return " ".join(value.split()).casefold() if isinstance(value, str) else value
