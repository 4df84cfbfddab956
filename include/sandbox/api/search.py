"""Searching: ``GET /recruit/v2/{Module}/search`` by ``criteria``, ``email``, ``phone`` or ``word``.

Of several the first in that order counts, the others are ignored and noted in the call log. Nothing found is 204; more
than ``search_ceiling`` records cannot be paged through: LIMIT_REACHED. A record changed (or only one added, by switch)
less than ``search_lag_seconds`` ago is not in the index yet. If-Modified-Since is no part of searching and is refused.
"""

from array import array
from collections.abc import Callable
from typing import Any

from include.sandbox.api.answers import Answer, ApiError
from include.sandbox.api.call import Call, invalid
from include.sandbox.api.modules import module_of
from include.sandbox.api.paging import asked_fields, asked_page, page_of
from include.sandbox.criteria.compare import Manner
from include.sandbox.criteria.model import CriteriaError, Group, Leaf, Matcher, bind
from include.sandbox.criteria.parse import parse
from include.sandbox.listing import CHOICES, Filter
from include.sandbox.modules import ModuleSpec
from include.sandbox.state import SandboxState

WAYS = ("criteria", "email", "phone", "word")
SEARCH_PARAMS = frozenset((*WAYS, "fields", "sort_by", "sort_order", "converted", "approved", "page", "per_page"))
OPERATORS = frozenset(
    (
        "equals",
        "not_equal",
        "starts_with",
        "ends_with",
        "contains",
        "not_contains",
        "in",
        "less_than",
        "less_equal",
        "greater_than",
        "greater_equal",
        "between",
    )
)
MOST_IN = 100
_SHORTEST_WORD = 2
_TEXTS = ("text", "email", "phone", "picklist", "textarea", "website", "autonumber")


def search(state: SandboxState, call: Call) -> Answer:
    """One page of what is found."""
    spec = module_of(state, call)
    if "if-modified-since" in call.headers:
        raise ApiError(400, "SANDBOX_UNKNOWN_PARAMETER", "Searching knows no If-Modified-Since: Zoho would ignore it.")
    found = _found(state, spec, call, _matcher(state, spec, call))
    page, per_page = asked_page(call)
    ceiling = state.settings.search_ceiling
    if ceiling is not None and page * per_page > ceiling:
        raise ApiError(400, "LIMIT_REACHED", f"only the first {ceiling} records of a search can be had")
    return page_of(state, spec, call, found, asked_fields(state, spec, call))


def _found(state: SandboxState, spec: ModuleSpec, call: Call, matcher: Matcher) -> "array[int]":
    sort_by = call.query.get("sort_by")
    if sort_by is not None and spec.field(sort_by) is None:
        raise invalid("sort_by", f"{spec.name} has no field {sort_by!r}")
    wanted = Filter(
        converted=call.choice("converted", "false", CHOICES),
        approved=call.choice("approved", "true", CHOICES),
        criteria=matcher,
        sort_by=sort_by,
        descending=call.choice("sort_order", "desc" if sort_by else "asc", ("asc", "desc")) == "desc",
    )
    found, lag = state.listings[spec.name].indexes(wanted), state.settings.search_lag_seconds
    if not lag:
        return found
    store, until = state.stores[spec.name], state.now_seconds() - lag
    since = store.created if state.settings.search_lag_hides == "added" else store.updated.__getitem__
    return array("L", (index for index in found if since(index) <= until))


def _matcher(state: SandboxState, spec: ModuleSpec, call: Call) -> Matcher:
    given = [name for name in WAYS if call.query.get(name)]
    if not given:
        params = {"param_names": list(WAYS)}
        raise ApiError(400, "REQUIRED_PARAM_MISSING", "one of the expected parameter is missing", params)
    if given[1:]:
        call.notes["ignored_params"] = given[1:]
    settings = state.settings
    manner = Manner(settings.search_loose_equals, settings.search_case_sensitive)
    if given[0] == "email" and settings.search_by_email == "finds_nothing":
        return Matcher(Leaf("email", "none", ()), manner, (), lambda row: False)
    try:
        if given[0] == "criteria":
            return bind(_limited(parse(call.query["criteria"])), spec, manner, OPERATORS)
        return _simple(spec, given[0], call.query[given[0]])
    except CriteriaError as error:
        raise ApiError(400, "INVALID_QUERY", f"invalid query formed: {error}", error.details) from None


def _limited(node: Leaf | Group) -> Leaf | Group:
    for leaf in node.leaves():
        if len(leaf.values) > MOST_IN:
            raise CriteriaError("value", f"at most {MOST_IN} values are allowed", leaf.field, leaf.operator)
    return node


def _simple(spec: ModuleSpec, way: str, text: str) -> Matcher:
    """``email``: any e-mail field is it; ``phone``: the digits of any phone field are; ``word``: a word of any text
    begins with it.
    """
    if way == "word" and len(text.strip()) < _SHORTEST_WORD:
        raise invalid("word", f"a word has at least {_SHORTEST_WORD} letters")
    known = {"email": ("email",), "phone": ("phone",), "word": _TEXTS}[way]
    types = tuple((field.name, field.type) for field in spec.fields if field.type in known)
    test = _TESTS[way](text)
    return Matcher(
        Leaf(way, way, (text,)), Manner(), types, lambda row: any(test(str(row[name] or "")) for name, _ in types)
    )


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdigit())


_TESTS: dict[str, Callable[[str], Callable[[Any], bool]]] = {
    "email": lambda text: lambda value: value.strip().casefold() == text.strip().casefold(),
    "phone": lambda text: lambda value: bool(_digits(text)) and _digits(value) == _digits(text),
    "word": lambda text: lambda value: f" {text.strip()}".casefold() in f" {' '.join(value.split())}".casefold(),
}
