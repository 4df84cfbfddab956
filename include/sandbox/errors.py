"""What the sandbox raises when asked for something it does not have.

``SandboxError`` is for the people who drive it (settings, faults, edits); the control routes answer it as a 400 with
the same text. ``close_match`` ends a message with the name that was probably meant. Nothing here imitates Zoho: its
error bodies are in ``api/answers.py``.
"""

from collections.abc import Iterable
from difflib import get_close_matches


class SandboxError(ValueError):
    """A setting, fault, clock or record edit that the sandbox does not accept; the text says what is allowed."""


def close_match(name: str, allowed: Iterable[str]) -> str:
    """The tail of an error message: the close match if there is one, and all that is allowed."""
    names = sorted(allowed)
    by_lower = {each.lower(): each for each in names}
    near = get_close_matches(name.lower(), list(by_lower), n=1, cutoff=0.6)
    hint = f" Did you mean '{by_lower[near[0]]}'?" if near else ""
    return f"{hint} Allowed: {', '.join(names) or '(none)'}."
