"""The past of the demo's organisation: people it knew, mailed and lost before the first fetch.

Without a past every record of a first fetch would be new. So a few addresses of the sandbox are known members of an
older list or of none, bounced, unsubscribed, complained or blocked; some readers that the sandbox has never seen have
opened a campaign, and the guests of a webinar are in a list that no sync feeds. The choice depends on the sandbox's
records alone, so the independent count knows it too. Blocking goes through the product's own command; the rest is
`past.sql`, which finds the people in the temporary table `demo_past`.
"""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from include.local.errors import LocalError
from include.local.witness import told

SQL = Path(__file__).with_name("past.sql")
SHARES = {
    **{"member": 40, "hard_bounce": 15, "soft_bounce": 10, "unsubscribed": 8, "blocked": 12},
    **{"alone": 6, "registry": 5, "complaint": 3, "unsubscribed_org": 4},
}
BY_COMMAND = {
    "blocked": "Asked us by telephone not to be mailed",
    "registry": "Stands in the national register of people who want no advertising",
}
SUPPRESSED = (*BY_COMMAND, "complaint", "unsubscribed_org")
READERS = 12
EARLIER = "Autumn news"
"""The campaign that the readers opened; past.sql has it."""
COMPANIES = (
    "Northwind Yards",
    "NORTHWIND YARDS ",
    "Lumen Grid",
    "Harbour Mills",
    "Harbour Mills",
    None,
    None,
    "Lumen Grid",
)
"""The company of each guest, as typed into a form: some twice, some not at all."""
LISTS = {"member": "Autumn job fair", "unsubscribed": "Talent news", "reader": "Talent news", "guest": "Webinar guests"}
TABLE = """
CREATE TEMPORARY TABLE demo_past (
    role       text NOT NULL,   -- member, alone, unsubscribed, reader, guest, hard_bounce, soft_bounce, complaint …
    address    text NOT NULL,
    first_name text,
    last_name  text,
    company    text,
    list_name  text,            -- the list that a member, unsubscribed person, reader or guest belongs to
    position   integer NOT NULL -- 1, 2, 3 … within the role
)
"""


@dataclass(frozen=True)
class Past:
    """Who stood where before the first fetch: role → addresses; strangers, who have no record in the sandbox: role →
    address, first name, last name, company.
    """

    people: dict[str, list[str]]
    strangers: dict[str, list[tuple[str, str, str, str | None]]]

    def addresses(self, role: str) -> list[str]:
        """The addresses of the people in this role."""
        return [each[0] for each in self.strangers[role]] if role in self.strangers else self.people[role]


def read_kinds(sandbox_url: str) -> list[dict[str, Any]]:
    """Every live candidate of the sandbox with its kind."""
    return told(sandbox_url, "kinds/Candidates")


def choose_past(kinds: list[dict[str, Any]]) -> Past:
    """Ordinary people with an address of their own, spread over the sandbox, each in one role."""
    shared = {each["duplicate_of"] for each in kinds}
    plain = [
        str(each["email"])
        for each in sorted(kinds, key=lambda each: str(each["id"]))
        if each["kind"] == "plain" and each["id"] not in shared and each["approved"] and not each["converted"]
    ]
    wanted = sum(SHARES.values())
    chosen = iter(plain[:: max(1, len(plain) // wanted)][:wanted])
    people = {
        role: [address for _, address in zip(range(count), chosen, strict=False)] for role, count in SHARES.items()
    }
    strangers: dict[str, list[tuple[str, str, str, str | None]]] = {
        "reader": [(f"reader.{n}@reading.example.org", "Robin", f"Reader {n}", None) for n in range(1, READERS + 1)],
        "guest": [
            (f"guest.{n}@webinar.example.org", "Gill", f"Guest {n}", company)
            for n, company in enumerate(COMPANIES, start=1)
        ],
    }
    return Past(people, strangers)


def seed_past(warehouse_url: str, sandbox_url: str) -> Past:
    """Write the past into the warehouse, in one transaction, and return it. `warehouse_url` as SQLAlchemy takes it."""
    past = choose_past(read_kinds(sandbox_url))
    rows: list[tuple[str, str, str | None, str | None, str | None, str | None, int]] = [
        (role, address, None, None, None, LISTS.get(role), position)
        for role, addresses in past.people.items()
        if role not in BY_COMMAND
        for position, address in enumerate(addresses, start=1)
    ]
    rows += [
        (role, *stranger, LISTS[role], position)
        for role, strangers in past.strangers.items()
        for position, stranger in enumerate(strangers, start=1)
    ]
    with psycopg.connect(warehouse_url.replace("+psycopg", "", 1)) as connection:
        connection.execute(TABLE)
        with connection.cursor().copy("COPY demo_past FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        connection.execute(SQL.read_bytes())
    return past


def suppress(past: Past, command: list[str], env: Mapping[str, str], folder: Path) -> None:
    """Suppress some people by the product's own command, from files with one address a line, all at the same time."""
    running = []
    for kind, why in BY_COMMAND.items():
        file = folder / f"{kind}.txt"
        file.touch(mode=0o600)
        file.write_text("".join(f"{address}\n" for address in past.people[kind]), encoding="utf-8")
        arguments = [*command, "suppress", str(file), "--as", kind, "--reason", why]
        running.append(
            subprocess.Popen(arguments, env=dict(env), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=folder)
        )
    for process in running:
        told = process.communicate()[0].decode(errors="replace")
        if process.returncode:
            raise LocalError(f"contact-sync suppress ended with exit code {process.returncode}:\n{told}")
