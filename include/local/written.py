"""What was written to Recruit: the sandbox's own account beside the push ledger, and beside what people answered.

Three sides that share nothing: `/_sandbox/written` tells each record that calls wrote, the views of the warehouse tell
what the product says that it sent, and `mailing` knows who answered how. A second push must write nothing at all.
"""

from collections.abc import Callable
from typing import Any

import httpx
import psycopg

from include.local.errors import LocalError
from include.local.mailing import LETTER, NAMES, NEWS, STATUS, WEBINAR, Mail
from include.local.organisation import key
from include.local.past import EARLIER, Past
from include.local.say import console, line
from include.local.services import Services

MODULES = ("Candidates", "Contacts", "Clients", "Campaigns", "Alumni")
STATUS_FIELDS = {("Candidates", "Last_Campaign_Status"): NEWS, ("Alumni", "Letter_Status"): LETTER}
LEDGER = """
SELECT module, outcome = 'inserted', record_id
FROM sync.push_history
WHERE outcome IN ('inserted', 'updated')
UNION ALL
SELECT module, false, record_id FROM sync.status_history WHERE outcome = 'sent'
UNION ALL
SELECT module, true, record_id FROM sync.outbox WHERE kind = 'campaign' AND state = 'answered'
"""


def compare(services: Services, mail: Mail, past: Past) -> bool:
    """Print a line for each matter; True when all sides agree."""
    sandbox = services.addresses.sandbox
    written = {module: _control(sandbox, f"written/{module}")["records"] for module in MODULES}
    line()
    return all(
        [
            _told("people were made in Candidates: the readers",
                  _made(written["Candidates"]), set(past.addresses("reader"))),
            _told("people were made in Contacts: guests who answered and told their company",
                  _made(written["Contacts"]), _guests(mail, past)),
            _told("companies were made in Clients, each once",
                  {_squeezed(each) for each in _values(written["Clients"], "Client_Name")}, _companies(mail, past)),
            _told("campaigns were made in Recruit, each once", _values(written["Campaigns"], "Campaign_Name"),
                  {key(NAMES[each]) for each in (NEWS, WEBINAR)} | {key(EARLIER)}),
            *_statuses(written, mail, past),
            *_beside_the_ledger(services.addresses.warehouse_url, written),
        ]
    )  # fmt: skip


def nothing_more(services: Services, push: Callable[[], None]) -> bool:
    """Push once more; True if the sandbox met no call that writes."""
    sandbox = services.addresses.sandbox
    before = max((call["n"] for call in _control(sandbox, "calls")), default=0)
    push()
    writes = [
        f"{call['method']} {call['path']}"
        for call in _control(sandbox, f"calls?since={before}")
        if call["method"] in ("POST", "PUT", "DELETE") and call["path"].startswith("/recruit/v2/")
    ]
    return _told("calls of a second push wrote anything", set(writes), set())


def _statuses(written: dict[str, list[dict[str, Any]]], mail: Mail, past: Past) -> list[bool]:
    """Whether each status field shows what the person answered last; readers had an earlier campaign."""
    agreed = []
    for (module, field), campaign in STATUS_FIELDS.items():
        wanted = {f"{key(address)} {STATUS[role]}" for address, role in mail.roles.get(campaign, {}).items()}
        if module == "Candidates":
            earlier = set(past.addresses("reader")) - mail.roles[campaign].keys()
            wanted |= {f"{key(address)} opened" for address in earlier}
        records = [each["record"] for each in written[module] if (each["record"] or {}).get(field)]
        shown = {f"{key(record['Email'])} {key(record[field])}" for record in records}
        agreed.append(_told(f"member statuses are shown in {module}.{field}, as people answered", shown, wanted))
    return agreed


def _guests(mail: Mail, past: Past) -> set[str]:
    answered = set(mail.who(WEBINAR, "clicks", "opens"))
    return {address for address, _, _, company in past.strangers["guest"] if company and address in answered}


def _companies(mail: Mail, past: Past) -> set[str]:
    pushed = _guests(mail, past)
    return {_squeezed(company or "") for address, _, _, company in past.strangers["guest"] if address in pushed}


def _beside_the_ledger(warehouse_url: str, written: dict[str, list[dict[str, Any]]]) -> list[bool]:
    """Whether the records of each module are those that the ledger says were made and updated."""
    with psycopg.connect(warehouse_url.replace("+psycopg", "", 1)) as connection:
        rows = connection.execute(LEDGER).fetchall()
    agreed = []
    for module in ("Candidates", "Contacts", "Campaigns", "Alumni"):
        made = {each["id"] for each in written[module] if each["added"]}
        agreed.append(_told(f"records of {module} are made, as the push ledger says", made,
                            {row[2] for row in rows if row[0] == module and row[1]}))  # fmt: skip
        touched = {each["id"] for each in written[module]}
        agreed.append(_told(f"records of {module} are written, as the push ledger says", touched,
                            {row[2] for row in rows if row[0] == module}))  # fmt: skip
    return agreed


def _made(records: list[dict[str, Any]]) -> set[str]:
    return _values([each for each in records if each["added"]], "Email")


def _values(records: list[dict[str, Any]], name: str) -> set[str]:
    """Values as they are now; None of a record that is gone, so that two sides differ."""
    return {key((each["record"] or {}).get(name)) for each in records}


def _squeezed(name: str) -> str:
    return " ".join(name.split()).casefold()


def _told(what: str, found: set[str], wanted: set[str]) -> bool:
    agreed = found == wanted
    sign = "[green]✓[/]" if agreed else "[red]✗[/]"
    console.print(f"  {sign} {len(found):,} {what}" + ("" if agreed else f" – expected {len(wanted):,}"))
    return agreed


def _control(sandbox_url: str, route: str) -> Any:
    answer = httpx.get(f"{sandbox_url}/_sandbox/{route}", timeout=60, trust_env=False)
    if answer.is_error:
        raise LocalError(f"The sandbox refused {route[:80]}: HTTP {answer.status_code}, {answer.text[:300]}")
    return answer.json()
