"""What people did by hand, with who, when and why: sync.act. Suppressions keep their own record.

Written in the transaction of the act itself, so that there is neither an act without a record nor the reverse.
"""

import json
from typing import Any, Literal

from sqlalchemy import Connection

from contact_sync.errors import ConfigError
from contact_sync.warehouse import statements

Kind = Literal[
    "initiate",
    "activate",
    "deactivate",
    "delete",
    "remove",
    "restore",
    "revert",
    "apply_options",
    "undo_options",
    "approve",
    "withhold",
    "erase",
]


def record(
    connection: Connection,
    kind: Kind,
    who: str,
    *,
    reason: str | None = None,
    sync_no: int | None = None,
    fetch_id: int | None = None,
    contact_id: int | None = None,
    list_id: int | None = None,
    detail: dict[str, Any] | None = None,
) -> int:
    """Keep one act; its number. list_id None: the act concerns the whole organisation, or no list at all. detail: what
    came of it, in numbers.
    """
    recorded = statements.run(
        connection,
        "act/record",
        kind=kind,
        who=who,
        reason=reason,
        sync_no=sync_no,
        fetch_id=fetch_id,
        contact_id=contact_id,
        list_id=list_id,
        detail=None if detail is None else json.dumps(detail),
    )
    return int(recorded.scalar_one())


def given_reason(reason: str) -> str:
    """The reason without surrounding space. Raises ConfigError if there is none."""
    if not reason.strip():
        raise ConfigError("--reason is empty: say why, it is kept with who and when.")
    return reason.strip()
