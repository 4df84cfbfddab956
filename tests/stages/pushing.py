"""A post office: one list that no sync feeds, its people, what they do, and pushes of an account to a real sandbox."""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from contact_sync.config.organisation import Policies
from contact_sync.config.push import CustomValue
from contact_sync.config.resolved_push import ResolvedSwitch
from contact_sync.core.email import address_key
from contact_sync.stages.push_account import AccountRun, Pushed, push_account
from contact_sync.warehouse import statements
from tests.stages.world import World

ACCOUNT = "recruit_demo"
LIST = "Web news"
NAMES = {"first_name": "First_Name", "last_name": "Last_Name", "email": "Email"}
COMPANY = {**NAMES, "company": "Client_Name"}
STATUS = "Campaign_Response"


def switch(module: str = "Candidates", event: str = "opened", **keys: Any) -> ResolvedSwitch:
    """A switch of the list; Contacts have a company, Candidates a field for the status."""
    usual: dict[str, Any] = {
        "account": ACCOUNT,
        "module": module,
        "event": event,
        "list_name": LIST,
        "enabled": True,
        "mapping": COMPANY if module == "Contacts" else NAMES,
        "status_field": STATUS if module == "Candidates" else "Description",
    }
    custom = {name: CustomValue(**value) for name, value in keys.pop("custom", {}).items()}
    return ResolvedSwitch(**{**usual, **keys}, custom=custom)


