"""Finds the notifier classes that organisation.yaml names, and says what is wrong with them (OPS-7).

Imports what the file names, so only lint and the tasks that tell use it; parsing DAGs does not.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from contact_sync.config.alerts import Notifier
from contact_sync.config.base import close_match
from contact_sync.config.organisation import Organisation
from contact_sync.config.problems import ConfigProblem
from contact_sync.errors import ConfigError


def notifier_problems(folder: Path, organisation: Organisation) -> list[ConfigProblem]:
    """Every notifier that could not be made: no such module, class or argument."""
    found = []
    for number, given in enumerate(organisation.alerts.notifiers):
        key = f"alerts.notifiers[{number}]"
        try:
            kind = notifier_class(given.notifier)
            _must_fit(kind, given)
        except _Wrong as wrong:
            below = f"{key}.{wrong.key}"
            found.append(ConfigProblem(f"{folder.name}/organisation.yaml", 0, below, wrong.told, (), wrong.close))
    return found


def make_notifier(given: Notifier) -> Any:
    """The notifier, a new one each time, for its templates are rendered in place. Raises ConfigError."""
    try:
        kind = notifier_class(given.notifier)
        _must_fit(kind, given)
    except _Wrong as wrong:
        hint = f" Did you mean '{wrong.close}'?" if wrong.close else ""
        raise ConfigError(f"organisation.yaml, alerts: {wrong.told}{hint} Check with: contact-sync lint") from None
    return kind(**given.kwargs)


class _Wrong(Exception):
    """A finding, which never leaves this module."""

    def __init__(self, key: str, told: str, close: str | None = None) -> None:
        super().__init__(told)
        self.key, self.told, self.close = key, told, close


def notifier_class(path: str) -> Any:
    """The class of that path. Raises _Wrong."""
    module_name, _, name = path.rpartition(".")
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        missing = error.name if isinstance(error, ModuleNotFoundError) else None
        if missing is None or not f"{module_name}.".startswith(f"{missing}."):
            raise _Wrong(
                "notifier", f"'{module_name}' cannot be imported: it needs {missing or 'something else'}."
            ) from None
        raise _Wrong("notifier", f"there is no module '{module_name}'.", _near(missing, module_name)) from None
    kind = getattr(module, name, None)
    if not inspect.isclass(kind):
        close = close_match(name, _notifiers(module))
        raise _Wrong("notifier", f"'{module_name}' has no class '{name}'.", close and f"{module_name}.{close}")
    if not callable(getattr(kind, "notify", None)):
        raise _Wrong("notifier", f"'{path}' is no notifier: it has no method `notify`.")
    return kind


def _must_fit(kind: Any, given: Notifier) -> None:
    parameters = inspect.signature(kind).parameters.values()
    named = [each.name for each in parameters if each.kind in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY)]
    anything = any(each.kind is each.VAR_KEYWORD for each in parameters)
    for name in given.kwargs:
        close = None if name in named else close_match(name, named)
        if name not in named and (close or not anything):  # most that take anything hand it on to who does not
            raise _Wrong(f"kwargs.{name}", f"'{given.notifier}' takes no argument '{name}'.", close)
    lacking = [
        each.name
        for each in parameters
        if each.name in named and each.default is each.empty and each.name not in given.kwargs
    ]
    if lacking:
        raise _Wrong("kwargs", f"'{given.notifier}' needs {', '.join(lacking)}.")


def _near(missing: str, wanted: str) -> str | None:
    """The module beside the one that is missing that was probably meant, with what follows it."""
    parent, _, name = missing.rpartition(".")
    found = close_match(name, _modules(parent))
    return None if found is None else wanted.replace(missing, f"{parent}.{found}" if parent else found, 1)


def _modules(parent: str) -> Iterable[str]:
    paths = importlib.import_module(parent).__path__ if parent else None
    return [each.name for each in pkgutil.iter_modules(paths)]


def _notifiers(module: Any) -> list[str]:
    return [name for name, found in vars(module).items() if inspect.isclass(found) and hasattr(found, "notify")]
