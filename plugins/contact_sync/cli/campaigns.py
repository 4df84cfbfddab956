"""`contact-sync campaigns`: campaigns of both origins, and whether Recruit's own could be read (CAMP-2, CAMP-6).

Reads the views contacts.campaigns_everywhere and sync.campaign_readings; changes nothing.
"""

from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from contact_sync.cli.console import UsageMistake, clock, console, say, say_json, table
from contact_sync.cli.views import rows_of
from contact_sync.paths import include_folder

OUTPUTS = ("table", "json")
_CAMPAIGNS = """
SELECT name, type, status, origin, account, record_id, external_id, detail, in_words, started_at,
       campaign_id IS NULL AS own
  FROM contacts.campaigns_everywhere
 WHERE CAST(:account AS text) IS NULL OR account IS NULL OR account = :account
 ORDER BY own, started_at DESC NULLS LAST, name, account
"""
_READINGS = """
SELECT account, read_at, tried_at, error, campaigns
  FROM sync.campaign_readings
 WHERE CAST(:account AS text) IS NULL OR account = :account
 ORDER BY account
"""


def campaigns(
    account: Annotated[str | None, typer.Option("--account", help="Only this account of Recruit.")] = None,
    output: Annotated[str, typer.Option("--output", help="table or json.")] = "table",
) -> None:
    """Show campaigns made here and in Recruit, and whether Recruit's own could be read."""
    if output not in OUTPUTS:
        raise UsageMistake(f"--output: '{output}' is not one of {', '.join(OUTPUTS)}.")
    found, readings = rows_of((_CAMPAIGNS, _READINGS), "sync.campaign_readings", account=account)
    if output == "json":
        say_json({"campaigns": found, "readings": readings})
        return
    if found:
        result = table("Campaigns", ("Campaign", "Type", "Made", "Account", "Status"))
        for row in found:
            result.add_row(row["name"], row["type"] or "–", _origin(row), row["account"] or "–", row["in_words"] or "–")
        console().print(result)
    else:
        say("No campaigns are known yet. Import the mailer's: contact-sync import-events campaigns.csv")
    zone = _zone()
    for reading in readings:
        say(_reading(reading, zone))


def _origin(row: dict[str, Any]) -> str:
    return "in Recruit" if row["origin"] == "recruit" else "here"


def _zone() -> ZoneInfo:
    from contact_sync.config.loader import read_organisation

    organisation, _ = read_organisation(include_folder())
    return ZoneInfo(organisation.timezone if organisation else "Etc/UTC")


def _reading(row: dict[str, Any], zone: ZoneInfo) -> str:
    if row["error"] is None:
        return f"{row['account']}: campaigns in Recruit: {row['campaigns']:,}, read {clock(row['read_at'], zone)}."
    last = f"last read {clock(row['read_at'], zone)}" if row["read_at"] else "never read"
    return f"{row['account']}: Recruit's own campaigns cannot be read ({last}). {row['error']}"