@dataclass
class Post:
    """The world, and the switches that are on. pushes: runs so far."""

    world: World
    switches: tuple[ResolvedSwitch, ...] = (switch(),)
    policies: Policies = field(default_factory=Policies)
    pushes: int = field(default=0)

    def push(self, *switches: ResolvedSwitch, credentials: str | None = None, **policies: Any) -> Pushed:
        """One run of the account's pushes."""
        self.pushes += 1
        run = AccountRun(
            ACCOUNT,
            f"push_{ACCOUNT}",
            f"manual__{self.pushes}",
            switches or self.switches,
            self.policies.model_copy(update=policies),
        )
        client = self.world.client
        return push_account(run, lambda account: client(account, None), self.world.warehouse, self.now(), credentials)

    def now(self) -> Any:
        return self.world.one("SELECT clock_timestamp()")

    def member(
        self, address: str, first_name: str | None = "Ann", last_name: str | None = "Fields", **fields: Any
    ) -> int:
        """Somebody who joined the list on the web."""
        contact_id = self.world.one("SELECT nextval('contacts.contact_contact_id_seq')")
        with self.world.warehouse.transaction() as connection:
            connection.execute(
                text(
                    "INSERT INTO contacts.mailing_list (name, created_at) VALUES (:list, now()) ON CONFLICT DO NOTHING"
                ),
                {"list": LIST},
            )
            connection.execute(
                text(
                    "INSERT INTO contacts.contact (contact_id, email, email_key, first_name, last_name, fields, "
                    "created_at, updated_at) "
                    "VALUES (:id, :email, :key, :first, :last, CAST(:fields AS jsonb), now(), now())"
                ),
                {"id": contact_id, "email": address, "key": address_key(address), "first": first_name,
                 "last": last_name, "fields": as_json(fields)},
            )  # fmt: skip
            connection.execute(
                text(
                    "INSERT INTO contacts.membership (list_id, contact_id, status, since) "
                    "SELECT list_id, :id, 'subscribed', now() FROM contacts.mailing_list WHERE name = :list"
                ),
                {"id": contact_id, "list": LIST},
            )
        return int(contact_id)

    def did(
        self, contact_id: int, kind: str = "opened", campaign: str = "news", *, hours: float = 1, to_list: bool = True
    ) -> None:
        """The person did so with a campaign, so many hours ago; the event arrives now."""
        with self.world.warehouse.transaction() as connection:
            connection.execute(
                text("INSERT INTO contacts.campaign (external_id, name, kind) VALUES (:c, :n, 'email_campaign') "
                     "ON CONFLICT DO NOTHING"),
                {"c": campaign, "n": campaign.title()},
            )  # fmt: skip
            if to_list:
                connection.execute(
                    text("INSERT INTO contacts.campaign_list (campaign_id, list_id) SELECT campaign_id, list_id "
                         "FROM contacts.campaign, contacts.mailing_list WHERE external_id = :c "
                         "AND mailing_list.name = :list ON CONFLICT DO NOTHING"),
                    {"c": campaign, "list": LIST},
                )  # fmt: skip
            connection.execute(
                text("INSERT INTO contacts.response (campaign_id, contact_id, kind, happened_at, arrived_at) "
                     "SELECT campaign_id, :id, :kind, now() - :ago, clock_timestamp() FROM contacts.campaign "
                     "WHERE external_id = :c ON CONFLICT DO NOTHING"),
                {"c": campaign, "id": contact_id, "kind": kind, "ago": timedelta(hours=hours)},
            )  # fmt: skip

    def opener(self, address: str, **person: Any) -> int:
        """Somebody on the list who opened."""
        contact_id = self.member(address, **person)
        self.did(contact_id)
        return contact_id

    def crowd(self, size: int) -> None:
        """So many people on the list who opened: p1@…, p2@…"""
        self.opener("p1@web.example.org")
        self.world.execute(
            "INSERT INTO contacts.contact (email, email_key, first_name, last_name, created_at, updated_at) "
            "SELECT a, a, 'Ann', 'Fields', now(), now() "
            "FROM (SELECT format('p%s@web.example.org', n) AS a FROM generate_series(2, :size) AS n)",
            size=size,
        )
        self.world.execute(
            "INSERT INTO contacts.membership (list_id, contact_id, status, since) "
            "SELECT list_id, contact_id, 'subscribed', now() FROM contacts.mailing_list, contacts.contact "
            "ON CONFLICT DO NOTHING"
        )
        self.world.execute(
            "INSERT INTO contacts.response (campaign_id, contact_id, kind, happened_at, arrived_at) "
            "SELECT campaign_id, contact_id, 'opened', now(), clock_timestamp() "
            "FROM contacts.campaign, contacts.contact WHERE email <> 'p1@web.example.org'"
        )

    def standing(self, contact_id: int, module: str = "Candidates", event: str = "opened") -> tuple[Any, Any, Any]:
        """The latest word of the ledger: outcome, reason, detail."""
        row = self.world.rows(
            "SELECT outcome, reason, detail FROM sync.push_history WHERE contact_id = :id AND module = :module "
            "AND response = :event ORDER BY push_id DESC LIMIT 1",
            id=contact_id,
            module=module,
            event=event,
        )[0]
        return row["outcome"], row["reason"], row["detail"]

    def ledger(self, columns: str = "outcome", where: str = "true") -> list[Any]:
        """Columns of the push ledger in its order; one column as plain values."""
        rows = self.world.rows(f"SELECT {columns} FROM sync.push_history WHERE {where} ORDER BY push_id")
        return [next(iter(row.values())) if len(row) == 1 else tuple(row.values()) for row in rows]

    def states(self) -> dict[str, int]:
        """Leads of the outbox by state."""
        rows = self.world.rows("SELECT state, count(*) AS n FROM sync.outbox WHERE kind = 'lead' GROUP BY state")
        return {row["state"]: row["n"] for row in rows}

    def records(self, address: str, module: str = "Candidates") -> list[dict[str, Any]]:
        """All live records of the sandbox with an address."""
        return [row for row in self.everything(module) if (row.get("Email") or "").casefold() == address.casefold()]

    def everything(self, module: str) -> list[dict[str, Any]]:
        """All live records of the sandbox's module."""
        ids = [row["id"] for row in listed(self.world.control("GET", f"kinds/{module}"))]
        return listed(self.world.control("GET", f"records/{module}?ids={','.join(ids)}")) if ids else []

    def add(self, module: str, **values: Any) -> str:
        """A record that a recruiter makes."""
        answer = self.world.control("POST", f"records/{module}/add", {"records": [values]})
        return str(answer["ids"][0])

    def fault(self, kind: str, path: str = "upsert", **keys: Any) -> None:
        """Something goes wrong with a write."""
        self.world.control("POST", "faults", {"kind": kind, "method": "POST", "path": path, **keys})

    def writes(self) -> list[dict[str, Any]]:
        """The write calls since the last look."""
        calls = [call for call in self.world.control("GET", "calls") if call["method"] in ("POST", "PUT")]
        self.world.control("DELETE", "calls")
        return [call for call in calls if "/recruit/" in call["path"]]

    def run(self, name: str, **values: Any) -> list[Any]:
        """Run a statement of include/sql."""
        with self.world.warehouse.transaction() as connection:
            return list(statements.run(connection, name, **values))


def listed(answer: Any) -> list[dict[str, Any]]:
    """The records of an answer of the sandbox's control."""
    return answer["records"] if isinstance(answer, dict) else answer


def as_json(value: Any) -> str:
    return json.dumps(value)
