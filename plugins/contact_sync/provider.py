"""What Airflow's provider registry learns of this package: its two connection types and their forms.

Found through the entry point `apache_airflow_provider` of the installed package. Fields of `conn-fields` land in the
connection's extra; those of format `password` are masked by Airflow wherever it shows them.
"""

from typing import Any

DATA_CENTRES = ["us", "eu", "in", "au", "jp", "cn", "ca", "sa"]


def get_provider_info() -> dict[str, Any]:
    """The provider dictionary, as Airflow's schema has it."""
    return {
        "package-name": "contact-sync",
        "name": "Contact sync",
        "description": "Zoho Recruit contacts into mailing lists of a Postgres warehouse.",
        "connection-types": [_zoho_recruit(), _contacts_warehouse()],
    }


def _zoho_recruit() -> dict[str, Any]:
    return {
        "connection-type": "zoho_recruit",
        "hook-class-name": "contact_sync.hooks.zoho_recruit.ZohoRecruitHook",
        "hook-name": "Zoho Recruit",
        "ui-field-behaviour": {
            "hidden-fields": ["host", "port", "schema"],
            "relabeling": {"login": "Client id", "password": "Client secret"},
            "placeholders": {"login": "1000.XXXXXXXX", "description": "Recruit account of the talent team"},
        },
        "conn-fields": {
            "data_center": _field(
                "Data centre",
                "Where the account lives; its address ends in .com (us), .eu, .in and so on.",
                {"type": ["string", "null"], "enum": [*DATA_CENTRES, None]},
            ),
            "refresh_token": _secret("Refresh token", "Of the client above, with the scopes that the README names."),
            "primary_email": _text("Primary e-mail", "Of the Recruit account; part of its fingerprint."),
            "zsc_key": _secret("ZSC key", "Optional: identifies the account's key generation. It is never sent."),
            "accounts_host": _text("Accounts host", "Optional override, such as https://accounts.zoho.eu."),
            "api_root": _text("API root", "Optional override, such as https://recruit.zoho.eu, or a sandbox."),
        },
    }


def _contacts_warehouse() -> dict[str, Any]:
    return {
        "connection-type": "contacts_warehouse",
        "hook-class-name": "contact_sync.hooks.contacts_warehouse.ContactsWarehouseHook",
        "hook-name": "Contacts warehouse",
        "ui-field-behaviour": {
            "hidden-fields": [],
            "relabeling": {"schema": "Database"},
            "placeholders": {"host": "localhost", "port": "5432", "schema": "contacts"},
        },
        "conn-fields": {
            "sslmode": _field(
                "TLS",
                "Optional: how the connection is encrypted, as libpq has it.",
                {
                    "type": ["string", "null"],
                    "enum": ["disable", "prefer", "require", "verify-ca", "verify-full", None],
                },
            ),
        },
    }


def _text(label: str, description: str) -> dict[str, Any]:
    return _field(label, description, {"type": ["string", "null"]})


def _secret(label: str, description: str) -> dict[str, Any]:
    return _field(label, description, {"type": ["string", "null"], "format": "password"})


def _field(label: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"label": label, "description": description, "schema": schema}
