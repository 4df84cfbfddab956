"""What Airflow must know of contact sync beyond its DAGs: the timetables, found by their class when a DAG is read back.

Every component of Airflow loads this file at its start.
"""

from airflow.plugins_manager import AirflowPlugin

from contact_sync.timetables import OneTimeTimetable, PeriodicTimetable


class ContactSyncPlugin(AirflowPlugin):
    """Registers the timetables."""

    name = "contact_sync"
    timetables = [PeriodicTimetable, OneTimeTimetable]  # noqa: RUF012 - Airflow reads a plain list
