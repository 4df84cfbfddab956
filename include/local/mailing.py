"""The mail of the demo: two campaigns go out, people answer, Recruit hears of it, and is asked what it heard.

The mailer's files are written here and come in by `contact-sync import-events`, answers before the campaigns that they
belong to; then again, which changes nothing. The sync of the list and the DAG for lists that no sync feeds push, twice:
the second time nothing may be written. What the sandbox says that was written to it is compared with the push ledger
and with what people answered here, which this module knows without the product.
"""

import csv
import json
import subprocess
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from include.local.errors import LocalError
from include.local.fetching import Fetching
from include.local.organisation import Organisation, key
from include.local.past import LISTS, Past
from include.local.say import line, phase
from include.local.services import CONTACT_SYNC, Services
from include.local.sync_files import Sync

SYNC_ID = "candidates_daily"
PUSHES = "push_recruit_demo"
NEWS, WEBINAR, LETTER = "demo-winter", "demo-webinar", "demo-letter"
NAMES = {NEWS: "Winter news", WEBINAR: "Salaries next year: a webinar", LETTER: "Welcome, alumni"}
KINDS = {LETTER: "autoresponder"}
ANSWERS: dict[str, tuple[str, ...]] = {
    "clicks": ("delivered", "opened", "clicked"),
    "opens": ("delivered", "opened"),
    "ignores": ("delivered",),
    "unsubscribes": ("delivered", "opened", "unsubscribed"),
    "complains": ("delivered", "complaint"),
    "bounces": ("bounced",),
}
"""What each role answers; the last answer is the status that stands for the person, or what is left of it."""
STATUS = {
    "clicks": "clicked",
    "opens": "opened",
    "ignores": "unopened",
    "unsubscribes": "unsubscribed",
    "complains": "complaint",
    "bounces": "bounced",
}
IMPORTED = ("clicks", "clicks", "opens", "opens", "opens", "ignores", "ignores", "unsubscribes", "complains", "bounces")
READERS = ("clicks", "clicks", "opens", "opens", "ignores")
GUESTS = ("clicks", *("opens",) * 6, "ignores")
ALUMNI = ("opens", "ignores", "clicks")
ALUMNI_SYNC = "alumni_monthly"
STORY = f"""
The mail goes out, and the mailer's files come in (contact-sync import-events):
  Winter news  to {len(IMPORTED)} people whom a sync brought and {len(READERS)} readers; some open, some click,
               one unsubscribes, one complains, one bounces
  a webinar    to {len(GUESTS)} guests in a list that no sync feeds; two of them have not told their company
  a welcome    to {len(ALUMNI)} alumni, by an autoresponder
Recruit gets leads, campaigns and member statuses (accounts.recruit_demo of organisation.yaml):"""


@dataclass
class Mail:
    """Who was sent what, and answered how: campaign → address → role.

    record_ids: of those whom a sync brought, by module and address.
    """

    roles: dict[str, dict[str, str]] = field(default_factory=dict)
    record_ids: dict[tuple[str, str], str] = field(default_factory=dict)

    def add(self, campaign: str, sync: Sync, people: list[tuple[str, str, str]]) -> None:
        """People whom the sync brought are recipients."""
        self.roles.setdefault(campaign, {}).update({address: role for address, _, role in people})
        self.record_ids |= {(sync.module, address): record_id for address, record_id, _ in people}

    def who(self, campaign: str, *roles: str) -> list[str]:
        """The addresses of everybody who answered so."""
        return [address for address, role in self.roles[campaign].items() if role in roles]


def play(fetching: Fetching, sync: Sync, alumni: Sync | None, past: Past) -> Mail:
    """Import and push; who answered how."""
    line(STORY)
    services, organisation = fetching.services, fetching.organisation
    mail = choose(organisation, sync, past)
    if alumni:
        mail.add(LETTER, alumni, _brought(organisation, alumni, ALUMNI))
    with phase("The mailer's files are read", "Campaigns, sends and responses are in the warehouse"):
        lists = {NEWS: sync.list_name, WEBINAR: LISTS["guest"], **({LETTER: alumni.list_name} if alumni else {})}
        files = write(services.state.folder, mail, lists)
        _import(services, files[1:])
        told = _import(services, files[:1])
        if not told["settled"]:
            raise LocalError("The answers that came before their campaigns still wait for them.")
        again = _import(services, files)
        if any(of["new"] for of in again["kinds"].values()):
            raise LocalError(f"The same files once more were not known already: {again['kinds']}")
    tell(organisation, mail, sync.list_name)
    fetching.again(sync, "again, and the push of who answered")
    if alumni:
        fetching.again(alumni, "again, and the statuses of alumni")
    with phase(f"{PUSHES} is at work", f"{PUSHES} → Contacts, for a list that no sync feeds"):
        fetching.act(PUSHES, {})
    return mail


