"""What every read over pages has in common: it is read once, and afterwards it knows its proof and its clock.

A read that cannot be proved complete gives neither (SRC-12).
"""

from datetime import datetime


class ProvedRead:
    """calls: calls answered so far. records: rows received so far."""

    def __init__(self) -> None:
        self._proof: str | None = None
        self._source_clock: datetime | None = None
        self._began = False
        self.calls = 0
        self.records = 0

    @property
    def proof(self) -> str:
        """How the end was proved. RuntimeError before the last page."""
        if self._proof is None:
            raise RuntimeError("the proof of a listing is known only after its last page")
        return self._proof

    @property
    def source_clock(self) -> datetime:
        """The Date header of the first answer (UTC): where the next read starts (RET-7). RuntimeError before it."""
        if self._source_clock is None:
            raise RuntimeError("the source's clock is known only after the first page")
        return self._source_clock

    def _begin(self) -> None:
        if self._began:
            raise RuntimeError("a listing can be read only once")
        self._began = True

    def _answered(self, served_at: datetime) -> None:
        self.calls += 1
        self._source_clock = self._source_clock or served_at
