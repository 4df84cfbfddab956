"""Organisation, modules, fields and custom views."""

from collections import Counter

import pytest

from tests.sandbox.conftest import BOTH, Zoho

UNLISTED = ["$converted", "$approved", "$converted_detail"]


def test_org_follows_the_settings(zoho: Zoho) -> None:
    """Edition and plan are switches."""
    zoho.control("POST", "settings", {"edition": "Corporate HR", "plan": "Free", "utc_offset": "-05:00"})
    org = zoho.get("org").json()["org"][0]
    assert (org["type"], org["license_details"]["plan_type"], org["time_zone"]) == ("Corporate HR", "Free", "Etc/GMT+5")


def test_modules_on_offer(zoho: Zoho) -> None:
    """Modules follow the setting; what is not served is shown as not supported by the API and refused."""
    zoho.control("POST", "settings", {"modules": ["Candidates", "Interviews"]})
    modules = {each["api_name"]: each["api_supported"] for each in zoho.get("settings/modules").json()["modules"]}
    assert modules == {"Candidates": True, "Interviews": False, "Reports": False, "Dashboards": False}
    assert zoho.get("Interviews").json()["code"] == "INVALID_MODULE"
    assert zoho.get("settings/modules/Candidates").json()["modules"][0]["$properties"] == UNLISTED
    zoho.control("POST", "settings", {"modules": []})
    for path in ("Candidates", "settings/modules/Candidates", "settings/fields?module=Candidates"):
        assert (
            zoho.http.get(f"/recruit/v2/{path}", headers={"Authorization": f"Zoho-oauthtoken {zoho.token}"}).json()[
                "code"
            ]
            == "INVALID_MODULE"
        )


def test_fields_describe_what_records_hold(zoho: Zoho) -> None:
    """Every key of a record is a described field and every value is of the described type."""
    fields = {each["api_name"]: each for each in zoho.get("settings/fields", module="Candidates").json()["fields"]}
    json_types = {
        "string": str,
        "boolean": bool,
        "integer": int,
        "double": float,
        "jsonobject": dict,
        "jsonarray": list,
    }
    for row in zoho.all(**BOTH):
        assert set(row) - {"id", *UNLISTED} == set(fields)
        for name, field in fields.items():
            assert row[name] is None or type(row[name]) is json_types[field["json_type"]], name
    assert fields["Last_Name"]["system_mandatory"]
    assert {name for name, field in fields.items() if field["custom_field"]} == {
        "Campaign_Response",
        "Last_Campaign_Status",
        "Date_of_Birth",
        "Department",
        "Languages",
        "Year_Passed_Out",
    }
    assert fields["Updated_On"]["data_type"] == "datetime"


def test_views_have_one_ambiguous_name(zoho: Zoho) -> None:
    """One name stands for two views; the system's own is marked."""
    views = zoho.get("settings/custom_views", module="Candidates").json()["custom_views"]
    assert Counter(view["name"] for view in views)["Duplicated view"] == 2
    assert [view["name"] for view in views if view["system_name"] == "ALLVIEWS"] == ["All Candidates"]
    one = zoho.get("settings/custom_views/200001000000007002", module="Candidates").json()["custom_views"][0]
    assert [leaf["field"] for leaf in one["criteria"]["group"]] == ["Current_Job_Title", "Experience_in_Years"]
    assert one["fields"][0].keys() == {"id", "api_name"}


@pytest.mark.parametrize("path", ["settings/fields", "settings/custom_views"])
def test_module_is_required(zoho: Zoho, path: str) -> None:
    """Without a module, or with a wrong one, metadata is refused."""
    assert zoho.get(path).json()["code"] == "REQUIRED_PARAM_MISSING"
    assert zoho.get(path, module="Nonsense").json()["code"] == "INVALID_MODULE"
