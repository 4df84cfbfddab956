"""A push that dies before or after the commit of any of its transactions, and the pushes after it (PUSH-9)."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from contact_sync.errors import PushRejected
from contact_sync.warehouse.database import Warehouse
from tests.stages.conftest import empty_source_url, post  # noqa: F401
from tests.stages.pushing import Post, switch

OPENED, CLICKED, CONTACTS = switch(), switch(event="clicked"), switch("Contacts")


class Died(BaseException):
    """The process ends here: nothing of the program may catch it."""


@pytest.mark.parametrize("committed", [False, True], ids=["PUSH-9-rolled-back", "PUSH-9-committed"])
def test_a_push_that_dies_at_any_transaction(
    post: Post,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    committed: bool,
) -> None:
    """PUSH-0, PUSH-9: before or after the commit of each: the pushes after it make each record once."""
    real, left = Warehouse.transaction, [0]

    @contextmanager
    def deadly(warehouse: Warehouse) -> Iterator[Any]:
        with real(warehouse) as connection:
            yield connection
            left[0] -= 1
            if left[0] == 0 and not committed:
                raise Died
        if left[0] == 0 and committed:
            raise Died

    monkeypatch.setattr(Warehouse, "transaction", deadly)
    stuck: list[int] = []
    for nth in range(1, 100):
        ann = post.member(f"ann{nth}@web.example.org", company=f"Acme {nth}")
        left[0] = 0
        post.did(ann, "clicked")
        left[0] = nth
        died = False
        try:
            post.push(OPENED, CLICKED, CONTACTS)
        except Died:
            died = True
        left[0] = 0
        with suppress(PushRejected):
            post.push(OPENED, CLICKED, CONTACTS)
        found = [len(post.records(f"ann{nth}@web.example.org", module)) for module in ("Candidates", "Contacts")]
        assert max(found) <= 1, nth
        if found != [1, 1]:
            stuck.append(nth)
            in_doubt = post.world.one("SELECT count(*) FROM sync.outbox WHERE state = 'unknown'")
            assert in_doubt == len(stuck), "only because nobody knows"
        if not died:
            break
    assert nth > 10
    assert bool(stuck) == committed, "noted as sent, and died before sending"
