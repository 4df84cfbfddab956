"""Recruit's own campaigns: how their fields are made, and who is planted as a member of which.

No two campaigns are called alike. A campaign has twenty candidates and ten contacts, fewer where the modules are
smaller; none is planted as deleted, members may be.
"""

from datetime import date

from include.sandbox.data.business import CAMPAIGN_NAMES, CAMPAIGN_STATUSES, CAMPAIGN_TYPES, MEMBER_STATUSES
from include.sandbox.data.clients import day
from include.sandbox.data.people import STAMPS, Recipe, maybe, owner, table

# How many members of each module a campaign is made with.
MEMBERS = {"Candidates": 20, "Contacts": 10}


def campaigns() -> Recipe:
    """What recruiters planned in Recruit itself."""
    return Recipe(
        name="Campaigns",
        kinds=frozenset(),
        makers={
            **STAMPS,
            "Campaign_Name": lambda person: f"{person.one(2, CAMPAIGN_NAMES)} {person.index + 1}",
            "Type": table(3, CAMPAIGN_TYPES),
            "Status": table(4, CAMPAIGN_STATUSES),
            "Start_Date": day(5, date(2025, 9, 1), 180),
            "End_Date": maybe(6, 3, day(7, date(2026, 3, 1), 90)),
            "Campaign_Owner": owner,
            "Description": maybe(8, 2, lambda person: "Planned with the hiring team"),
        },
    )


def planted(campaign: int, module: str, count: int) -> dict[int, str]:
    """Indexes of the records of a module (which holds so many) that a campaign was made with, and their status."""
    indexes = ((campaign * 31 + place * 7) % count for place in range(MEMBERS[module] if count else 0))
    return {index: MEMBER_STATUSES[(campaign + index) % len(MEMBER_STATUSES)] for index in indexes}
