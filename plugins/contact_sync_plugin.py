"""What Airflow must know of contact sync beyond its DAGs: timetables, found by their class when a DAG is read back, the
listener that writes the notes of skipped runs, and who may answer for removals.

Every component of Airflow loads this file at its start.
"""

from airflow.plugins_manager import AirflowPlugin

from contact_sync import run_notes
from contact_sync.answer_rights import AnswerRights
from contact_sync.timetables import HourlyTimetable, OneTimeTimetable, PeriodicTimetable


class ContactSyncPlugin(AirflowPlugin):
    """Registers the timetables, the listener, and a look at rights in front of the API server."""

    name = "contact_sync"
    timetables = [PeriodicTimetable, OneTimeTimetable, HourlyTimetable]  # noqa: RUF012 - Airflow reads a plain list
    listeners = [run_notes]  # noqa: RUF012
    fastapi_root_middlewares = [{"name": "contact sync: answers", "middleware": AnswerRights}]  # noqa: RUF012
