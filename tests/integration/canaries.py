"""What may stand nowhere but in the warehouse: a unique person, all addresses, secrets; and a run that reads them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import make_url

from contact_sync.warehouse.database import open_warehouse
from include.local.rest import Run
from include.local.settings import SANDBOX
from tests.integration.whole import Whole, until

TOKEN = re.compile(r"[^\s\"'<>()\[\]{},;:=]+@[^\s\"'<>()\[\]{},;:=]+")
PERSON = {
    "Email": "groenling.finch@canary-9034.example.org",
    "First_Name": "Kneu9034",
    "Last_Name": "Sijsvogel9034",
    "City": "Putterstad9034",
    "Experience_in_Years": "heel-veel-jaren-9034",
}
"""Unlike anybody of the seed; the years are no number, so that the value goes its way through the evidence."""


@dataclass(frozen=True)
class Watched:
    """A run that read PERSON, and the command lines that other users saw of all processes while it was under way."""

    run: Run
    arguments: str


def watch(whole: Whole, dag_id: str) -> Watched:
    """Read PERSON by a run of all five tasks, looking at the processes of the machine all the time."""
    whole.control("POST", "records/Candidates/add", {"records": [PERSON]})
    run, seen = whole.api.start(dag_id), set[str]()

    def over() -> Run | None:
        seen.update(arguments_of_all())
        now = whole.api.run(run)
        return now if now.over else None

    done = until(over, "the watched run is over", 120)
    assert done.state == "success", whole.explain(done)
    return Watched(done, "\n".join(sorted(seen)))


def arguments_of_all() -> set[str]:
    """The command lines of every process."""
    found = set()
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.add(file.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:  # it ended meanwhile
            continue
    return found


def addresses(whole: Whole) -> set[str]:
    """Every e-mail of the source's records and of the warehouse's contacts, broken ones too; empty ones left out."""
    known = [row["email"] for row in whole.rows("SELECT email FROM contacts.contact WHERE email IS NOT NULL")]
    source = [kind["email"] for kind in whole.kinds()]
    return {address.strip().casefold() for address in [*known, *source] if address and address.strip()}


def secrets(whole: Whole) -> dict[str, str]:
    """What nobody may read: the account's, the warehouse's, the key, the shared access token."""
    url = whole.services.addresses.warehouse_url
    key = whole.services.state.secrets().contact_sync_key
    (token,) = whole.rows("SELECT cipher FROM sync.token")
    return {
        "client secret": SANDBOX["password"],
        "refresh token": SANDBOX["refresh_token"],
        "CONTACT_SYNC_KEY": key,
        "password of the warehouse": str(make_url(url).password),
        "access token": open_warehouse(url, key).fernet.decrypt(bytes(token["cipher"])).decode(),
    }


def people(text: str, known: Iterable[str]) -> list[str]:
    """What a text tells of people, in any case: addresses that it holds, and fields of PERSON."""
    text = text.casefold()
    tokens = set(TOKEN.findall(text))
    found = [each for each in known if (each in tokens if TOKEN.fullmatch(each) else each in text)]
    return found + [field for field, value in PERSON.items() if value.casefold() in text]


def told(text: str, known: Iterable[str], hidden: dict[str, str]) -> list[str]:
    """What a text tells of people and secrets; secrets by their name."""
    return people(text, known) + [name for name, secret in hidden.items() if secret in text]
