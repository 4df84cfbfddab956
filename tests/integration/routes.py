"""Every page that an API server of Airflow answers GET at, plugins included: `python -m tests.integration.routes`.

Asked of the application itself and not of its published description, which leaves many out. Prints a JSON list of
paths with their parameters in braces.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from starlette.routing import Mount


def paths(routes: Iterable[Any], prefix: str = "") -> Iterator[str]:
    """Paths of all routes, mounted applications included."""
    for route in routes:
        path = prefix + getattr(route, "path", "")
        if isinstance(route, Mount):
            yield f"{path}/"
            yield from paths(route.routes or (), path)
        elif "GET" in (getattr(route, "methods", None) or ()):
            yield path


if __name__ == "__main__":
    from airflow.api_fastapi.app import create_app

    print(json.dumps(sorted(set(paths(create_app().routes)))))
