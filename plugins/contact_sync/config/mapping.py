"""Which source field fills which contact field (MAP-1..3): the key `mapping` of a sync, and favourites.

A favourite is a named group of mappings in organisation.yaml; a sync lists favourites and overrides single fields.
Refuses a sync without an address, and two favourites that fill one contact field differently.
"""

from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Lookup
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, field_validator

from contact_sync.config.base import ApiName, ContactField, Flag, Name, Strict, close_match, refuse, shown
from contact_sync.core.mapping_types import STANDARD_TARGETS, USUAL_MODULES, FieldMapping, FieldType

USUAL_SOURCES = {"email": "Email", "first_name": "First_Name", "last_name": "Last_Name"}


def _mapping_words(value: Any) -> Any:
    """`City` is short for `{source: City}`."""
    return {"source": value} if isinstance(value, str) else value


def _not_standard(value: str) -> str:
    if value in STANDARD_TARGETS:
        raise refuse(f"'{value}' is written directly under mapping, not under fields.")
    return value


ExtraField = Annotated[ContactField, AfterValidator(_not_standard)]


class EmailMapping(Strict):
    """Source of the e-mail address; may be changed, never removed (MAP-1)."""

    source: ApiName = Field(description="API name of the source field.")


class NameMapping(EmailMapping):
    """Source of the first or last name (MAP-1)."""

    required: Flag = Field(False, description="Records without a valid value are ignored: invalid_field (OUT-4).")
    clear_when_empty: Flag = Field(False, description="An empty source value empties the contact field (MAP-6).")


class FieldSpec(NameMapping):
    """Source and type of any other contact field; the field is made on demand (MAP-2)."""

    type: FieldType = Field("text", description="Type of the contact field.")


ShortEmail = Annotated[EmailMapping, BeforeValidator(_mapping_words, json_schema_input_type=str | EmailMapping)]
ShortName = Annotated[NameMapping, BeforeValidator(_mapping_words, json_schema_input_type=str | NameMapping)]
ShortField = Annotated[FieldSpec, BeforeValidator(_mapping_words, json_schema_input_type=str | FieldSpec)]


class Favourite(Strict):
    """A group of mappings under one name, for any number of syncs (MAP-3). Each part may be left out."""

    email: ShortEmail | None = Field(None, description="Source of the e-mail address.")
    first_name: ShortName | None = Field(None, description="Source of the first name.")
    last_name: ShortName | None = Field(None, description="Source of the last name.")
    fields: dict[ExtraField, ShortField] = Field({}, description="Further contact fields by name (MAP-2).")

    def specs(self) -> dict[str, EmailMapping]:
        """What this group maps: contact field → its source and options."""
        named = {"email": self.email, "first_name": self.first_name, "last_name": self.last_name}
        return {**{target: spec for target, spec in named.items() if spec is not None}, **self.fields}


class Mapping(Strict):
    """Which source field fills which contact field (MAP-1)."""

    favourites: tuple[Name, ...] = Field(
        (), description="Groups of mappings of organisation.yaml; what stands below overrides them (MAP-3)."
    )
    email: ShortEmail | None = Field(
        None,
        description="Source of the e-mail address; absent: Email for Candidates and Contacts, else the only field "
        "of type e-mail. May be changed, not removed.",
    )
    first_name: ShortName | None = Field(
        None,
        description="Source of the first name; absent: First_Name for Candidates and Contacts, else the name field "
        "if there is one; null: not mapped.",
    )
    last_name: ShortName | None = Field(
        None,
        description="Source of the last name; absent: Last_Name for Candidates and Contacts, else the name field "
        "if there is one; null: not mapped.",
    )
    fields: dict[ExtraField, ShortField] = Field({}, description="Further contact fields by name (MAP-2).")

    @field_validator("email", mode="before")
    @classmethod
    def _email_stays(cls, value: Any) -> Any:
        if value is None:
            raise refuse("may be changed, not removed: every sync needs the source of the e-mail address.")
        return value

    def own(self) -> dict[str, EmailMapping | None]:
        """What the sync itself says: contact field → source and options, None for a name that is not wanted."""
        named = {target: getattr(self, target) for target in STANDARD_TARGETS if target in self.model_fields_set}
        return {**named, **self.fields}


def check_favourites(given: Mapping, known: Lookup[str, Favourite]) -> None:
    """Refuse unknown favourites, and two that fill one contact field differently unless the sync overrides it."""
    own = given.own()
    first: dict[str, tuple[str, EmailMapping]] = {}
    for number, name in enumerate(given.favourites):
        if name not in known:
            message = f"{shown(name)} is not a favourite of organisation.yaml (MAP-3)."
            raise refuse(message, allowed=sorted(known), close=close_match(name, known), key=("favourites", number))
        for target, spec in known[name].specs().items():
            other, before = first.setdefault(target, (name, spec))
            if before != spec and target not in own:
                both = f"'{other}' and '{name}' map '{target}' differently"
                hint = f"Map '{target}' in this sync, which overrides both, or list one of them (MAP-3)."
                raise refuse(f"{both}. {hint}", key=("favourites", number))


def mapping_lines(given: Mapping, favourites: Sequence[Favourite], module: str) -> tuple[FieldMapping, ...]:
    """The lines in force: standard contact fields first, then favourites' and own fields in their order.

    Without a line for `email` its source is to be found in the account's metadata (MAP-1).
    """
    specs: dict[str, EmailMapping | None] = {}
    if module in USUAL_MODULES:
        specs |= {target: NameMapping(source=source) for target, source in USUAL_SOURCES.items()}
    for favourite in favourites:
        specs |= favourite.specs()
    specs |= given.own()
    standard = [target for target in STANDARD_TARGETS if target in specs]
    return tuple(_lines(specs, [*standard, *(target for target in specs if target not in STANDARD_TARGETS)]))


def names_by_metadata(given: Mapping, favourites: Sequence[Favourite], module: str) -> bool:
    """Whether neither file says where names come from: then it is the source's name field, if it has one (MAP-1)."""
    said = set(given.own()).union(*(favourite.specs() for favourite in favourites))
    return module not in USUAL_MODULES and not said & {"first_name", "last_name"}


def _lines(specs: Lookup[str, EmailMapping | None], order: Iterable[str]) -> Iterable[FieldMapping]:
    for target in order:
        spec = specs[target]
        if isinstance(spec, NameMapping):
            kind = spec.type if isinstance(spec, FieldSpec) else "text"
            yield FieldMapping(target, spec.source, kind, spec.required, spec.clear_when_empty)
        elif spec is not None:
            yield FieldMapping(target, spec.source)
