"""The lines of the mapping that no file names and the source's own fields tell: address and names (MAP-1).

They are told once, at the first fetch that reads anything, and stay from fetch to fetch: a new field changes nothing,
and one that vanished is missed like a field that the file names (SRC-10). What the file says since comes first.
"""

from collections.abc import Callable, Iterable, Sequence

from contact_sync.config.resolved import ResolvedSync
from contact_sync.core.mapping_types import FieldMapping

NAMES = ("first_name", "last_name")


def told_lines(
    settings: ResolvedSync,
    former: Sequence[FieldMapping],
    email: Callable[[], FieldMapping],
    names: Callable[[], Iterable[FieldMapping]],
) -> tuple[FieldMapping, ...]:
    """The lines in force beside those of the file.

    former: those of the last fetch, none before the first. email, names: ask the source's fields, and are asked only
    where `former` does not say; what `email` raises reaches the caller.
    """
    lines: list[FieldMapping] = []
    if settings.email_by_metadata:
        lines += [line for line in former if line.target == "email"] or [email()]
    if settings.name_by_metadata:
        lines += _names([line for line in former if line.target in NAMES], names())
    named = {line.target for line in settings.mapping}
    return tuple(line for line in lines if line.target not in named)


def _names(former: list[FieldMapping], told: Iterable[FieldMapping]) -> list[FieldMapping]:
    """The former lines, and such as fill another name from a part of the same field, which showed its value since."""
    if not former:
        return list(told)
    filled = {line.target for line in former}
    composites = {_field(line) for line in former if "." in line.source}
    return [*former, *(line for line in told if line.target not in filled and _field(line) in composites)]


def _field(line: FieldMapping) -> str:
    return line.source.partition(".")[0]
