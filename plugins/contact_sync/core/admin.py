"""What a person asks for in the form of `contact_sync_admin`: one act, what it is about, and why (OPS-9).

People are named by contact id, never by address: Airflow keeps what a form holds in its own database and shows it to
whoever may read the run. Refused, before anything is done and with the reason: unknown keys and words, an act without
what it needs, and anything that the act would leave aside, for whoever gave it meant something by it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

from contact_sync.errors import ConfigError


class Act(StrEnum):
    """One thing to do. The words are what runs and their API hold."""

    ACTIVATE = "activate"
    DEACTIVATE = "deactivate"
    INITIATE = "initiate"
    DELETE = "delete"
    PREVIEW_OPTIONS = "preview_options"
    APPLY_OPTIONS = "apply_options"
    UNDO_OPTIONS = "undo_options"
    APPROVE = "approve"
    WITHHOLD = "withhold"
    SUPPRESS_BLOCKED = "suppress_blocked"
    SUPPRESS_REGISTRY = "suppress_registry"
    UNSUPPRESS = "unsuppress"
    REMOVE_FROM_LIST = "remove_from_list"
    RESTORE_TO_LIST = "restore_to_list"
    REMOVE_FROM_ORG = "remove_from_org"
    RESTORE_TO_ORG = "restore_to_org"
    ERASE = "erase"


KEYS = ("act", "reason", "sync", "account", "number", "people", "list", "sure")
NEXT = "Nothing was done: trigger the run again with the value put right."
BY_COMMAND = (
    "an e-mail address, and Airflow keeps in its database what stands here. Name people by contact id; by address on "
    "the command line only: contact-sync suppress, unsuppress, remove, restore, erase."
)
_SYNC, _PEOPLE, _LIST = frozenset({"sync"}), frozenset({"people"}), frozenset({"people", "list"})
_NEEDED: dict[Act, frozenset[str]] = {
    Act.ACTIVATE: frozenset(),  # sync or account
    Act.UNDO_OPTIONS: _SYNC | {"number"},
    Act.ERASE: _PEOPLE | {"sure"},
    Act.REMOVE_FROM_LIST: _LIST,
    Act.RESTORE_TO_LIST: _LIST,
    **dict.fromkeys((Act.DEACTIVATE, Act.INITIATE, Act.DELETE, Act.PREVIEW_OPTIONS, Act.APPLY_OPTIONS), _SYNC),
    **dict.fromkeys((Act.APPROVE, Act.WITHHOLD), _SYNC),
    **dict.fromkeys((Act.SUPPRESS_BLOCKED, Act.SUPPRESS_REGISTRY, Act.UNSUPPRESS), _PEOPLE),
    **dict.fromkeys((Act.REMOVE_FROM_ORG, Act.RESTORE_TO_ORG), _PEOPLE),
}
_POSSIBLE: dict[Act, frozenset[str]] = {
    Act.ACTIVATE: frozenset({"sync", "account"}),
    Act.APPROVE: frozenset({"number"}),
    Act.WITHHOLD: frozenset({"number"}),
    Act.UNSUPPRESS: frozenset({"sure"}),
}
_IDS = re.compile(r"\d{1,18}([\s,;]+\d{1,18})*[\s,;]*")


@dataclass(frozen=True, slots=True)
class Request:
    """One act with all that it needs. people: contact ids, each once. number: of an act to undo, or of a fetch.

    sure: that nothing brings an erased person back; for unsuppress that complaints go, too.
    """

    act: Act
    reason: str
    sync: str | None = None
    account: str | None = None
    number: int | None = None
    people: tuple[int, ...] = ()
    list_name: str | None = None
    sure: bool = False


def read_request(conf: Mapping[str, Any]) -> Request:
    """The act of a run's conf. The form sends every field, so that empty ones mean nothing. Raises ConfigError."""
    for key in conf:
        if key not in KEYS:
            raise _refused(f"unknown key '{_shown(key)}'. Allowed: {', '.join(KEYS)}.{_close(key, KEYS)}")
    given = {key: value for key, value in conf.items() if value is not None and value is not False and value != ""}
    for key, value in given.items():
        if "@" in str(value):
            raise _refused(f"{key}: {BY_COMMAND}")
    act = _act(given.pop("act", None))
    reason = str(given.pop("reason", "")).strip()
    if not reason:
        raise _refused("reason is empty: say why, it is kept with who and when.")
    _must_fit(act, set(given))
    return Request(
        act=act,
        reason=reason,
        sync=_word(given, "sync"),
        account=_word(given, "account"),
        number=_number(given.get("number")),
        people=_people(act, given.get("people")),
        list_name=_word(given, "list"),
        sure=_flag(given.get("sure")),
    )


def _act(value: Any) -> Act:
    words = [str(act) for act in Act]
    if value is None:
        raise _refused(f"act is missing: say what to do. Allowed: {', '.join(words)}.")
    try:
        return Act(value)
    except ValueError:
        close = _close(str(value), words)
        raise _refused(f"act: '{_shown(value)}' is not one of {', '.join(words)}.{close}") from None


def _must_fit(act: Act, given: set[str]) -> None:
    """Nothing that the act needs is missing, and nothing is given that it would leave aside."""
    if act is Act.ACTIVATE and len(given & {"sync", "account"}) != 1:
        raise _refused("activate needs either sync, or account for all its syncs that wait; not both.")
    missing = sorted(_NEEDED[act] - given)
    if missing == ["sure"]:
        raise _refused(f"{act} cannot be taken back: it is done only with sure: true.")
    if missing:
        raise _refused(f"{act} needs {' and '.join(missing)}.")
    idle = sorted(given - _NEEDED[act] - _POSSIBLE.get(act, frozenset()))
    if idle:
        raise _refused(f"{act} has no use for {' and '.join(idle)}: leave {'it' if len(idle) == 1 else 'them'} empty.")


def _people(act: Act, value: Any) -> tuple[int, ...]:
    if value is None:
        return ()
    words = " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value).strip()
    if isinstance(value, bool) or not _IDS.fullmatch(words):
        raise _refused("people: contact ids are digits, several separated by spaces or commas.")
    ids = tuple(dict.fromkeys(int(word) for word in re.findall(r"\d+", words)))
    if act is Act.ERASE and len(ids) != 1:
        raise _refused("people: they are erased one at a time.")
    return ids


def _number(value: Any) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not re.fullmatch(r"[1-9]\d{0,17}", str(value).strip()):
        raise _refused("number: it is digits, as of an act or a fetch.")
    return int(value)


def _flag(value: Any) -> bool:
    if value is None or value is True:
        return bool(value)
    raise _refused(f"sure: '{_shown(value)}' is not true or false.")


def _word(given: Mapping[str, Any], key: str) -> str | None:
    return str(given[key]).strip() if key in given else None


def _refused(message: str) -> ConfigError:
    return ConfigError(f"{message} {NEXT}")


def _shown(value: Any) -> str:
    """What was given, cut; an address is not repeated."""
    return "…" if "@" in str(value) else str(value)[:60]


def _close(value: str, allowed: Iterable[str]) -> str:
    found = get_close_matches(value.casefold().replace(" ", "_"), list(allowed), n=1)
    return f" Did you mean '{found[0]}'?" if found else ""
