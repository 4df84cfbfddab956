"""What only an account itself can tell of its push switches: `contact-sync lint --online` (PUSH-0, PUSH-6).

Recruit ignores a field that it does not have without a word, so a misspelt one would never be written.
"""

from collections.abc import Iterable
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
    file = f"{folder.name}/organisation.yaml"
    for module, event, switch in push.switches():
        key = f"accounts.{account}.push.{module.lower()}.{event}"
        try:
            names = [str(field["api_name"]) for field in metadata.fields(module) if field.get("api_name")]
        except ConfigError as error:
            text = str(error).removeprefix("source.module: ").removesuffix(" Check with: contact-sync doctor")
            found.append(ConfigProblem(file, 0, key, text))
            continue
        places = {target: f"mapping.{source}" for source, target in switch.mapping.items()}
        places |= {target: f"custom.{target}" for target in switch.custom}
        places |= {switch.status_field: "status_field"} if switch.status_field else {}
        for target, below in places.items():
            if target not in names:
                message = f"{module} of '{account}' has no field '{target}' that its user may see: it would be ignored."
                close = close_match(target, names)
                found.append(ConfigProblem(file, 0, f"{key}.{below}", message, _shown(names), close))
    return found


def _shown(names: Iterable[str]) -> tuple[str, ...]:
    names = tuple(names)
    return (*names[:_SHOWN], f"and {len(names) - _SHOWN} more") if len(names) > _SHOWN else names
