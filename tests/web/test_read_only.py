"""Pages change nothing: every route answers from a database that refuses to write, and a write there would be seen."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from contact_sync.errors import WarehouseRefused
from tests.integration.routes import paths
from tests.web.conftest import KEY, PREFIX, Site, signed_in
from tests.web.seeded import HIS, ROLE, Seeded
from tests.web.test_access import filled


@pytest.fixture
def sealed(seeded: Seeded) -> Iterator[Seeded]:
    """The seeded warehouse, in which no new session can write."""
    name = seeded.one("SELECT current_database()")
    seeded.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    yield seeded
    with seeded.warehouse.engine.connect() as connection:
        connection.execute(text("SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE"))
        connection.commit()
        connection.execute(text(f'ALTER DATABASE "{name}" RESET default_transaction_read_only'))
        connection.commit()


def test_every_page_comes_from_a_database_that_refuses_to_write(
    site: Site, sealed: Seeded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OPS-8: GET on every route there is, and the search for a person, by id, by address, and by the hash of one."""
    monkeypatch.setenv("CONTACT_SYNC_KEY", KEY)
    routes = sorted({path.removeprefix(PREFIX) for path in paths(site.root.routes) if path.startswith(f"{PREFIX}/")})
    answers = {route: site.get(filled(route, sealed, HIS)).status_code for route in routes}
    assert answers == {route: 303 if route == "/tab" else 200 for route in routes}
    for who in (str(sealed.contact), "ann@example.org", ROLE):
        found = site.client.post(f"{PREFIX}/people", data={"who": who}, headers=signed_in("anna"))
        assert found.status_code == 200, who
    with pytest.raises(WarehouseRefused, match="ReadOnlySqlTransaction"), sealed.warehouse.transaction() as connection:
        connection.execute(text("UPDATE sync.organisation SET hash_key_cipher = hash_key_cipher"))
