"""Whole months of an organisation against the reference that knows only the contract; see tests/scenario."""

import pytest

from tests.scenario.conftest import month_world  # noqa: F401 - a fixture
from tests.scenario.play import DAYS
from tests.scenario.product import MonthWorld
from tests.scenario.test_month import DRAWN, played

SEEDS = [pytest.param("november", id="november"), *([pytest.param(DRAWN, id="drawn")] if DRAWN else [])]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_month_goes_as_the_contract_says(month_world: MonthWorld, seed: str) -> None:  # noqa: F811 - the fixture
    """OUT-15, ADV-5, ADV-8, LIM-1, LIM-2, RET-11 and all that a fortnight shows: four syncs a day, whatever happens."""
    assert played(month_world, seed, DAYS, "long") > 100
