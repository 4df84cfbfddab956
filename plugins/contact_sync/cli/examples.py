"""What `--help` and docs/commands.md tell of each command beside its options: examples, and when it ends with 1 or 3.

Every example is a command line that the command accepts; tests parse each, and want one for every command.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Usage:
    """examples: what stands behind the command's name → what it does then. fails: when the exit code is 1 although no
    error stopped the command. skips: which rule lets it end with 3.
    """

    examples: Mapping[str, str]
    fails: str = ""
    skips: str = ""


_LIMITS = "no slot is free, or a limit of the month is reached (LIM-2)"
_ENDED = "the sync is deleted, over or renamed for good (LIM-3, RET-9, SRC-7)"

USAGE: dict[str, Usage] = {
    "lint": Usage(
        {
            "": "check all files",
            "all_candidates": "check one sync",
            "--online --forecast": "also ask the accounts, and tell what the coming runs are likely to cost",
            "--check-schema -o json": "for a pipeline: generated files too, the findings as JSON",
        },
        fails="there is an error in a file",
    ),
    "list": Usage(
        {"": "the syncs and what is used of the limits", "--state -o json": "for scripts, with where each stands"},
        fails="a file is broken",
    ),
    "lists": Usage({"": "the mailing lists: members, what feeds them, health", "-o json": "the same for scripts"}),
    "new": Usage(
        {
            "all_candidates": "ask what is needed",
            'all_candidates --name "All candidates" --list "Talent news" --frequency daily --at 02:00': "ask nothing",
        }
    ),
    "fields": Usage(
        {
            "all_candidates": "what a sync's source offers to its mapping",
            "--account recruit_main --module Contacts": "what a module offers, without a sync",
        }
    ),
    "run": Usage(
        {
            "all_candidates": "one run now",
            "all_candidates --retrieve all --push off": "all data, nobody is pushed",
            "all_candidates --preview -o json": "only look, for scripts",
        },
        fails="the fetch failed or was interrupted",
        skips="the sync is inactive or over, a limit is reached, or another fetch of it is under way",
    ),
    "plan": Usage(
        {
            "all_candidates": "what the next run would do",
            "all_candidates --no-read": "without reading the records",
            "all_candidates -o markdown": "for a pull request",
        },
        fails="the run would fail",
    ),
    "history": Usage(
        {"": "the latest fetches of all syncs", "all_candidates --limit 5 -o json": "five of one sync, for scripts"}
    ),
    "campaigns": Usage({"": "all campaigns", "--account recruit_main -o json": "one account's, for scripts"}),
    "pushes": Usage({"": "all switches", "--account recruit_main -o json": "one account's, for scripts"}),
    "explain": Usage(
        {
            "4711": "one person's story",
            'ann@example.org --list "Talent news"': "why they are, or are not, in a list",
        }
    ),
    "explain-record": Usage({"it_graduates 200001000001000042": "which conditions of the sync one record meets"}),
    "doctor": Usage(
        {"": "everything", "recruit_main -o json": "one account, for a monitor"}, fails="there is a problem"
    ),
    "activate": Usage(
        {
            "all_candidates": "one sync",
            "--account recruit_main": "all that wait since the account's credentials changed",
        },
        fails="with --account, some had to stay inactive because no slot is free",
        skips=f"{_LIMITS}; {_ENDED}; with --account, all had to stay inactive",
    ),
    "deactivate": Usage({'all_candidates --reason "holidays"': "its runs do nothing until it is activated"}),
    "delete": Usage({'all_candidates --reason "not needed"': "it brings nothing more; what it brought stays"}),
    "initiate": Usage({"all_candidates": "its next run reads everything again"}, skips=f"{_LIMITS}; {_ENDED}"),
    "apply-options": Usage(
        {
            "all_candidates --preview": "who would leave",
            'all_candidates --apply --reason "legal asked" --yes': "do it, without a question",
            'all_candidates --undo 12 --reason "by mistake"': "take act 12 back",
        },
        fails="the question was answered with no",
    ),
    "suppress": Usage(
        {
            'people.txt --as blocked --reason "asked by phone"': "all of a file, one address or contact id a line",
            '4711 --as registry --reason "do-not-mail registry"': "one contact",
        },
        fails="a line was not understood, or does not tell which person is meant",
    ),
    "unsuppress": Usage(
        {
            'ann@example.org --reason "asked to be back"': "one address",
            '- --force --reason "asked in writing"': "from standard input, complaints too",
        },
        fails="a line was not understood, or some need --force",
        skips="nothing was lifted: complaints and erased people need --force (OUT-17)",
    ),
    "remove": Usage(
        {
            'ann@example.org --list "Talent news" --reason "asked by phone"': "out of one list, until restored",
            '4711 --org --reason "left"': "out of the organisation",
        }
    ),
    "restore": Usage({'4711 --list "Talent news" --reason "is back"': "back in the list"}),
    "erase": Usage(
        {
            "4711 --preview": "what would go",
            '4711 --reason "asked for it"': "show it, ask, do it",
            '- --yes --reason "asked for it"': "an address from standard input, without a question",
        },
        fails="the question was answered with no",
    ),
    "revert": Usage(
        {"12 --preview": "what would be taken back", '12 --apply --reason "wrong view"': "take fetch 12 back"}
    ),
    "pending": Usage(
        {"": "removals that wait for an answer", "all_candidates -o json": "one sync's, every contact id"}
    ),
    "approve": Usage({'all_candidates --reason "left the trade"': "let them leave"}),
    "withhold": Usage({'all_candidates --reason "ask them first"': "let them stay"}),
    "import-events": Usage(
        {
            "campaigns.csv sends.csv responses.jsonl": "take files of the mailer in",
            "responses.csv --kind responses --dry-run": "only tell what would become of each row",
        },
        fails="a row is wrong; all others are written",
    ),
    "set-aside": Usage(
        {
            "": "rows that could not be written, by reason",
            "--reason bad_value --export wrong.jsonl": "out, to be mended",
        }
    ),
    "housekeeping": Usage({"": "what the hourly DAG does, now", "-o json": "with the counts as JSON"}),
    "warehouse migrate": Usage({"": "create the tables, or bring them up to date"}),
    "warehouse status": Usage({"": "where the database is, and its version"}, fails="the tables are not up to date"),
}


def epilog_of(command: str) -> str | None:
    """What `--help` shows below the options of a command, None if nothing is written here. command: as typed."""
    usage = USAGE.get(command)
    if usage is None:
        return None
    lines = [f"  {line}\n      {does}" for line, does in example_lines(command).items()]
    codes = ". ".join(f"{code}: {when}" for code, when in exit_codes(command).items())
    return "\n".join(["Examples:", *lines, "", f"Exit codes: {codes}."]).replace("[", "\\[")


def example_lines(command: str) -> dict[str, str]:
    """Whole command lines → what each does."""
    usage = USAGE.get(command)
    return {f"contact-sync {command} {line}".strip(): does for line, does in usage.examples.items()} if usage else {}


def exit_codes(command: str) -> dict[int, str]:
    """When a command ends with which exit code; 3 only if a rule can keep it from doing anything."""
    usage = USAGE.get(command) or Usage({})
    codes = {0: "done", 1: f"failed{f', or {usage.fails}' if usage.fails else ''}", 2: "used wrongly"}
    return {**codes, 3: f"nothing was done, by rule: {usage.skips}"} if usage.skips else codes
