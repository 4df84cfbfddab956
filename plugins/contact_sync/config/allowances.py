"""What the tasks of an account may spend of its API credits, as organisation.yaml says now (LIM-5).

Read when a task runs, not with the settings that its fetch was opened with: whoever raises a ceiling and clears the
task is to see it go on.
"""

from zoneinfo import ZoneInfo

from contact_sync.config.organisation import Organisation
from contact_sync.core.ceilings import Allowance, Work


def allowance_of(organisation: Organisation, account: str, work: Work = Work.IMPORT) -> Allowance:
    """The allowance of an account for a kind of work; without a ceiling for one that organisation.yaml lacks."""
    profile = organisation.accounts.get(account)
    if profile is None:
        return Allowance(work=work)
    zone = ZoneInfo(profile.timezone or organisation.timezone) if profile.kind == "creator" else None
    return Allowance(profile.credits_a_day, zone, work)
