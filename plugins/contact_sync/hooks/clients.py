"""The clients of accounts for the stages, of whichever product each account is.

What a client has reserved of its account's credits and not spent is given back when the stage ends (LIM-5), however it
ends.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from contact_sync.core.ceilings import Allowance
from contact_sync.hooks.zoho_creator import ZohoCreatorHook
from contact_sync.hooks.zoho_recruit import ZohoRecruitHook
from contact_sync.warehouse.database import Warehouse
from contact_sync.zoho.creator import CreatorClient
from contact_sync.zoho.recruit import RecruitClient

AllowanceOf = Callable[[str], Allowance]
"""What may be spent of an account, by its name."""


@contextmanager
def clients(
    warehouse: Warehouse, kind: str, allowance_of: AllowanceOf
) -> Iterator[Callable[[str, int], RecruitClient | CreatorClient]]:
    """What extract makes its client with: an account's name and the id of the fetch that its calls are booked on.

    kind: recruit or creator.
    """
    if kind == "recruit":
        with recruit_clients(warehouse, allowance_of) as make_recruit_client:
            yield make_recruit_client
        return
    with ExitStack() as ending:

        def make_client(account: str, fetch_id: int) -> CreatorClient:
            hook = ZohoCreatorHook(account)
            ending.callback(hook.release)
            return hook.get_client(warehouse, fetch_id, allowance_of(account))

        yield make_client


@contextmanager
def recruit_clients(
    warehouse: Warehouse, allowance_of: AllowanceOf
) -> Iterator[Callable[[str, int | None], RecruitClient]]:
    """The same for stages that work with Recruit only."""
    with ExitStack() as ending:

        def make_client(account: str, fetch_id: int | None) -> RecruitClient:
            hook = ZohoRecruitHook(account)
            ending.callback(hook.release)
            return hook.get_client(warehouse, fetch_id, allowance_of(account))

        yield make_client
