"""Pushes yield to imports: near the account's ceiling the rest of the people is left for a later run."""

from datetime import UTC, datetime

import requests

from contact_sync.core.ceilings import Allowance, Work
from contact_sync.stages.push import push
from contact_sync.warehouse.credits import CreditBook
from contact_sync.warehouse.tokens import WarehouseTokenStore
from contact_sync.zoho.auth import Credentials
from contact_sync.zoho.recruit import RecruitClient
from contact_sync.zoho.transport import Transport
from tests.stages.test_push import SYNC, crowd_of_openers, pushed_rows
from tests.stages.world import World


def now() -> datetime:
    return datetime.now(UTC)


def yielding(world: World, book: CreditBook) -> RecruitClient:
    """The account's client whose calls the book reserves."""
    credentials = Credentials("sandbox-client", "sandbox-secret-0000", "sandbox-refresh-0000", world.url)
    tokens = WarehouseTokenStore(world.warehouse.engine, book.account, world.warehouse.fernet, now)
    parts = (requests.Session(), world.url, credentials, tokens, book.record, now)
    return RecruitClient(Transport(*parts, reserve=book.reserve))


def test_a_push_leaves_the_rest_for_later(world: World) -> None:
    """LIM-5, OPS-1: at 80 % it ends as partial, not failed, and says why; the next run pushes whoever is left."""
    run = world.run_info(SYNC)
    world.extract(run)
    world.finish(run)
    crowd_of_openers(world, 250)
    limit = world.one("SELECT sum(cost) FROM sync.credit") + 2 * (10 * 3 + 1)
    allowance = Allowance((limit * 5 + 3) // 4, work=Work.PUSH)
    book = CreditBook(world.warehouse.engine, "recruit_demo", 1, allowance)
    assert allowance.limit == limit
    done = push(run, lambda *_: yielding(world, book), world.warehouse, now())
    assert done.counts["pushed"] == pushed_rows(world) == 200
    assert done.status == "partial"
    assert any("push stops at 80 % of them" in warning for warning in done.warnings)
    assert world.one("SELECT sum(cost) FROM sync.credit") == limit
    later = world.run_info(SYNC)
    world.extract(later)
    world.finish(later)
    assert push(later, world.client, world.warehouse, now()).counts["pushed"] == 50
    assert world.one("SELECT count(DISTINCT contact_id) FROM sync.push_ledger WHERE outcome <> 'not_pushed'") == 250
