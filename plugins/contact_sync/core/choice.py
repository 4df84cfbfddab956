"""What a person chose in the trigger form of a sync (RET-6): retrieve, after, push, preview.

The form sends every default, so `as_configured` and empty values mean "nothing chosen". Refused, at once and with the
reason: unknown keys, unknown values, moments without a zone, a date that the chosen `retrieve` would ignore.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, TypeVar

from contact_sync.errors import ConfigError


class Retrieve(StrEnum):
    AS_CONFIGURED = "as_configured"
    ALL = "all"
    AFTER = "after"


class Push(StrEnum):
    AS_CONFIGURED = "as_configured"
    ON = "on"
    OFF = "off"


KEYS = ("retrieve", "after", "push", "preview")
NEXT = "Trigger the run again with the value put right."

Choice = TypeVar("Choice", Retrieve, Push)


@dataclass(frozen=True, slots=True)
class ManualChoice:
    """after: aware UTC, given exactly when `retrieve` is `after`."""

    retrieve: Retrieve = Retrieve.AS_CONFIGURED
    after: datetime | None = None
    push: Push = Push.AS_CONFIGURED
    preview: bool = False


def check_conf(conf: Mapping[str, Any]) -> ManualChoice:
    """The choices of a run's conf. `after` alone means `retrieve: after`. Raises ConfigError for anything else."""
    for key in conf:
        if key not in KEYS:
            raise ConfigError(f"conf: unknown key '{key}'. Allowed: {', '.join(KEYS)}.{_close(key, KEYS)} {NEXT}")
    after = _moment(conf.get("after"))
    retrieve = _one_of(Retrieve, "retrieve", conf.get("retrieve", Retrieve.AFTER if after else None))
    if retrieve is Retrieve.AFTER and after is None:
        raise ConfigError(f"conf: retrieve: after needs the key 'after', such as 2026-11-01T00:00:00+01:00. {NEXT}")
    if retrieve is not Retrieve.AFTER and after is not None:
        raise ConfigError(
            f"conf: after: {after.isoformat()} would be ignored, for retrieve is '{retrieve!s}'. "
            f"Choose retrieve: after, or leave 'after' empty. {NEXT}"
        )
    return ManualChoice(retrieve, after, _one_of(Push, "push", conf.get("push")), _preview(conf.get("preview")))


def _one_of(kind: type[Choice], key: str, value: Any) -> Choice:
    if value is None or value == "":
        return kind("as_configured")
    try:
        return kind(value)
    except ValueError:
        allowed = [str(member) for member in kind]
        close = _close(str(value), allowed)
        raise ConfigError(f"conf: {key}: {value!r} is not one of {', '.join(allowed)}.{close} {NEXT}") from None


def _preview(value: Any) -> bool:
    if value is None or isinstance(value, bool):
        return bool(value)
    raise ConfigError(f"conf: preview: {value!r} is not true or false. {NEXT}")


def _moment(value: Any) -> datetime | None:
    if value is None or value == "":
        return None
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        if moment.utcoffset() is not None:
            return moment.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        pass
    raise ConfigError(
        f"conf: after: {value!r} is not a date-time with a zone, such as 2026-11-01T00:00:00+01:00 or "
        f"2026-10-31T23:00:00Z. {NEXT}"
    )


def _close(value: str, allowed: tuple[str, ...] | list[str]) -> str:
    near = get_close_matches(value, allowed, n=1)
    return f" Did you mean '{near[0]}'?" if near else ""
