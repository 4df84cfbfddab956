"""A desk for outcomes: hand it records as Recruit would send them, and see what classify and load make of them.

Everything behind the HTTP calls is the real thing: mapping, staging, classification, load, Postgres.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import text

from contact_sync.config.resolved import ResolvedSync
from contact_sync.core.normalise import normalise_page
from contact_sync.core.record_hash import hash_records
from contact_sync.core.results import Manifest
from contact_sync.core.run import RunInfo, RunType
from contact_sync.stages.classify import classify
from contact_sync.stages.extract import email_rules
from contact_sync.stages.failures import record_abandoned
from contact_sync.stages.load import load
from contact_sync.stages.opening import open_fetch
from contact_sync.warehouse import fetches, staging
from contact_sync.warehouse.database import Warehouse
from contact_sync.warehouse.secrets import hash_key

MORNING = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)


class Became(NamedTuple):
    """What the ledger says of one record."""

    outcome: str
    reason: str | None = None
    sub_code: str | None = None


def record(record_id: str, email: str | None, **fields: Any) -> dict[str, Any]:
    """A candidate as the API sends it; `modified` in minutes after MORNING."""
    changed = (MORNING + timedelta(minutes=fields.pop("modified", 0))).isoformat()
    return {
        "id": record_id,
        "Email": email,
        "First_Name": "Ann",
        "Last_Name": f"Number {record_id}",
        "Updated_On": changed,
        "Created_Time": MORNING.isoformat(),
        "Email_Opt_Out": False,
        "$converted": False,
        "$approved": True,
        **fields,
    }


@dataclass
class Desk:
    """Takes batches of records of one account through the stages after extract."""

    warehouse: Warehouse
    sync: ResolvedSync
    runs: int = field(default=0)

    def stage(self, rows: Sequence[Mapping[str, Any]], sync: ResolvedSync | None = None) -> RunInfo:
        """A new run with these records staged and sealed."""
        sync = sync or self.sync
        run = self.next_run(sync)
        now = run.started_at
        fetch, _ = open_fetch(run, sync, self.warehouse, now)
        secret = hash_key(self.warehouse)
        frame = normalise_page(
            [dict(row) for row in rows],
            mappings=list(sync.mapping),
            change_field="Updated_On",
            rules=email_rules(sync),
            hash_secret=secret,
            first_record_no=1,
        )
        with self.warehouse.transaction() as connection:
            staging.create(connection, fetch.fetch_id)
            columns = {name: frame[name].tolist() for name in frame.columns}
            columns["record_hash"] = hash_records(sync.account, sync.module, columns["record_id"], secret)
            staging.copy(connection, fetch.fetch_id, columns)
            sealed = staging.count_and_analyse(connection, fetch.fetch_id)
            fetches.seal(
                connection, fetch.fetch_id, rows=sealed, outside_window=0, proof="short_page", source_clock=now
            )
        return run

    def next_run(self, sync: ResolvedSync) -> RunInfo:
        """A run that a person triggers, an hour after the one before."""
        self.runs += 1
        now = MORNING + timedelta(days=1, hours=self.runs)
        return RunInfo(sync.sync_id, f"manual__{self.runs}", RunType.MANUAL, now, now)

    def take(self, *rows: Mapping[str, Any], sync: ResolvedSync | None = None) -> dict[str, Became]:
        """Stage, classify and load; the outcome of each record by its id."""
        run = self.stage(rows, sync)
        self.last = self.classify_and_load(run)
        return self.outcomes(self.last.fetch_id)

    def classify_and_load(self, run: RunInfo) -> Manifest:
        """The two stages."""
        classify(run, self.warehouse)
        return load(run, self.warehouse)

    def decided(self, run: RunInfo) -> list[Any]:
        """What classify makes of a staged batch; the run is given up then, so that the next one has its turn."""
        fetch_id = classify(run, self.warehouse).fetch_id
        record_abandoned(run.dag_id, run.run_id, self.warehouse)
        return self.rows(f"SELECT record_id, outcome, reason FROM staging.outcome_{fetch_id} ORDER BY record_no")

    def outcomes(self, fetch_id: int) -> dict[str, Became]:
        """The ledger of a fetch by record id; of repeated records the one in scope."""
        found = self.rows(
            "SELECT record_id, outcome, reason, sub_code FROM sync.ledger WHERE fetch_id = :id "
            "ORDER BY outcome <> 'out_of_scope', record_no",
            id=fetch_id,
        )
        return {row["record_id"]: Became(row["outcome"], row["reason"], row["sub_code"]) for row in found}

    def evidence(self, record_id: str) -> dict[str, Any]:
        """The evidence of the newest ledger row of a record."""
        return dict(
            self.rows(
                "SELECT evidence FROM sync.ledger WHERE record_id = :id ORDER BY fetch_id DESC, record_no LIMIT 1",
                id=record_id,
            )[0]["evidence"]
            or {}
        )

    def contact(self, address: str) -> dict[str, Any] | None:
        """The contact who has an address now."""
        found = self.rows("SELECT * FROM contacts.contact WHERE email_key = :address", address=address)
        return dict(found[0]) if found else None

    def membership(self, address: str, list_name: str | None = None) -> str | None:
        """The status of the contact with that address in a list, by default the sync's."""
        found = self.rows(
            "SELECT status FROM contacts.membership JOIN contacts.contact USING (contact_id) "
            "JOIN contacts.mailing_list USING (list_id) WHERE email_key = :address AND mailing_list.name = :list",
            address=address,
            list=list_name or self.sync.list_name,
        )
        return found[0]["status"] if found else None

    def mailable(self) -> set[str]:
        """Every address in the view to mail from."""
        return {row["email"] for row in self.rows("SELECT email FROM contacts.mailable_members")}

    def rows(self, query: str, **values: Any) -> list[Any]:
        with self.warehouse.engine.connect() as connection:
            return list(connection.execute(text(query), values).mappings())

    def execute(self, statement: str, **values: Any) -> int:
        """Write to the warehouse as somebody else would; rows affected."""
        with self.warehouse.engine.begin() as connection:
            return connection.execute(text(statement), values).rowcount
