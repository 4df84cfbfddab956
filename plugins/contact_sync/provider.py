"""What Airflow's provider registry learns of this package: its connection types and their forms.

Found through the entry point `apache_airflow_provider` of the installed package. Fields of `conn-fields` land in the
connection's extra; those of format `password` are hidden while they are typed.
"""

from typing import Any

_DOMAINS = {
    "us": "zoho.com",
    "eu": "zoho.eu",
    "in": "zoho.in",
    "au": "zoho.com.au",
    "jp": "zoho.jp",
    "cn": "zoho.com.cn",
    "ca": "zohocloud.ca",
    "sa": "zoho.sa",
}
DATA_CENTRES = list(_DOMAINS)


def get_provider_info() -> dict[str, Any]:
    """The provider dictionary, as Airflow's schema has it."""
    return {
        "package-name": "contact-sync",
        "name": "Contact sync",
        "description": "Contacts of Zoho Recruit and Zoho Creator into mailing lists of a Postgres warehouse.",
        "connection-types": [_zoho_recruit(), _zoho_creator(), _contacts_warehouse()],
    }


def _zoho_recruit() -> dict[str, Any]:
    roots = {code: f"{code}: recruit.{domain}" for code, domain in _DOMAINS.items()}
    return {
        "connection-type": "zoho_recruit",
        "hook-class-name": "contact_sync.hooks.zoho_recruit.ZohoRecruitHook",
        "hook-name": "Zoho Recruit",
        "ui-field-behaviour": _account_behaviour("Recruit account of the talent team"),
        "conn-fields": _account_fields("Recruit", roots, "https://recruit.zoho.eu"),
    }


def _zoho_creator() -> dict[str, Any]:
    pages = {code: f"{code}: creator.{domain}" for code, domain in _DOMAINS.items()}
    return {
        "connection-type": "zoho_creator",
        "hook-class-name": "contact_sync.hooks.zoho_creator.ZohoCreatorHook",
        "hook-name": "Zoho Creator",
        "ui-field-behaviour": _account_behaviour("Creator account of the events team"),
        "conn-fields": {
            **_account_fields("Creator", pages, "https://www.zohoapis.eu"),
            "owner": _text("Owner", "Whose applications are read: the first part of an application's path."),
            "test_report": _text("Report to test", "Optional, as APPLICATION/REPORT: what the test button reads."),
        },
    }


def _account_behaviour(description: str) -> dict[str, Any]:
    return {
        "hidden-fields": ["host", "schema"],
        # The port is used for nothing; but Airflow 3.3.2 refuses to test a connection that has none.
        "relabeling": {"login": "Client id", "password": "Client secret", "port": "Port (write 443)"},
        "placeholders": {"login": "1000.XXXXXXXX", "port": "443", "description": description},
    }


def _account_fields(product: str, centres: dict[str, str], root: str) -> dict[str, Any]:
    """What an account of any product needs. centres: data centre and its address, in words."""
    return {
        "data_center": _choice(
            "Data centre", f"Where the account lives, as the address of its {product} pages says.", centres
        ),
        "refresh_token": _secret("Refresh token", "Of the client above, with the scopes of docs/guide/connect.md."),
        "primary_email": _text("Primary e-mail", f"Of the {product} account; part of its fingerprint."),
        # Airflow masks a key of the extra by its name, whatever its format: "secret" must be part of it.
        "zsc_secret": _secret("ZSC key", "Optional: identifies the account's key generation. It is never sent."),
        "accounts_host": _text("Accounts host", "Optional override, such as https://accounts.zoho.eu."),
        "api_root": _text("API root", f"Optional override, such as {root}, or a sandbox."),
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
            "sslmode": _choice(
                "TLS",
                "Optional: how the connection is encrypted, as libpq has it.",
                {mode: mode for mode in ("disable", "prefer", "require", "verify-ca", "verify-full")},
            ),
        },
    }


def _choice(label: str, description: str, words: dict[str, str]) -> dict[str, Any]:
    """A list to choose from; without a word for it the form would show an empty choice as `null`."""
    schema = {"type": ["string", "null"], "enum": [*words, None], "values_display": {**words, "null": "(not chosen)"}}
    return _field(label, description, schema)


def _text(label: str, description: str) -> dict[str, Any]:
    return _field(label, description, {"type": ["string", "null"]})


def _secret(label: str, description: str) -> dict[str, Any]:
    return _field(label, description, {"type": ["string", "null"], "format": "password"})


def _field(label: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"label": label, "description": description, "schema": schema}
