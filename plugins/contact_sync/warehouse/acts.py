"""What people did by hand, with who, when and why: sync.act. Suppressions keep their own record.

Written in the transaction of the act itself, so that there is neither an act without a record nor the reverse.
"""

from typing import Literal

from sqlalchemy import Connection

from contact_sync.errors import ConfigError
from contact_sync.warehouse import statements

Kind = Literal["initiate", "activate", "deactivate", "remove", "restore", "revert"]


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
) -> None:
    """Keep one act. list_id None: the act concerns the whole organisation, or no list at all."""
    statements.run(
        connection,
        "act/record",
        kind=kind,
        who=who,
        reason=reason,
        sync_no=sync_no,
        fetch_id=fetch_id,
        contact_id=contact_id,
        list_id=list_id,
    )


def given_reason(reason: str) -> str:
    """The reason without surrounding space. Raises ConfigError if there is none."""
    if not reason.strip():
        raise ConfigError("--reason is empty: say why, it is kept with who and when.")
    return reason.strip()
