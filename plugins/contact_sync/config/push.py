"""What organisation.yaml says of pushing to an account: four switches, and what each writes (PUSH-0, PUSH-2, PUSH-6).

Each switch names one list. Refuses two values for one field of Recruit, and custom data of more or less than one kind.
What Recruit cannot do without, and who lacks it, is judged by the push: `lint` only warns.
"""

from typing import Literal, Self

from pydantic import Field, model_validator

from contact_sync.config.base import ApiKey, ApiName, ContactField, Flag, Name, Strict, refuse

PUSH_MAPPING = {"first_name": "First_Name", "last_name": "Last_Name", "email": "Email"}
MANDATORY: dict[str, tuple[str, ...]] = {
    "Candidates": ("First_Name", "Last_Name", "Email"),
    "Contacts": ("First_Name", "Last_Name", "Email", "Client_Name"),
}
"""What a pushed record must have, by module (PUSH-2)."""
Response = Literal["status", "campaign", "time"]
_KINDS = ("response", "constant", "contact_field")


class CustomValue(Strict):
    """What goes into a chosen field of Recruit: something of the response, a constant, or a contact field (PUSH-6)."""

    response: Response | None = Field(
        None,
        description="Of the response: `status` (Opened, Clicked or what else stands for the person in the campaign), "
        "the name of the `campaign`, or the `time` of the response (PUSH-6).",
    )
    constant: str | int | float | bool | None = Field(None, description="The same value for everybody (PUSH-6).")
    contact_field: ContactField | None = Field(
        None, description="A contact field; a field may go into several of Recruit (PUSH-6)."
    )

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        given = [name for name in _KINDS if getattr(self, name) not in (None, "")]
        if len(given) != 1:
            found = f"{' and '.join(given)} are given" if given else "nothing is given"
            raise refuse(f"says what goes into the field in exactly one way, but {found}.", allowed=_KINDS)
        return self


class PushSwitch(Strict):
    """One switch of PUSH-0: people of `list` who did so go to the module with their member status."""

    list_name: Name = Field(alias="list", description="The mailing list whose people are pushed.")
    enabled: Flag = Field(True, description="false turns the switch off; on again, it looks back anew (PUSH-7).")
    mapping: dict[ContactField, ApiName] = Field(
        PUSH_MAPPING,
        description="Contact field to field of the Recruit module; of Contacts also Client_Name (PUSH-2).",
    )
    custom: dict[ApiKey, CustomValue] = Field(
        {}, description="Field of the Recruit module to custom data that goes into it (PUSH-6)."
    )
    status_field: ApiName | None = Field(None, description="Recruit field that takes the member status (PUSH-1).")

    @model_validator(mode="after")
    def _each_field_once(self) -> Self:
        seen: dict[str, str] = {}
        places: list[tuple[str, tuple[str, ...]]] = [
            (target, ("mapping", source)) for source, target in self.mapping.items()
        ]
        places += [(target, ("custom", target)) for target in self.custom]
        places += [(self.status_field, ("status_field",))] if self.status_field else []
        for target, place in places:
            if target in seen:
                raise refuse(f"'{target}' is filled by {seen[target]} already: one field takes one value.", key=place)
            seen[target] = ".".join(place)
        return self

    @property
    def filled(self) -> tuple[str, ...]:
        """The fields of Recruit that this switch can fill."""
        status = (self.status_field,) if self.status_field else ()
        return tuple(sorted((*self.mapping.values(), *self.custom, *status)))

    @property
    def sources(self) -> dict[str, str]:
        """Contact fields that are read, and the key below the switch that names each."""
        named = {
            value.contact_field: f"custom.{target}.contact_field"
            for target, value in self.custom.items()
            if value.contact_field
        }
        return named | {source: f"mapping.{source}" for source in self.mapping}


class ModuleSwitches(Strict):
    """The two switches of a module (PUSH-0)."""

    opened: PushSwitch | None = Field(None, description="People who opened or clicked a campaign (PUSH-1).")
    clicked: PushSwitch | None = Field(None, description="People who clicked in a campaign (PUSH-1).")


class PushSettings(Strict):
    """Push settings of an account, by module (PUSH-0)."""

    candidates: ModuleSwitches = Field(ModuleSwitches(), description="Switches of the module Candidates.")
    contacts: ModuleSwitches = Field(ModuleSwitches(), description="Switches of the module Contacts.")

    def switches(self) -> list[tuple[str, str, PushSwitch]]:
        """Module, response and switch of all that are given; clicked first, so that it wins (PUSH-1)."""
        found = []
        for module, pair in (("Candidates", self.candidates), ("Contacts", self.contacts)):
            found += [(module, event, switch) for event, switch in (("clicked", pair.clicked), ("opened", pair.opened))
                      if switch is not None]  # fmt: skip
        return found
