"""What only an account itself can tell of a sync: `contact-sync lint --online`.

Module, view and fields that do not exist (ACC-5, SRC-3), the one e-mail field (MAP-1), the opt-out flag (ADV-1), custom
fields (SRC-9), criteria that their fields do not bear (CRIT-1), a free plan (ACC-6). Is given the account's answers.
Each finding is a problem of the sync's file; what the API itself refuses (permission, credentials) is raised.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from contact_sync.config.base import close_match
from contact_sync.config.problems import ConfigProblem, Severity
from contact_sync.config.resolved import ResolvedSync
from contact_sync.core.default_fields import email_line
from contact_sync.core.field_types import may_have_parts
from contact_sync.core.mapping_types import STANDARD_TARGETS
from contact_sync.errors import ConfigError

Field = Mapping[str, Any]
ALWAYS_THERE = "id"
_SHOWN = 40


class Metadata(Protocol):
    """What is asked of an account: the client of Zoho Recruit, or whatever answers alike."""

    def organisation(self) -> Mapping[str, Any]:
        """The organisation with its license_details."""

    def fields(self, module: str) -> Sequence[Field]:
        """The fields of a module. Raises ConfigError if it is not on offer."""

    def find_view(self, module: str, name_or_id: str) -> Mapping[str, Any]:
        """A custom view. Raises ConfigError if it is unknown or ambiguous."""


def check_recruit(sync: ResolvedSync, account: Metadata) -> list[ConfigProblem]:
    """Every problem of one sync that the account's metadata shows, in the order in which one would mend them."""
    try:
        fields = account.fields(sync.module)
    except ConfigError as error:
        return [_told(sync, "source.module", error)]
    found = [*_email(sync, lambda: email_line(fields, sync.module)), *_mapping(sync, fields)]
    found += [*_opt_out(sync, fields), *_custom_fields(sync, fields)]
    if sync.view is not None:
        found += _view(sync, sync.view, account)
    if sync.criteria is not None:
        found += [*_plan(sync, account), *_criteria(sync, fields, account)]
    return found


def check_report(sync: ResolvedSync, fields: Sequence[Field], find_email: Callable[[], object]) -> list[ConfigProblem]:
    """Every problem of one Creator sync that the fields of its report show; a report without rows shows none.

    find_email: finds the only field of addresses. Raises ConfigError if there is none or more than one (MAP-1).
    """
    shown = [*_mapping(sync, fields), *_opt_out(sync, fields)] if fields else []
    return [*_email(sync, find_email), *shown]


def _email(sync: ResolvedSync, find: Callable[[], object]) -> Iterator[ConfigProblem]:
    if sync.email_by_metadata:
        try:
            find()
        except ConfigError as error:
            yield _told(sync, "mapping.email", error)


def _mapping(sync: ResolvedSync, fields: Sequence[Field]) -> Iterator[ConfigProblem]:
    names = _names(fields)
    for line in sync.mapping:
        key = f"mapping.{line.target}" if line.target in STANDARD_TARGETS else f"mapping.fields.{line.target}"
        if not _known(line.source, names):
            yield _unknown_field(sync, key, line.source, sync.module, names)
        elif (data_type := _whole_type(line.source, fields)) is not None:
            told = f"{sync.module} of '{sync.account}' has that field as {data_type}, which has no parts (MAP-7)."
            message = f"'{line.source}' would always be empty: {told} Map '{line.source.partition('.')[0]}' itself."
            yield _problem(sync, key, message)


def _opt_out(sync: ResolvedSync, fields: Sequence[Field]) -> Iterator[ConfigProblem]:
    flag, names = sync.options.needed_flag, _names(fields)
    if flag is not None and not _known(flag, names):
        yield _unknown_field(sync, "options.opt_out_field", flag, sync.module, names)


