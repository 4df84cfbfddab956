"""One act under way in `contact_sync_admin`, and the words that all acts share."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from contact_sync.config.base import close_match
from contact_sync.config.loader import load_syncs, sync_ids
from contact_sync.core.admin import Request
from contact_sync.errors import ConfigError
from contact_sync.paths import include_folder

if TYPE_CHECKING:
    from contact_sync.config.resolved import ResolvedSync
    from contact_sync.warehouse.database import Warehouse

_SHOWN = 20
"""Contact ids that a sentence names; a note has room for 1,000 characters."""


@dataclass(frozen=True, slots=True)
class Desk:
    """One act under way: the warehouse, what is asked for, by which user of Airflow."""

    warehouse: "Warehouse"
    request: Request
    who: str

    @property
    def sync_id(self) -> str:
        """The sync that the act is about."""
        return self.request.sync or ""

    def configured(self) -> "ResolvedSync":
        """The sync as its file says now. Raises ConfigError with the problems of the file, or the close match."""
        files = load_syncs(include_folder(), only=self.sync_id)
        if self.sync_id in files.syncs:
            return files.syncs[self.sync_id]
        if files.problems:
            raise ConfigError("\n".join(problem.render() for problem in files.problems))
        raise ConfigError(f"there is no sync '{self.sync_id}'.{_close(self.sync_id)} See: contact-sync list")


def numbers(ids: Sequence[int]) -> str:
    """Contact ids, the first of many."""
    more = f" and {len(ids) - _SHOWN:,} more" if len(ids) > _SHOWN else ""
    return f"{', '.join(map(str, ids[:_SHOWN]))}{more}"


def count(number: int, one: str, several: str) -> str:
    """A number with its noun."""
    return f"{number:,} {one if number == 1 else several}"


def _close(sync_id: str) -> str:
    try:
        close = close_match(sync_id, sync_ids(include_folder()))
    except OSError:
        close = None
    return f" Did you mean '{close}'?" if close else ""
