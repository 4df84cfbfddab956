"""``GET /creator/v2.1/data/{owner}/{app}/report/{report}``: the records of a report, page by page with a cursor.

Order of refusals: token, scope, minute, day, owner, application, report, parameters. Rows come by ascending id. Decided
here because Creator's pages do not tell: a field that the report does not show is refused in ``fields`` and in a
criteria, a wrong criteria is code 1060, more than fifty calls a minute are a 429 without a known code.
"""

from typing import Any

from include.sandbox.api.answers import Answer, encode
from include.sandbox.api.call import Call
from include.sandbox.creator.applications import Application, Report
from include.sandbox.creator.criteria import compiled
from include.sandbox.creator.desk import CreatorDesk, creator_of
from include.sandbox.creator.errors import NO_RECORDS, CreatorError, bad_parameter, missing_parameter, refusal
from include.sandbox.creator.people import Row
from include.sandbox.creator.shapes import Field, plain, served
from include.sandbox.errors import SandboxError
from include.sandbox.state import SandboxState

PARAMS = frozenset(("max_records", "field_config", "fields", "criteria"))
SIZES = ("200", "500", "1000")
CONFIGS = ("quick_view", "detail_view", "custom", "all")
_SCHEME = "zoho-oauthtoken "


def unknown(state: SandboxState, call: Call) -> Answer:
    """Any other URL of Creator."""
    raise refusal(1000)


def records(state: SandboxState, call: Call) -> Answer:
    """One page of a report; its header ``record_cursor`` when more follow."""
    desk = creator_of(state)
    _admit(state, desk, call)
    application, report = _found(desk, call)
    shown = {each.name: each for each in report.shown()}
    chosen = _chosen(call, shown)
    size = int(_one_of(call, "max_records", SIZES))
    question = (call.path, tuple(sorted(call.query.items())))
    rows, more = _page(_matching(desk, application, report, call), _after(desk, call, question), size)
    call.notes["criteria"] = call.query.get("criteria")
    if not rows:
        raise refusal(NO_RECORDS)
    body = {"code": 3000, "data": [_served(row, chosen, application) for row in rows]}
    answer = Answer(body=encode(body), rows=len(rows))
    if more and not call.fault_is("early_more_records_false"):
        answer.headers["record_cursor"] = desk.open_cursor(question, rows[-1].id)
    return answer


def _admit(state: SandboxState, desk: CreatorDesk, call: Call) -> None:
    header, now = call.headers.get("authorization", ""), state.clock.now()
    if not header.lower().startswith(_SCHEME) or not state.tokens.valid(header[len(_SCHEME) :].strip(), now):
        raise refusal(1030)
    if desk.switches.scope_missing:
        raise refusal(2945)
    if not desk.minute_left(call.path, now):
        raise CreatorError(429, 429, "Too many calls of this endpoint in a minute.")
    if not desk.day_left(now):
        raise refusal(4000, desk.switches.limit_status)
    wanted = call.headers.get("accept", "*/*")
    if "json" not in wanted and "*/*" not in wanted:
        raise CreatorError(400, 0, f"The sandbox answers JSON only, not {wanted}.")
    if call.headers.get("environment", "production") != "production":
        raise CreatorError(400, 0, "The sandbox has the production environment only.")


def _found(desk: CreatorDesk, call: Call) -> tuple[Application, Report]:
    if call.params["owner"] != desk.switches.owner:
        raise refusal(1040)
    application = desk.applications.get(call.params["app"])
    if application is None:
        raise refusal(2892)
    if application.refuses:
        raise refusal(*application.refuses)
    report = application.reports.get(call.params["report"])
    if report is None:
        raise refusal(2894)
    if report.refuses:
        raise refusal(*report.refuses)
    return application, report


def _one_of(call: Call, name: str, allowed: tuple[str, ...]) -> str:
    value = call.query.get(name, allowed[0])
    if value not in allowed:
        raise bad_parameter(name, f"{value!r} is not one of {', '.join(allowed)}")
    return value


def _chosen(call: Call, shown: dict[str, Field]) -> list[Field]:
    config = _one_of(call, "field_config", CONFIGS)
    if config != "custom":
        if "fields" in call.query:
            raise bad_parameter("fields", "it belongs to field_config=custom")
        return [each for each in shown.values() if each.quick or config != "quick_view"]
    names = [name for name in call.query.get("fields", "").split(",") if name]
    if not names:
        raise missing_parameter("fields")
    for name in names:
        if name not in shown and name != "ID":
            raise bad_parameter("fields", f"the report shows no field {name!r}")
    return [shown[name] for name in dict.fromkeys(names) if name != "ID"]


def _matching(desk: CreatorDesk, application: Application, report: Report, call: Call) -> list[Row]:
    rows, text = desk.matching(report), call.query.get("criteria")
    if text is None:
        return rows
    fields = report.shown()
    kinds = {each.name: each.criteria_kind for each in fields} | {"ID": "number"}
    try:
        judge = compiled(text, kinds, application.style.read)
    except SandboxError as error:
        raise bad_parameter("criteria", str(error)) from None
    style = application.style
    return [
        row
        for row in rows
        if judge({"ID": row.id, **{each.name: plain(each.kind, row.value(each.name), style) for each in fields}})
    ]


def _after(desk: CreatorDesk, call: Call, question: tuple[Any, ...]) -> int:
    key = call.headers.get("record_cursor")
    call.notes["cursor"] = key is not None
    if key is None:
        return 0
    cursor = desk.cursor(key)
    if cursor is None or cursor.question != question:
        raise bad_parameter("record_cursor", "it belongs to no read of this report with these parameters")
    return cursor.after


def _page(rows: list[Row], after: int, size: int) -> tuple[list[Row], bool]:
    left = [row for row in rows if row.id > after]
    return left[:size], len(left) > size


def _served(row: Row, chosen: list[Field], application: Application) -> dict[str, Any]:
    values = {each.name: served(each.kind, row.value(each.name), application.style) for each in chosen}
    return {"ID": str(row.id), **values}