def _custom_fields(sync: ResolvedSync, fields: Sequence[Field]) -> Iterator[ConfigProblem]:
    if sync.policies.custom_fields == "always" or sync.scope == "criteria":
        return
    custom = {str(field["api_name"]) for field in fields if field.get("custom_field") is True}
    for line in sync.mapping:
        if line.source.partition(".")[0] in custom:
            key = f"mapping.{line.target}" if line.target in STANDARD_TARGETS else f"mapping.fields.{line.target}"
            message = f"'{line.source}' is a custom field, and scope is '{sync.scope}' (SRC-9)."
            hint = "Policy custom_fields: criteria_only allows them with scope 'criteria' only."
            yield _problem(sync, key, f"{message} {hint}")


def _view(sync: ResolvedSync, name_or_id: str, account: Metadata) -> Iterator[ConfigProblem]:
    try:
        view = account.find_view(sync.module, name_or_id)
    except ConfigError as error:
        yield _told(sync, "source.view", error)
        return
    if sync.each_fetch == "changes" and "${" in str(view.get("criteria")):
        message = "the view goes by the calendar: records that enter it by that alone are found only by 'all' (RET-2)."
        yield _problem(sync, "each_fetch", message, severity="hint")


def _plan(sync: ResolvedSync, account: Metadata) -> Iterator[ConfigProblem]:
    licence = account.organisation().get("license_details")
    told = licence if isinstance(licence, Mapping) else {}
    if told.get("paid") is False or str(told.get("plan_type")).casefold() == "free":
        message = f"need a paid plan of Recruit, and '{sync.account}' says it is on a free one (ACC-6)."
        yield _problem(sync, "source.criteria", f"{message} Read a custom view with the same conditions instead.")


def _criteria(sync: ResolvedSync, fields: Sequence[Field], account: Metadata) -> Iterator[ConfigProblem]:
    from contact_sync.core.criteria.kinds import check_condition, field_kind

    known = {"": fields}
    for condition in sync.criteria.conditions if sync.criteria else ():
        module, dot, name = condition.field.partition(".")
        module, name = (module, name) if dot else ("", condition.field)
        key = f"source.criteria.conditions.{condition.number}"
        if module not in known:
            try:
                known[module] = account.fields(module)
            except ConfigError as error:
                yield _told(sync, f"{key}.field", error)
                known[module] = ()
        by_name = {str(field["api_name"]): field for field in known[module]}
        if by_name and name not in by_name:
            yield _unknown_field(sync, f"{key}.field", name, module or sync.module, list(by_name))
        elif by_name:
            wrong = check_condition(condition, field_kind(str(by_name[name].get("data_type"))))
            if wrong:
                yield _problem(sync, key, f"{wrong} (CRIT-1)")


def _whole_type(source: str, fields: Sequence[Field]) -> str | None:
    """The data type of a field within which nothing lies, if this is the name of something within it."""
    outer, dot, _ = source.partition(".")
    types = [str(field.get("data_type")) for field in fields if field.get("api_name") == outer] if dot else []
    return next((each for each in types if not may_have_parts(each)), None)


def _names(fields: Sequence[Field]) -> list[str]:
    return [str(field["api_name"]) for field in fields if field.get("api_name")]


def _known(source: str, names: Sequence[str]) -> bool:
    """Metadata does not list the id, nor what begins with $, nor what lies within a field."""
    return source == ALWAYS_THERE or source.startswith("$") or source.partition(".")[0] in names


def _unknown_field(sync: ResolvedSync, key: str, source: str, module: str, names: Sequence[str]) -> ConfigProblem:
    allowed = (*names[:_SHOWN], f"and {len(names) - _SHOWN} more") if len(names) > _SHOWN else tuple(names)
    message = f"{module} of '{sync.account}' has no field '{source}' that its user may see (SRC-10)."
    return ConfigProblem(sync.file, 0, key, message, allowed, close_match(source, names))


def _told(sync: ResolvedSync, key: str, error: ConfigError) -> ConfigProblem:
    """What an error says, which may begin with the key itself and end with the command of another page."""
    text = str(error).removeprefix(f"{key}: ").removeprefix("source.module: ")
    return _problem(sync, key, text.removesuffix(" Check with: contact-sync doctor"))


def _problem(sync: ResolvedSync, key: str, message: str, severity: Severity = "error") -> ConfigProblem:
    return ConfigProblem(sync.file, 0, key, message, severity=severity)
