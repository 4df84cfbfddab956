"""What people read when a sync file is wrong: place, key, value, allowed values, close match, next command."""

from collections.abc import Callable

import pytest

from contact_sync.config.loader import SyncFiles

Load = Callable[..., SyncFiles]
CHECK = "Check with: contact-sync lint include/syncs/tried.yaml"

# (rule or word, line to replace (0: append), new text, what is expected after "include/syncs/tried.yaml:")
CASES = [
    ("unknown key", 0, "each_fech: all",
     "6: each_fech: is not a key that is known here. Allowed: name, created, description, owner, tags, account, "
     "source, list, schedule, active_until, retrieve, each_fetch, overlap_minutes, mapping, source_priority, options, "
     "push, validation. "
     "Did you mean 'each_fetch'?"),
    ("an unknown key that looks like Pydantic's own words", 0, 'source: {"[key]": 1}',
     "6: source.[key]: is not a key that is known here. Allowed: module, scope, view, criteria, unapproved."),
    ("RET-1 frequency", 5, 'schedule: {frequency: dayly, at: "02:00"}',
     "5: schedule.frequency: 'dayly' is not one of the allowed values. "
     "Allowed: once, daily, weekly, monthly. Did you mean 'daily'?"),
    ("RET-1 weekday is missing", 5, 'schedule: {frequency: weekly, at: "02:00"}',
     "5: schedule.weekday: is missing: frequency 'weekly' needs it."),
    ("RET-1 day of another frequency", 5, 'schedule: {frequency: daily, at: "02:00", day: 3}',
     "5: schedule.day: belongs to frequency 'monthly', but frequency is 'daily'."),
    ("RET-1 day 32", 5, 'schedule: {frequency: monthly, at: "02:00", day: 32}',
     "5: schedule.day: 32 is too large: the most is 31."),
    ("RET-1 time is missing", 5, "schedule: {frequency: daily}",
     "5: schedule.at: is missing: frequency 'daily' needs a time of day such as \"02:00\"."),
    ("RET-1 no such time", 5, "schedule: {frequency: daily, at: 24:00}",
     "5: schedule.at: '24:00' is not a time of day. Write hours and minutes in quotes, such as \"02:00\"."),
    ("RET-1 once with a time and no date", 5, "schedule: {frequency: once, at: 02:00}",
     "5: schedule.at: needs a date beside it for frequency 'once'; without both the sync runs at once."),
    ("RET-1 once with a date that is not ISO", 5, "schedule: {frequency: once, date: 5.11.2026}",
     "5: schedule.date: '5.11.2026' is not a date. Write year-month-day, such as 2026-11-01."),
    ("RET-1 a day that does not exist", 5, "schedule: {frequency: once, date: 2026-02-30}",
     "5: schedule.date: '2026-02-30' is not a day of the calendar. Write year-month-day."),
    ("RET-1 time zone", 5, 'schedule: {frequency: daily, at: "02:00", timezone: Europe/Berln}',
     "5: schedule.timezone: 'Europe/Berln' is not a time zone of the IANA list. Did you mean 'Europe/Berlin'?"),
    ("time zone that is a folder", 5, 'schedule: {frequency: daily, at: "02:00", timezone: ../etc/passwd}',
     "5: schedule.timezone: '../etc/passwd' is not a time zone of the IANA list."),
    ("account", 3, "account: recruit_dmo",
     "3: account: 'recruit_dmo' is not an account of organisation.yaml. Allowed: recruit_demo. "
     "Did you mean 'recruit_demo'?"),
    ("CFG-1 created is required", 2, "# created",
     "1: created: is missing."),
    ("CFG-1 created is a date", 2, "created: 01.11.2026",
     "2: created: '01.11.2026' is not a date. Write year-month-day, such as 2026-11-01."),
    ("RET-1 a day before all zones reckon", 5, "schedule: {frequency: once, date: 0001-01-01, timezone: Asia/Tokyo}",
     "5: schedule.date: '0001-01-01' is out of reach. Write a year from 2000 to 2100."),
    ("RET-1 the last day of the calendar", 5,
     'schedule: {frequency: once, date: 9999-12-31, at: "23:00", timezone: America/New_York}',
     "5: schedule.date: '9999-12-31' is out of reach. Write a year from 2000 to 2100."),
    ("CFG-1 created before the first year", 2, "created: 1999-12-31",
     "2: created: '1999-12-31' is out of reach. Write a year from 2000 to 2100."),
    ("CFG-1 created after the last year", 2, "created: 2101-01-01",
     "2: created: '2101-01-01' is out of reach. Write a year from 2000 to 2100."),
    ("RET-2 after at the end of the calendar", 0, "retrieve: {after: 9999-12-31T23:59:59-12:00}",
     "6: retrieve.after: '9999-12-31T23:59:59-12:00' is out of reach. Write a year from 2000 to 2100."),
    ("RET-2 after at the beginning of the calendar", 0, "retrieve: {after: 0001-01-01T00:00:00+14:00}",
     "6: retrieve.after: '0001-01-01T00:00:00+14:00' is out of reach. Write a year from 2000 to 2100."),
    ("text that is a number", 1, "name: 2026",
     "1: name: must be text, not 2026. Put it in quotes."),
    ("empty text", 4, 'list: "  "',
     "4: list: is empty: write a text."),
    ("nothing after the key", 4, "list:",
     "4: list: must be text, not nothing."),
    ("SRC-1 module", 0, "source: {module: All candidates}",
     "6: source.module: 'All candidates' is not the API name of a module. "
     "Write it as Zoho's API spells it, such as Candidates: letters, digits and _."),
    ("SRC-1 key of a source", 0, "source: {modul: Candidates}",
     "6: source.modul: is not a key that is known here. Allowed: module, scope, view, criteria, unapproved. "
     "Did you mean 'module'?"),
    ("SRC-6 key of a report", 0, "source: {application: a, report: b, formt: x}",
     "6: source.formt: is not a key that is known here. Allowed: application, report, owner, date_format, timezone. "
     "Did you mean 'date_format'?"),
    ("a source is no text", 0, "source: Candidates",
     "6: source: must be a mapping of keys (key: value), not 'Candidates'."),
    ("SRC-3 view is missing", 0, "source: {scope: view}",
     "6: source.view: is missing: with scope 'view' give the custom view's name or id."),
    ("SRC-2 all has no view", 0, "source: {scope: all, view: Engineers}",
     "6: source.view: belongs to scope 'view', but scope is 'all'. "
     "Set scope to 'view' to read only 'Engineers', or remove the key."),
    ("SRC-4 criteria are missing", 0, "source: {scope: criteria}",
     "6: source.criteria: is missing: with scope 'criteria' give numbered conditions (SRC-4)."),
    ("SRC-4 criteria of another scope", 0, "source:\n  criteria: {conditions: {1: {field: City, is: is_empty}}}",
     "7: source.criteria: belongs to scope 'criteria', but scope is 'all'. "
     "Set scope to 'criteria' to read only what meets them, or remove the key."),
    ("SRC-6 Recruit's key beside Creator's", 0, "source:\n  application: hr\n  report: people\n  scope: all",
     "9: source.scope: belongs to a Recruit source; application and report make this one Creator's."),
    ("SRC-6 Creator's key beside Recruit's", 0, "source:\n  module: Contacts\n  timezone: UTC",
     "8: source.timezone: belongs to a Creator source, which has application and report; remove it here."),
    ("SRC-6 half a report", 0, "source: {application: hr}",
     "6: source.report: is missing."),
    ("SRC-6 link name", 0, "source: {application: Our HR, report: people}",
     "6: source.application: 'Our HR' is not a link name. "
     "Copy it from the address of the page in Creator: letters, digits, - and _."),
    ("SRC-6 letters of a date format", 0, "source: {application: hr, report: people, date_format: jj-MMM-yyyy}",
     "6: source.date_format: date format 'jj-MMM-yyyy': 'jj' is unknown. "
     "Allowed: d dd M MM MMM MMMM yy yyyy EEE EEEE H HH h hh m mm s ss a."),
    ("SRC-6 half a date format", 0, "source: {application: hr, report: people, date_format: MMM yyyy}",
     "6: source.date_format: date format 'MMM yyyy': a date needs year (yyyy), month (MM or MMM) and day (dd); "
     "minutes are mm, months MM. Example: dd-MMM-yyyy HH:mm:ss"),
    ("SRC-6 no date format", 0, "source: {application: hr, report: people, date_format: 5}",
     "6: source.date_format: 5 is not a date format. Copy it from the application's settings: dd-MMM-yyyy."),
    ("RET-9 active_until is a date", 0, "active_until: soon",
     "6: active_until: 'soon' is not a date. Write year-month-day, such as 2026-11-01."),
    ("RET-9 active_until before created", 0, "active_until: 2026-10-31",
     "6: active_until: 2026-10-31 lies before the day the sync was created, 2026-11-01 (RET-9)."),
    ("RET-9 active_until of a one-time sync", 5, "schedule: {frequency: once}\nactive_until: 2026-12-01",
     "6: active_until: belongs to periodic syncs; a one-time sync is inactive once it has run (RET-9)."),
    ("MAP-8 source_priority", 0, "source_priority: high",
     "6: source_priority: must be a whole number, not 'high'."),
    ("MAP-3 no favourites", 0, "mapping: {favourites: [engineer]}",
     "6: mapping.favourites[0]: 'engineer' is not a favourite of organisation.yaml (MAP-3)."),
    ("MAP-3 favourites are a list", 0, "mapping: {favourites: engineer}",
     "6: mapping.favourites: must be a list, such as [one, two], not 'engineer'."),
    ("RET-2 after without a zone", 0, "retrieve:\n  after: 2026-11-01T00:00:00",
     "7: retrieve.after: '2026-11-01T00:00:00' is not a date-time with a zone. "
     "Write date, time and zone, such as 2026-11-01T00:00:00+01:00."),
    ("RET-2 after as a number", 0, "retrieve: {after: 1790000000}",
     "6: retrieve.after: 1790000000 is not a date-time with a zone. "
     "Write date, time and zone, such as 2026-11-01T00:00:00+01:00."),
    ("RET-2 retrieve", 0, "retrieve: al",
     "6: retrieve: 'al' is not one of the allowed values. Allowed: all. Did you mean 'all'?"),
    ("RET-3 too far back", 0, "retrieve: {after: 2026-10-01T23:59:00+02:00}",
     "6: retrieve.after: 2026-10-01T23:59:00+02:00 reaches back more than 30 days before the sync was created "
     "(2026-11-01). The earliest is 2026-10-02 (Europe/Berlin). Policy: max_lookback_days."),
    ("MAP-1 e-mail is removed", 0, "mapping:\n  email: null",
     "7: mapping.email: may be changed, not removed: every sync needs the source of the e-mail address."),
    ("MAP-2 type", 0, "mapping:\n  fields:\n    city: {source: City, type: txt}",
     "8: mapping.fields.city.type: 'txt' is not one of the allowed values. "
     "Allowed: text, integer, number, boolean, date, datetime, list. Did you mean 'text'?"),
    ("MAP-2 contact field", 0, "mapping:\n  fields:\n    Home City: City",
     "8: mapping.fields.Home City: 'Home City' is not a name for a contact field. "
     "Write small letters, digits and _, such as current_job."),
    ("MAP-1 e-mail among the further fields", 0, "mapping:\n  fields:\n    email: Email",
     "8: mapping.fields.email: 'email' is written directly under mapping, not under fields."),
    ("MAP-2 source field", 0, "mapping:\n  fields:\n    city: Home City",
     "8: mapping.fields.city.source: 'Home City' is not the API name of a source field. "
     "Write it as Zoho's API spells it, such as First_Name: letters, digits and _."),
    ("yes is text in YAML", 0, "push: yes",
     "6: push: must be true or false, not 'yes'."),
    ("whole number", 0, 'overlap_minutes: "10"',
     "6: overlap_minutes: must be a whole number, not '10'."),
    ("share", 0, "validation: {max_invalid_share: 1.5}",
     "6: validation.max_invalid_share: 1.5 is too large: the most is 1.0."),
    ("list of texts", 0, "tags: candidates",
     "6: tags: must be a list, such as [one, two], not 'candidates'."),
    ("number in a list", 0, "tags: [a, 3]",
     "6: tags[1]: must be text, not 3. Put it in quotes."),
    ("mapping of keys", 5, "schedule: daily",
     "5: schedule: must be a mapping of keys (key: value), not 'daily'."),
]  # fmt: skip


