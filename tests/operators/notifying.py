"""Notifiers of the tests' own, as people may write them."""

from pathlib import Path
from typing import Any, ClassVar

from airflow.sdk import BaseNotifier


class Recording(BaseNotifier):
    """Keeps what it is told. Rendered as Airflow's are."""

    template_fields = ("subject", "text")
    told: ClassVar[list[tuple[str, str, dict[str, Any]]]] = []

    def __init__(self, subject: str, text: str = "{{ alert.text }}") -> None:
        super().__init__()
        self.subject = subject
        self.text = text

    def notify(self, context: Any) -> None:
        """Keep it."""
        self.told.append((self.subject, self.text, context["alert"]))


class ToFile(BaseNotifier):
    """Adds a line to a file, whichever process of Airflow tells."""

    template_fields = ("text",)

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path
        self.text = "{{ alert.state }} {{ alert.kind }} {{ alert.sync_id }} {{ alert.run_id }} {{ alert.link }}"

    def notify(self, context: Any) -> None:
        """Add it."""
        with Path(self.path).open("a", encoding="utf-8") as told:
            told.write(f"{self.text}\n")


class Away(BaseNotifier):
    """Never takes anything."""

    def notify(self, context: Any) -> None:
        """Fail, with a text that quotes a secret."""
        raise ConnectionError("token=geheim-qzkw")


class Silent:
    """No notifier."""
