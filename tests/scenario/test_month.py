"""Days of an organisation, every fetch of them checked against a reference that knows only the contract.

One fortnight is always the same. Another is drawn by CONTACT_SYNC_SEED where it is set, as continuous integration does;
tests/long plays the whole month. A failure names the seed, the day, the sync and the first records on which the two
opinions differ, and the line that plays it again.
"""

import os
from datetime import UTC, datetime

import pytest

from tests.scenario.addresses import flaw_of
from tests.scenario.play import Disagreement, play
from tests.scenario.product import MonthWorld, Product

DRAWN = os.environ.get("CONTACT_SYNC_SEED")
FORTNIGHT = 14
MONTHS = [pytest.param("november", FORTNIGHT, id="a fortnight")]
if DRAWN:
    MONTHS.append(pytest.param(DRAWN, FORTNIGHT, id="drawn"))
FLAWS = {
    "empty_email": "empty_email", "white_space_email": "empty_email", "invalid_pattern": "invalid_pattern",
    "misspelt_domain": "invalid_pattern", "role_address": "group_email", "role_address_tagged": "group_email",
}  # fmt: skip


def played(world: MonthWorld, seed: str, days: int, where: str = "scenario") -> int:
    """The number of fetches that agree; fails with both opinions if one does not. where: the folder to repeat it."""
    print(f"CONTACT_SYNC_SEED={seed}")
    try:
        return play(world, seed, options=True, days=days)
    except Disagreement as disagreement:
        told = str(disagreement)
    # beside the handler: within it the text would be printed twice
    pytest.fail(f"{told}\nAgain: CONTACT_SYNC_SEED={seed} pytest tests/{where} -k drawn", pytrace=False)


@pytest.mark.parametrize(("seed", "days"), MONTHS)
def test_it_goes_as_the_contract_says(month_world: MonthWorld, seed: str, days: int) -> None:
    """OUT-1, OUT-2, OUT-3, OUT-4, OUT-8, OUT-9, OUT-10, OUT-11, OUT-13, OUT-16, OUT-17, OUT-18, ADV-1, ADV-2, ADV-3,
    ADV-4, ADV-7, RET-2, RET-7, SRC-8: four syncs a day, whatever happens. The whole month is played by tests/long.
    """
    assert played(month_world, seed, days) > 3 * days


def test_a_difference_is_told_with_both_opinions(month_world: MonthWorld) -> None:
    """Something that the reference was not told of: the message names seed, day, sync, record and what each says."""
    plain = next(each for each in month_world.kinds() if each["kind"] == "plain")
    Product(month_world).bounce(plain["email"], hard=True, soft=0, at=datetime(2026, 11, 1, tzinfo=UTC))
    with pytest.raises(Disagreement) as told:
        play(month_world, "november", options=False, days=1)
    lines = str(told.value).splitlines()
    assert lines[0].startswith("seed november, day 0, sync everybody: {")
    hard = "the product ('ignored', 'bounced', 'hard')"
    assert f"record {plain['id']}: the contract ('new', None, {{None}}), {hard}" in lines
    assert f"mailable ('News', '{plain['email']}'): the contract True, the product None" in lines


def test_the_reference_knows_a_good_address(month_world: MonthWorld) -> None:
    """Its few lines say of every planted address what the sandbox planted; this proves nothing of the product."""
    for each in [*month_world.kinds(), *month_world.control("GET", "kinds/Contacts")]:
        flaw = flaw_of(each["email"])
        assert (flaw and flaw[0]) == FLAWS.get(each["kind"]), each
