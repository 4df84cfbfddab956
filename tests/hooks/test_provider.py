"""The connection types, as Airflow's own registry and form take them."""

import json
from importlib.metadata import entry_points
from pathlib import Path

import airflow
import jsonschema
import pytest
import yaml
from airflow._shared.secrets_masker import should_hide_value_for_key
from airflow.providers_manager import ProvidersManager
from airflow.sdk import BaseHook
from airflow.sdk.module_loading import import_string
from airflow.sdk.providers_manager_runtime import ProvidersManagerTaskRuntime

from contact_sync.config.loader import load_organisation
from contact_sync.provider import DATA_CENTRES, get_provider_info
from contact_sync.zoho import data_centres
from tests.airflow_home import PROJECT

TYPES = {entry["connection-type"]: entry for entry in get_provider_info()["connection-types"]}
PUBLISHED = {"sandbox-client", "sandbox-secret-0000", "sandbox-refresh-0000"}


def settings() -> dict[str, list[dict[str, object]]]:
    return yaml.safe_load((PROJECT / "airflow_settings.yaml").read_text(encoding="utf-8"))["airflow"]


def test_the_dictionary_follows_airflows_schemas() -> None:
    """ACC-1: both the runtime's schema and the stricter one of provider packages accept it."""
    folder = Path(airflow.__file__).parent
    info = get_provider_info()
    jsonschema.validate(info, json.loads((folder / "provider_info.schema.json").read_text(encoding="utf-8")))
    strict = json.loads((folder / "provider.yaml.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(info["connection-types"], strict["properties"]["connection-types"])


def test_the_installed_package_announces_it() -> None:
    """ACC-1: without the entry point the types are not in the UI's list."""
    (found,) = [point for point in entry_points(group="apache_airflow_provider") if point.name == "contact_sync"]
    assert found.load()() == get_provider_info()
    assert found.dist.metadata["Name"] == get_provider_info()["package-name"]


def test_airflows_registry_offers_the_types_and_their_fields() -> None:
    """ACC-1: what the UI's connection form is made from."""
    hooks = ProvidersManagerTaskRuntime().hooks
    assert {name: hooks[name].hook_name for name in TYPES} == {
        "zoho_recruit": "Zoho Recruit",
        "zoho_creator": "Zoho Creator",
        "contacts_warehouse": "Contacts warehouse",
    }
    for name, entry in TYPES.items():
        fields = {key for key in ProvidersManager().connection_form_widgets if f"__{name}__" in key}
        assert {key.rsplit("__", 1)[1] for key in fields} == set(entry["conn-fields"])


@pytest.mark.parametrize("name", TYPES)
def test_each_type_has_its_hook(name: str) -> None:
    """ACC-2: the hook that the UI's test button calls."""
    hook = import_string(TYPES[name]["hook-class-name"])
    assert issubclass(hook, BaseHook)
    assert (hook.conn_type, hook.hook_name) == (name, TYPES[name]["hook-name"])
    assert callable(hook.test_connection)


@pytest.mark.parametrize("name", ["zoho_recruit", "zoho_creator"])
def test_secrets_are_password_fields(name: str) -> None:
    """ACC-1: hidden while they are typed; and Airflow masks them afterwards, which it decides by the key's name."""
    fields = TYPES[name]["conn-fields"]
    secret = {key for key, entry in fields.items() if entry["schema"].get("format") == "password"}
    assert secret == {"refresh_token", "zsc_secret"}
    assert {key for key in fields if should_hide_value_for_key(key)} == secret
    relabeling = TYPES[name]["ui-field-behaviour"]["relabeling"]
    assert (relabeling["login"], relabeling["password"]) == ("Client id", "Client secret")


def test_the_form_offers_every_data_centre() -> None:
    """ACC-1: the list of the form and the client's table are one."""
    assert list(data_centres.DATA_CENTRES) == DATA_CENTRES
    fields = (TYPES[name]["conn-fields"]["data_center"] for name in ("zoho_recruit", "zoho_creator"))
    recruit, creator = (field["schema"]["values_display"] for field in fields)
    for code, centre in data_centres.DATA_CENTRES.items():
        assert recruit[code] == f"{code}: {centre.recruit_root.removeprefix('https://')}"
        assert creator[code] == recruit[code].replace("recruit.", "creator.")


def test_local_settings_hold_the_examples_connections_and_no_secret() -> None:
    """ACC-1: every account and the warehouse of include/ have a connection; passwords are the sandbox's own."""
    connections = {entry["conn_id"]: entry for entry in settings()["connections"]}
    organisation = load_organisation(PROJECT / "include")
    assert set(connections) == {*organisation.accounts, organisation.warehouse}
    for entry in connections.values():
        kind = TYPES[entry["conn_type"]]
        extra = entry["conn_extra"]
        assert set(extra) <= set(kind["conn-fields"])
        secrets = {entry["conn_password"], extra.get("refresh_token"), extra.get("zsc_secret")} - {None, ""}
        assert secrets <= PUBLISHED
