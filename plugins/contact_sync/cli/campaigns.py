"""`contact-sync campaigns`: campaigns of both origins, and whether Recruit's own could be read (CAMP-2, CAMP-6).

Reads the views contacts.campaigns_everywhere and sync.campaign_readings; changes nothing.
"""

from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from contact_sync.cli.arguments import AsOutput, Output, account_names
from contact_sync.cli.console import clock, console, say, say_json, table
from contact_sync.cli.views import organisation_zone, rows_of

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
    account: Annotated[
        str | None, typer.Option("--account", help="Only this account of Recruit.", autocompletion=account_names)
    ] = None,
    output: AsOutput = Output.TEXT,
) -> None:
    """Show campaigns made here and in Recruit, and whether Recruit's own could be read."""
    found, readings = rows_of((_CAMPAIGNS, _READINGS), "sync.campaign_readings", account=account)
    if output is Output.JSON:
        say_json({"campaigns": found, "readings": readings})
        return
    if found:
        result = table("Campaigns", ("Campaign", "Type", "Made", "Account", "Status"))
        for row in found:
            result.add_row(row["name"], row["type"] or "–", _origin(row), row["account"] or "–", row["in_words"] or "–")
        console().print(result)
    else:
        say("No campaigns are known yet. Import the mailer's: contact-sync import-events campaigns.csv")
    zone = organisation_zone()
    for reading in readings:
        say(_reading(reading, zone))


def _origin(row: dict[str, Any]) -> str:
    return "in Recruit" if row["origin"] == "recruit" else "here"


def _reading(row: dict[str, Any], zone: ZoneInfo) -> str:
    if row["error"] is None:
        return f"{row['account']}: campaigns in Recruit: {row['campaigns']:,}, read {clock(row['read_at'], zone)}."
    last = f"last read {clock(row['read_at'], zone)}" if row["read_at"] else "never read"
    return f"{row['account']}: Recruit's own campaigns cannot be read ({last}). {row['error']}"
