"""Records whose field has one of some values, by searches of at most ten conditions (developer guide, search records).

Of the search operators the documented `equals` is used, or `in` where somebody vouches for it. Either may find more
than it is asked for, and what was written within the last minutes it may not find yet: whoever asks compares the rows,
and takes no absence for a proof.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from contact_sync.zoho.recruit import CHANGE_FIELDS, MOST_CONDITIONS, USUAL_CHANGE_FIELD, RecruitClient

MOST_IN = 100
"""Values of one `in` (the sibling CRM's search)."""
_SPECIAL = re.compile(r"[(),\\]")


def matching(
    client: RecruitClient,
    module: str,
    field: str,
    values: Sequence[str],
    *,
    fields: Sequence[str] = (),
    by_in: bool = False,
) -> Iterator[dict[str, Any]]:
    """The rows that searches for the values find, with their id, the field, the change time and `fields`.

    by_in: ask with the operator `in`, which only newer readings of the guide list: many more values a call.
    """
    asked = (field, change_field(module), *fields)
    size = MOST_IN if by_in else MOST_CONDITIONS
    for first in range(0, len(values), size):
        wanted = [_escaped(value) for value in values[first : first + size]]
        conditions = [f"({field}:in:{','.join(wanted)})"] if by_in else [f"({field}:equals:{each})" for each in wanted]
        query = conditions[0] if len(conditions) == 1 else f"({'or'.join(conditions)})"
        for page in client.search(module, query, fields=asked):
            yield from page.rows


def change_field(module: str) -> str:
    """The field of the change time, by which the latest of several records is told."""
    return CHANGE_FIELDS.get(module, USUAL_CHANGE_FIELD)


def _escaped(value: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", value)
