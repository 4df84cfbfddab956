"""The task `load`: applies the fetch in one transaction; tells Airflow which list changed, and whom to ask about."""

from typing import TYPE_CHECKING, Any, ClassVar

from contact_sync.core.results import Manifest
from contact_sync.core.run import RunInfo
from contact_sync.operators.assets import list_asset, pending_alias, pending_removals_asset, sync_alias
from contact_sync.operators.run_info import TOLD_KEY
from contact_sync.operators.stage import StageOperator

if TYPE_CHECKING:
    from airflow.sdk import Context

    from contact_sync.warehouse.database import Warehouse


class LoadOperator(StageOperator):
    """Contacts, memberships, ledger and watermark; then the asset event, only if anything changed (OPS-13)."""

    stage: ClassVar[str] = "load"

    def __init__(self, *, sync_id: str, **kwargs: Any) -> None:
        super().__init__(sync_id=sync_id, outlets=[sync_alias(sync_id), pending_alias()], **kwargs)

    def perform(self, run: RunInfo, warehouse: "Warehouse", context: "Context") -> Manifest:
        """A load that is repeated returns the same manifest, so its event says the same."""
        from contact_sync.stages.load import load

        manifest = load(run, warehouse)
        if manifest.status == "preview":
            context["ti"].xcom_push(key=TOLD_KEY, value=preview_in_words(manifest))
        if manifest.changed:
            asset = list_asset(manifest.list_name)
            context["outlet_events"][sync_alias(self.sync_id)].add(asset, extra=event_extra(manifest))
        if waiting := asked_about(manifest):
            about = {"sync_id": manifest.sync_id, "fetch_id": manifest.fetch_id, "removals": waiting}
            context["outlet_events"][pending_alias()].add(pending_removals_asset(), extra=about)
        return manifest


def preview_in_words(manifest: Manifest) -> str:
    """What a run that only looked ahead has seen, for its note; numbers only."""
    counts = manifest.counts
    pushed = f" {counts['pushed']:,} would be pushed to Recruit, if it takes them." if "pushed" in counts else ""
    removed = counts["removed"] + counts["pending_removals"]
    return (
        f"a preview (fetch {manifest.fetch_id}), nothing was written. Of {counts['read']:,} records read "
        f"{counts['joined']:,} would join, {counts['changed']:,} would give known people other values, and "
        f"{counts['ignored']:,} would be ignored. {removed:,} memberships would end.{pushed} "
        f"It cost {counts['credits']:,} API credits."
    )


def asked_about(manifest: Manifest) -> int:
    """How many removals wait for a person's answer (ADV-8); a preview asks nobody."""
    return 0 if manifest.status == "preview" else manifest.counts.get("pending_removals", 0)


def event_extra(manifest: Manifest) -> dict[str, Any]:
    """What a DAG downstream learns of the change: ids, health and counts."""
    return {
        "sync_id": manifest.sync_id,
        "fetch_id": manifest.fetch_id,
        "status": manifest.status,
        "counts": dict(manifest.counts),
    }
