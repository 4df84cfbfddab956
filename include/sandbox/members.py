"""Who is a member of which of Recruit's campaigns, and with which status.

Some candidates and contacts are planted in every campaign that the sandbox made; the others come by the unconfirmed
call or by a control route. A record that was deleted is no member any more.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from include.sandbox.data.campaigns import MEMBERS, planted
from include.sandbox.store import RecordStore

MODULES = tuple(MEMBERS)


@dataclass(frozen=True, slots=True)
class Member:
    """A membership: its status, when it was given (seconds since 1970; None: as made) and how: made, control, api."""

    status: str | None
    at: int | None = None
    by: str = "made"


class Members:
    """Memberships of all campaigns."""

    def __init__(self, stores: Mapping[str, RecordStore]) -> None:
        self._stores = stores
        self._made = {name: len(stores[name]) for name in ("Campaigns", *MODULES)}
        self._laid: dict[tuple[int, str], dict[int, Member]] = {}

    def of(self, campaign: int, module: str) -> dict[int, Member]:
        """Members by the index of their record, ascending."""
        made = planted(campaign, module, self._made[module]) if campaign < self._made["Campaigns"] else {}
        found = {index: Member(status) for index, status in made.items()} | self._laid.get((campaign, module), {})
        return {index: found[index] for index in sorted(found) if self._stores[module].live(index)}

    def put(self, campaign: int, module: str, index: int, member: Member) -> bool:
        """Make a record a member or change its status; True when it was no member before."""
        new = index not in self.of(campaign, module)
        self._laid.setdefault((campaign, module), {})[index] = member
        return new
