"""Style, script and icons of the pages: a route each instead of a folder, so that they need a login like all else."""

from fastapi import APIRouter, Response

from contact_sync.web.rendering import static

router = APIRouter()
_KEPT = {"Cache-Control": "private, max-age=300"}


@router.get("/pages.css")
def style() -> Response:
    """The one style sheet."""
    return Response(static("pages.css"), media_type="text/css", headers=_KEPT)


@router.get("/theme.js")
def theme() -> Response:
    """The one script: it follows the light or dark theme of Airflow around the pages."""
    return Response(static("theme.js"), media_type="text/javascript", headers=_KEPT)


@router.get("/icon.svg")
def icon() -> Response:
    """The sign in the navigation, on light ground."""
    return Response(static("icon.svg"), media_type="image/svg+xml", headers=_KEPT)


@router.get("/icon-dark.svg")
def icon_dark() -> Response:
    """The same on dark ground."""
    return Response(static("icon-dark.svg"), media_type="image/svg+xml", headers=_KEPT)