@pytest.mark.parametrize(("line", "text", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_one_mistake_is_one_message(load: Load, sync_text: str, line: int, text: str, expected: str) -> None:
    lines = sync_text.splitlines()
    lines[line - 1 if line else len(lines) : line if line else len(lines)] = [text]
    loaded = load("\n".join(lines) + "\n")
    assert [problem.render() for problem in loaded.problems] == [f"include/syncs/tried.yaml:{expected} {CHECK}"]
    assert list(loaded.syncs) == ["good"]


def test_every_mistake_of_a_file_is_told(load: Load) -> None:
    """All problems at once, in the order of lines, and none of a library's own words."""
    loaded = load("name: 1\ncreated: soon\naccount: nobody\nlist: []\nschedule: {frequency: x}\npush: 1\n")
    keys = [(problem.line, problem.key) for problem in loaded.problems]
    assert keys == [
        (1, "name"), (2, "created"), (3, "account"), (4, "list"), (5, "schedule.frequency"), (6, "push"),
    ]  # fmt: skip
    told = "\n".join(problem.render() for problem in loaded.problems).lower()
    assert not [word for word in ("pydantic", "type=", "input_value", "http") if word in told]


def test_a_value_of_many_lines_is_shown_short(load: Load, sync_text: str) -> None:
    loaded = load(sync_text + "push: |\n" + "".join(f"  word {n}\n" for n in range(50)))
    (problem,) = loaded.problems
    assert len(problem.message) < 100
    assert "\n" not in problem.render()
