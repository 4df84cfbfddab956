"""Rows of event files: campaigns, sends and responses, their columns and what each may hold (CAMP-1).

Checks a chunk of rows, a column at a time, and makes of it what is staged. A wrong row is no error: it goes on with a
reason, a sentence and what was received, to be set aside. Refused as a whole: a file whose head names a column that
there is not, or lacks one that is needed. Sentences name the column; a value that may be somebody's address is never
repeated.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, NamedTuple

from contact_sync.core import event_values as values
from contact_sync.core.clean import clean_value, clean_values
from contact_sync.core.email import address_key
from contact_sync.errors import ConfigError


class Kind(StrEnum):
    """What the rows of a file are. The words are those of --kind; a row's own `type` is the word without the s."""

    CAMPAIGNS = "campaigns"
    SENDS = "sends"
    RESPONSES = "responses"

    @property
    def one(self) -> str:
        """A row of it: campaign, send or response."""
        return self.value[:-1]


class Column(NamedTuple):
    """A column: its name, where it is staged, how a value is read, whether a row needs one."""

    name: str
    staged: str
    read: values.Reader
    required: bool = False


RESPONSES = ("delivered", "opened", "clicked", "bounced", "unsubscribed", "complaint")
CAMPAIGN_KINDS = {"email_campaign": "email_campaign", "autoresponder": "autoresponder", "follow_up": "autoresponder"}
"""Words for the kind of a campaign → what it is: a follow-up is treated as an autoresponder."""
SET_ASIDE = Column("set_aside", "replaces", values.number)
_CAMPAIGN = Column("campaign_id", "campaign", values.name, required=True)
_EMAIL = Column("email", "email_key", values.address, required=True)
COLUMNS: dict[Kind, tuple[Column, ...]] = {
    Kind.CAMPAIGNS: (
        _CAMPAIGN,
        Column("name", "name", values.name, required=True),
        Column("kind", "campaign_kind", values.one_of(CAMPAIGN_KINDS), required=True),
        Column("lists", "lists", values.names, required=True),
        Column("subject", "subject", values.words),
        Column("sender_name", "sender_name", values.words),
        Column("sender_address", "sender_address", values.sender),
        Column("started_at", "at", values.moment),
        Column("completed_at", "completed_at", values.moment),
        Column("origin", "origin", values.one_of({"here": "here", "recruit": "recruit"})),
        Column("updated_at", "updated_at", values.moment),
        SET_ASIDE,
    ),
    Kind.SENDS: (_CAMPAIGN, _EMAIL, Column("sent_at", "at", values.past, required=True), SET_ASIDE),
    Kind.RESPONSES: (
        _CAMPAIGN,
        _EMAIL,
        Column("response", "response", values.one_of(dict(zip(RESPONSES, RESPONSES, strict=True))), required=True),
        Column("happened_at", "at", values.past, required=True),
        Column("bounce", "bounce", values.one_of({"hard": "hard", "soft": "soft"})),
        SET_ASIDE,
    ),
}
STAGED = tuple(dict.fromkeys(column.staged for columns in COLUMNS.values() for column in columns))
"""Every column that rows of any kind are staged in, beside those that all rows have."""


class Flaw(NamedTuple):
    """Why a row is set aside: the word that is counted, and a sentence with the column."""

    reason: str
    detail: str


@dataclass
class Rows:
    """A chunk of rows as read. columns: column → values, of equal length; lines: where each stands, from 1.

    flaws: position → what reading found wrong already; raw: position → the row, where columns cannot show it.
    """

    kind: Kind | None
    columns: dict[str, list[Any]]
    lines: list[int]
    flaws: dict[int, Flaw] = field(default_factory=dict)
    raw: dict[int, dict[str, Any]] = field(default_factory=dict)


def check(rows: Rows, now: datetime) -> dict[str, list[Any]]:
    """The chunk as it is staged: kind, line, reason, detail, raw (of wrong rows), other_keys (the sender of a
    campaign; of a wrong row every address beside its own) and the columns of STAGED it has.

    now: what happened more than a day later cannot be.
    """
    size = len(rows.lines)
    flaws = dict(rows.flaws)
    staged: dict[str, list[Any]] = {}
    given = {name: clean_values(column)[0] for name, column in rows.columns.items()}
    for column in COLUMNS[rows.kind] if rows.kind else (SET_ASIDE,):
        read = column.read(given.get(column.name, [None] * size), now)
        for position, told in read.flaws.items():
            flaws.setdefault(position, Flaw(told.reason, f"{column.name}: {told.detail}"))
        if column.required:
            _note_missing(column, read, flaws)
        staged[column.staged] = read.values
    if rows.kind is Kind.RESPONSES:
        _check_bounces(staged, flaws)
    ordered = [flaws.get(position) for position in range(size)]
    raw = [_raw(rows, given, position) if flaw else None for position, flaw in enumerate(ordered)]
    _note_addresses(rows.kind, staged, raw)
    return {
        **staged,
        "kind": [rows.kind.one if rows.kind else "unknown"] * size,
        "line": rows.lines,
        "reason": [flaw and flaw.reason for flaw in ordered],
        "detail": [flaw and flaw.detail for flaw in ordered],
        "raw": raw,
    }


