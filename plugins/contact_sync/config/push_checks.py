"""What lint says of push switches (PUSH-2, PUSH-8): one list for both modules, fields that are missing or misspelt.

Of the organisation as a whole: a warning or hint belongs to organisation.yaml, whichever sync was asked about.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from contact_sync.config.base import close_match
from contact_sync.config.organisation import Organisation
from contact_sync.config.problems import ConfigProblem, Severity
from contact_sync.config.push import MANDATORY, PushSwitch
from contact_sync.config.resolved import ResolvedSync
from contact_sync.core.mapping_types import STANDARD_TARGETS


def push_warnings(folder: Path, organisation: Organisation, syncs: Mapping[str, ResolvedSync]) -> list[ConfigProblem]:
    """Warnings about switches, when all syncs were read: which contact fields there are only they tell."""
    return [
        *_both_modules(folder, organisation),
        *_lacking(folder, organisation),
        *_unknown(folder, organisation, syncs),
    ]


def push_hints(folder: Path, organisation: Organisation) -> list[ConfigProblem]:
    """Hints about switches that are in order."""
    found = []
    for account, profile in organisation.accounts.items():
        for module, event, switch in profile.push.switches():
            key = _key(account, module, event)
            if module == "Contacts" and "Client_Name" not in switch.filled:
                message = (
                    "no contact field goes into Client_Name, which Contacts need: everybody is `missing_mandatory` "
                    "(PUSH-2). Write one, such as company: Client_Name."
                )
                found.append(_problem(folder, f"{key}.mapping", message, "hint"))
        for module, pair in (("Candidates", profile.push.candidates), ("Contacts", profile.push.contacts)):
            if pair.opened and pair.clicked and pair.opened.list_name == pair.clicked.list_name:
                message = (
                    f"'{pair.clicked.list_name}' is also the list of `opened`, which a click feeds too: each who "
                    "clicked has a ledger row of both, and clicked wins where both write one field (PUSH-1, PUSH-8)."
                )
                found.append(_problem(folder, f"{_key(account, module, 'clicked')}.list", message, "hint"))
    return found


def _both_modules(folder: Path, organisation: Organisation) -> Iterator[ConfigProblem]:
    """PUSH-8: people of one list become two records; it is still carried out."""
    for account, profile in organisation.accounts.items():
        modules: dict[str, dict[str, str]] = defaultdict(dict)
        for module, event, switch in profile.push.switches():
            modules[switch.list_name].setdefault(module, _key(account, module, event))
        for name, places in modules.items():
            if len(places) > 1:
                message = f"'{name}' is pushed to Candidates and to Contacts: each person becomes two records (PUSH-8)."
                yield _problem(folder, f"{places['Contacts']}.list", message, "warning")


def _lacking(folder: Path, organisation: Organisation) -> Iterator[ConfigProblem]:
    for key, module, switch in _switches(organisation):
        lacking = [name for name in MANDATORY[module] if name not in switch.filled and name != "Client_Name"]
        if lacking:
            message = f"nothing goes into {' and '.join(lacking)}, which {module} need: nobody is pushed (PUSH-2)."
            close = close_match(lacking[0], switch.mapping.values())
            message += f" Is '{close}' meant for it?" if close else ""
            yield _problem(folder, f"{key}.mapping", message, "warning")


def _unknown(folder: Path, organisation: Organisation, syncs: Mapping[str, ResolvedSync]) -> Iterator[ConfigProblem]:
    """A contact field that no sync fills: it may come from elsewhere, or be misspelt."""
    known = sorted({*STANDARD_TARGETS, *(line.target for sync in syncs.values() for line in sync.mapping)})
    for key, _, switch in _switches(organisation):
        for source, below in sorted(switch.sources.items()):
            if source not in known:
                message = f"no sync fills a contact field '{source}'."
                close = close_match(source, known)
                yield _problem(folder, f"{key}.{below}", message, "warning", close)


def _switches(organisation: Organisation) -> Iterator[tuple[str, str, PushSwitch]]:
    for account, profile in organisation.accounts.items():
        for module, event, switch in profile.push.switches():
            yield _key(account, module, event), module, switch


def _key(account: str, module: str, event: str) -> str:
    return f"accounts.{account}.push.{module.lower()}.{event}"


def _problem(folder: Path, key: str, message: str, severity: Severity, close: str | None = None) -> ConfigProblem:
    return ConfigProblem(f"{folder.name}/organisation.yaml", 0, key, message, (), close, None, severity)
