"""`contact-sync lists`: each mailing list with its members by standing, what feeds it, and whether that is well.

Reads memberships and the views contacts.mailable_members and sync.list_health; changes nothing and names nobody.
"""

from typing import Any

from rich.text import Text

from contact_sync.cli.arguments import AsOutput, Output
from contact_sync.cli.console import clock, console, say, say_json, table, working
from contact_sync.cli.views import organisation_zone, rows_of

_LISTS = """
SELECT health.list_name AS list, coalesce(counted.subscribed, 0) AS subscribed,
       coalesce(mailable.members, 0) AS mailable,
       coalesce(counted.subscribed, 0) - coalesce(mailable.members, 0) AS suppressed,
       coalesce(counted.unsubscribed, 0) AS unsubscribed, coalesce(counted.removed, 0) AS removed,
       counted.last_change, health.syncs, health.troubled, health.read_until, health.healthy
  FROM sync.list_health AS health
  LEFT JOIN (
      SELECT list_id, count(*) FILTER (WHERE status = 'subscribed') AS subscribed,
             count(*) FILTER (WHERE status = 'unsubscribed') AS unsubscribed,
             count(*) FILTER (WHERE status = 'removed') AS removed, max(since) AS last_change
        FROM contacts.membership
       GROUP BY list_id
  ) AS counted USING (list_id)
  LEFT JOIN (
      SELECT list_id, count(*) AS members FROM contacts.mailable_members GROUP BY list_id
  ) AS mailable USING (list_id)
 ORDER BY health.list_name
"""
_COUNTS = (("", "subscribed"), ("  ", "mailable"), ("  ", "suppressed"), ("", "unsubscribed"), ("", "removed"))


def lists(output: AsOutput = Output.TEXT) -> None:
    """Show the mailing lists: members by standing, which syncs feed each, last change, health.

    Suppressed are subscribed members who are not mailed: suppressed people, and addresses that bounced.
    """
    with working("Counting members"):
        (found,) = rows_of((_LISTS,), "sync.list_health")
    if output is Output.JSON:
        say_json(found)
    elif found:
        _print(found)
    else:
        say("There is no list yet: the first fetch of a sync makes its list. See the syncs: contact-sync list")


def _print(found: list[dict[str, Any]]) -> None:
    zone = organisation_zone()
    shown = table(f"Mailing lists (times: {zone.key})", ("List", "Members", "Fed by", "Times", "Health"), lines=True)
    for row in found:
        members = "\n".join(f"{indent}{word} {row[word]:,}" for indent, word in _COUNTS)
        times = f"changed {clock(row['last_change'], zone)}\nread until {clock(row['read_until'], zone)}"
        shown.add_row(Text(row["list"]), members, Text("\n".join(row["syncs"]) or "–"), times, _health(row))
    console().print(shown)


def _health(row: dict[str, Any]) -> Text:
    if row["healthy"]:
        return Text("healthy", "green")
    if row["troubled"]:
        return Text("\n".join(["trouble with", *row["troubled"]]), "yellow")
    return Text("nothing feeds it", "yellow")
