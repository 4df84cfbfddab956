"""A desk for the options of a sync: records, and what the source told beside them, through the stages after extract."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from contact_sync.config.options import Options, RemovalGuard
from contact_sync.config.resolved import ResolvedSync
from contact_sync.core.run import RunInfo
from contact_sync.warehouse import fetches, staging
from tests.stages.desk import MORNING, Became, Desk

SENT_IN = dict[str, Any]
NO_GUARD = RemovalGuard(memberships=1_000_000)


def deleted(record_id: str, minutes: int = 60, kind: str = "recycle") -> SENT_IN:
    """A record that the source deleted so many minutes after MORNING."""
    return {"record_id": record_id, "gone_at": MORNING + timedelta(minutes=minutes), "gone_kind": kind}


def passed_by(record_id: str, minutes: int = 60, **flags: Any) -> SENT_IN:
    """A record out of scope, as the narrow listing of the whole module has it."""
    return {"record_id": record_id, "modified_at": MORNING + timedelta(minutes=minutes), **flags}


class OptionsDesk(Desk):
    """Takes batches with what was seen beside them."""

    def choosing(self, sync: ResolvedSync | None = None, **choices: Any) -> ResolvedSync:
        """The sync with these choices; the guard asks nobody unless told otherwise."""
        options = Options(**{"guard": NO_GUARD, **choices})
        return (sync or self.sync).model_copy(update={"options": options})

    def named(
        self, sync_id: str, list_name: str | None = None, module: str = "Candidates", **choices: Any
    ) -> ResolvedSync:
        """Another sync of the account."""
        names = {"sync_id": sync_id, "name": sync_id, "module": module, "push_switches": ()}
        return self.choosing(self.sync.model_copy(update={**names, "list_name": list_name or sync_id}), **choices)

    def stage(
        self,
        rows: Sequence[Mapping[str, Any]],
        sync: ResolvedSync | None = None,
        beside: Sequence[SENT_IN] | None = None,
    ) -> RunInfo:
        """A new run with these records staged, and those seen beside them; sealed."""
        run = super().stage(rows, sync)
        if beside is not None:
            with self.warehouse.transaction() as connection:
                fetch = fetches.require(connection, run)
                staging.create_sightings(connection, fetch.fetch_id)
                for row in beside:
                    staging.copy_sightings(connection, fetch.fetch_id, {name: [value] for name, value in row.items()})
                connection.exec_driver_sql(
                    f"UPDATE sync.fetch SET sighted_rows = {len(beside)} WHERE fetch_id = {fetch.fetch_id}"
                )
        return run

    def see(
        self, *beside: SENT_IN, rows: Sequence[Mapping[str, Any]] = (), sync: ResolvedSync | None = None
    ) -> dict[str, Became]:
        """One fetch with records and what was seen beside them; what the ledger says of the latter."""
        self.last = self.classify_and_load(self.stage(rows, sync, beside))
        return self.deletions()

    def deletions(self) -> dict[str, Became]:
        """What the last fetch made of records deleted at the source."""
        return {row["record_id"]: Became(row["outcome"], row["reason"], row["sub_code"]) for row in self._deletions()}

    def why(self, record_id: str) -> dict[str, Any]:
        """The evidence of the last fetch for a record deleted at the source."""
        return next(dict(row["evidence"] or {}) for row in self._deletions() if row["record_id"] == record_id)

    def _deletions(self) -> list[Any]:
        return self.rows(
            "SELECT * FROM sync.ledger WHERE fetch_id = :id AND outcome = 'deleted' ORDER BY record_no",
            id=self.last.fetch_id,
        )

    def counted(self) -> tuple[int, int, int]:
        """removed, pending_removals and deleted of the last fetch."""
        counts = self.last.counts
        return counts["removed"], counts["pending_removals"], counts["deleted"]

    def standing(self, address: str, list_name: str | None = None) -> tuple[str, str | None] | None:
        """Status and reason of a membership, by default in the sync's list."""
        found = self.rows(
            "SELECT status, reason FROM contacts.membership JOIN contacts.contact USING (contact_id) "
            "JOIN contacts.mailing_list AS list USING (list_id) WHERE email_key = :address AND list.name = :list",
            address=address,
            list=list_name or self.sync.list_name,
        )
        return (found[0]["status"], found[0]["reason"]) if found else None

    def is_deleted(self, address: str) -> str | None:
        """Why the person is deleted from the organisation, None if they are not."""
        person = self.contact(address)
        assert person is not None
        return person["deleted_reason"] if person["deleted_at"] else None

    def unsubscribe(self, address: str) -> None:
        """The person unsubscribes from every list that they are in."""
        self.execute(
            "UPDATE contacts.membership SET status = 'unsubscribed', since = now(), unsubscribed_at = now() "
            "WHERE status = 'subscribed' AND contact_id = "
            "(SELECT contact_id FROM contacts.contact WHERE email_key = :address)",
            address=address,
        )
