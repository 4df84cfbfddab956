"""Hosts of the data centres and costs of calls."""

import pytest

from contact_sync.errors import ConfigError
from contact_sync.zoho.catalogue import COSTS, DEAREST, cost_of
from contact_sync.zoho.data_centres import DATA_CENTRES, data_centre


@pytest.mark.parametrize(
    ("code", "accounts", "recruit"),
    [
        ("us", "https://accounts.zoho.com", "https://recruit.zoho.com"),
        ("EU ", "https://accounts.zoho.eu", "https://recruit.zoho.eu"),
        ("ca", "https://accounts.zohocloud.ca", "https://recruit.zohocloud.ca"),
        ("au", "https://accounts.zoho.com.au", "https://recruit.zoho.com.au"),
    ],
)
def test_hosts(code: str, accounts: str, recruit: str) -> None:
    """ACC-1: each data centre has an accounts host and an API root of its own."""
    centre = data_centre(code)
    assert (centre.accounts_host, centre.recruit_root) == (accounts, recruit)


def test_all_data_centres_are_there() -> None:
    """ACC-1: us, eu, in, au, jp, cn, ca, sa; none leads to the host that answers 404."""
    assert sorted(DATA_CENTRES) == sorted(["us", "eu", "in", "au", "jp", "cn", "ca", "sa"])
    assert not [centre for centre in DATA_CENTRES.values() if "zohoapis" in centre.recruit_root]


def test_an_unknown_data_centre() -> None:
    """ACC-1: the error names the field, what is allowed and the close match."""
    with pytest.raises(ConfigError, match=r"data_center: 'usa'.*Allowed: us, eu.*Did you mean 'us'\?"):
        data_centre("usa")


@pytest.mark.parametrize(
    ("method", "path", "cost"),
    [
        ("GET", "/recruit/v2/Candidates", 3),
        ("GET", "/recruit/v2/Candidates/200001000000011001", 3),
        ("GET", "/recruit/v2/Candidates/deleted", 2),
        ("GET", "/recruit/v2/settings/modules", 1),
        ("GET", "/recruit/v2/settings/fields", 1),
        ("GET", "/recruit/v2/settings/custom_views", 1),
        ("GET", "/recruit/v2/org", 1),
        ("GET", "/recruit/v2/users", 1),
        ("POST", "/recruit/v2/Candidates/upsert", 1),
        ("GET", "/recruit/v2/Candidates/search", DEAREST),
        ("GET", "/recruit/v2/settings/layouts", DEAREST),
        ("PUT", "/recruit/v2/Candidates", DEAREST),
        ("POST", "/recruit/bulk/v2/read", DEAREST),
    ],
)
def test_costs(method: str, path: str, cost: int) -> None:
    """LIM-5: each kind of call has its price; an unknown one is never under-counted."""
    assert cost_of(method, path) == cost


def test_costs_can_be_changed() -> None:
    """LIM-5: prices that Zoho does not publish are a table that can be replaced."""
    assert cost_of("POST", "/recruit/v2/Candidates/upsert", {**COSTS, "upsert": 5}) == 5
