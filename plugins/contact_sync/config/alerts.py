"""`alerts:` of organisation.yaml: who is told what is wrong with a sync, through notifiers of Airflow (OPS-7).

The file names a class and its arguments; what a message needs of secrets lies in the Airflow connection that the
arguments name. Whether the class is there and takes them `contact-sync lint` looks at; parsing DAGs does not.
"""

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from contact_sync.config.base import Strict, refuse, shown

AlertKind = Literal["failed", "degraded", "missed", "reasons"]
_CLASS_PATH = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+")


def _class_path(value: Any) -> Any:
    if not isinstance(value, str) or not _CLASS_PATH.fullmatch(value):
        hint = "Write module and class, such as airflow.providers.smtp.notifications.smtp.SmtpNotifier."
        raise refuse(f"{shown(value)} is not the path of a class. {hint}")
    return value


ClassPath = Annotated[
    str,
    BeforeValidator(_class_path),
    WithJsonSchema({"type": "string", "pattern": r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$"}),
]

Argument = str | bool | int | float | list[str] | dict[str, str] | None


class Notifier(Strict):
    """One way to tell."""

    notifier: ClassPath = Field(description="The class: any of Airflow's notifiers, or one of your own (OPS-7).")
    kwargs: dict[str, Argument] = Field(
        {},
        description="Its arguments. Texts are templates: {{ alert.title }}, {{ alert.text }}, {{ alert.link }}, "
        "{{ alert.sync_id }}, {{ alert.kind }}, {{ alert.state }} (began or ended), {{ alert.counts }} (OPS-7).",
    )


class Alerts(Strict):
    """What is told, and how."""

    notifiers: tuple[Notifier, ...] = Field((), description="All of them are told; absent: nobody is (OPS-7).")
    kinds: tuple[AlertKind, ...] = Field(
        ("failed", "degraded", "missed", "reasons"),
        description="Of what: a failed run; one with warnings or work left; no success 2 hours after it was due; "
        "another mix of reasons for ignored (OPS-7).",
    )
