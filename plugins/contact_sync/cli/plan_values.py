"""Values of a file as one would say them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from contact_sync.cli.console import clock
from contact_sync.core.criteria.model import in_words


def as_words(value: Any, zone: Any) -> str:
    """A value of a file as one would say it; of criteria their conditions and pattern."""
    if value is None:
        return "–"
    if isinstance(value, Mapping) and "conditions" in value:
        conditions = [
            f"{each['number']}: {in_words(each['field'], each['operator'], each['values'])}"
            for each in value["conditions"]
        ]
        return f"{'; '.join(conditions)}; pattern {value['pattern']}"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {part}" for key, part in value.items())
    if isinstance(value, list):
        return "; ".join(as_words(each, zone) for each in value) or "–"
    return _moment(value, zone) or str(value)


def _moment(value: Any, zone: Any) -> str | None:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return clock(moment, zone) if moment.utcoffset() is not None else None
