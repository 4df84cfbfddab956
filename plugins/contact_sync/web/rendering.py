"""Values become HTML: templates that escape whatever they are given, links, times and numbers for people.

Nothing from the warehouse or a file is ever taken for markup. Links hold ids and words of the product, so that no
address or name gets into a URL, and with it into logs.
"""

import json
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from contact_sync.web.configured import zone

NAVIGATION = (
    ("", "Syncs"),
    ("campaigns", "Campaigns"),
    ("pushes", "Pushes"),
    ("people", "People"),
    ("credits", "Credits"),
)
_NONE = Markup('<span class="none">–</span>')
_TIME = Markup('<time datetime="{}">{}</time>')
_COUNT = Markup('<a href="{}">{}</a>')


class Links:
    """Where pages are. base: the path below which this application is mounted."""

    def __init__(self, base: str) -> None:
        self._base = base.rstrip("/")

    def __call__(self, *parts: object, **query: object) -> str:
        """The path of a page from its parts, and the parameters that have a value."""
        path = "/".join(quote(str(part), safe="") for part in parts)
        asked = urlencode({name: value for name, value in query.items() if value is not None})
        return f"{self._base}/{path}" + (f"?{asked}" if asked else "")


def links_of(request: Request) -> Links:
    """The links of the application as this request reached it."""
    return Links(str(request.scope.get("root_path", "")))


def page(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page from its template: `values` and whatever every page has."""
    links, here = links_of(request), zone()

    def clock(moment: datetime | None) -> Markup:
        return _clock(moment, here)

    def count(number: int | None, *parts: object, **query: object) -> Markup:
        if not number or not parts:
            return _number(number)
        return _COUNT.format(links(*parts, **query), f"{number:,}")

    common = {
        "link": links,
        "clock": clock,
        "count": count,
        "zone": here.key,
        "navigation": NAVIGATION,
        "section": None,
    }
    return HTMLResponse(_environment().get_template(template).render({**common, **values}), status)


def static(name: str) -> bytes:
    """A file of the folder static."""
    return files("contact_sync.web").joinpath("static", name).read_bytes()


def as_words(value: Any) -> str:
    """Text as it is, anything else as one line of JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("contact_sync.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"number": _number, "words": as_words, "or_none": _or_none, "seconds": _seconds}
    return environment


def _clock(moment: datetime | None, where: Any) -> Markup:
    if moment is None:
        return _NONE
    local = moment.astimezone(where)
    return _TIME.format(local.isoformat(timespec="seconds"), f"{local:%Y-%m-%d %H:%M}")


def _number(value: int | None) -> Markup:
    return _NONE if value is None else Markup("{}").format(f"{value:,}")


def _or_none(value: Any) -> Any:
    return _NONE if value is None or value == "" else value


def _seconds(value: float | None) -> Any:
    if value is None:
        return _NONE
    minutes, seconds = divmod(round(value), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {seconds:02} s" if minutes else f"{seconds} s"
