"""Asking an account whether the source of a sync still answers to its name, before the sync is activated (SRC-7)."""

from typing import Protocol

from contact_sync.core.ceilings import Allowance
from contact_sync.hooks.zoho_creator import ZohoCreatorHook
from contact_sync.warehouse.database import Warehouse
from contact_sync.zoho.creator import Report


class NamedReport(Protocol):
    """A report of Creator as a sync's settings name it."""

    @property
    def owner(self) -> str: ...
    @property
    def application(self) -> str: ...
    @property
    def report(self) -> str: ...
    @property
    def date_format(self) -> str: ...
    @property
    def timezone(self) -> str: ...


def ask_report(account: str, named: NamedReport | None, warehouse: Warehouse, allowance: Allowance) -> None:
    """Read the first rows of a Creator report; None is a source of Recruit, which is not asked.

    Raises SourceRenamed while the name leads nowhere.
    """
    if named is None:
        return
    report = Report.of(named.owner, named.application, named.report, named.date_format, named.timezone)
    hook = ZohoCreatorHook(account)
    try:
        hook.get_client(warehouse, None, allowance).fields(report)
    finally:
        hook.release()  # what it reserved of the account's credits and did not spend (LIM-5)
