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


def sync_alias(sync_id: str) -> AssetAlias:
    """What a sync's load task may update: the asset of the list that the fetch was configured for."""
    return AssetAlias(name=f"contact_sync:{sync_id}", group="mailing_lists")
