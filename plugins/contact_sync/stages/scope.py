"""The criteria of one fetch: what they need from the source, and which of its records they take (SRC-4, SRC-5, CRIT-5).

Everything is judged here, whatever the source was asked for; what was asked narrows, and is never trusted. A record
qualifies when any of its joined rows does. Refused before anything is read: a criteria field that the module lacks
(SRC-10), and a condition that does not go with the type of its field.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contact_sync.config.criteria import related_modules
from contact_sync.config.resolved import ResolvedSync
from contact_sync.core.criteria.evaluate import Judge, any_row
from contact_sync.core.criteria.kinds import field_kind
from contact_sync.core.criteria.model import Criteria
from contact_sync.core.criteria.send import Narrowing, contradicts, narrowing, why_unsent
from contact_sync.core.values import source_text
from contact_sync.stages.related import Related, related_fields
from contact_sync.stages.whole_module import ReadModule, by_listing
from contact_sync.zoho.recruit import RecruitClient


@dataclass(frozen=True, slots=True)
class JoinedVerdict:
    """One joined row: criteria field → its value as text; condition number → whether it holds; the whole pattern."""

    values: dict[str, str | None]
    met: dict[int, bool]
    in_scope: bool


class Scope:
    """Criteria made ready for the rows of one fetch. read: how related modules are read, by default by listing."""

    def __init__(
        self, client: RecruitClient, settings: ResolvedSync, criteria: Criteria, read: ReadModule | None = None
    ) -> None:
        modules = related_modules(criteria)
        types = dict(_data_types(client, settings.module, modules))
        self._judge = Judge(
            criteria, {field: field_kind(each) for field, each in types.items()}, settings.schedule.zone
        )
        self._related = Related(
            client,
            settings.module,
            _fields_by_module(criteria, modules),
            settings.policies.contact_job_path,
            read or by_listing(client),
        )
        self._numbers = criteria.numbers
        self.related = modules
        self.narrowing: Narrowing = narrowing(
            criteria,
            {field: each for field, each in types.items() if "." not in field},
            ignores_case=settings.policies.search_ignores_case,
        )
        self.unsent = why_unsent(criteria, self.narrowing, types, ignores_case=settings.policies.search_ignores_case)
        self.fields = tuple(dict.fromkeys((*_own_fields(criteria), *self._related.own_fields)))

    def unmet(self, rows: Sequence[Mapping[str, Any]]) -> list[list[int] | None]:
        """For each record the conditions that none of its joined rows meets; None for a record that is in scope."""
        positions, joined = [], []
        for position, row in self._related.joined(rows):
            positions.append(position)
            joined.append(row)
        kept, conditions = self._judge.judge(joined)
        in_scope = any_row(positions, kept)
        met = {number: any_row(positions, verdicts) for number, verdicts in conditions.items()}
        return [
            None if in_scope[position] else [number for number in self._numbers if not met[number][position]]
            for position in range(len(rows))
        ]

    def contradicting(self, rows: Iterable[Mapping[str, Any]]) -> int:
        """How many rows that `narrowing` found deny what it asks for (CRIT-5)."""
        return sum(contradicts(row, self.narrowing) for row in rows)

    def explain(self, row: Mapping[str, Any]) -> list[JoinedVerdict]:
        """How every joined row of one record stands to each condition and to the pattern (CRIT-6)."""
        joined = [each for _, each in self._related.joined([row])]
        kept, conditions = self._judge.judge(joined)
        return [
            JoinedVerdict(
                values={field: source_text(each.get(field)) for field in self._judge.fields},
                met={number: verdicts[at] for number, verdicts in conditions.items()},
                in_scope=kept[at],
            )
            for at, each in enumerate(joined)
        ]


def _data_types(client: RecruitClient, module: str, related: Iterable[str]) -> Iterable[tuple[str, str]]:
    for field in client.fields(module):
        yield str(field["api_name"]), str(field.get("data_type"))
    for each in related:
        for field in related_fields(client, each):
            yield f"{each}.{field['api_name']}", str(field.get("data_type"))


def _own_fields(criteria: Criteria) -> list[str]:
    return [condition.field for condition in criteria.conditions if "." not in condition.field]


def _fields_by_module(criteria: Criteria, modules: Iterable[str]) -> dict[str, list[str]]:
    named = [condition.field.partition(".") for condition in criteria.conditions]
    return {each: list(dict.fromkeys(name for module, _, name in named if module == each)) for each in modules}
