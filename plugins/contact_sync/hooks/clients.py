"""The client of an account for the stages, of whichever product the account is."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from contact_sync.hooks.zoho_creator import ZohoCreatorHook
from contact_sync.hooks.zoho_recruit import ZohoRecruitHook
from contact_sync.warehouse.database import Warehouse
from contact_sync.zoho.creator import CreatorClient
from contact_sync.zoho.recruit import RecruitClient


def client_factory(
    warehouse: Warehouse, kind: str, zone: ZoneInfo | None = None
) -> Callable[[str, int], RecruitClient | CreatorClient]:
    """What extract makes its client with: an account's name and the id of the fetch that its calls are booked on.

    kind: recruit or creator. zone: of the Creator account's day (LIM-5).
    """

    def make_client(account: str, fetch_id: int) -> RecruitClient | CreatorClient:
        if kind == "creator":
            return ZohoCreatorHook(account).get_client(warehouse, fetch_id, zone)
        return ZohoRecruitHook(account).get_client(warehouse, fetch_id)

    return make_client
