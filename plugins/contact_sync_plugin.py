"""What Airflow must know of contact sync beyond its DAGs: timetables, found by their class when a DAG is read back, the
listener that writes the notes of skipped runs, who may answer for removals, and the pages in its UI.

Every component of Airflow loads this file at its start; the pages are made by the API server alone, when first asked
for.
"""

from urllib.parse import urlsplit

from airflow.configuration import conf
from airflow.plugins_manager import AirflowPlugin

from contact_sync import run_notes
from contact_sync.answer_rights import AnswerRights
from contact_sync.timetables import HourlyTimetable, OneTimeTimetable, PeriodicTimetable
from contact_sync.web.mounted import PREFIX, Pages, views

_BASE = urlsplit(conf.get("api", "base_url", fallback="")).path.rstrip("/")


class ContactSyncPlugin(AirflowPlugin):
    """Registers the timetables, the listener, a look at rights in front of the API server, and the pages."""

    name = "contact_sync"
    timetables = [PeriodicTimetable, OneTimeTimetable, HourlyTimetable]  # noqa: RUF012 - Airflow reads a plain list
    listeners = [run_notes]  # noqa: RUF012
    fastapi_root_middlewares = [{"name": "contact sync: answers", "middleware": AnswerRights}]  # noqa: RUF012
    fastapi_apps = [{"name": "contact sync: pages", "app": Pages(), "url_prefix": PREFIX}]  # noqa: RUF012
    external_views = views(_BASE)
