"""Airflow tasks: build the hooks, call one stage, return its manifest."""
