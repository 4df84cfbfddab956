"""The Airflow assets of mailing lists (OPS-13): other DAGs schedule on `list_asset("Talent news")`.

A load task has an alias as outlet and adds the list's asset only when something changed, because an asset that is
an outlet itself gets an event from every success.
"""

from urllib.parse import quote

from airflow.sdk import Asset, AssetAlias


def list_asset(list_name: str) -> Asset:
    """The asset of one mailing list; its name is ASCII whatever the list is called."""
    encoded = quote(list_name, safe="")
    return Asset(name=f"mailing_list:{encoded}", uri=f"x-contact-sync://mailing-list/{encoded}", group="mailing_lists")


def pending_removals_asset() -> Asset:
    """Tells contact_sync_approvals that a fetch left removals to a person's answer (ADV-8)."""
    return Asset(name="contact_sync:pending_removals", uri="x-contact-sync://pending-removals", group="contact_sync")


def pending_alias() -> AssetAlias:
    """By which load tasks tell of pending removals; no other DAG is meant to follow it."""
    return AssetAlias(name="contact_sync_pending", group="contact_sync")


def answers_alias() -> AssetAlias:
    """What an approval may update: the asset of the list that people left."""
    return AssetAlias(name="contact_sync_approvals", group="mailing_lists")


def sync_alias(sync_id: str) -> AssetAlias:
    """What a sync's load task may update: the asset of the list that the fetch was configured for."""
    return AssetAlias(name=f"contact_sync:{sync_id}", group="mailing_lists")
