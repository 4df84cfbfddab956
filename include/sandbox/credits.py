"""What calls cost, and how many credits were spent in the last twenty-four hours of the sandbox's clock.

Recruit's page of limits names get records 3, the list of deleted records 2, modules, fields and users 1 each, and the
allowance of each plan. The other prices are not visible there and are assumed (a setting changes any of them). A call
that would go past the allowance is refused and costs nothing; every other call of a priced route costs, whatever its
answer.
"""

from collections import Counter, deque
from collections.abc import Mapping

COSTS: Mapping[str, int] = {
    "records": 3,
    "single": 3,
    "search": 3,
    "related": 3,
    "deleted": 2,
    "modules": 1,
    "fields": 1,
    "custom_views": 1,
    "org": 1,
    "write": 1,
    "bulk_create": 3,
    "bulk_status": 1,
    "bulk_result": 3,
}
# Of each plan: fixed credits, credits for each user, the most of all.
_PLANS: Mapping[str, tuple[int, int, int]] = {
    "free": (5_000, 0, 5_000),
    "standard": (5_000, 250, 100_000),
    "professional": (10_000, 500, 500_000),
    "enterprise": (15_000, 1_000, 1_000_000),
}
WINDOW = 86_400


def allowance(plan: str, users: int) -> int:
    """Credits of a plan in twenty-four hours; a plan that is not in the table has those of Enterprise."""
    fixed, each, most = _PLANS.get(plan.lower(), _PLANS["enterprise"])
    return min(fixed + each * users, most)


class CreditBook:
    """Credits spent, by time and kind. Times are whole seconds of the sandbox's clock."""

    def __init__(self) -> None:
        self._spent: deque[tuple[int, str, int]] = deque()
        self._sum = 0
        self.total: Counter[str] = Counter()
        self.refused = 0

    def spent(self, now: int) -> int:
        """Credits of the last twenty-four hours."""
        while self._spent and not now - WINDOW < self._spent[0][0]:
            self._sum -= self._spent.popleft()[2]
        return self._sum

    def charge(self, kind: str, cost: int, now: int) -> None:
        """Book the cost of one call."""
        self._spent.append((now, kind, cost))
        self._sum += cost
        self.total[kind] += cost

    def free_in(self, cost: int, limit: int, now: int) -> int:
        """Seconds until so many credits are free again (a whole window when they never are)."""
        over = self.spent(now) + cost - limit
        for at, _, each in self._spent:
            over -= each
            if over <= 0:
                return max(at + WINDOW - now, 1)
        return WINDOW

    def by_kind(self, now: int) -> dict[str, int]:
        """Credits of the last twenty-four hours, kind by kind."""
        self.spent(now)
        counted: Counter[str] = Counter()
        for _, kind, cost in self._spent:
            counted[kind] += cost
        return dict(counted)
