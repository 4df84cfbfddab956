"""The Airflow connection of a Zoho Creator account becomes a ready client.

Creator tells nothing of an account as such: neither its plan nor its applications, with the scope that reading needs.
A test of the connection therefore asks for an application that nobody has: that Creator does not know it shows that
token and owner are right. With a report to test in the connection, that report is read.
"""

from contextlib import suppress
from typing import Any

from contact_sync.core.api import CallRecorder, TokenStore
from contact_sync.core.ceilings import NO_CEILING, Allowance
from contact_sync.errors import SourceRenamed
from contact_sync.hooks.zoho_account import ZohoAccountHook
from contact_sync.warehouse.database import Warehouse
from contact_sync.zoho.creator import COSTS, CreatorClient, Report
from contact_sync.zoho.creator_failures import creator_service
from contact_sync.zoho.creator_values import CHANGED
from contact_sync.zoho.data_centres import DataCentre

NOBODYS = ("contact-sync-connection-test", "Nothing")
"""Link names of an application and a report that are asked for when no report is to be tested."""
ANY_FORMAT, ANY_ZONE = "dd-MMM-yyyy", "UTC"
"""A test looks at names and addresses only: how dates are written belongs to a sync."""


class ZohoCreatorHook(ZohoAccountHook):
    """A Zoho Creator account.

    zoho_creator_conn_id: id of the Airflow connection, which is also the name of the account.
    """

    conn_name_attr = "zoho_creator_conn_id"
    default_conn_name = "zoho_creator_default"
    conn_type = "zoho_creator"
    hook_name = "Zoho Creator"

    def __init__(self, zoho_creator_conn_id: str = default_conn_name, **kwargs: Any) -> None:
        super().__init__(zoho_creator_conn_id, **kwargs)
        self.zoho_creator_conn_id = zoho_creator_conn_id

    def get_client(
        self, warehouse: Warehouse, fetch_id: int | None = None, allowance: Allowance = NO_CEILING
    ) -> CreatorClient:
        """The client of the account: its token is shared through the warehouse, every call is recorded there.

        fetch_id: the fetch whose calls they are; None for calls of no fetch. allowance: what they may spend, and the
        super admin's zone, in which the day of the developer API limit ends; who gives a ceiling and a fetch calls
        `release` at the end (LIM-5).
        """
        tokens, record, reserve = self.shared(warehouse, fetch_id, allowance)
        transport = self.transport(tokens, record, reserve, service=creator_service(allowance.zone), costs=COSTS)
        return CreatorClient(transport)

    def owner(self) -> str | None:
        """Whose applications the account reads, if the connection says so."""
        return str(self.get_connection(self.account).extra_dejson.get("owner") or "").strip() or None

    def root_of(self, centre: DataCentre) -> str:
        """Root of Creator's API in a data centre."""
        return centre.creator_root

    def examine(self, tokens: TokenStore, record: CallRecorder) -> tuple[bool, str]:
        """The owner, whether a report can be read, and what is missing (ACC-2)."""
        owner = self.owner()
        if owner is None:
            raise self.wrong("give the owner (extra owner): the first part of an application's path in the browser.")
        client = CreatorClient(self.transport(tokens, record, service=creator_service(), costs=COSTS))
        wanted = str(self.get_connection(self.account).extra_dejson.get("test_report") or "").strip()
        if not wanted:
            return self._report_owner(client, owner)
        application, _, name = wanted.partition("/")
        if not application or not name or "/" in name:
            raise self.wrong(f"report to test (extra test_report): '{wanted}' is not APPLICATION/REPORT.")
        return True, _told(client, Report.of(owner, application, name, ANY_FORMAT, ANY_ZONE))

    def _report_owner(self, client: CreatorClient, owner: str) -> tuple[bool, str]:
        with suppress(SourceRenamed):  # the answer that is hoped for: all but the application's name is right
            client.fields(Report.of(owner, *NOBODYS, ANY_FORMAT, ANY_ZONE))
        return True, (
            f"Owner {owner}: Creator takes the token and knows the owner. Not tried: whether a report can be read."
            " Name one as APPLICATION/REPORT in the field 'Report to test'."
        )


def _told(client: CreatorClient, report: Report) -> str:
    place = f"Owner {report.owner}: report {report.application}/{report.name} can be read"
    fields = client.fields(report)
    if not fields:
        return f"{place}. It shows no record yet, so nothing can be said of its fields."
    names = [str(each["api_name"]) for each in fields]
    addresses = [str(each["api_name"]) for each in fields if each["data_type"] == "email"]
    missing = []
    if CHANGED not in names:
        missing.append(f"{CHANGED} (add the column to the report, else every fetch reads all of it)")
    if len(addresses) != 1:
        missing.append(f"the one e-mail field (found {', '.join(addresses) or 'none'}: name it in the sync's mapping)")
    shown = ", ".join(name for name in names if "." not in name)
    return f"{place}. Fields: {shown}. " + (f"Missing: {'; '.join(missing)}." if missing else "Nothing is missing.")
