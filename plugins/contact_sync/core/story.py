"""One person's story as it is known (OPS-3), before it is told. Values are personal and go to who asked only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Story:
    """Rows as the statements of include/sql/story have them, the last first.

    contact_id: None if nobody has the address asked for. former: found by an address that the person had before.
    lists: one row per list with `last`, what the fetches into it last made of the person's records, None if they met
    none. more: there are older outcomes than those. by_address: whether records were also looked for by address; not
    without CONTACT_SYNC_KEY. Of somebody erased all else is empty.
    """

    contact_id: int | None
    erased: bool = False
    former: bool = False
    by_address: bool = True
    person: Mapping[str, Any] | None = None
    lists: Rows = ()
    outcomes: Rows = ()
    more: bool = False
    records: Rows = ()
    suppressions: Rows = ()
    addresses: Rows = ()
    bounces: Rows = ()
    campaigns: Rows = ()
    pushes: Rows = ()
    removals: Rows = ()
    acts: Rows = ()
    waiting: Rows = field(default=())
