"""What a run of `mail_events_import` is asked to import: paths, kind, whether only to try (CAMP-1).

Refused before anything is read, with the reason: unknown keys, no path, a kind that there is not. Paths are those of
object stores or of the machine that tasks run on; the name of a file is kept, so it must not be a person's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from contact_sync.errors import ConfigError

KINDS = ("campaigns", "sends", "responses")
KEYS = ("path", "kind", "dry_run")
NEXT = "Nothing was imported: trigger the run again with the value put right."


@dataclass(frozen=True, slots=True)
class EventRequest:
    """paths: one at least. kind: one of KINDS, None: as the files tell. dry_run: nothing is written."""

    paths: tuple[str, ...]
    kind: str | None = None
    dry_run: bool = False


def read_request(conf: Mapping[str, Any]) -> EventRequest:
    """The request of a run's conf. The form sends every field, so that empty ones mean nothing. Raises ConfigError."""
    for key in conf:
        if key not in KEYS:
            raise _refused(f"unknown key '{str(key)[:60]}'. Allowed: {', '.join(KEYS)}.{_close(str(key), KEYS)}")
    return EventRequest(_paths(conf.get("path")), _kind(conf.get("kind")), _flag(conf.get("dry_run")))


def _paths(value: Any) -> tuple[str, ...]:
    given = value if isinstance(value, list | tuple) else [value]
    if not all(isinstance(path, str) for path in given if path is not None):
        raise _refused("path: it is a text, or a list of texts, such as s3://aws_default@bucket/responses.jsonl.")
    paths = tuple(dict.fromkeys(path.strip() for path in given if path is not None and path.strip()))
    if not paths:
        raise _refused("path is empty: name a file, or several, such as s3://aws_default@bucket/responses.jsonl.")
    return paths


def _kind(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if value not in KINDS:
        raise _refused(f"kind: '{str(value)[:60]}' is not one of {', '.join(KINDS)}.{_close(str(value), KINDS)}")
    return str(value)


def _flag(value: Any) -> bool:
    if value is None or isinstance(value, bool):
        return bool(value)
    raise _refused(f"dry_run: '{str(value)[:60]}' is not true or false.")


def _refused(message: str) -> ConfigError:
    return ConfigError(f"{message} {NEXT}")


def _close(value: str, allowed: tuple[str, ...]) -> str:
    found = get_close_matches(value.casefold(), allowed, n=1)
    return f" Did you mean '{found[0]}'?" if found else ""
