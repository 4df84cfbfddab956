"""Push switches as runs work with them: of a list that a sync feeds, and of lists that none feeds (PUSH-0)."""

from collections.abc import Iterable
from typing import Any, Literal

from pydantic import Field

from contact_sync.config.base import Strict
from contact_sync.config.organisation import Organisation
from contact_sync.config.push import CustomValue, PushSwitch

LATER_SWITCH_KEYS = ("custom",)
"""Keys that fingerprints leave out while they have their default: configurations were registered before these."""


class ResolvedSwitch(Strict):
    """A push switch of an account, with the list it names. mapping: contact field to field of Recruit."""

    account: str
    module: Literal["Candidates", "Contacts"]
    event: Literal["opened", "clicked"]
    list_name: str
    enabled: bool
    mapping: dict[str, str]
    custom: dict[str, CustomValue] = Field({})
    status_field: str | None

    @property
    def filled(self) -> tuple[str, ...]:
        """The fields of Recruit that it can fill."""
        status = (self.status_field,) if self.status_field else ()
        return tuple(sorted((*self.mapping.values(), *self.custom, *status)))

    @property
    def status_target(self) -> str | None:
        """The field of Recruit that takes the member status, by its own key or as custom data."""
        custom = (target for target, value in self.custom.items() if value.response == "status")
        return self.status_field or next(custom, None)


def switches_of_list(list_name: str, organisation: Organisation) -> list[ResolvedSwitch]:
    """All switches that name the list, whichever account they push to; clicked before opened."""
    return [
        _resolved(account, module, event, switch)
        for account, profile in organisation.accounts.items()
        for module, event, switch in profile.push.switches()
        if switch.list_name == list_name
    ]


def switches_without_sync(organisation: Organisation, fed: Iterable[str]) -> dict[str, list[ResolvedSwitch]]:
    """By account: the switches whose list no sync feeds, which its own DAG carries out; clicked before opened."""
    lists = set(fed)
    found = {
        account: [
            _resolved(account, module, event, switch)
            for module, event, switch in profile.push.switches()
            if switch.list_name not in lists
        ]
        for account, profile in organisation.accounts.items()
    }
    return {account: switches for account, switches in found.items() if switches}


def without_later_keys(switches: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Dumped switches for a fingerprint."""
    return [
        {key: value for key, value in switch.items() if key not in LATER_SWITCH_KEYS or value} for switch in switches
    ]


def _resolved(account: str, module: str, event: str, switch: PushSwitch) -> ResolvedSwitch:
    return ResolvedSwitch.model_validate(
        {
            "account": account,
            "module": module,
            "event": event,
            "list_name": switch.list_name,
            "enabled": switch.enabled,
            "mapping": dict(switch.mapping),
            "custom": dict(switch.custom),
            "status_field": switch.status_field,
        }
    )
