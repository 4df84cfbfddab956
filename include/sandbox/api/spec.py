"""What a route is: method, path, handler, the scope its token must cover, the parameters it knows, what it costs.

A table of routes is a tuple of ``Spec``; ``routes.py`` holds those of Recruit and of the control side, a family of its
own brings its own tuple. Nothing here knows how a route is served.
"""

from collections.abc import Callable
from dataclasses import dataclass

from include.sandbox.api.answers import Answer
from include.sandbox.api.call import Call
from include.sandbox.state import SandboxState

Handler = Callable[[SandboxState, Call], Answer]
NO_PARAMS: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Spec:
    """A route: ``scope`` is what its token must cover (None: no token), ``params`` the query parameters it knows (None:
    any), ``kind`` what is charged for a call (see ``credits.py``; None: nothing).
    """

    method: str
    path: str
    handler: Handler
    scope: str | None = None
    params: frozenset[str] | None = NO_PARAMS
    kind: str | None = None
