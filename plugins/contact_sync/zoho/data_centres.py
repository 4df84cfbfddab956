"""Where each Zoho data centre answers: the accounts server (tokens) and the roots of the Recruit and Creator APIs.

Source: developer guide of Recruit, pages "multi-dc" and the endpoint pages; help of Creator, API v2.1. API roots are
configuration and never taken from the token answer: its `api_domain` names www.zohoapis.*, which is where Creator's
API lives, but answers 404 for Recruit.
"""

from dataclasses import dataclass
from difflib import get_close_matches

from contact_sync.errors import ConfigError


@dataclass(frozen=True, slots=True)
class DataCentre:
    """One data centre; all values but the code are roots without a slash at the end."""

    code: str
    accounts_host: str
    recruit_root: str
    creator_root: str


DATA_CENTRES = {
    centre.code: centre
    for centre in (
        DataCentre("us", "https://accounts.zoho.com", "https://recruit.zoho.com", "https://www.zohoapis.com"),
        DataCentre("eu", "https://accounts.zoho.eu", "https://recruit.zoho.eu", "https://www.zohoapis.eu"),
        DataCentre("in", "https://accounts.zoho.in", "https://recruit.zoho.in", "https://www.zohoapis.in"),
        DataCentre("au", "https://accounts.zoho.com.au", "https://recruit.zoho.com.au", "https://www.zohoapis.com.au"),
        DataCentre("jp", "https://accounts.zoho.jp", "https://recruit.zoho.jp", "https://www.zohoapis.jp"),
        DataCentre("cn", "https://accounts.zoho.com.cn", "https://recruit.zoho.com.cn", "https://www.zohoapis.com.cn"),
        # Canada lives under another domain than the rest
        DataCentre("ca", "https://accounts.zohocloud.ca", "https://recruit.zohocloud.ca", "https://www.zohoapis.ca"),
        DataCentre("sa", "https://accounts.zoho.sa", "https://recruit.zoho.sa", "https://www.zohoapis.sa"),
    )
}


def data_centre(code: str) -> DataCentre:
    """The data centre of that code (us, eu, in, au, jp, cn, ca, sa; case does not matter).

    Raises ConfigError with the allowed codes and the close match.
    """
    found = DATA_CENTRES.get(code.strip().lower())
    if found is None:
        near = get_close_matches(code.strip().lower(), DATA_CENTRES, n=1, cutoff=0.4)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        raise ConfigError(
            f"data_center: '{code}' is not a Zoho data centre. Allowed: {', '.join(DATA_CENTRES)}.{hint}"
            " Set `data_center` in the extra of the account's Airflow connection, or `accounts_host` and `api_root`."
        )
    return found
