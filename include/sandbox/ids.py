"""Ids of records: eighteen digits that rise with the record's index, apart for every module.

Made records and those that came later have ranges of their own, so a record's id does not depend on how many were made.
"""

FIRST_ID = 200001000001000000
# Ids of two modules are so far apart; those of added records begin so far after the made ones.
MODULE_IDS = 1_000_000_000
ADDED_IDS = 499_000_000
STEP = 7


class Ids:
    """The ids of one module, of which ``made`` records were made."""

    def __init__(self, number: int, made: int) -> None:
        self._first = FIRST_ID + (number - 1) * MODULE_IDS
        self._made = made

    def id_of(self, index: int) -> str:
        """The id of an index, as text."""
        if index < self._made:
            return str(self._first + index * STEP)
        return str(self._first + ADDED_IDS + (index - self._made) * STEP)

    def index_of(self, record_id: object, count: int) -> int | None:
        """The index of an id when the module has ``count`` indexes so far; None for any other id."""
        text = str(record_id)
        if not text.isascii() or not text.isdigit():
            return None
        distance = int(text) - self._first
        added = distance >= ADDED_IDS
        index, rest = divmod(distance - ADDED_IDS if added else distance, STEP)
        index += self._made if added else 0
        low, high = (self._made, count) if added else (0, self._made)
        return index if rest == 0 and low <= index < high else None
