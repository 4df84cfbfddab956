"""What only an account itself can tell of its push switches: `contact-sync lint --online` (PUSH-0, PUSH-6).

Recruit ignores a field that it does not have without a word, so a misspelt one would never be written.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from contact_sync.config.base import close_match
from contact_sync.config.online import Metadata
from contact_sync.config.problems import ConfigProblem
from contact_sync.config.push import PushSettings
from contact_sync.errors import ConfigError

_SHOWN = 40


def check_switches(folder: Path, account: str, push: PushSettings, metadata: Metadata) -> list[ConfigProblem]:
    """Every module and field of an account's switches that it does not have."""
    found: list[ConfigProblem] = []
    for module, event, switch in push.switches():
        key = f"accounts.{account}.push.{module.lower()}.{event}"
        places = {target: f"mapping.{source}" for source, target in switch.mapping.items()}
        places |= {target: f"custom.{target}" for target in switch.custom}
        places |= {switch.status_field: "status_field"} if switch.status_field else {}
        found += missing_fields(folder, account, key, module, places, metadata)
    return found


def missing_fields(
    folder: Path, account: str, key: str, module: str, places: Mapping[str, str], metadata: Metadata
) -> list[ConfigProblem]:
    """The fields that the module does not have, or the module itself. places: field to the key below `key`."""
    file = f"{folder.name}/organisation.yaml"
    try:
        names = [str(field["api_name"]) for field in metadata.fields(module) if field.get("api_name")]
    except ConfigError as error:
        text = str(error).removeprefix("source.module: ").removesuffix(" Check with: contact-sync doctor")
        return [ConfigProblem(file, 0, key, text)]
    return [
        ConfigProblem(
            file,
            0,
            f"{key}.{below}",
            f"{module} of '{account}' has no field '{target}' that its user may see: it would be ignored.",
            _shown(names),
            close_match(target, names),
        )
        for target, below in places.items()
        if target not in names
    ]


def _shown(names: Iterable[str]) -> tuple[str, ...]:
    names = tuple(names)
    return (*names[:_SHOWN], f"and {len(names) - _SHOWN} more") if len(names) > _SHOWN else names
