"""The product of the scenario: its runs by the stage functions, acts of people and of the mailer, and what it shows."""

from collections import Counter
from datetime import datetime
from typing import Any

import httpx
import requests
from cryptography.fernet import Fernet

from contact_sync.core.results import Manifest
from contact_sync.core.run import RunType
from contact_sync.errors import ContactSyncError, SyncSkipped
from contact_sync.stages import states
from contact_sync.stages.classify import classify
from contact_sync.stages.failures import record_failure
from contact_sync.stages.load import load
from contact_sync.stages.validate import validate
from contact_sync.warehouse import removals, suppressions
from contact_sync.warehouse.credits import record_calls
from contact_sync.warehouse.database import Warehouse, open_warehouse
from contact_sync.warehouse.tokens import WarehouseTokenStore
from contact_sync.zoho.auth import Credentials
from contact_sync.zoho.recruit import RecruitClient
from contact_sync.zoho.transport import Transport
from tests.stages.sources import condition, sync_of
from tests.stages.world import World

WHO = "scenario"
POLICIES = ("contact_limit", "shared_contacts", "unsubscribe_scope", "syncs_per_day")


class MonthWorld(World):
    """A world whose clock stands where the scenario sets it, for the client, too; control calls share a connection."""

    def __init__(self, url: str, warehouse: Warehouse) -> None:
        super().__init__(url, warehouse, {})
        self._http = httpx.Client(base_url=f"{url}/_sandbox/", verify=False)  # noqa: S501 - plain HTTP on loopback
        self._session = requests.Session()

    def set_clock(self, now: datetime) -> None:
        self.control("POST", "clock", {"now": now.isoformat()})
        self._now = now

    def clock(self) -> datetime:
        return self._now

    def control(self, method: str, route: str, payload: Any = None) -> Any:
        return self._http.request(method, route, json=payload).raise_for_status().json()

    def client(self, account: str, fetch_id: int) -> Any:
        credentials = Credentials("sandbox-client", "sandbox-secret-0000", "sandbox-refresh-0000", self.url)
        tokens = WarehouseTokenStore(self.warehouse.engine, account, self.warehouse.fernet, self.clock)
        record = record_calls(self.warehouse.engine, account, fetch_id)
        return RecruitClient(Transport(self._session, self.url, credentials, tokens, record, self.clock))

    def close(self) -> None:
        self._http.close()
        self._session.close()


