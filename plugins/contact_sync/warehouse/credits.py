"""The ledger of API calls: every call to Zoho with its cost, in sync.credit.

Each call is written by a connection of its own and committed at once, so that a stage that is rolled back or killed
still shows what it spent. Paths come without query, so no search text or address gets here.
"""

from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from contact_sync.core.api import ApiCall, CallRecorder
from contact_sync.errors import Unavailable

_WRITE = text(
    "INSERT INTO sync.credit (account, fetch_id, at, method, path, status, rows, cost, seconds)"
    " VALUES (:account, :fetch_id, :at, :method, :path, :status, :rows, :cost, :seconds)"
)


def record_calls(engine: Engine, account: str, fetch_id: int | None) -> CallRecorder:
    """A recorder that writes the calls of one account.

    fetch_id: the fetch they are made for, None for calls outside one (such as a connection test).
    The recorder raises Unavailable when the warehouse does not answer.
    """

    def record(call: ApiCall) -> None:
        values = {
            "account": account,
            "fetch_id": fetch_id,
            "at": call.at,
            "method": call.method,
            "path": call.path.partition("?")[0],
            "status": call.status,
            "rows": call.rows,
            "cost": call.cost,
            "seconds": call.seconds,
        }
        try:
            with engine.begin() as connection:
                connection.execute(_WRITE, values)
        except (OperationalError, PoolTimeout) as error:
            raise Unavailable(
                f"The warehouse did not answer while an API call was written to the ledger: {type(error).__name__}."
            ) from error

    return record
