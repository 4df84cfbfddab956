"""How many API calls or credits a day Zoho documents for an edition (LIM-5).

Recruit counts credits over rolling 24 hours (developer guide, API limits), Creator calls per calendar day (help, API
limits). Zoho's pages contradict each other for some plans, so organisation.yaml may say otherwise.
"""

_RECRUIT = {
    "free": (5_000, 0, 5_000),
    "standard": (5_000, 250, 100_000),
    "professional": (10_000, 500, 500_000),
    "enterprise": (15_000, 1_000, 1_000_000),
    "zoho_one": (15_000, 1_000, 1_000_000),
    "people_plus": (15_000, 1_000, 1_000_000),
}
"""Edition → credits, credits for each user, most credits."""
_CREATOR = {"free": 250, "standard": 250, "professional": 500, "enterprise": 1_000, "zoho_one": 1_000}
"""Edition → calls for each user; `free` has them once."""


def documented_credits(kind: str, edition: str | None, users: int | None) -> int | None:
    """Credits a day of an account; None where the pages name none, or the number of users is not known.

    kind: recruit or creator. users: None if not declared.
    """
    if edition is None or (users is None and edition != "free"):
        return None
    if kind == "creator":
        each = _CREATOR.get(edition)
        return each if each is None or edition == "free" else each * (users or 0)
    start, each, most = _RECRUIT[edition]
    return min(start + each * (users or 0), most)
