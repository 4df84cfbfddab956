"""Day two of the demo: what happens to people after the first fetches, so that the history shows every outcome.

The alumni sync alone has its options on, so the day is about alumni. Some change at the source, through the sandbox's
control routes; one unsubscribes, as a mailing system would write it; the organisation acts by hand, through its own
commands and its DAG for acts. Then the sync runs again while the plan has little room left, and once more with room.
The organisation of the independent count is told the same. It is played once: a second start finds it done.
"""

import subprocess
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg

from include.local.errors import LocalError
from include.local.expected import count
from include.local.fetching import Fetching
from include.local.include_folder import IncludeFolder
from include.local.organisation import Organisation, key
from include.local.say import line, phase
from include.local.services import CONTACT_SYNC, Services
from include.local.sync_files import Sync
from include.local.witness import Record, read_records

SYNC_ID = "alumni_monthly"
ROLES = ("opts_out", "deleted", "moves", "unsubscribes", "taken_out", "leaves", "erased")
EDITED = ("unsubscribes", "taken_out", "leaves", "erased")
JOINING = 6
WAITING = 5
"""How many of those who join find no room in the plan."""
ADMIN = "contact_sync_admin"
CONTACT_IDS = "SELECT email_key, contact_id FROM contacts.contact WHERE email_key = ANY(%s)"
UNSUBSCRIBE = Path(__file__).with_suffix(".sql")
STORY = f"""
Day two, among the alumni, whose sync has its options on:
  by mail     one unsubscribes from the letter
  by hand     one is taken out of the list (contact-sync remove), one is erased for good (contact-sync erase),
              one is deleted from the organisation (DAG {ADMIN})
  in Recruit  these {len(EDITED)} are edited, so that the sync meets them again; one opts out, one has a new address,
              one is deleted; {JOINING} join, and one more without the year that the sync requires
  the plan    has no room for the last {WAITING} of them (policy contact_limit), until it grows after the next run"""


def play(fetching: Fetching, include: IncludeFolder, sync: Sync) -> None:
    """The whole day; the fetches' counters are added to what is wanted."""
    services, organisation = fetching.services, fetching.organisation
    line(STORY)
    with phase("Day two begins", "Day two: the changes are made, the acts done"):
        people = choose(read_records(services.addresses.sandbox, sync), organisation.members(sync.list_name))
        change_the_source(services.addresses.sandbox, sync.module, people)
        _act(fetching, sync.list_name, people)
        tell(organisation, sync.list_name, people)
    limit = limit_for(read_records(services.addresses.sandbox, sync), sync, organisation)
    include.limit(limit)
    try:
        fetching.again(replace(sync, contact_limit=limit), "again, with little room in the plan")
    finally:
        include.as_it_is()
    fetching.again(sync, "again, with room for those who had to wait")


def limit_for(records: list[Record], sync: Sync, organisation: Organisation) -> int:
    """The contact_limit at which the next fetch has no room for the last WAITING people.

    Those who join today come last. On some days of the month others come before them: who changed after the due moment
    up to which the first fetch read.
    """
    ahead = datetime.now(UTC) + timedelta(days=1)
    counters = count(records, replace(sync, contact_limit=None), ahead, deepcopy(organisation))
    return len(organisation.known) + counters.get("new", 0) + counters.get("re_added", 0) - WAITING


def choose(records: Iterable[Record], members: set[str]) -> dict[str, Record]:
    """Who plays which role: ordinary members with an address of their own, in the order of their ids."""
    records = sorted(records, key=lambda each: int(each["id"]))
    shared = {each["duplicate_of"] for each in records}
    plain = [
        each
        for each in records
        if each["kind"] == "plain" and each["id"] not in shared and key(each["email"]) in members
    ]
    if len(plain) < len(ROLES):
        raise LocalError(f"Day two needs {len(ROLES)} ordinary alumni in their list, there are {len(plain)}.")
    return dict(zip(ROLES, plain, strict=False))


def tell(organisation: Organisation, list_name: str, people: dict[str, Record]) -> None:
    """Tell the independent count what happened outside the source."""
    address = {role: key(record["email"]) for role, record in people.items()}
    organisation.unsubscribed.setdefault(list_name, set()).add(address["unsubscribes"])
    organisation.members(list_name).discard(address["taken_out"])
    organisation.taken_out.setdefault(list_name, set()).add(address["taken_out"])
    organisation.leave_organisation(address["leaves"])
    organisation.erase(address["erased"])


def change_the_source(sandbox_url: str, module: str, people: dict[str, Record]) -> None:
    edits = [{"id": people[role]["id"], "Notes": "Edited on day two"} for role in EDITED]
    edits.append({"id": people["opts_out"]["id"], "Email_Opt_Out": True})
    edits.append({"id": people["moves"]["id"], "Email": "moved.away@letters.example.edu"})
    joining: list[dict[str, Any]] = [
        {"Name": f"Kim Newcomer {n}", "Email": f"newcomer.{n}@letters.example.edu", "Year_Passed_Out": 2026}
        for n in range(1, JOINING + 1)
    ]
    joining.append({"Name": "Sam Undated", "Email": "undated@letters.example.edu"})
    for route, body in (
        (f"records/{module}", {"edits": edits}),
        (f"records/{module}/add", {"records": joining}),
        (f"records/{module}/delete", {"ids": [people["deleted"]["id"]], "type": "recycle"}),
    ):
        answer = httpx.post(f"{sandbox_url}/_sandbox/{route}", json=body, timeout=60, trust_env=False)
        if answer.is_error:
            raise LocalError(f"The sandbox refused {route}: HTTP {answer.status_code}, {answer.text[:300]}")


def _act(fetching: Fetching, list_name: str, people: dict[str, Record]) -> None:
    """What the mailing system writes, and what people do by hand; the commands run beside the DAG."""
    services = fetching.services
    ids = unsubscribe(services.addresses.warehouse_url, list_name, people)
    commands = {
        name: _start(services, name, *arguments)
        for name, arguments in {
            "remove": [ids["taken_out"], "--list", list_name, "--reason", "Asked at the reunion for no letters"],
            "erase": [ids["erased"], "--yes", "--reason", "Asked in writing to be erased"],
        }.items()
    }
    fetching.act(ADMIN, {"act": "remove_from_org", "people": ids["leaves"], "reason": "Left the alumni association"})
    for name, command in commands.items():
        told = command.communicate()[0].decode(errors="replace")
        if command.returncode:
            raise LocalError(f"contact-sync {name} ended with exit code {command.returncode}:\n{told}")


def unsubscribe(warehouse_url: str, list_name: str, people: dict[str, Record]) -> dict[str, str]:
    """Write what the mailing system writes. Returns role → contact id: how the acts by hand name people."""
    address = {role: key(record["email"]) for role, record in people.items()}
    with psycopg.connect(warehouse_url.replace("+psycopg", "", 1)) as connection:
        connection.execute(UNSUBSCRIBE.read_bytes(), {"address": address["unsubscribes"], "list_name": list_name})
        found: dict[str, int] = dict(connection.execute(CONTACT_IDS, [list(address.values())]).fetchall())
    return {role: str(found[each]) for role, each in address.items()}


def _start(services: Services, *arguments: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [*CONTACT_SYNC, *arguments], env=services.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
