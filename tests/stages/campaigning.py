"""A post office that also tells Recruit of campaigns and member statuses."""

from dataclasses import dataclass
from typing import Any

from contact_sync.config.resolved_campaigns import ResolvedCampaigns, StatusTarget
from contact_sync.stages.push_account import AccountRun, Pushed, push_account
from tests.stages.pushing import ACCOUNT, LIST, STATUS, Post


def wanted(*fields: StatusTarget, create: bool = False, member_status: bool = False) -> ResolvedCampaigns:
    """What the account wants of the list."""
    return ResolvedCampaigns(account=ACCOUNT, list_name=LIST, create=create, member_status=member_status, fields=fields)


def target(module: str = "Candidates", field: str = STATUS, *kinds: Any) -> StatusTarget:
    """A field that takes the status."""
    return StatusTarget(module=module, field=field, kinds=kinds or ("email_campaign",))


@dataclass
class Mailer(Post):
    """Runs of the account that carry out campaigns."""

    def tell(self, asked: ResolvedCampaigns | None = None, *, read: bool = False) -> Pushed:
        """One run without a push switch."""
        self.pushes += 1
        run = AccountRun(
            ACCOUNT, f"push_{ACCOUNT}", f"tell__{self.pushes}", (), self.policies, (asked,) if asked else (), read
        )
        client = self.world.client
        return push_account(run, lambda account: client(account, None), self.world.warehouse, self.now(), None)

    def campaign(self, external_id: str, *, kind: str = "email_campaign", days: float = 1, name: str = "") -> None:
        """A campaign that was sent to the list so many days ago."""
        self.world.execute(
            "INSERT INTO contacts.mailing_list (name, created_at) VALUES (:list, now()) ON CONFLICT DO NOTHING",
            list=LIST,
        )
        self.world.execute(
            "WITH made AS (INSERT INTO contacts.campaign (external_id, name, kind, started_at) VALUES "
            "(:id, :name, :kind, now() - make_interval(hours => :hours)) RETURNING campaign_id) "
            "INSERT INTO contacts.campaign_list (campaign_id, list_id) SELECT campaign_id, list_id "
            "FROM made, contacts.mailing_list WHERE mailing_list.name = :list",
            id=external_id, name=name or external_id.title(), kind=kind, hours=round(days * 24), list=LIST,
        )  # fmt: skip

    def sent(self, contact_id: int, campaign: str, *, days: float = 1) -> None:
        """The campaign went to the person so many days ago."""
        self.world.execute(
            "INSERT INTO contacts.send (campaign_id, contact_id, sent_at) SELECT campaign_id, :who, "
            "now() - make_interval(hours => :hours) FROM contacts.campaign WHERE external_id = :id",
            who=contact_id, id=campaign, hours=round(days * 24),
        )  # fmt: skip

    def synced(self, address: str, module: str = "Candidates") -> tuple[int, str]:
        """A member of the list whom a sync brought from a record of the sandbox: contact id and record id."""
        people = {"Email": address, "First_Name": "Ann", "Last_Name": "Fields"}
        values = people if module in ("Candidates", "Contacts") else {"Email": address, "Name": "Ann Fields"}
        record_id, contact_id = self.add(module, **values), self.member(address)
        self.world.execute(
            "WITH source AS (INSERT INTO sync.source (account, module) VALUES (:account, :module) "
            "ON CONFLICT (account, module) DO UPDATE SET module = excluded.module RETURNING source_no) "
            "INSERT INTO contacts.source_link (source_no, record_id, contact_id, email_key, linked_by_fetch) "
            "SELECT source_no, :record_id, :who, :address, 1 FROM source",
            account=ACCOUNT, module=module, record_id=record_id, who=contact_id, address=address,
        )  # fmt: skip
        return contact_id, record_id

    def shown(self, record_id: str, module: str = "Candidates", field: str = STATUS) -> Any:
        """The value that Recruit has now."""
        (row,) = (row for row in self.everything(module) if row["id"] == record_id)
        return row.get(field)

    def told(self, columns: str = "status, outcome") -> list[tuple[Any, ...]]:
        """The ledger of statuses in its order."""
        rows = self.world.rows(f"SELECT {columns} FROM sync.status_history ORDER BY status_push_id")
        return [tuple(row.values()) for row in rows]

    def writes_to(self, module: str) -> list[dict[str, Any]]:
        """What the sandbox says was written to the module."""
        written = self.world.control("GET", f"written/{module}")
        return [write for record in written["records"] for write in record["writes"]]