def _note_addresses(kind: Kind | None, staged: dict[str, list[Any]], raw: Sequence[dict[str, Any] | None]) -> None:
    """Whose row it is must be known even of one that cannot be read, and whoever else it names (OPS-6)."""
    campaigns = kind is Kind.CAMPAIGNS
    keys = [None] * len(raw) if campaigns else staged.setdefault("email_key", [None] * len(raw))
    senders = staged["sender_address"] if campaigns else ()
    others = [[key] if (key := address_key(sender)) else None for sender in senders] or [None] * len(raw)
    for position, row in enumerate(raw):
        if row is not None:
            named = values.addresses(row)
            if not campaigns:
                keys[position] = keys[position] or next(iter(named), None)
            others[position] = [key for key in named if key != keys[position]] or None
    staged["other_keys"] = others


def check_head(kind: Kind, names: Sequence[str], file: str) -> None:
    """Raises ConfigError if the columns of a file are not those of its kind."""
    known = [column.name for column in COLUMNS[kind]]
    for name in names:
        if name not in known:
            raise ConfigError(f"{file}: {unknown_column(kind, name)} Nothing of the file was imported.")
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ConfigError(f"{file}: column '{twice[0]}' is there twice. Nothing of the file was imported.")
    missing = [column.name for column in COLUMNS[kind] if column.required and column.name not in names]
    if missing:
        raise ConfigError(
            f"{file}: a file of {kind} needs {_listed(missing)}. Columns: {', '.join(known)}. "
            "Nothing of the file was imported."
        )


def unknown_column(kind: Kind, name: str) -> str:
    """The sentence for a column that there is not, with the close match."""
    known = [column.name for column in COLUMNS[kind]]
    close = get_close_matches(name.strip().casefold().replace(" ", "_"), known, n=1)
    hint = f" Did you mean '{close[0]}'?" if close else ""
    return f"there is no column {values.shown(name)} in {kind}. Allowed: {', '.join(known)}.{hint}"


def kind_of(word: str) -> Kind:
    """The kind that --kind names. Raises ConfigError with the close match."""
    try:
        return Kind(word)
    except ValueError:
        close = get_close_matches(word.casefold(), list(Kind), n=1)
        hint = f" Did you mean '{close[0]}'?" if close else ""
        raise ConfigError(f"{values.shown(word)} is not a kind of events. Allowed: {', '.join(Kind)}.{hint}") from None


def kind_by_name(file: str) -> Kind | None:
    """The kind that the name of a file begins with, such as responses-2026-11.csv."""
    return next((kind for kind in Kind if file.casefold().startswith(kind)), None)


def _note_missing(column: Column, read: values.Read, flaws: dict[int, Flaw]) -> None:
    if None not in read.values:
        return
    for position, value in enumerate(read.values):
        if value is None and position not in flaws:
            flaws[position] = Flaw("missing_value", f"{column.name} is empty, and every row needs one.")


def _check_bounces(staged: Mapping[str, list[Any]], flaws: dict[int, Flaw]) -> None:
    """A bounce is hard or soft, and nothing else is."""
    bounces = staged["bounce"]
    for position, response in enumerate(staged["response"]):
        if response == "bounced" and bounces[position] is None:
            flaws.setdefault(position, Flaw("missing_value", "bounce is empty: a bounced row says hard or soft."))
        elif bounces[position] is not None and response is not None and response != "bounced":
            flaws.setdefault(
                position, Flaw("bad_value", f"bounce: only a bounced row has one, and this is {response}.")
            )


def _raw(rows: Rows, columns: Mapping[str, Sequence[Any]], position: int) -> dict[str, Any]:
    """The row as received, as JSON can hold it; empty cells left out."""
    if position in rows.raw:
        told = {name: value for name, value in rows.raw[position].items() if name != SET_ASIDE.name}
        return dict(clean_value(values.as_json(told)))
    row = {name: column[position] for name, column in columns.items() if name != SET_ASIDE.name}
    return {name: values.as_json(value) for name, value in row.items() if value is not None}


def _listed(names: Sequence[str]) -> str:
    return f"the column {names[0]}" if len(names) == 1 else f"the columns {', '.join(names)}"


Progress = Callable[[str, int], None]
"""Told the name of a file and how many of its rows have been read."""
