"""Airflow is imported by these tests."""

import tests.airflow_home  # noqa: F401 - must come before airflow
