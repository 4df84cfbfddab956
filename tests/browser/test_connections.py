"""The forms of the connection types, filled in by hand: labels, choices, secrets, and the button that tests them."""

from collections.abc import Iterator
from typing import Any

import pytest

from contact_sync.provider import get_provider_info
from tests.browser.pages import Pages
from tests.integration.whole import Whole

RECRUIT, CREATOR, WAREHOUSE = "Zoho Recruit", "Zoho Creator", "Contacts warehouse"
SECRETS = {"password": "sandbox-secret-0000", "element_refresh_token": "sandbox-refresh-0000"}
ZSC = "zsc-generation-0000"
BY_FORM = "by_form"


@pytest.fixture
def filled(pages: Pages, whole: Whole) -> Iterator[str]:
    """A connection to the sandbox, made by the form and removed afterwards; its id."""
    sandbox = whole.services.addresses.sandbox
    pages.new_connection(RECRUIT)
    secret, token = SECRETS.items()
    pages.fill({"connection_id": BY_FORM, "login": "sandbox-client", "port": "443", **dict([secret])})
    pages.shot("recruit-form-filled")
    pages.unfold("Extra Fields")
    pages.fill({"element_zsc_secret": ZSC, "element_primary_email": "recruiter@zylker.example", **dict([token])})
    pages.fill({"element_accounts_host": sandbox, "element_api_root": sandbox})
    pages.choose(pages.dialog.locator("#element_data_center"), "eu: recruit.zoho.eu")
    pages.shot("recruit-form-filled-below")
    pages.dialog.get_by_role("button", name="Save").click()
    pages.dialog.wait_for(state="hidden")
    yield BY_FORM
    whole.api._client.delete(f"/api/v2/connections/{BY_FORM}").raise_for_status()


def stored(whole: Whole) -> dict[str, Any]:
    found: dict[str, Any] = whole.api._get(f"/api/v2/connections/{BY_FORM}")
    return found


def test_the_types_are_offered(pages: Pages) -> None:
    """ACC-1: by their names for people."""
    pages.go("connections")
    pages.page.get_by_role("button", name="Add Connection").click()
    assert {RECRUIT, CREATOR, WAREHOUSE} <= set(pages.choices(pages.dialog))


def test_the_recruit_form_has_our_labels_and_choices(pages: Pages) -> None:
    """ACC-1: what a person needs and nothing else; every data centre with its address; nothing is shown as null."""
    fields = get_provider_info()["connection-types"][0]["conn-fields"]
    pages.new_connection(RECRUIT)
    standard = pages.dialog.inner_text().splitlines()
    assert [label for label in ("Client id", "Client secret", "Port (write 443)") if label not in standard] == []
    assert not {"Host", "Schema", "Login", "Password"} & set(standard)
    pages.shot("recruit-form")
    pages.unfold("Extra Fields")
    extra = pages.dialog.inner_text().splitlines()
    assert [entry["label"] for entry in fields.values() if entry["label"] not in extra] == []
    assert [entry["description"] for entry in fields.values() if entry["description"] not in extra] == []
    assert "null" not in extra
    offered = pages.choices(pages.dialog.locator("#element_data_center"))
    assert [word.split(":")[0] for word in offered] == ["us", "eu", "in", "au", "jp", "cn", "ca", "sa", "(not chosen)"]
    assert "ca: recruit.zohocloud.ca" in offered
    for name in (*SECRETS, "element_zsc_secret"):
        assert pages.dialog.locator(f"[name={name}]").get_attribute("type") == "password"
    pages.shot("recruit-form-below")


def test_the_creator_form_has_our_labels_and_choices(pages: Pages) -> None:
    """ACC-1: as Recruit's, with the owner and a report to test; data centres by Creator's own address."""
    (entry,) = [each for each in get_provider_info()["connection-types"] if each["hook-name"] == CREATOR]
    pages.new_connection(CREATOR)
    standard = pages.dialog.inner_text().splitlines()
    assert [label for label in ("Client id", "Client secret", "Port (write 443)") if label not in standard] == []
    pages.unfold("Extra Fields")
    extra = pages.dialog.inner_text().splitlines()
    assert [field["label"] for field in entry["conn-fields"].values() if field["label"] not in extra] == []
    assert {"Owner", "Report to test"} <= set(extra)
    assert "null" not in extra
    assert "ca: creator.zohocloud.ca" in pages.choices(pages.dialog.locator("#element_data_center"))
    for name in ("element_refresh_token", "element_zsc_secret"):
        assert pages.dialog.locator(f"[name={name}]").get_attribute("type") == "password"
    pages.shot("creator-form-below")


def test_the_warehouse_form_has_our_labels(pages: Pages) -> None:
    """ACC-1: a Postgres connection in the words of the product."""
    pages.new_connection(WAREHOUSE)
    standard = pages.dialog.inner_text().splitlines()
    assert [word for word in ("Host", "Port", "Database", "Login", "Password") if word not in standard] == []
    assert "Schema" not in standard
    pages.shot("warehouse-form")
    pages.unfold("Extra Fields")
    extra = pages.dialog.inner_text().splitlines()
    assert ("TLS" in extra, "(not chosen)" in extra, "null" in extra) == (True, True, False)


def test_secrets_are_masked_once_saved(pages: Pages, whole: Whole, filled: str) -> None:
    """ACC-1: neither the form nor the API shows them again, and saving the masked form keeps them."""
    pages.edit_connection(filled)
    shown = pages.fields()
    for name in (*SECRETS, "element_zsc_secret"):
        assert shown[name] == "***", name
    assert (shown["login"], shown["element_data_center"]) == ("sandbox-client", "eu")
    pages.shot("recruit-form-masked")
    assert not [value for value in (*SECRETS.values(), ZSC) if value in pages.page.content()]
    assert stored(whole)["password"] == "***"
    assert not [value for value in (*SECRETS.values(), ZSC) if value in str(stored(whole))]
    pages.dialog.locator("[name=element_primary_email]").fill("talent@zylker.example")
    pages.dialog.get_by_role("button", name="Save").click()
    pages.dialog.wait_for(state="hidden")
    assert "talent@zylker.example" in stored(whole)["extra"]
    assert "Nothing is missing." in pages.test_connection(filled)


def test_the_test_button_tells_who_we_are(pages: Pages, filled: str) -> None:
    """ACC-2: organisation, edition, modules on offer."""
    told = pages.test_connection(filled)
    pages.shot("recruit-tested")
    assert "Zylker" in told
    assert "Modules: " in told
    assert "Candidates can be read" in told


def test_the_test_button_tells_what_is_wrong(pages: Pages, whole: Whole, filled: str) -> None:
    """ACC-2, ACC-3: a client secret that Zoho refuses, and how to renew it."""
    whole.api._call("PATCH", f"/api/v2/connections/{filled}", params={"update_mask": "password"}, json=_wrong(filled))
    pages.go("connections")
    told = pages.test_connection(filled)
    pages.shot("recruit-refused")
    assert "invalid_client" in told
    assert "Nothing is missing" not in told


def test_the_warehouse_can_be_tested(pages: Pages) -> None:
    """ACC-2: the connection that everything here works with; server, database, state of the migrations."""
    pages.go("connections")
    told = pages.test_connection("contacts_warehouse")
    pages.shot("warehouse-tested")
    assert "database contacts" in told
    assert "the newest version" in told


def _wrong(connection_id: str) -> dict[str, Any]:
    return {"connection_id": connection_id, "conn_type": "zoho_recruit", "password": "not-the-secret-0000"}
