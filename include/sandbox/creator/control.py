"""Control routes of Creator, under ``/_sandbox/creator``: look, turn switches, rename, hide fields, edit rows.

As all control routes they need no token and are not logged; a wrong body is a 400 that says what is allowed and changes
nothing. Values are given as ISO dates, bare texts for lookups, maps for composites; the answers' shapes are made here.
"""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from include.sandbox.api.answers import Answer, answer
from include.sandbox.api.call import Call
from include.sandbox.api.control import bad_request, body_object
from include.sandbox.clock import parse_instant
from include.sandbox.creator.applications import Application, Report
from include.sandbox.creator.dates import DateStyle
from include.sandbox.creator.desk import CreatorDesk, creator_of
from include.sandbox.creator.errors import REFUSALS
from include.sandbox.creator.people import Row
from include.sandbox.creator.shapes import taken
from include.sandbox.errors import SandboxError, close_match
from include.sandbox.state import SandboxState


def overview(state: SandboxState, call: Call) -> Answer:
    """Applications with formats, zones, reports, fields and row counts; switches; calls of each day."""
    desk = creator_of(state)
    applications = {
        name: {
            "date_format": f"{each.style.date_format} {each.style.time_format}",
            "timezone": each.style.zone.key,
            "reports": {
                link: {"rows": len(desk.matching(report)), "fields": [field.name for field in report.shown()]}
                for link, report in each.reports.items()
            },
        }
        for name, each in desk.applications.items()
    }
    days = {day.isoformat(): calls for day, calls in desk.calls_of_day.items()}
    return answer({"switches": asdict(desk.switches), "applications": applications, "calls_of_day": days})


def set_switches(state: SandboxState, call: Call) -> Answer:
    """Turn switches (``desk.Switches``)."""
    desk = creator_of(state)
    desk.switches = desk.switches.changed(body_object(call))
    return overview(state, call)


def rename(state: SandboxState, call: Call) -> Answer:
    """Give an application, or with ``report`` one of its reports, the link name ``to``."""
    desk = creator_of(state)
    body = body_object(call, ("application", "report", "to"))
    application, to = _application(desk, body), _text(body, "to")
    owner: dict[str, Any] = application.reports if "report" in body else desk.applications
    old = _text(body, "report" if "report" in body else "application")
    if "report" in body:
        _report(application, body)
    if to in owner:
        raise bad_request(f"'{to}' is taken.{close_match(to, owner)}")
    owner[to] = owner.pop(old)
    return overview(state, call)


def show(state: SandboxState, call: Call) -> Answer:
    """Take fields out of a report (``hide``) or put them back (``show``)."""
    body = body_object(call, ("application", "report", "hide", "show"))
    report = _report(_application(creator_of(state), body), body)
    names = [each.name for each in report.fields]
    hide, back = body.get("hide", []), body.get("show", [])
    if not isinstance(hide, list) or not isinstance(back, list):
        raise bad_request('"hide" and "show" are lists of field names.')
    for name in (*hide, *back):
        if name not in names:
            raise bad_request(f"The form has no field '{name}'.{close_match(str(name), names)}")
    report.hidden = (report.hidden | set(hide)) - set(back)
    return overview(state, call)


