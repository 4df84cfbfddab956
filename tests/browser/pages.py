"""Airflow's pages and forms, as far as the tests open them; found by what a person reads, and by names of fields."""

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page


@dataclass
class Pages:
    """One tab of the browser.

    folder: where the screenshots go.
    """

    page: Page
    ui: str
    folder: Path

    @property
    def dialog(self) -> Locator:
        """The dialog that is open."""
        return self.page.get_by_role("dialog")

    def go(self, path: str) -> None:
        """Open a page of the UI."""
        self.page.goto(f"{self.ui}/{path}")

    def shot(self, name: str) -> None:
        """A picture of what the browser shows, once nothing moves any more."""
        self.page.wait_for_timeout(500)
        self.page.screenshot(path=self.folder / f"{name}.png")

    def choose(self, field: Locator, word: str) -> None:
        """Open a list of choices and take the one with this text."""
        field.get_by_role("combobox").click()
        self.page.get_by_role("option", name=word, exact=True).click()

    def choices(self, field: Locator) -> list[str]:
        """What a list of choices offers."""
        field.get_by_role("combobox").click()
        self.page.get_by_role("option").first.wait_for()
        found = self.page.get_by_role("option").all_inner_texts()
        field.get_by_role("combobox").blur()  # Escape would close the whole dialog
        return found

    def unfold(self, section: str) -> None:
        """Open a section of a form, which may close another; its text is there when this returns."""
        head = self.dialog.get_by_role("button", name=section, exact=True)
        if head.get_attribute("aria-expanded") != "true":
            head.click()
            self.page.wait_for_timeout(700)  # until it has stopped moving

    def new_connection(self, kind: str) -> None:
        """The form of a new connection of this type, open at its standard fields."""
        self.go("connections")
        self.page.get_by_role("button", name="Add Connection").click()
        self.choose(self.dialog, kind)
        self.unfold("Standard Fields")

    def edit_connection(self, connection_id: str) -> None:
        """The form of a stored connection."""
        self.row(connection_id).get_by_role("button", name="Edit Connection").click()
        self.unfold("Extra Fields")

    def test_connection(self, connection_id: str) -> str:
        """Press Test in the row of a connection; what the message says that comes up."""
        self.row(connection_id).get_by_role("button", name="Test Connection").click()
        messages = self.page.locator("[data-scope=toast][data-part=root]")
        message = messages.filter(has_text="Test Connection").last  # others tell that something was saved
        message.wait_for()
        return message.inner_text()

    def row(self, connection_id: str) -> Locator:
        """The row of a connection in the list."""
        return self.page.get_by_role("row", name=connection_id)

    def fill(self, values: dict[str, str]) -> None:
        """Name → value of fields in the open section of the form."""
        for name, value in values.items():
            self.dialog.locator(f"[name={name}]").fill(value)

    def fields(self) -> dict[str, str]:
        """Name → value of the fields of the open form, as the browser holds them."""
        return {
            str(each.get_attribute("name")): each.input_value() for each in self.dialog.locator("input[name]").all()
        }

    def trigger_form(self, dag_id: str) -> None:
        """The form that starts a run by hand, unfolded."""
        self.go(f"dags/{dag_id}")
        self.page.get_by_role("button", name="Trigger Dag").click()
        self.unfold("This run")
