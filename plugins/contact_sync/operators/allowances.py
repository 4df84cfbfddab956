"""What the tasks may spend of their accounts' API credits (LIM-5); parsing a DAG needs none of it."""

from collections.abc import Callable

from contact_sync.config.allowances import allowance_of
from contact_sync.config.loader import load_organisation
from contact_sync.core.ceilings import Allowance, Work
from contact_sync.paths import include_folder


def allowances(work: Work) -> Callable[[str], Allowance]:
    """The allowance of any account for that work, as organisation.yaml says at this moment. Raises ConfigError."""
    organisation = load_organisation(include_folder())

    def of_account(account: str) -> Allowance:
        return allowance_of(organisation, account, work)

    return of_account