def restyle(state: SandboxState, call: Call) -> Answer:
    """Another date format, time format or zone for an application."""
    body = body_object(call, ("application", "date_format", "time_format", "timezone"))
    application = _application(creator_of(state), body)
    old = application.style
    try:
        application.style = DateStyle(
            body.get("date_format", old.date_format),
            body.get("time_format", old.time_format),
            body.get("timezone", old.zone.key),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise bad_request(f"not a format or zone: {error}") from None
    return overview(state, call)


def refuse(state: SandboxState, call: Call) -> Answer:
    """Answer every call of an application or report with a code of ``REFUSALS``; ``code`` null ends it."""
    body = body_object(call, ("application", "report", "code", "status"))
    application = _application(creator_of(state), body)
    code = body.get("code")
    if code is not None and code not in REFUSALS:
        raise bad_request(f"code {code!r} is unknown.{close_match(str(code), map(str, REFUSALS))}")
    status = body.get("status")
    if status is not None and (not isinstance(status, int) or not 200 <= status <= 599):
        raise bad_request(f"status {status!r} is no HTTP status from 200 to 599.")
    target: Application | Report = _report(application, body) if "report" in body else application
    target.refuses = None if code is None else (code, status)
    return overview(state, call)


def kinds(state: SandboxState, call: Call) -> Answer:
    """The truth to count from, for every row of a report."""
    _, report, rows = _rows(state, call)
    mails = [each.name for each in report.fields if each.name.endswith("Email")]
    told = [
        {
            "id": str(row.id),
            "kind": row.kind,
            "emails": {name: row.values.get(name) for name in mails},
            "added": row.added.isoformat(),
            "modified": row.modified.isoformat(),
            "duplicate_of": None if row.duplicate_of is None else str(row.duplicate_of),
        }
        for row in rows.values()
    ]
    return answer(told, rows=len(told))


def edit(state: SandboxState, call: Call) -> Answer:
    """Change rows: ``{"edits": [{"ID": "…", "Email": "…"}]}``; changed now unless ``Modified_Time`` is given."""

    def change(edits: list[dict[str, Any]], application: Application, report: Report, rows: dict[int, Row]) -> None:
        prepared = [(_row(rows, each), _values(each, application, report)) for each in edits]
        for row, (values, modified) in prepared:
            row.values.update(values)
            row.modified = modified or state.clock.now()

    return _changed(state, call, "edits", change)


def add(state: SandboxState, call: Call) -> Answer:
    """New rows: ``{"records": [{"Email": "…"}]}``; answers what the report then holds."""

    def change(given: list[dict[str, Any]], application: Application, report: Report, rows: dict[int, Row]) -> None:
        now = state.clock.now().replace(microsecond=0)
        prepared = [_values(each, application, report) for each in given]
        for values, modified in prepared:
            number = max(rows, default=300002000000900000) + 1
            rows[number] = Row(number, values, min(now, modified or now), modified or now, "added")

    return _changed(state, call, "records", change)


def delete(state: SandboxState, call: Call) -> Answer:
    """Remove rows for good: ``{"ids": […]}``."""

    def change(ids: list[Any], application: Application, report: Report, rows: dict[int, Row]) -> None:
        for row in [_row(rows, {"ID": each}) for each in ids]:
            rows.pop(row.id, None)

    return _changed(state, call, "ids", change)


def _changed(state: SandboxState, call: Call, key: str, change: Callable[..., None]) -> Answer:
    application, report, rows = _rows(state, call)
    given = body_object(call, (key,)).get(key)
    if not isinstance(given, list):
        raise bad_request(f'The body is {{"{key}": […]}}.')
    before = set(rows)
    change(given, application, report, rows)
    new = [str(number) for number in rows if number not in before]
    return answer({"ids": new, "rows": len(rows)})


def _rows(state: SandboxState, call: Call) -> tuple[Application, Report, dict[int, Row]]:
    desk = creator_of(state)
    wanted = {"application": call.params["app"], "report": call.params["report"]}
    application = _application(desk, wanted)
    report = _report(application, wanted)
    return application, report, desk.rows[report.form]


def _application(desk: CreatorDesk, body: dict[str, Any]) -> Application:
    name = _text(body, "application")
    if name not in desk.applications:
        raise bad_request(f"There is no application '{name}'.{close_match(name, desk.applications)}")
    return desk.applications[name]


def _report(application: Application, body: dict[str, Any]) -> Report:
    name = _text(body, "report")
    if name not in application.reports:
        raise bad_request(f"There is no report '{name}'.{close_match(name, application.reports)}")
    return application.reports[name]


def _text(body: dict[str, Any], key: str) -> str:
    value = body.get(key)
    if not isinstance(value, str) or not value:
        raise bad_request(f"'{key}' must be a text that is not empty.")
    return value


def _row(rows: dict[int, Row], body: dict[str, Any]) -> Row:
    number = str(body.get("ID", ""))
    if not number.isdigit() or int(number) not in rows:
        raise bad_request(f"There is no row with the ID '{number}'.")
    return rows[int(number)]


def _values(body: dict[str, Any], application: Application, report: Report) -> tuple[dict[str, Any], Any]:
    fields = {each.name: each for each in report.fields}
    for name in body:
        if name not in fields and name != "ID":
            raise SandboxError(f"The form has no field '{name}'.{close_match(name, fields)}")
    values = {
        name: taken(fields[name], value, application.style)
        for name, value in body.items()
        if name not in ("ID", "Added_Time", "Modified_Time")
    }
    modified = parse_instant(body["Modified_Time"], "Modified_Time") if "Modified_Time" in body else None
    return values, modified