class Product:
    """What the scenario does to the product, and reads of it."""

    def __init__(self, world: MonthWorld) -> None:
        self.world = world

    # ── runs ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def run(self, sync: dict[str, Any], *, look: bool) -> Manifest:
        """One scheduled run of a sync as its settings are today. look: with the validation of the batch."""
        run = self.world.run_info(sync["id"], RunType.SCHEDULED, **self._interval())
        self.world.extract(run, resolved(sync))
        if look:
            validate(run, self.world.warehouse)
        classify(run, self.world.warehouse)
        return load(run, self.world.warehouse)

    def fails(self, sync: dict[str, Any]) -> bool:
        """A run that the source refuses; True if it failed as it should."""
        run = self.world.run_info(sync["id"], RunType.SCHEDULED, **self._interval())
        self.world.control("POST", "settings", {"missing_scopes": ["modules"]})
        try:
            self.world.extract(run, resolved(sync))
        except ContactSyncError as error:
            record_failure(run, self.world.warehouse, "extract", error)
            return True
        finally:
            self.world.control("POST", "settings", {"missing_scopes": []})
        return False

    def why_skipped(self, sync: dict[str, Any]) -> str | None:
        """The reason for which a run is skipped; None if it is not."""
        try:
            self.world.extract(self.world.run_info(sync["id"], RunType.SCHEDULED, **self._interval()), resolved(sync))
        except SyncSkipped as skipped:
            return skipped.reason
        return None

    def rotate_key(self) -> None:
        """A new key in front of the old ones, as an operator would set CONTACT_SYNC_KEY."""
        warehouse = self.world.warehouse
        keys = f"{Fernet.generate_key().decode()},{warehouse.keys}"
        url = warehouse.engine.url.render_as_string(hide_password=False)
        self.world.warehouse = open_warehouse(url, keys, "contact-sync tests")

    def _interval(self) -> dict[str, Any]:
        now = self.world.clock()
        return {"at": now, "data_interval_start": None, "data_interval_end": now}

    def activate(self, sync: dict[str, Any]) -> None:
        states.activate(self.world.warehouse, resolved(sync), WHO, None, self.world.clock(), lambda each: None)

    def deactivate(self, sync: dict[str, Any]) -> None:
        states.deactivate(self.world.warehouse, sync["id"], WHO, "holidays", self.world.clock(), lambda: resolved(sync))

    # ── people, and the mailer ────────────────────────────────────────────────────────────────────────────────────

    def unsubscribe(self, key: str, name: str, at: datetime) -> None:
        self.world.execute(
            "UPDATE contacts.membership AS place SET status = 'unsubscribed', unsubscribed_at = :at "
            "FROM contacts.contact, contacts.mailing_list WHERE place.contact_id = contact.contact_id "
            "AND place.list_id = mailing_list.list_id AND email_key = :key AND mailing_list.name = :name",
            key=key, name=name, at=at,
        )  # fmt: skip

    def complain(self, key: str, at: datetime) -> None:
        self.world.execute(
            "INSERT INTO contacts.suppression (kind, contact_id, email_key, origin, reason, created_by, created_at) "
            "SELECT 'complaint', contact_id, email_key, 'event', 'complaint', 'mailer', :at FROM contacts.contact "
            "WHERE email_key = :key",
            key=key, at=at,
        )  # fmt: skip

    def bounce(self, key: str, hard: bool, soft: int, at: datetime) -> None:
        """What the table must hold after the event: hard or not, and how many soft ones in a row."""
        self.world.execute(
            "INSERT INTO contacts.bounce (email_key, hard_bounced_at, soft_bounces, last_event_at) "
            "VALUES (:key, CASE WHEN :hard THEN CAST(:at AS timestamptz) END, :soft, :at) "
            "ON CONFLICT (email_key) DO UPDATE SET hard_bounced_at = excluded.hard_bounced_at, "
            "soft_bounces = excluded.soft_bounces, last_event_at = excluded.last_event_at",
            key=key, hard=hard, soft=soft, at=at,
        )  # fmt: skip

    def suppress(self, key: str, kind: str) -> None:
        suppressions.suppress(self.world.warehouse, [key], kind, "asked", WHO)

    def unsuppress(self, key: str) -> None:
        suppressions.unsuppress(self.world.warehouse, [key], "mistake", WHO, force=True)

    def take_out(self, key: str, name: str | None) -> None:
        if name is None:
            removals.remove_from_organisation(self.world.warehouse, key, "asked", WHO)
        else:
            removals.remove_from_list(self.world.warehouse, key, name, "asked", WHO)

    def give_back(self, key: str, name: str) -> None:
        removals.restore_to_list(self.world.warehouse, key, name, "wants it back", WHO)

    # ── what it shows ─────────────────────────────────────────────────────────────────────────────────────────────

    def history(self, fetch_id: int) -> dict[str, Any]:
        return dict(self.world.rows("SELECT * FROM sync.import_history WHERE fetch_id = :id", id=fetch_id)[0])

    def by_reason(self, fetch_id: int) -> Counter[tuple[str, str | None]]:
        rows = self.world.rows("SELECT * FROM sync.ignored_by_reason WHERE fetch_id = :id", id=fetch_id)
        found: Counter[tuple[str, str | None]] = Counter()
        for row in rows:
            found[(row["outcome"], row["reason"])] += row["records"]
        return found

    def outcomes(self, fetch_id: int) -> dict[str, tuple[str, str | None, str | None]]:
        """The ledger of a fetch by record, without repeats of a page and without what lies outside the pattern."""
        rows = self.world.rows(
            "SELECT record_id, outcome, reason, sub_code FROM sync.ledger WHERE fetch_id = :id "
            "AND outcome <> 'deleted' AND reason IS DISTINCT FROM 'page_repeat' AND reason IS DISTINCT FROM 'pattern'",
            id=fetch_id,
        )
        return {row["record_id"]: (row["outcome"], row["reason"], row["sub_code"]) for row in rows}

    def deletions(self, fetch_id: int) -> dict[str, str | None]:
        """What the ledger says of records that were deleted at the source."""
        rows = self.world.rows(
            "SELECT record_id, reason FROM sync.ledger WHERE fetch_id = :id AND outcome = 'deleted'", id=fetch_id
        )
        return {row["record_id"]: row["reason"] for row in rows}

    def memberships(self) -> dict[tuple[str, str], tuple[str, str | None]]:
        """Status and reason by list and address."""
        rows = self.world.rows(
            "SELECT mailing_list.name, email_key, status, reason FROM contacts.membership "
            "JOIN contacts.contact USING (contact_id) JOIN contacts.mailing_list USING (list_id)"
        )
        return {(row["name"], row["email_key"]): (row["status"], row["reason"]) for row in rows}

    def people(self) -> dict[str, bool]:
        """Whether deleted, by address."""
        rows = self.world.rows("SELECT email_key, deleted_at IS NOT NULL AS gone FROM contacts.contact")
        return {row["email_key"]: row["gone"] for row in rows}

    def mailable(self) -> set[tuple[str, str]]:
        rows = self.world.rows(
            "SELECT list_name, email_key FROM contacts.mailable_members JOIN contacts.contact USING (contact_id)"
        )
        return {(row["list_name"], row["email_key"]) for row in rows}


def resolved(sync: dict[str, Any]) -> Any:
    """The settings of a day as the product reads them of a file."""
    return sync_of(sync["id"], **keys_of(sync), policies=policies_of(sync))


def policies_of(sync: dict[str, Any]) -> dict[str, Any]:
    """The organisation's policies of a day, as organisation.yaml has them."""
    return {name: sync[name] for name in POLICIES}


def keys_of(sync: dict[str, Any]) -> dict[str, Any]:
    """The keys of a sync's file that the scenario sets."""
    source: dict[str, Any] = {"module": sync["module"], "unapproved": sync["unapproved"]}
    if sync.get("view"):
        source |= {"scope": "view", "view": sync["view"]}
    elif sync.get("criteria"):
        field, value = sync["criteria"]
        source |= {"scope": "criteria", "criteria": {"conditions": {1: condition(field, "equals", value)}}}
    options = dict(sync["options"])
    if sync["module"] != "Candidates":
        del options["converted"]
    return {
        "list": sync["list"],
        "source": source,
        "each_fetch": sync["each_fetch"],
        "options": {**options, "guard": sync["guard"]},
    }
