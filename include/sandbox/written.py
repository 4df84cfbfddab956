"""What calls of the imitated Zoho wrote: the other side of a client's own ledger.

An entry is kept for every effect, whether or not the client was told of it; refused items are counted by code. Edits of
the control routes are not here: somebody else made those. Nothing is kept of it beyond a reset.
"""

from collections import Counter, defaultdict
from typing import Any


class WriteBook:
    """Effects in order, and what was asked and refused, module by module."""

    def __init__(self) -> None:
        self._entries: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        self.calls: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.failed: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._last = 0

    def add(self, module: str, record_id: str, *, at: str, asked: str, did: str, values: dict[str, Any]) -> None:
        """One effect: ``asked`` is the kind of call, ``did`` what became of it (an upsert inserts or updates)."""
        self._last += 1
        entry = {"n": self._last, "at": at, "id": record_id, "asked": asked, "did": did, "values": values}
        self._entries[module].append(entry)

    def entries(self, module: str) -> list[dict[str, Any]]:
        """Effects on records of a module, oldest first."""
        return list(self._entries[module])
