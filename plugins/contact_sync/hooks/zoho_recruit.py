"""The Airflow connection of a Zoho Recruit account becomes a ready client."""

from collections.abc import Callable
from typing import Any

from contact_sync.core.api import CallRecorder, TokenStore
from contact_sync.core.ceilings import NO_CEILING, Allowance
from contact_sync.errors import PermissionMissing
from contact_sync.hooks.zoho_account import ZohoAccountHook
from contact_sync.warehouse.database import Warehouse
from contact_sync.zoho.data_centres import DataCentre
from contact_sync.zoho.recruit import RecruitClient

READ_MODULE = "Candidates"
"""The module that syncs read, which an account must offer."""
NOBODYS = "(Email:equals:nobody@contact-sync.invalid)"
"""What a test of the connection searches for."""
NOT_TRIED = "Not tried: bulk read, which large reads use if the account has it (scope ZohoRecruit.bulk.READ)."


class ZohoRecruitHook(ZohoAccountHook):
    """A Zoho Recruit account.

    zoho_recruit_conn_id: id of the Airflow connection, which is also the name of the account.
    """

    conn_name_attr = "zoho_recruit_conn_id"
    default_conn_name = "zoho_recruit_default"
    conn_type = "zoho_recruit"
    hook_name = "Zoho Recruit"

    def __init__(self, zoho_recruit_conn_id: str = default_conn_name, **kwargs: Any) -> None:
        super().__init__(zoho_recruit_conn_id, **kwargs)
        self.zoho_recruit_conn_id = zoho_recruit_conn_id

    def get_client(
        self, warehouse: Warehouse, fetch_id: int | None = None, allowance: Allowance = NO_CEILING
    ) -> RecruitClient:
        """The client of the account: its token is shared through the warehouse, every call is recorded there.

        fetch_id: the fetch whose calls they are; None for calls of no fetch. allowance: what they may spend; who gives
        a ceiling and a fetch calls `release` at the end.
        """
        return RecruitClient(self.transport(*self.shared(warehouse, fetch_id, allowance)))

    def root_of(self, centre: DataCentre) -> str:
        """Root of Recruit's API in a data centre."""
        return centre.recruit_root

    def examine(self, tokens: TokenStore, record: CallRecorder) -> tuple[bool, str]:
        """Organisation, edition, modules on offer, and what is missing (ACC-2)."""
        client = RecruitClient(self.transport(tokens, record))
        organisation = client.organisation()
        licence = organisation.get("license_details") or {}
        offered = sorted(
            str(module.get("api_name")) for module in client.modules() if module.get("api_supported", True)
        )
        name = organisation.get("company_name") or "an organisation without a name"
        plan = licence.get("plan_type") or licence.get("paid_type") or "not told"
        edition = f"{organisation.get('type') or 'edition not told'}, plan {plan}"
        text = f"{name} ({edition}). Modules: {', '.join(offered) or 'none'}."
        if READ_MODULE not in offered:
            return False, f"{text} Missing: {READ_MODULE}, which syncs read. Check the profile of the token's user."
        change_field = client.change_field(READ_MODULE)
        if unreadable := _refused(lambda: client.exceeds(READ_MODULE, 0)):
            return False, f"{text} Missing: {unreadable}"
        lacking = {
            "for custom views": _refused(lambda: client.custom_views(READ_MODULE)),
            "for criteria that are searched for": _refused(
                lambda: list(client.search(READ_MODULE, NOBODYS, fields=("id",)))
            ),
        }
        missing = " ".join(f"Missing {what}: {told}" for what, told in lacking.items() if told)
        found = f"{text} {READ_MODULE} can be read, changes by {change_field}. {missing or 'Nothing is missing.'}"
        return True, f"{found} {NOT_TRIED}"


def _refused(call: Callable[[], object]) -> str | None:
    """Why the account may not make the call, and the scope that would mend it (ACC-7); None if it may."""
    try:
        call()
    except PermissionMissing as error:
        return str(error).removesuffix(" Check with: contact-sync doctor")
    return None
