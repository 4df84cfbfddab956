"""The documentation that Airflow shows on a sync's DAG page, made from the sync's file alone.

No secrets and no personal data: only what people wrote into the YAML and organisation.yaml.
"""

from datetime import timedelta

from contact_sync.config.resolved import ResolvedSync

_PUSH_WORDS = {True: "on", False: "off"}


def document(sync: ResolvedSync, schedule_words: str) -> str:
    """Markdown: purpose, facts, windows, how to run by hand and backfill, where the history is."""
    parts = [f"# {_plain(sync.name)}", _plain(sync.description or "No description is given in the sync's file.")]
    parts += [
        _facts(sync, schedule_words),
        *_criteria(sync),
        _mapping(sync),
        _windows(sync),
        _by_hand(sync),
        _history(sync),
    ]
    return "\n\n".join(parts) + "\n"


def _facts(sync: ResolvedSync, schedule_words: str) -> str:
    rows = {
        "Owner": _plain(sync.owner or "not named"),
        "Source": _source(sync),
        "Mailing list": _plain(sync.list_name),
        "Schedule": schedule_words,
        "First fetch": _first_fetch(sync),
        "Push to Recruit": _push(sync),
        "Created": sync.created.isoformat(),
        **({"Active until": sync.active_until.isoformat()} if sync.active_until else {}),
        "File": f"`{sync.file}`",
    }
    return "\n".join(["| | |", "|---|---|", *(f"| {word} | {value} |" for word, value in rows.items())])


def _source(sync: ResolvedSync) -> str:
    if sync.report is not None:
        report = sync.report
        return (
            f"report `{report.report}` of the Creator application `{report.application}` of {_plain(report.owner)}, "
            f"account `{sync.account}`; its clock: {report.timezone}"
        )
    scope = "all records" if sync.scope == "all" else f"custom view “{_plain(sync.view or '')}”"
    if sync.criteria is not None:
        scope = f"records that meet the criteria `{sync.criteria.pattern}`, listed below"
    unapproved = "left out" if sync.unapproved == "skip" else "taken too"
    return f"{sync.module} of account `{sync.account}`, {scope}; records that wait for approval are {unapproved}"


def _first_fetch(sync: ResolvedSync) -> str:
    if sync.retrieve_after is None:
        return "all data"
    return f"what changed after {sync.retrieve_after.astimezone(sync.schedule.zone).isoformat()}"


def _push(sync: ResolvedSync) -> str:
    if not sync.push_switches:
        return "no switch of this account names this list"
    switches = ", ".join(
        f"{switch.module} who {switch.event} a campaign ({_PUSH_WORDS[switch.enabled]})"
        for switch in sync.push_switches
    )
    return switches if sync.push else f"turned off in this sync; switches of the list: {switches}"


def _criteria(sync: ResolvedSync) -> list[str]:
    """The conditions by their numbers (SRC-4)."""
    if sync.criteria is None:
        return []
    lines = ["## Criteria", "", "| number | field | operator | value |", "|---|---|---|---|"]
    for condition in sync.criteria.conditions:
        values = ", ".join(_plain(str(value)) for value in condition.values)
        lines.append(f"| {condition.number} | {condition.field} | {condition.operator} | {values} |")
    return ["\n".join(lines)]


def _mapping(sync: ResolvedSync) -> str:
    lines = ["## Fields", "", "| contact field | source field | type |", "|---|---|---|"]
    if sync.email_by_metadata:
        lines.append("| email | the source's only field of type e-mail | text |")
    if sync.name_by_metadata:
        lines.append("| first_name, last_name | the source's name field, if it has one | text |")
    for line in sync.mapping:
        kind = line.type + (", required" if line.required else "")
        kind += ", emptied when empty" if line.clear_when_empty else ""
        lines.append(f"| {line.target} | {line.source} | {kind} |")
    return "\n".join(lines)


def _windows(sync: ResolvedSync) -> str:
    if sync.schedule.frequency == "once":
        rule = (
            "It runs once, reads the configured data and is then inactive (`completed`). To run it again: "
            f"`contact-sync initiate {sync.sync_id}`, then trigger the DAG."
        )
    elif sync.each_fetch == "all":
        rule = "Each run reads the whole scope up to the end of its data interval."
    else:
        rule = (
            f"Each run reads what changed since the last success, reaching back {sync.overlap_minutes} minutes more, "
            "up to the end of its data interval. Days that failed are made up by the next success."
        )
    fixed = "The window is fixed when extract first starts: retries and clears read it back."
    return f"## What a run reads\n\n{rule} {fixed}"


def _by_hand(sync: ResolvedSync) -> str:
    conf = '{"retrieve": "after", "after": "' + f"{sync.created}T00:00:00Z" + '"}'
    lines = [
        "## By hand",
        "",
        "* **Trigger** (the form): as configured, all data, or after a date and time; push on or off; preview only. "
        "It reads up to the moment of the run, whatever its logical date.",
        f"* On the command line: `airflow dags trigger {sync.sync_id} --conf '{conf}'`",
        _backfill(sync),
        "* **A failed run**: the log of the red task says what to do. Clear that task, or trigger a new run if you "
        "changed this sync's file: a run keeps the settings that it began with. Nothing is loaded twice.",
    ]
    return "\n".join(lines)


def _backfill(sync: ResolvedSync) -> str:
    if sync.schedule.frequency == "once":
        return "* A one-time sync cannot be backfilled."
    dates = f"--from-date {sync.created} --to-date {sync.created + timedelta(days=2)}"
    return (
        f"* **Backfill**: `airflow backfill create --dag-id {sync.sync_id} {dates}`. Each run reads exactly its data "
        "interval, as the records are now, and moves no watermark. Push is off unless asked for with "
        '`--dag-run-conf \'{"push": "on"}\'`. The DAG must not be paused.'
    )


def _history(sync: ResolvedSync) -> str:
    return (
        f"## History\n\n`contact-sync history {sync.sync_id}`, or in the warehouse the views `sync.import_history` and "
        f"`sync.ignored_by_reason` (`WHERE sync_id = '{sync.sync_id}'`). Each record's outcome, reason and evidence is "
        "in `sync.ledger`."
    )


def _plain(text: str) -> str:
    """Text of a YAML file in one line that Markdown does not take for markup or a table's edge."""
    flat = " ".join(text.split())
    for mark in ("\\", "|", "<", "*", "_", "`", "[", "]"):
        flat = flat.replace(mark, f"\\{mark}")
    return flat
