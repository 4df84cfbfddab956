"""Which records a listing holds, in which order: the indexes, worked out once for a filter and kept until a record
changes.

A filter of a million records costs one pass over two columns; every further page of the same listing is a slice. The
order is ascending id unless a field is named; equal values keep ascending id, so that pages never overlap.
"""

from array import array
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from include.sandbox.criteria.model import Matcher
from include.sandbox.store import CONVERTED, GONE, UNAPPROVED, RecordStore
from include.sandbox.views import View

_KEPT = 16
# Wanted value of a flag for each choice of Zoho's converted and approved parameters.
_CHOICES = {"true": (True,), "false": (False,), "both": (True, False)}
CHOICES = tuple(_CHOICES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A listing: ``since`` in seconds since 1970 (inclusive); of a view, of criteria, or of both; sorted by a field, or
    by id when None.
    """

    converted: str = "false"
    approved: str = "true"
    since: int | None = None
    view: View | None = None
    criteria: Matcher | None = None
    sort_by: str | None = None
    descending: bool = False


class Listing:
    """Listings of one store."""

    def __init__(self, store: RecordStore) -> None:
        self._store = store
        self._freshness = store.freshness
        self._kept: OrderedDict[Filter, array[int]] = OrderedDict()
        self._members: OrderedDict[View | Matcher, array[int]] = OrderedDict()

    def indexes(self, wanted: Filter) -> "array[int]":
        """Indexes of the records that the filter lets through, in order."""
        self._forget_if_changed()
        found = self._kept.get(wanted)
        if found is None:
            found = self._kept[wanted] = self._sorted(self._filtered(wanted), wanted)
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(wanted)
        return found

    def members(self, chosen: View | Matcher) -> "array[int]":
        """Indexes of all live records that a view or criteria hold for, whatever their flags."""
        self._forget_if_changed()
        if chosen not in self._members:
            store = self._store
            self._members[chosen] = array("L", (each for each in store.live_indexes() if chosen.holds_in(store, each)))
            if len(self._members) > _KEPT:
                self._members.popitem(last=False)
        return self._members[chosen]

    def _forget_if_changed(self) -> None:
        if self._freshness != self._store.freshness:
            self._freshness = self._store.freshness
            self._kept.clear()
            self._members.clear()

    def _filtered(self, wanted: Filter) -> "array[int]":
        flags, updated = self._store.flags, self._store.updated
        passes = [self._passes(each, wanted) for each in range(8)]
        since = wanted.since
        view = wanted.view if wanted.view is not None and wanted.view.conditions else None
        chosen = [self.members(each) for each in (view, wanted.criteria) if each is not None]
        if chosen:
            inside = chosen[0] if len(chosen) == 1 else sorted(set(chosen[0]) & set(chosen[1]))
            return array("L", (i for i in inside if passes[flags[i]] and (since is None or updated[i] >= since)))
        if since is None:
            return array("L", [index for index, flag in enumerate(flags) if passes[flag]])
        both = enumerate(zip(flags, updated, strict=True))
        return array("L", [index for index, (flag, changed) in both if changed >= since and passes[flag]])

    def _passes(self, flag: int, wanted: Filter) -> bool:
        converted, approved = bool(flag & CONVERTED), not flag & UNAPPROVED
        return not flag & GONE and converted in _CHOICES[wanted.converted] and approved in _CHOICES[wanted.approved]

    def _sorted(self, indexes: "array[int]", wanted: Filter) -> "array[int]":
        store, name = self._store, wanted.sort_by
        if name is None or name == "id":
            return array("L", reversed(indexes)) if wanted.descending else indexes
        if name == store.spec.changed:
            return array("L", sorted(indexes, key=store.updated.__getitem__, reverse=wanted.descending))
        if name == store.spec.created:
            return array("L", sorted(indexes, key=store.created, reverse=wanted.descending))
        return array(
            "L",
            sorted(indexes, key=lambda index: _order(store.record(index, (name,))[name]), reverse=wanted.descending),
        )


def _order(value: Any) -> tuple[bool, bool, Any]:
    """A key by which any two values of one field compare: nothing first, then numbers, then texts ignoring case."""
    number = isinstance(value, int | float)
    return value is not None, not number, value if number else str(value or "").casefold()