def choose(organisation: Organisation, sync: Sync, past: Past) -> Mail:
    """Readers and guests of the past, and of those whom the sync brought some who may be mailed."""
    readers, guests = past.addresses("reader"), past.addresses("guest")
    mail = Mail({NEWS: {}, WEBINAR: dict(zip(guests, GUESTS, strict=True))})
    mail.add(NEWS, sync, _brought(organisation, sync, IMPORTED))
    mail.roles[NEWS] |= dict(zip(readers, READERS, strict=False))
    return mail


def _brought(organisation: Organisation, sync: Sync, roles: tuple[str, ...]) -> list[tuple[str, str, str]]:
    """Address, record id and role of people whom a sync brought, each from one record, and who may be mailed."""
    barred = {*organisation.bounced, *organisation.suppressed, *organisation.unsubscribed.get(sync.list_name, ())}
    members = organisation.members(sync.list_name) - barred
    taken = sorted((int(each), key(address)) for each, address in organisation.supplies[sync.sync_id].records.items())
    addresses = Counter(address for _, address in taken)
    fit = [(address, str(each)) for each, address in taken if address in members and addresses[address] == 1]
    if len(fit) < len(roles):
        raise LocalError(f"The mail needs {len(roles)} people whom {sync.sync_id} brought, there are {len(fit)}.")
    return [(address, record_id, role) for (address, record_id), role in zip(fit, roles, strict=False)]


def write(folder: Path, mail: Mail, lists: Mapping[str, str]) -> list[Path]:
    """The mailer's three files: campaigns, sends, responses. Yesterday's mail, by this machine's clock."""
    sent = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
    campaigns, sends, responses = (folder / name for name in ("campaigns.csv", "sends.csv", "responses.jsonl"))
    for path in (campaigns, sends, responses):
        path.touch(mode=0o600)
    _csv(campaigns, ("campaign_id", "name", "kind", "lists", "subject", "sender_name", "started_at", "completed_at"), (
        (each, NAMES[each], KINDS.get(each, "email_campaign"), of, NAMES[each], "Zylker", *[sent.isoformat()] * 2)
        for each, of in lists.items()
    ))  # fmt: skip
    _csv(sends, ("campaign_id", "email", "sent_at"), (
        (each, address, sent.isoformat()) for each, roles in mail.roles.items() for address in roles
    ))  # fmt: skip
    rows = (
        {"campaign_id": each, "email": address, "response": answer, "happened_at": _later(sent, minutes)}
        | ({"bounce": "hard"} if answer == "bounced" else {})
        for each, roles in mail.roles.items()
        for address, role in roles.items()
        for minutes, answer in enumerate(ANSWERS[role], start=1)
    )
    responses.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return [campaigns, sends, responses]


def tell(organisation: Organisation, mail: Mail, list_name: str) -> None:
    """Tell the independent count who left by answering, and whom the next push takes: readers, no one imported."""
    organisation.unsubscribed.setdefault(list_name, set()).update(map(key, mail.who(NEWS, "unsubscribes")))
    organisation.suppressed |= {key(each): "complaint" for each in mail.who(NEWS, "complains")}
    organisation.bounced |= {key(each): "hard" for each in mail.who(NEWS, "bounces")}
    answered = mail.who(NEWS, "clicks", "opens", "unsubscribes", "complains")
    organisation.openers[list_name] = sum(("Candidates", each) not in mail.record_ids for each in answered)


def _import(services: Services, files: Iterable[Path]) -> dict[str, Any]:
    command = [*CONTACT_SYNC, "import-events", *map(str, files), "--output", "json"]
    done = subprocess.run(command, env=services.env, capture_output=True, text=True, check=False)
    if done.returncode:
        said = f"{done.stdout}{done.stderr}"
        raise LocalError(f"contact-sync import-events ended with exit code {done.returncode}:\n{said}")
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _csv(path: Path, columns: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)


def _later(moment: datetime, minutes: int) -> str:
    return (moment + timedelta(minutes=10 * minutes)).isoformat()
