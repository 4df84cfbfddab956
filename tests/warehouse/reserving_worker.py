"""One of several processes that spend one account's credits at the same time (started by test_reservations.py).

Arguments: warehouse URL, the account's ceiling, id of its fetch. Waits for a line on standard input, so that all begin
together; makes calls of changing cost, without a network, until the ceiling ends them. Prints a JSON line: credits
spent, and why it ended.
"""

import json
import sys
from datetime import UTC, datetime
from itertools import cycle

from contact_sync.core.api import ApiCall
from contact_sync.core.ceilings import Allowance
from contact_sync.errors import CreditsExhausted
from contact_sync.warehouse.credits import CreditBook
from contact_sync.warehouse.database import open_warehouse


def main() -> None:
    """Spend until nothing is left."""
    warehouse = open_warehouse(sys.argv[1], None)
    book = CreditBook(warehouse.engine, "recruit_demo", int(sys.argv[3]), Allowance(int(sys.argv[2])))
    print("ready", flush=True)
    sys.stdin.readline()
    spent = 0
    try:
        for cost in cycle((3, 1, 2, 3)):
            book.reserve(cost)
            book.record(ApiCall(datetime.now(UTC), "GET", "/recruit/v2/Candidates", 200, 200, cost, 0.0))
            spent += cost
    except CreditsExhausted as error:
        book.release()
        print(json.dumps({"spent": spent, "ended": str(error)}), flush=True)
