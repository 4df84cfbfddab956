"""Records of related modules beside a Contact's or Candidate's own, for criteria over both (SRC-5).

A joined row holds the record's own fields by their names, and those of one Client and one Job Opening under names such
as `Clients.Industry`. A record has as many joined rows as related records, and one with nothing beside it if it has
none. A related module is read once per fetch, whole, with the fields that the criteria name.
Paths: Contact to Client by `Client_Name`; Contact to Job Openings of the contact, else of its Client (policy
contact_job_path); Candidate over Applications to Job Openings. Other modules have no related records.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from contact_sync.errors import ConfigError
from contact_sync.stages.whole_module import ReadModule
from contact_sync.zoho.recruit import RecruitClient

CLIENT_FIELD = "Client_Name"

Row = dict[str, Any]


class Related:
    """The related records of one fetch.

    needed: related module → API names of the fields that the criteria name. contact_job_path: `contact` or `client`.
    read: how a related module is read.
    Raises ConfigError if the field that leads from a Contact to its Client is gone (SRC-10).
    """

    def __init__(
        self,
        client: RecruitClient,
        module: str,
        needed: Mapping[str, Sequence[str]],
        contact_job_path: str,
        read: ReadModule,
    ) -> None:
        self._client = client
        self._module = module
        self._needed = needed
        self._read = read
        self._of_contact_first = contact_job_path == "contact"
        self._clients: dict[str, Row] | None = None
        self._openings: _Openings | None = None
        # A field that the user may not see is left out of a listing without a word: nobody would have a Client.
        if self.own_fields and CLIENT_FIELD not in {field.get("api_name") for field in client.fields(module)}:
            raise _no_path(module, CLIENT_FIELD, "Clients")

    @property
    def own_fields(self) -> tuple[str, ...]:
        """Fields of the record itself that lead to related ones, to be asked for with it."""
        return (CLIENT_FIELD,) if self._module == "Contacts" and self._needed else ()

    def joined(self, rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, Row]]:
        """(position of the record, joined row), in the order of the records."""
        for position, row in enumerate(rows):
            own = dict(row)
            of_client = self._client_of(own) if "Clients" in self._needed else {}
            for of_opening in self._openings_of(own) if "Job_Openings" in self._needed else ({},):
                yield position, {**own, **of_client, **of_opening}

    def _client_of(self, row: Row) -> Row:
        if self._clients is None:
            self._clients = {
                str(found["id"]): _prefixed("Clients", found, self._needed["Clients"])
                for found in self._all("Clients", self._needed["Clients"])
            }
        return self._clients.get(lookup_id(row.get(CLIENT_FIELD)) or "", {})

    def _openings_of(self, row: Row) -> Sequence[Row]:
        if self._openings is None:
            self._openings = self._read_openings()
        found = self._openings.by_record.get(str(row.get("id")), [])
        client = lookup_id(row.get(CLIENT_FIELD)) if self._module == "Contacts" else None
        if not found and client:  # who has no Client has nothing in common with openings that have none
            found = self._openings.by_client.get(client, [])
        return found or ({},)

    def _read_openings(self) -> "_Openings":
        """Every Job Opening under the records and Clients that it belongs to."""
        fields = self._needed["Job_Openings"]
        openings = _Openings()
        if self._module == "Candidates":
            to_candidate = self._lookup("Applications", "Candidates")
            to_opening = self._lookup("Applications", "Job_Openings")
            by_id = {
                str(found["id"]): _prefixed("Job_Openings", found, fields)
                for found in self._all("Job_Openings", fields)
            }
            for application in self._all("Applications", (to_candidate, to_opening)):
                opening = by_id.get(lookup_id(application.get(to_opening)) or "")
                if opening is not None:
                    openings.by_record[lookup_id(application.get(to_candidate)) or ""].append(opening)
            return openings
        to_contact, to_client = self._lookup("Job_Openings", "Contacts"), self._lookup("Job_Openings", "Clients")
        for found in self._all("Job_Openings", (*fields, to_contact, to_client)):
            opening = _prefixed("Job_Openings", found, fields)
            if self._of_contact_first:
                openings.by_record[lookup_id(found.get(to_contact)) or ""].append(opening)
            openings.by_client[lookup_id(found.get(to_client)) or ""].append(opening)
        return openings

    def _all(self, module: str, fields: Sequence[str]) -> Iterator[Row]:
        return self._read(module, fields, None)

    def _lookup(self, module: str, target: str) -> str:
        return lookup_field(self._client, module, target)


class _Openings:
    """Job Openings by the record, and by the Client, that they belong to."""

    def __init__(self) -> None:
        self.by_record: dict[str, list[Row]] = defaultdict(list)
        self.by_client: dict[str, list[Row]] = defaultdict(list)


def lookup_id(value: Any) -> str | None:
    """The id that a lookup points at; None if it points at nothing."""
    found = value.get("id") if isinstance(value, Mapping) else value
    return str(found) if found else None


def lookup_field(client: RecruitClient, module: str, target: str) -> str:
    """The field of `module` that points at a record of `target`, as the account's metadata says.

    Raises ConfigError if there is none: the criteria cannot be followed then.
    """
    for field in related_fields(client, module):
        if field.get("data_type") == "lookup" and target in _targets(field.get("lookup")):
            return str(field["api_name"])
    raise _no_path(module, "lookup field", target)


def related_fields(client: RecruitClient, module: str) -> Sequence[Row]:
    """The fields of a related module. Raises ConfigError that names the criteria if it is not on offer (ACC-5)."""
    try:
        return client.fields(module)
    except ConfigError as error:
        raise ConfigError(f"source.criteria: {str(error).removeprefix('source.module: ')}") from None


def _no_path(module: str, field: str, target: str) -> ConfigError:
    return ConfigError(
        f"source.criteria: {module} of this account has no {field} that points at {target}, so the criteria over"
        " related records cannot be followed (SRC-5). Nothing was read. Check the fields of the module in Recruit, and"
        " that the account's user may read them, or take the related field out of the criteria."
    )


def _targets(lookup: Any) -> Iterable[str]:
    """The module that a lookup's metadata names: a text in v2, an object with api_name in newer versions."""
    module = lookup.get("module") if isinstance(lookup, Mapping) else None
    return (str(module.get("api_name")),) if isinstance(module, Mapping) else (str(module),)


def _prefixed(module: str, row: Mapping[str, Any], fields: Iterable[str]) -> Row:
    return {f"{module}.{name}": row.get(name) for name in fields}
