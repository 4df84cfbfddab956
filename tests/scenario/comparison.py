"""Whether the product's history tells of a fetch what the reference says; every difference with both opinions."""

from typing import Any

from tests.scenario.product import Product
from tests.scenario.reference import Organisation
from tests.scenario.reference_state import Story

SHOWN = 6


def differences(organisation: Organisation, product: Product, story: Story, fetch_id: int) -> list[str]:
    """Lines, none if both agree. Counters come last: they follow from the records."""
    lines = _outcomes(story, product.outcomes(fetch_id))
    lines += _deletions(story, product.deletions(fetch_id))
    lines += state(organisation, product)
    lines += _counters(story, product.history(fetch_id))
    lines += _reasons(story, product, fetch_id)
    return lines


def state(organisation: Organisation, product: Product) -> list[str]:
    """Who is in which list with which status and reason, who is deleted, who may be mailed."""
    ours: dict[Any, Any] = {each.key: each.deleted for each in organisation.people.values()}
    lines = _differ("person (deleted?)", ours, product.people())
    lines += _memberships(organisation, product.memberships())
    ours, theirs = dict.fromkeys(organisation.mailable(), True), dict.fromkeys(product.mailable(), True)
    return lines + _differ("mailable", ours, theirs)


def _differ(what: str, ours: dict[Any, Any], theirs: dict[Any, Any]) -> list[str]:
    different = sorted((key for key in {*ours, *theirs} if ours.get(key) != theirs.get(key)), key=repr)
    return [_line(what, key, ours.get(key), theirs.get(key)) for key in different[:SHOWN]]


def _line(what: str, key: Any, ours: Any, theirs: Any) -> str:
    return f"{what} {key}: the contract {ours}, the product {theirs}"


def _outcomes(story: Story, theirs: dict[str, tuple[str, str | None, str | None]]) -> list[str]:
    ours = {key: each for key, each in story.outcomes.items() if each[1] != "pattern"}
    lines = []
    for key in sorted({*ours, *theirs}):
        one, other = ours.get(key), theirs.get(key)
        if one is None and other is not None and other[:2] == ("out_of_scope", "unapproved"):
            continue  # outside the pattern as well: the contract does not say which cause comes first
        if one is None or other is None or one[:2] != other[:2] or other[2] not in one[2] | (one[2] and {None}):
            lines.append(_line("record", key, one, other))
    return lines[:SHOWN]


def _deletions(story: Story, theirs: dict[str, str | None]) -> list[str]:
    applied = {key for key, reason in theirs.items() if (reason or "").startswith("removed_")}
    ours, told = dict.fromkeys(story.deleted, True), dict.fromkeys(applied, True)
    return [] if story.pending else _differ("deletion of", ours, told)


def _memberships(organisation: Organisation, theirs: dict[tuple[str, str], tuple[str, str | None]]) -> list[str]:
    ours = {(name, person.key): each for person in organisation.people.values() for name, each in person.lists.items()}
    lines = []
    for key in sorted({*ours, *theirs}):
        one, other = ours.get(key), theirs.get(key)
        if one is None and other is not None and other[0] == "removed":
            continue  # only keeps an unsubscription of somebody who never was in the list
        told = None if one is None else (one.status, *sorted(one.reasons))
        if one is None or other is None or one.status != other[0] or (one.reasons and other[1] not in one.reasons):
            lines.append(_line("membership", key, told, other))
    return lines[:SHOWN]


def _counters(story: Story, history: dict[str, Any]) -> list[str]:
    ours = {name: story.count(name) for name in ("new", "re_added", "duplicate", "ignored")}
    ours |= {f"duplicate_{name}": story.count("duplicate", name) for name in ("in_list", "other_list", "no_list")}
    ours["total"] = sum(ours[name] for name in ("new", "re_added", "duplicate", "ignored"))
    ours["read"] = history["total"] + history["out_of_scope"]
    ours["removed"] = 0 if story.pending else len(story.removed)
    ours["pending_removals"] = story.pending
    if not story.pending:
        ours["deleted"] = len(story.deleted)
    return _differ("counter", ours, {name: history[name] or 0 for name in ours})


def _reasons(story: Story, product: Product, fetch_id: int) -> list[str]:
    told = product.by_reason(fetch_id)
    reasons = {each[1] for each in story.outcomes.values() if each[0] == "ignored"}
    reasons |= {reason for outcome, reason in told if outcome == "ignored"}
    ours = {reason: story.count("ignored", reason) for reason in reasons}
    return _differ("ignored", ours, {reason: told[("ignored", reason)] for reason in reasons})
